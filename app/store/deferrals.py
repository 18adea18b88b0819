"""Sums of usage that are posted later than their events are recorded."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.deferrals import DeferralKind


@dataclass(frozen=True, slots=True)
class Addition:
    """What events of one account, recorded on a local day, add to the sum of their kind."""

    account_id: UUID
    kind: DeferralKind
    day: date
    amount: int
    events: int
    effective_at: datetime


_ADD = text("""
    INSERT INTO usage_deferrals AS d (account_id, id, kind, day, amount, events, effective_at)
    SELECT e.account_id, uuidv7(), e.kind, e.day, e.amount, e.events, e.effective_at
    FROM unnest(CAST(:account_ids AS uuid[]), CAST(:kinds AS text[]), CAST(:days AS date[]),
        CAST(:amounts AS bigint[]), CAST(:events AS int[]), CAST(:instants AS timestamptz[]))
        AS e (account_id, kind, day, amount, events, effective_at)
    ORDER BY e.account_id, e.kind, e.day
    ON CONFLICT (account_id, kind, day) DO UPDATE
        SET amount = d.amount + excluded.amount, events = d.events + excluded.events
""")


async def add(session: AsyncSession, additions: Sequence[Addition]) -> None:
    """One addition for each account, kind and day; a sum that is posted lets nothing in."""
    values: dict[str, Any] = {
        "account_ids": [each.account_id for each in additions],
        "kinds": [each.kind.value for each in additions],
        "days": [each.day for each in additions],
        "amounts": [each.amount for each in additions],
        "events": [each.events for each in additions],
        "instants": [each.effective_at for each in additions],
    }
    await (await session.connection()).execute(_ADD, values)


_TAKE = text("""
    UPDATE usage_deferrals d SET posted_at = coalesce(a.test_clock, :now)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:instants AS timestamptz[])) AS due (account_id, instant)
    JOIN accounts a ON a.id = due.account_id
    WHERE d.account_id = due.account_id AND d.posted_at IS NULL AND d.effective_at < due.instant
    RETURNING d.account_id, d.id, d.kind, d.amount, d.effective_at
""")


async def take(session: AsyncSession, befores: Mapping[UUID, datetime], now: datetime) -> Any:
    """Of accounts that are locked: what became effective before an instant, for ever posted."""
    connection = await session.connection()
    values = {"ids": list(befores), "instants": list(befores.values()), "now": now}
    return (await connection.execute(_TAKE, values)).all()


_DUE = text("""
    SELECT DISTINCT d.account_id FROM usage_deferrals d JOIN accounts a ON a.id = d.account_id
    WHERE d.posted_at IS NULL AND d.account_id > :after
      AND d.effective_at < coalesce(a.test_clock, CAST(:now AS timestamptz) - interval '1 minute')
    ORDER BY d.account_id LIMIT :count
""")


async def due(session: AsyncSession, *, now: datetime, after: UUID, count: int) -> list[UUID]:
    """Accounts behind `after` of which something is to be posted, each by its own clock.

    A minute late, so that no other machine, whose clock is behind, still adds to that day.
    """
    connection = await session.connection()
    values = {"now": now, "after": after, "count": count}
    return list((await connection.execute(_DUE, values)).scalars())


@dataclass(frozen=True, slots=True)
class Pending:
    """Micros that will be debited (negative: given back) at `effective_at`."""

    kind: DeferralKind
    day: date
    amount: int
    events: int
    effective_at: datetime


ByAccount: TypeAlias = Mapping[UUID, Sequence[Pending]]

_PENDING = text("""
    SELECT account_id, kind, day, amount, events, effective_at FROM usage_deferrals
    WHERE account_id = ANY(:ids) AND posted_at IS NULL ORDER BY effective_at, kind
""")


async def pending(session: AsyncSession, account_ids: Sequence[UUID]) -> ByAccount:
    """What is recorded and not yet debited, soonest first; nothing for who has nothing."""
    connection = await session.connection()
    found: dict[UUID, list[Pending]] = defaultdict(list)
    for account_id, kind, *more in await connection.execute(_PENDING, {"ids": list(account_ids)}):
        found[account_id].append(Pending(DeferralKind(kind), *more))
    return found
