"""Pages and groups of rows for many parents at once, each in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Uuid,
    bindparam,
    column,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.base import metadata
from app.db.rows import fetch
from app.domain.events import WITHIN
from app.domain.users import Role
from app.store.entries import ENTRIES
from app.store.histories import HISTORY
from app.store.timelines import TIMELINE


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `first` rows after the key `after`; all of `equals` and one of `any_of` hold: (column,
    value) each; `role` and `words` are for users.

    The last column of `by` is unique within an account, so that a page never shifts under inserts.
    """

    table: str
    first: int
    after: tuple[Any, ...] | None = None
    by: tuple[str, ...] = ("id",)
    descending: bool = True
    equals: tuple[tuple[str, Any], ...] = ()
    any_of: tuple[tuple[str, Any], ...] = ()
    role: Role | None = None
    words: tuple[tuple[str, str], ...] = ()


def source(name: str) -> FromClause:
    """The table of this name, or what is read like one."""
    named: dict[str, FromClause] = {"timeline": TIMELINE, "entries": ENTRIES, "history": HISTORY}
    return named[name] if name in named else metadata.tables[name]


def _chosen(page: Page, table: FromClause) -> list[ColumnElement[bool]]:
    found = [table.c[name] == value for name, value in page.equals]
    if page.table == "events":
        found += [table.c.kind != str(each) for each in WITHIN]
    if page.any_of:
        found.append(or_(*(table.c[name] == value for name, value in page.any_of)))
    if page.role is not None:
        found.append(_has_role(table, page.role))
    for plain, typed in page.words:
        texts = ((table.c.name_key, plain), (table.c.email, plain), (table.c.email, typed))
        found.append(or_(*(each.contains(word, autoescape=True) for each, word in texts)))
    return found


def _of_user(users: FromClause, roles: FromClause) -> ColumnElement[bool]:
    return (roles.c.account_id == users.c.account_id) & (roles.c.user_id == users.c.id)


def _has_role(users: FromClause, role: Role) -> ColumnElement[bool]:
    roles = metadata.tables["user_roles"]
    return exists().where(_of_user(users, roles), roles.c.role == role)


def _columns(table: FromClause) -> list[Any]:
    """A page of users brings the roles and the policy along: access follows from them."""
    if table is not metadata.tables["users"]:
        return [table]
    roles, plans, terms = (metadata.tables[t] for t in ("user_roles", "plans", "subscriptions"))
    held = select(func.array_agg(roles.c.role)).where(_of_user(table, roles)).scalar_subquery()
    policy = (
        select(plans.c.billing_policy)
        .join(terms, terms.c.plan_id == plans.c.id)
        .where(terms.c.account_id == table.c.account_id)
        .scalar_subquery()
    )
    return [table, held.label("roles"), policy.label("billing_policy")]


def _ordered(page: Page, table: FromClause) -> Select[Any]:
    keys = [table.c[name] for name in page.by]
    query = select(*_columns(table)).where(*_chosen(page, table))
    if page.after is not None:
        here, there = tuple_(*keys), tuple_(*page.after)
        query = query.where(here < there if page.descending else here > there)
    return query.order_by(*_directed(page, keys)).limit(page.first + 1)


def _directed(page: Page, keys: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [key.desc() if page.descending else key.asc() for key in keys]


async def count(
    session: AsyncSession, pages: Sequence[tuple[Page, UUID]]
) -> dict[tuple[Page, UUID], int]:
    """How many rows a list has that is filtered like this page, of each account."""
    found: dict[tuple[Page, UUID], int] = dict.fromkeys(pages, 0)
    connection = await session.connection()
    for page in dict.fromkeys(page for page, _ in pages):
        table = source(page.table)
        ids = [account_id for each, account_id in pages if each == page]
        query = (
            select(table.c.account_id, func.count())
            .where(table.c.account_id.in_(ids), *_chosen(page, table))
            .group_by(table.c.account_id)
        )
        for account_id, number in await connection.execute(query):
            found[page, account_id] = number
    return found


async def of_accounts(
    session: AsyncSession, page: Page, account_ids: Sequence[UUID]
) -> dict[UUID, list[Any]]:
    """The page of each account, with one row more than asked for if there are more."""
    found: dict[UUID, list[Any]] = {each: [] for each in account_ids}
    for row in await fetch(session, _of_accounts(page), {"wanted": list(account_ids)}):
        found[row.account_id].append(row)
    return found


@lru_cache(maxsize=256)
def _of_accounts(page: Page) -> Select[Any]:
    """Remembered: to build it takes longer than to execute it."""
    table = source(page.table)
    wanted = bindparam("wanted", type_=ARRAY(Uuid))
    ids = func.unnest(wanted).table_valued(column("account_id", Uuid)).render_derived("wanted")
    rows = _ordered(page, table).where(table.c.account_id == ids.c.account_id).lateral("page")
    order = _directed(page, [rows.c[name] for name in page.by])
    return select(rows).select_from(ids.join(rows, true())).order_by(*order)


async def of_all_accounts(session: AsyncSession, page: Page) -> list[Any]:
    """A page of accounts themselves, or of what is of none or of many of them."""
    connection = await session.connection()
    return list(await connection.execute(_ordered(page, source(page.table))))


async def grouped(
    session: AsyncSession,
    table: str,
    keys: Sequence[tuple[UUID, ...]],
    by: tuple[str, ...],
    *conditions: ColumnElement[bool],
) -> dict[tuple[UUID, ...], list[Any]]:
    """All rows of `table` whose columns `by` are one of `keys`, in the order of their ids.

    What `conditions` are given is remembered: the same objects each time.
    """
    found: dict[tuple[UUID, ...], list[Any]] = {key: [] for key in keys}
    query = _grouped(table, tuple(by), conditions)
    values = {name: [key[i] for key in keys] for i, name in enumerate(by)}
    for row in await fetch(session, query, values):
        found[tuple(getattr(row, each) for each in by)].append(row)
    return found


@cache
def _grouped(
    table: str, by: tuple[str, ...], conditions: tuple[ColumnElement[bool], ...]
) -> Select[Any]:
    """However many keys: one text, which is prepared once."""
    source = metadata.tables[table]
    keys = [source.c[name] for name in by]
    given = [bindparam(each.name, type_=ARRAY(each.type)) for each in keys]
    wanted = func.unnest(*given).table_valued(*by).render_derived("wanted")
    query = select(source).where(tuple_(*keys).in_(select(*wanted.c)), *conditions)
    return query.order_by(source.c.id) if "id" in source.c else query
