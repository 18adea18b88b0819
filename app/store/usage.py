"""What ingestion has to know of accounts, for as many of them as a batch names."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_KNOWN = {
    table: text(f"""
        SELECT t.account_id, t.id::text FROM {table} t
        JOIN unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[])) AS named (account_id, id)
            ON t.account_id = named.account_id AND t.id = named.id
    """)  # noqa: S608 - the names are ours
    for table in ("users", "lines", "usage_holds")
}


async def known(
    session: AsyncSession, table: str, named: Iterable[tuple[UUID, str]]
) -> set[tuple[UUID, str]]:
    """Which of these (account, id) are rows of `table`; also users who were deleted (U5)."""
    pairs = set()
    for account_id, row_id in named:
        with suppress(ValueError):
            pairs.add((account_id, UUID(row_id)))
    if not pairs:
        return set()
    accounts, ids = zip(*sorted(pairs), strict=True)
    connection = await session.connection()
    rows = await connection.execute(_KNOWN[table], {"accounts": accounts, "ids": ids})
    return {(row[0], row[1]) for row in rows}


_ENDS = text("""
    SELECT s.account_id, s.ends_on, closed.at FROM subscriptions s
    CROSS JOIN LATERAL (
        SELECT max(c.at) AS at FROM subscription_changes c
        WHERE c.account_id = s.account_id AND c.kind = 'CLOSED'
    ) AS closed
    WHERE s.account_id = ANY(:ids) AND (s.ends_on IS NOT NULL OR closed.at IS NOT NULL)
""")


async def ends(
    session: AsyncSession, account_ids: Collection[UUID]
) -> dict[UUID, tuple[date | None, datetime | None]]:
    """Of cancelled and closed accounts: the first day that is not theirs, and when they closed."""
    connection = await session.connection()
    rows = await connection.execute(_ENDS, {"ids": list(account_ids)})
    return {row[0]: (row[1], row[2]) for row in rows}


_OF_ACCOUNTS = ("subscriptions", "subscription_changes", "account_rates")
_OF_ALL = ("rates", "carrier_fees")
_SUM = "SELECT sum(hash_record_extended({what}, 0)) FROM {table} t"
_MARKS = (
    _SUM.format(what="ROW(t.id, t.test_clock, t.billing_timezone)", table="accounts")
    + " WHERE t.id = ANY(:ids)",
    *(
        _SUM.format(what="t", table=each) + " WHERE t.account_id = ANY(:ids)"
        for each in _OF_ACCOUNTS
    ),
    *(_SUM.format(what="t", table=each) for each in _OF_ALL),
)
_MARK = text(f"SELECT {', '.join(f'({each})' for each in _MARKS)}")


async def mark(session: AsyncSession, account_ids: Collection[UUID]) -> Any:
    """A figure for each table that rates and ends are made of, another one when a row is."""
    connection = await session.connection()
    return tuple((await connection.execute(_MARK, {"ids": list(account_ids)})).one())
