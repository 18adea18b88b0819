"""Pages and groups of rows for many parents at once, each in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Uuid,
    column,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.base import metadata


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `first` rows after the key `after`; all of `equals` and one of `any_of` hold: (column,
    value) each.

    The keys of `by` are unique within an account, so that a page never shifts under inserts.
    """

    table: str
    first: int
    after: Any = None
    by: str = "id"
    descending: bool = True
    equals: tuple[tuple[str, Any], ...] = ()
    any_of: tuple[tuple[str, Any], ...] = ()


def _ordered(page: Page, table: Table) -> Select[Any]:
    key = table.c[page.by]
    query = select(table).where(*(table.c[name] == value for name, value in page.equals))
    if page.any_of:
        query = query.where(or_(*(table.c[name] == value for name, value in page.any_of)))
    if page.after is not None:
        query = query.where(key < page.after if page.descending else key > page.after)
    return query.order_by(key.desc() if page.descending else key).limit(page.first + 1)


async def of_accounts(
    session: AsyncSession, page: Page, account_ids: Sequence[UUID]
) -> dict[UUID, list[Any]]:
    """The page of each account, with one row more than asked for if there are more."""
    table = metadata.tables[page.table]
    wanted = literal(list(account_ids), ARRAY(Uuid))
    ids = func.unnest(wanted).table_valued(column("account_id", Uuid)).render_derived("wanted")
    rows = _ordered(page, table).where(table.c.account_id == ids.c.account_id).lateral("page")
    order = rows.c[page.by].desc() if page.descending else rows.c[page.by]
    found: dict[UUID, list[Any]] = {each: [] for each in account_ids}
    connection = await session.connection()
    query = select(rows).select_from(ids.join(rows, true())).order_by(order)
    for row in await connection.execute(query):
        found[row.account_id].append(row)
    return found


async def of_all_accounts(session: AsyncSession, page: Page) -> list[Any]:
    """A page of accounts themselves."""
    connection = await session.connection()
    return list(await connection.execute(_ordered(page, metadata.tables["accounts"])))


async def grouped(
    session: AsyncSession,
    table: str,
    keys: Sequence[tuple[UUID, ...]],
    by: Sequence[str],
    *conditions: ColumnElement[bool],
) -> dict[tuple[UUID, ...], list[Any]]:
    """All rows of `table` whose columns `by` are one of `keys`, in the order of their ids."""
    source = metadata.tables[table]
    columns = [source.c[name] for name in by]
    query = select(source).where(tuple_(*columns).in_(list(keys)), *conditions)
    if "id" in source.c:
        query = query.order_by(source.c.id)
    found: dict[tuple[UUID, ...], list[Any]] = {key: [] for key in keys}
    connection = await session.connection()
    for row in await connection.execute(query):
        found[tuple(row._mapping[each] for each in columns)].append(row)  # noqa: SLF001
    return found
