"""Pages of usage events, newest first, for many accounts in one statement.

Each filter has an index that begins with the account and is in the order of the page, so that a
page reads its own rows: those of a `user_id`, a `line_id`, a `hold_id`, a `source`; an `event_id`
is found by the unique key, skipping from source to source. Kind, direction, line type, initiator
and `included` are the cells of an index: the page is merged of the newest of each cell that fits,
120 at most. What was posted in a range of days is a range of each of these indexes; what happened
in one was posted on days that `usage_days` knows. Beside a user, a line, a hold, a source or an
event's id all others only pick among their rows. (The source '' is the common one, and has none.)
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.store.pages import Page

_NARROW = frozenset({"user_id", "line_id", "hold_id", "source", "event_id"})
_CELL: dict[str, Sequence[Any]] = {
    "kind": tuple(UsageKind),
    "direction": tuple(Direction),
    "line_type": tuple(LineType),
    "initiator": tuple(Initiator),
    "included": (True, False),
}
_TYPES = ("text", "text", "text", "text", "bool")


EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Instants from which and before which."""

    posted_from: datetime = EARLIEST
    posted_before: datetime = LATEST
    happened_from: datetime = EARLIEST
    happened_before: datetime = LATEST

    @property
    def happened(self) -> bool:
        return (self.happened_from, self.happened_before) != (EARLIEST, LATEST)


Wanted: TypeAlias = tuple[Page, UUID, Window]

_ORDER = "ORDER BY e.posted_at DESC, e.id DESC"
_WANTED = """
    FROM unnest(CAST(:ids AS uuid[]), CAST(:posted_from AS timestamptz[]),
        CAST(:posted_before AS timestamptz[]), CAST(:happened_from AS timestamptz[]),
        CAST(:happened_before AS timestamptz[]), CAST(:first_days AS date[]),
        CAST(:last_days AS date[])) WITH ORDINALITY
        AS w (account_id, posted_from, posted_before, happened_from, happened_before, first_day,
            last_day, position)
    JOIN accounts a ON a.id = w.account_id
"""
# Behind row security an index is read by plain values only: not by what calls a function.
_POSTED = " AND e.posted_at >= w.posted_from AND e.posted_at < w.posted_before"
_HAPPENED = """
    AND e.happened_at >= w.happened_from AND e.happened_at < w.happened_before
    AND e.posted_at >= days.since AND e.posted_at < days.until
"""
_DAYS = """
    CROSS JOIN LATERAL (
        SELECT (min(d.posted_on) - 1)::timestamp AT TIME ZONE 'UTC' AS since,
            (max(d.posted_on) + 2)::timestamp AT TIME ZONE 'UTC' AS until
        FROM usage_days d
        WHERE d.account_id = w.account_id AND d.happened_on BETWEEN w.first_day AND w.last_day
    ) AS days
"""


async def pages(session: AsyncSession, wanted: Sequence[Wanted]) -> dict[Wanted, list[Any]]:
    """With one row more than asked for if there are more; currency and zone come along."""
    by_page: dict[tuple[Page, bool], list[Wanted]] = defaultdict(list)
    for each in wanted:
        by_page[each[0], each[2].happened].append(each)
    found: dict[Wanted, list[Any]] = {each: [] for each in wanted}
    connection = await session.connection()
    for (page, happened), alike in by_page.items():
        query, values = _query(page, happened=happened)
        rows = await connection.execute(query, {**values, **_windows(alike)})
        for row in rows:
            found[alike[row.position - 1]].append(row)
    return found


def _windows(wanted: Sequence[Wanted]) -> dict[str, list[Any]]:
    """Days are a day wider than their instants: whatever the zone, none is missing."""
    windows = [window for _, _, window in wanted]
    return {
        "ids": [account_id for _, account_id, _ in wanted],
        "posted_from": [each.posted_from for each in windows],
        "posted_before": [each.posted_before for each in windows],
        "happened_from": [each.happened_from for each in windows],
        "happened_before": [each.happened_before for each in windows],
        "first_days": [(each.happened_from - _DAY).date() for each in windows],
        "last_days": [(each.happened_before + _DAY).date() for each in windows],
    }


def _query(page: Page, *, happened: bool) -> tuple[TextClause, dict[str, Any]]:
    chosen = dict(page.equals)
    values: dict[str, Any] = {"count": page.first + 1}
    conditions = "e.account_id = w.account_id" + _POSTED + (_HAPPENED if happened else "")
    if page.after is not None:
        conditions += " AND (e.posted_at, e.id) < (:after_at, :after_id)"
        values |= dict(zip(("after_at", "after_id"), page.after, strict=True))
    merged = chosen.keys() & _CELL.keys() and not any(chosen.get(name) for name in _NARROW)
    plain = chosen.keys() - _CELL.keys() if merged else chosen.keys()
    for name in sorted(plain):
        conditions += f" AND e.{name} = :{name}"
        values[name] = chosen[name]
    if chosen.get("source"):
        conditions += " AND e.source <> ''"
    rows = _rows(conditions)
    if merged:
        rows = _of_cells(conditions)
        values |= _cells(chosen)
    sql = f"""SELECT w.position, a.currency, a.billing_timezone, e.* {_WANTED}
        {_DAYS if happened else ""} CROSS JOIN LATERAL ({rows}) AS e
        ORDER BY w.position, e.posted_at DESC, e.id DESC"""
    return text(sql), values


def _rows(conditions: str) -> str:
    return f"SELECT e.* FROM usage_events e WHERE {conditions} {_ORDER} LIMIT :count"


def _of_cells(conditions: str) -> str:
    same = " AND ".join(f"e.{name} = c.{name}" for name in _CELL)
    arrays = ", ".join(
        f"CAST(:cell_{name} AS {kind}[])" for name, kind in zip(_CELL, _TYPES, strict=True)
    )
    return f"""SELECT e.* FROM unnest({arrays}) AS c ({", ".join(_CELL)})
        CROSS JOIN LATERAL ({_rows(f"{conditions} AND {same}")}) AS e {_ORDER} LIMIT :count"""


def _cells(chosen: dict[str, Any]) -> dict[str, list[Any]]:
    every = product(*([chosen[name]] if name in chosen else all_ for name, all_ in _CELL.items()))
    columns = zip(*every, strict=True)
    return {f"cell_{name}": list(column) for name, column in zip(_CELL, columns, strict=True)}
