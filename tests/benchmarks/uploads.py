"""A PostgreSQL full of usage, the servers in front of it, and the ways to report more."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.bootstrap import perseat
from app.clock import SystemClock
from app.db.engine import WORKER_ROLE
from app.db.migrate import upgrade
from app.db.types import new_id
from app.db.unit_of_work import SilentBell
from app.domain.ids import encode
from app.models.api_keys import KeyRole
from app.ports import listening
from app.services import accounts, api_keys, plans, users
from app.services.api_keys import NewKey
from app.settings import Settings
from tests.benchmarks.companies import run

MANY, HOT = "many", "hot"
CLIENTS = 4
BODY = 20_000
REQUEST = 1_000
UNIT_RATE = 15_000
BEGAN = datetime(2021, 1, 1, tzinfo=UTC)
CELL = {
    "kind": "SMS_SEGMENT",
    "direction": "OUTBOUND",
    "lineType": "LOCAL",
    "initiator": "AUTOMATION",
    "quantity": 2,
}
FILLED = UUID("00000000-0000-7000-8000-000000000000")
"""The batch of what is there before (sql/usage.sql)."""
COLUMNS = (
    "account_id", "source", "event_id", "kind", "direction", "line_type", "initiator",
    "quantity", "user_id", "line_id", "carrier", "hold_id", "happened_at", "posted_at", "rate",
    "amount", "included", "fee_rate", "fee", "deferred", "batch_id",
)  # fmt: skip
STAGE = f"""
    CREATE TEMPORARY TABLE staged ON COMMIT DELETE ROWS AS
    SELECT {", ".join(COLUMNS)} FROM usage_events WHERE false
"""  # noqa: S608 - the names are ours
INSERT = f"""
    INSERT INTO usage_events (id, {", ".join(COLUMNS)})
    SELECT uuidv7(), {", ".join(COLUMNS)} FROM staged
    ON CONFLICT (account_id, source, event_id) DO NOTHING
"""  # noqa: S608 - the names are ours
WRONG = """
    SELECT a.id AS account_id, coalesce(e.events, 0) AS events, e.amount, c.balance, t.debits,
        d.events AS in_days, d.amount AS of_days,
        (0, 0, 0, 0) IS NOT DISTINCT FROM (
            coalesce(e.amount, 0) + c.balance, coalesce(e.amount, 0) - coalesce(t.debits, 0),
            coalesce(e.amount, 0) - coalesce(d.amount, 0),
            coalesce(e.events, 0) - coalesce(d.events, 0)
        ) AS right
    FROM accounts a JOIN credits c ON c.account_id = a.id
    LEFT JOIN (
        SELECT account_id, count(*) AS events, sum(amount) AS amount
        FROM usage_events WHERE batch_id <> ALL(:unpaid) GROUP BY account_id
    ) e ON e.account_id = a.id
    LEFT JOIN (
        SELECT account_id, sum(amount) AS debits FROM ledger_transfers GROUP BY account_id
    ) t ON t.account_id = a.id
    LEFT JOIN (
        SELECT account_id, sum(events) AS events, sum(amount) AS amount FROM usage_days
        GROUP BY account_id
    ) d ON d.account_id = a.id
