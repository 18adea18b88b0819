"""Sums of usage by day, for many accounts and several breakdowns at once: one pass over the days.

`POSTED` reads by the unique key of the cells, `HAPPENED` by an index of its own: no more than the
cells of these accounts on these days.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.usage_days import MOST_NAMED, Breakdown, Row, Span, Sums, UsageBy

Wanted: TypeAlias = tuple[UUID, Span]
_DAYS = {UsageBy.POSTED: "d.posted_on", UsageBy.HAPPENED: "d.happened_on"}
_COLUMNS = {
    Breakdown.KIND: "d.kind",
    Breakdown.DIRECTION: "d.direction",
    Breakdown.LINE_TYPE: "d.line_type",
    Breakdown.INITIATOR: "d.initiator",
    Breakdown.USER: "d.user_id",
    Breakdown.LINE: "d.line_id",
}


@lru_cache
def _query(by: UsageBy, parts: frozenset[Breakdown]) -> TextClause:
    """Of users and lines no more than MOST_NAMED, the dearest; the others are summed up here."""
    day = _DAYS[by]
    columns = {Breakdown.DAY: day, **_COLUMNS}
    chosen = {part: columns[part] for part in sorted(parts) if part in columns}
    sets = [f"(w.position, {column})" for column in chosen.values()]
    sets += ["(w.position)"] if Breakdown.TOTAL in parts else []
    part = " ".join(f"WHEN GROUPING({c}) = 0 THEN '{name}'" for name, c in chosen.items())
    key = ", ".join(f"{column}::text" for column in chosen.values())
    return text(f"""
        WITH sums AS (
            SELECT w.position, {f"CASE {part} ELSE 'TOTAL' END" if part else "'TOTAL'"} AS part,
                {f"coalesce({key})" if key else "NULL::text"} AS key, sum(d.events) AS events,
                coalesce(sum(d.quantity) FILTER (WHERE NOT d.included), 0) AS paid,
                coalesce(sum(d.quantity) FILTER (WHERE d.included), 0) AS included,
                sum(d.amount) AS amount, sum(d.fee) AS fee
            FROM unnest(CAST(:accounts AS uuid[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
                WITH ORDINALITY AS w (account_id, first, last, position)
            JOIN usage_days d ON d.account_id = w.account_id AND {day} BETWEEN w.first AND w.last
            GROUP BY GROUPING SETS ({", ".join(sets)})
        ), ranked AS (
            SELECT *, part IN ('USER', 'LINE') AND row_number() OVER (
                PARTITION BY position, part, key IS NULL
                ORDER BY amount + fee DESC, paid DESC, events DESC, key) > {MOST_NAMED} AS rest
            FROM sums
        )
        SELECT position, part, CASE WHEN NOT rest THEN key END AS key,
            CASE WHEN key IS NULL AND NOT rest THEN 0 ELSE count(*) END AS number,
            sum(events)::bigint, sum(paid)::bigint, sum(included)::bigint,
            sum(amount)::bigint, sum(fee)::bigint
        FROM ranked GROUP BY position, part, rest, CASE WHEN NOT rest THEN key END, key IS NULL
        ORDER BY position, part, rest, sum(amount + fee) DESC, sum(paid) DESC, sum(events) DESC, 3
    """)


async def sums(
    session: AsyncSession, wanted: Iterable[tuple[Wanted, Breakdown]]
) -> dict[tuple[Wanted, Breakdown], list[Row]]:
    """One statement for each way to count days; rows of a breakdown come dearest first."""
    by_day: dict[UsageBy, dict[Wanted, set[Breakdown]]] = defaultdict(lambda: defaultdict(set))
    for each, part in wanted:
        by_day[each[1].by][each].add(part)
    found: dict[tuple[Wanted, Breakdown], list[Row]] = defaultdict(list)
    for by, asked in by_day.items():
        spans = list(asked)
        for row in await _read(session, by, spans, set().union(*asked.values())):
            sums = Sums(*row[4:])
            found[spans[row.position - 1], Breakdown(row.part)].append(
                Row(row.key, sums, row.number)
            )
    return found


async def _read(
    session: AsyncSession, by: UsageBy, spans: Sequence[Wanted], parts: Collection[Breakdown]
) -> Iterable[Any]:
    values = {
        "accounts": [account_id for account_id, _ in spans],
        "firsts": [span.first for _, span in spans],
        "lasts": [span.last for _, span in spans],
    }
    connection = await session.connection()
    return await connection.execute(_query(by, frozenset(parts)), values)
