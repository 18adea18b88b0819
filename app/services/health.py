"""Readiness: whether requests can be served right now."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.db.unit_of_work import Transactions


@dataclass(frozen=True, slots=True)
class Readiness:
    """`checks` name each dependency and what is wrong with it, or `ok`."""

    checks: dict[str, str]

    @property
    def ok(self) -> bool:
        return all(state == "ok" for state in self.checks.values())


async def readiness(transactions: Transactions, newest: str | None) -> Readiness:
    """Redis is no condition: without it work waits in the outbox, and nothing is lost."""
    try:
        async with transactions.begin() as uow:
            connection = await uow.session.connection()
            found = await connection.execute(text("SELECT version_num FROM alembic_version"))
            revision = found.scalar_one_or_none()
    except (SQLAlchemyError, OSError) as error:
        return Readiness({"database": type(error).__name__, "schema": "unknown"})
    schema = "ok" if revision == newest else f"is {revision}, needs {newest}: perseat migrate"
    return Readiness({"database": "ok", "schema": schema})
