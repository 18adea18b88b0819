"""M6: what happened to others in July 2013 must not happen here.

A Redis that held balances was restarted and came up read-only; cards were charged, the new balance
could not be written, and so they were charged again. Here the balance is PostgreSQL's, and Valkey
is a doorbell: whatever becomes of it, there is one charge for each episode, and none is lost.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from uuid import uuid4

import httpx
import pytest
from redis import Redis

from api.ids import encode
from app.bootstrap import Perseat
from app.db import engine
from app.domain.money import UNIT
from app.domain.top_ups import AutoTopUp
from app.embedded import Servers, servers, state
from app.models.api_keys import KeyRole
from app.processes import running
from app.services import api_keys, auto_top_up, top_ups
from app.services.api_keys import NewKey
from app.services.verify import verify
from app.settings import Settings
from tests.make import Company, make_company, query
from tests.workers.conftest import HURRIED
from tests.workers.test_workers import until

LOW = """SELECT c.account_id FROM credits c WHERE c.balance <= c.threshold OR EXISTS (
    SELECT FROM payments p WHERE p.account_id = c.account_id
      AND p.status IN ('CREATED', 'SENT', 'UNKNOWN'))"""
UNDONE = "SELECT id FROM outbox WHERE done_at IS NULL"
TOOK = "SELECT id, amount FROM payments WHERE status = 'SUCCEEDED'"
BOOKED = "SELECT reference, amount FROM ledger_transfers WHERE kind = 'TOP_UP'"
RULE = AutoTopUp(enabled=True, daily_cap=10**12, monthly_cap=10**12)


@dataclass(frozen=True)
class Stack:
    """The API and two workers as `perseat up` runs them, with a Valkey of their own."""

    app: Perseat
    started: Servers
    url: str
    key: str

    def valkey(self) -> Redis:
        return Redis.from_url(self.started.redis_url, socket_timeout=2)

    async def use(self, company: Company, quantity: int) -> bool:
        """Report usage as a partner does; whether it was accepted."""
        event = {
            "id": str(uuid4()),
            "kind": "SMS_SEGMENT",
            "direction": "OUTBOUND",
            "lineType": "LOCAL",
            "initiator": "AUTOMATION",
            "quantity": quantity,
            "happenedAt": "2025-11-01T10:00:00Z",
        }
        asks = """mutation($input: RecordUsageInput!) {
            recordUsage(input: $input) { userErrors { message } } }"""
        given = {"accountId": encode("account", company.id), "events": [event]}
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.post(
                f"{self.url}/graphql",
                json={"query": asks, "variables": {"input": given}},
                headers={"authorization": f"Bearer {self.key}", "perseat-reason": "a test"},
            )
        return bool(answer.json()["data"]["recordUsage"]["userErrors"] == [])

    async def workers_wait(self) -> bool:
        """They live, and say that they can do nothing."""
        logs = self.started.supervisor.logs.glob("worker-*.log")
        return all("worker.waits" in log.read_text() for log in logs)

    async def settled(self) -> bool:
        """Everybody has credits again, and nothing is left to do."""
        return not await query(self.app, LOW) and not await query(self.app, UNDONE)


@pytest.fixture
async def stack(own_app: Perseat) -> AsyncIterator[Stack]:
    settings = Settings.model_validate(
        {
            "database_url": own_app.settings.database_url,
            "redis_url": None,
            "data_folder": own_app.settings.data_folder,
            "port": 18_000,
        }
    )
    async with own_app.operators.begin() as uow:
        _, key = await api_keys.create_api_key(
            uow, None, NewKey(KeyRole.OPS, "test"), pepper=own_app.key_pepper
        )
    with (
        servers(settings, durable=False) as started,
        running(settings, started, workers=2, worker=HURRIED) as found,
    ):
        yield Stack(own_app, started, found.url, key)


def _flush(stack: Stack) -> None:
    with stack.valkey() as valkey:
        valkey.flushall()


def _kill(stack: Stack) -> None:
    """It comes up again empty, and so do the workers that were connected to it."""
    os.kill(state(stack.started.supervisor.folder)["valkey"], signal.SIGKILL)


def _read_only(stack: Stack) -> None:
    with stack.valkey() as valkey:
        valkey.config_set("min-replicas-to-write", 1)


def _writable(stack: Stack) -> None:
    with stack.valkey() as valkey:
        valkey.config_set("min-replicas-to-write", 0)


def _nothing(_: Stack) -> None:
    """It has come up by itself."""


@pytest.mark.parametrize(
    ("harm", "repair"),
    [(_flush, _nothing), (_kill, _nothing), (_read_only, _writable)],
    ids=["flushed", "killed", "read-only"],
)
async def test_twilio_2013(
    stack: Stack, harm: Callable[[Stack], None], repair: Callable[[Stack], None]
) -> None:
    """M6: in the middle of top-ups; usage is accepted all the while."""
    companies = [await make_company(stack.app) for _ in range(5)]
    cards = ["card_ok", "card_answer_lost"]
    for number, company in enumerate(companies):
        await company.use_card(cards[number % 2])
        async with company.begin() as uow:
            await auto_top_up.configure_auto_top_up(uow, company.id, RULE)

    accepted = []
    for harmed in (False, True, True):
        if harmed:
            harm(stack)
        accepted += [await stack.use(company, 3_000) for company in companies]
        await asyncio.sleep(1)  # a second of that
    if repair is _writable:
        await until(stack.workers_wait)
    repair(stack)
    await until(stack.settled)

    provider = await stack.app.provider.charged()  # type: ignore[attr-defined]
    assert accepted == [True] * 15
    assert provider == {row[0]: row[1] for row in await query(stack.app, TOOK)}
    assert provider == {row[0]: row[1] for row in await query(stack.app, BOOKED)}
    assert [await _spent_and_left(company) for company in companies] == [True] * 5
    assert [
        (c.invariant.name, c.findings) async for c in verify(stack.app.operators) if c.count
    ] == []


async def _spent_and_left(company: Company) -> bool:
    """135.00 was used; the fewest steps of 100 that end above 10 were charged, and no more."""
    sql = """SELECT sum(amount)::bigint, (SELECT balance FROM credits WHERE account_id = :id)
        FROM payments WHERE account_id = :id AND status = 'SUCCEEDED'"""
    ((taken, balance),) = await query(company.app, sql, id=company.id)
    return bool(balance == taken - 135 * UNIT and 10 * UNIT < balance <= 110 * UNIT)


async def test_a_balance_that_cannot_be_read_is_never_zero(own_app: Perseat) -> None:
    """M6, C7: no PostgreSQL, no charge."""
    company = await make_company(own_app)
    await company.use_card("card_ok")
    nowhere = engine.create(
        "postgresql+asyncpg://postgres@127.0.0.1:1/perseat", engine.WORKER_ROLE, pool_size=1
    )
    cut_off = replace(own_app.operators, engine=nowhere)

    with pytest.raises(OSError, match=r"refused|Connect"):
        async with cut_off.begin() as uow:
            await top_ups.top_up_if_low(uow, company.id)
    with pytest.raises(OSError, match=r"refused|Connect"):
        await top_ups.low_accounts(cut_off, limit=10)

    assert await own_app.provider.charged() == {}  # type: ignore[attr-defined]
    await nowhere.dispose()