"""
MUTATION = """mutation($input: RecordUsageInput!) {
    recordUsage(input: $input) { results { disposition } userErrors { message } } }"""


@dataclass
class Bench:
    """`ids` of accounts; the first one is the hot one. `sent`: events that were reported;
    `unpaid`: batches that were not."""

    url: str
    owner: AsyncEngine
    ids: list[UUID]
    key: str
    addresses: list[str]
    sent: int = 0
    unpaid: list[UUID] = field(default_factory=lambda: [FILLED])

    def _events(self, accounts: str, name: str, number: int) -> Iterator[tuple[UUID, str, str]]:
        """Account, id and time: as partners report, a few accounts' latest at once."""
        several = self.ids if accounts == MANY else self.ids[:1]
        for each in range(number):
            happened = BEGAN + timedelta(milliseconds=each)
            yield several[each % len(several)], f"{name}-{each}", happened.isoformat()

    async def bare(self, accounts: str, name: str, number: int) -> float:
        """Events per second of what is the least to be done."""
        batch = new_id()
        rows = [
            (account, "", event, *list(CELL.values()), None, None, None, None,
             datetime.fromisoformat(at), BEGAN, UNIT_RATE, 2 * UNIT_RATE, False, 0, 0, False, batch)
            for account, event, at in self._events(accounts, name, number)
        ]  # fmt: skip
        parts = [rows[start : start + BODY] for start in range(0, number, BODY)]
        connections = [await self._connect() for _ in range(CLIENTS)]
        began = perf_counter()
        await asyncio.gather(
            *(_copy(each, parts[turn::CLIENTS]) for turn, each in enumerate(connections))
        )
        took = perf_counter() - began
        for each in connections:
            await each.close()
        self.unpaid.append(batch)
        return number / took

    async def _connect(self) -> asyncpg.Connection:
        plain = self.url.replace("+asyncpg", "")
        connection = await asyncpg.connect(plain, server_settings={"role": WORKER_ROLE})
        await connection.execute(STAGE)
        return connection

    async def ndjson(self, accounts: str, name: str, number: int, *, processes: int) -> float:
        lines = [
            orjson.dumps({"accountId": encode("account", account), "id": event, **CELL,
                          "happenedAt": at}, option=orjson.OPT_APPEND_NEWLINE)
            for account, event, at in self._events(accounts, name, number)
        ]  # fmt: skip
        bodies = [b"".join(lines[start : start + BODY]) for start in range(0, number, BODY)]
        return await self._send(processes, [("/usage", body) for body in bodies], number)

    async def graphql(self, accounts: str, name: str, number: int, *, processes: int) -> float:
        """A request is of one account."""
        several = self.ids if accounts == MANY else self.ids[:1]
        events = [
            {"id": event, **CELL, "happenedAt": at}
            for _, event, at in self._events(accounts, name, number)
        ]
        bodies = []
        for turn, start in enumerate(range(0, number, REQUEST)):
            account = encode("account", several[turn % len(several)])
            given = {"accountId": account, "events": events[start : start + REQUEST]}
            bodies.append(orjson.dumps({"query": MUTATION, "variables": {"input": given}}))
        return await self._send(processes, [("/graphql", body) for body in bodies], number)

    async def _send(
        self, processes: int, requests: Sequence[tuple[str, bytes]], number: int
    ) -> float:
        parts = [requests[turn::CLIENTS] for turn in range(CLIENTS)]
        began = perf_counter()
        await asyncio.gather(
            *(
                self._client(self.addresses[turn % processes], part)
                for turn, part in enumerate(parts)
            )
        )
        took = perf_counter() - began
        self.sent += number
        return number / took

    async def _client(self, address: str, requests: Sequence[tuple[str, bytes]]) -> None:
        headers = {
            "authorization": f"Bearer {self.key}",
            "content-type": "application/json",
            "perseat-reason": "a benchmark",
        }
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=120) as http:
            for path, body in requests:
                kind = "application/x-ndjson" if path == "/usage" else "application/json"
                answer = await http.post(path, content=body, headers={"content-type": kind})
                assert answer.status_code == 200, answer.text[:500]
                assert b"INVALID" not in answer.content, answer.text[:500]

    async def settle(self) -> None:
        """What autovacuum and the checkpointer do meanwhile, done before anybody is timed."""
        async with self.owner.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE usage_events"))
            await connection.execute(text("VACUUM ANALYZE usage_days"))
            await connection.execute(text("CHECKPOINT"))

    async def wrong(self) -> list[str]:
        """What is not as it has to be: the number of events, the debits, the sums by day; in one
        look at the table, however full it is."""
        async with self.owner.connect() as connection:
            rows = (await connection.execute(text(WRONG), {"unpaid": self.unpaid})).all()
        found = sum(row.events for row in rows)
        wrong = [] if found == self.sent else [f"{found} events instead of {self.sent}"]
        return wrong + [f"account {row.account_id}: {row}" for row in rows if not row.right][:5]


async def _copy(connection: asyncpg.Connection, parts: Sequence[Sequence[tuple[Any, ...]]]) -> None:
    for part in parts:
        async with connection.transaction():
            await connection.copy_records_to_table("staged", records=part, columns=COLUMNS)
            await connection.execute(INSERT)


@asynccontextmanager
async def servers(
    url: str, number: int, *, program: str = "api.asgi:app"
) -> AsyncIterator[list[str]]:
    """So many processes, each ready to serve at an address of its own."""
    environment = {
        **os.environ,
        "PERSEAT_DATABASE_URL": url.replace("+asyncpg", ""),
        "PERSEAT_REDIS_URL": "redis://127.0.0.1:1",
        "PERSEAT_RATE": "1000000",  # nobody is made to wait here
        "PERSEAT_RATE_BURST": "1000000",
    }
    places = [listening("127.0.0.1", 0) for _ in range(number)]
    command = [sys.executable, "-m", "uvicorn", program, "--log-level", "warning", "--fd"]
    running = [
        await asyncio.create_subprocess_exec(
            *command, str(each.fileno()), pass_fds=(each.fileno(),), env=environment
        )
        for each in places
    ]
    addresses = [f"http://127.0.0.1:{each.getsockname()[1]}" for each in places]
    try:
        await asyncio.gather(*(_ready(each) for each in addresses))
        yield addresses
    finally:
        for each in running:
            each.terminate()
        await asyncio.gather(*(each.wait() for each in running))
        for place in places:
            place.close()


async def _ready(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        assert (await http.get("/readyz")).status_code == 200


@asynccontextmanager
async def bench(url: str, number: int, filled: int) -> AsyncIterator[Bench]:
    await upgrade(url)
    owner = create_async_engine(url)
    settings = Settings.model_validate({"database_url": url, "redis_url": "redis://127.0.0.1:1"})
    async with perseat(settings, clock=SystemClock(), bell=SilentBell()) as app:
        async with app.operators.begin() as uow:
            await plans.ship_catalogue(uow)
            _, key = await api_keys.create_api_key(
                uow, None, NewKey(KeyRole.OPS, "benchmark"), pepper=app.key_pepper
            )
            ids = [await _account(uow, turn) for turn in range(number)]
        async with owner.begin() as connection:
            await run(connection, "usage", filled=filled)
        async with servers(url, 2) as addresses:
            yield Bench(url, owner, ids, key, addresses)
    await owner.dispose()


async def _account(uow: Any, turn: int) -> UUID:
    boss = users.NewUser("Ada", "Lovelace", f"ada{turn}@example.com")
    new = accounts.NewAccount(
        id=new_id(), name=f"Company {turn}", plan_id="upro", administrator=boss
    )
    return (await accounts.create_account(uow, new)).id
