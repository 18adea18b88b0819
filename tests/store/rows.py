"""Raw statements, without a filter of ours, in the roles that serve requests and tasks."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import app.models  # noqa: F401 - registers the tables
from app.db.base import metadata
from app.db.types import new_id
from app.db.unit_of_work import Transactions
from tests.make import Company

OF_ACCOUNTS = sorted(
    table.name for table in metadata.tables.values() if "account_id" in table.primary_key.columns
)
TABLES = ["accounts", *OF_ACCOUNTS]


def key_of(table: str) -> str:
    """The column that says whose a row is."""
    return "id" if table == "accounts" else "account_id"


async def execute(
    transactions: Transactions, sql: str, *, tenant: UUID | None = None, **values: object
) -> Any:
    """The result of one statement, in a transaction of its own."""
    async with transactions.begin(tenant) as uow:
        return await (await uow.session.connection()).execute(text(sql), values)


async def scalar(
    transactions: Transactions, sql: str, *, tenant: UUID | None = None, **values: object
) -> Any:
    return (await execute(transactions, sql, tenant=tenant, **values)).scalar_one()


async def refusal(
    transactions: Transactions, sql: str, *, tenant: UUID | None = None, **values: object
) -> str:
    """What PostgreSQL says when it refuses the statement."""
    try:
        await execute(transactions, sql, tenant=tenant, **values)
    except DBAPIError as error:
        return str(error.orig)
    return "it was not refused"


def copy(table: str, where: str = "true", **changes: object) -> tuple[str, str]:
    """A statement that inserts a row like one of :account's, with a new id and with changes."""
    fresh = {"id": new_id()} if table != "credits" else {}
    sql = f"""INSERT INTO {table}
        SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(t) || CAST(:changes AS jsonb))).*
        FROM {table} t WHERE t.{key_of(table)} = :account AND {where} LIMIT 1"""  # noqa: S608
    return sql, orjson.dumps({**fresh, **changes}, default=str).decode()


async def refused_copy(company: Company, table: str, where: str = "true", **changes: object) -> str:
    """The same in the role of the workers, and what PostgreSQL says of it."""
    sql, text_ = copy(table, where, **changes)
    return await refusal(company.app.operators, sql, account=company.id, changes=text_)
