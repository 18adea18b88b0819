"""The stories of debts of usage (M7, M8): of charges, and of what is owed now; read for many."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.debts import (
    LOSSES,
    Carrier,
    Contributor,
    DebtStory,
    LargeEvent,
    Loss,
    NotToppedUp,
)
from app.domain.facts import Facts
from app.domain.ledger import TransferKind
from app.domain.periods import local_date, next_cut_off
from app.domain.preventions import Move, preventions
from app.domain.top_ups import AutoTopUp, Refusal
from app.domain.usage import UsageKind
from app.domain.usage_spans import EVERYTHING, NOTHING, UsageSpan
from app.services import recounts
from app.store import debt_stories as store
from app.store import usage_spans
from app.store.facts import Keys, originals

AT_ONCE = TransferKind.USAGE


async def of_charges(session: AsyncSession, keys: Keys) -> dict[tuple[UUID, UUID], DebtStory]:
    """By account and charge, of those that are for usage; one that was issued again has the story
    of the first time, and the invoice that asks for it now."""
    rows = await store.settled(session, keys)
    if not rows:
        return {}
    firsts = await originals(session, [(row.account_id, row.id) for row in rows])
    first = {row.id: firsts.get((row.account_id, row.id), row.id) for row in rows}
    told = await recounts.load(session, [(row.account_id, first[row.id]) for row in rows])
    facts = {each.charge.id: each for each in told}
    spans = [_span(facts[first[row.id]]) for row in rows]
    begun = [
        (_settled(facts[first[row.id]], span, row), row)
        for span, row in zip(spans, rows, strict=True)
    ]
    stories = await _told(session, spans, begun)
    return {(row.account_id, row.id): each for row, each in zip(rows, stories, strict=True)}


def _span(facts: Facts) -> UsageSpan:
    span = facts.usage_span
    if span is None:
        raise LookupError(facts.charge.id)
    return span


def _settled(facts: Facts, span: UsageSpan, row: Any) -> DebtStory:
    charge = facts.charge
    return DebtStory(
        span.since,
        charge.posted_at,
        facts.timezone,
        charge.rule == "M8",
        0,
        0,
        charge.inputs["balance"],
        Carrier(row.issued_on or _next(row, charge.posted_at), row.number, row.invoice_id, row.id),
    )


async def present(
    session: AsyncSession, moments: Sequence[tuple[UUID, datetime]]
) -> dict[tuple[UUID, datetime], DebtStory]:
    """By account and its own time: of those that owe for usage now."""
    rows = await store.present(session, moments)
    if not rows:
        return {}
    spans = [
        UsageSpan(
            row.account_id,
            row.since,
            row.now,
            row.billing_timezone,
            row.turn or NOTHING,
            EVERYTHING,
        )
        for row in rows
    ]
    begun = [(_present(row), row) for row in rows]
    stories = await _told(session, spans, begun)
    return {(row.account_id, row.now): each for row, each in zip(rows, stories, strict=True)}


def _present(row: Any) -> DebtStory:
    return DebtStory(
        row.since,
        row.now,
        row.billing_timezone,
        row.post_paid_usage,
        0,
        0,
        row.balance,
        Carrier(_next(row, row.now)),
    )


def _next(row: Any, after: datetime) -> date:
    """Of a trial the next 1st too, although it is asked for only after the conversion."""
    at = row.next_bill_at or next_cut_off(after, row.billing_timezone)
    return local_date(at, row.billing_timezone)


async def _told(
    session: AsyncSession, spans: Sequence[UsageSpan], begun: Sequence[tuple[DebtStory, Any]]
) -> list[DebtStory]:
    """The same with what made them: five reads for any number."""
    moves = await store.moves(session, spans)
    used = await usage_spans.used(session, spans)
    debited = await store.debited(session, spans)
    events = await store.events(session, spans)
    refused = await store.refusals(session, spans)
    return [
        _story(
            story,
            row,
            [Move(each.at, each.moved, each.automatic) for each in moves.get(index, ())],
            _losses(debited.get(index, ())),
            _largest(used.get(index, ()), debited.get(index, ())),
            [_event(each) for each in events.get(index, ())],
            [_refusal(each) for each in refused.get(index, ())],
        )
        for index, (story, row) in enumerate(begun)
    ]


def _story(
    story: DebtStory,
    row: Any,
    moves: Sequence[Move],
    losses: Sequence[Loss],
    made: Sequence[Contributor],
    events: Sequence[LargeEvent],
    refused: Sequence[NotToppedUp],
) -> DebtStory:
    """What moved the credits and what is left tell what there was at first."""
    added = sum(each.moved for each in moves if each.moved > 0)
    opening = story.balance - sum(each.moved for each in moves)
    own = AutoTopUp(True, row.threshold, row.amount, row.daily_cap, row.monthly_cap)  # noqa: FBT003
    would = (
        []
        if story.post_paid or row.closed
        else preventions(own, opening, moves, story.timezone, has_method=row.has_method)
    )
    return replace(
        story,
        opening=opening,
        added=added,
        losses=losses,
        contributors=made,
        events=events,
        refusals=[] if story.post_paid else refused,
        preventions=would,
    )


def _losses(debited: Sequence[Any]) -> list[Loss]:
    found = [(row.day, TransferKind(row.kind), row.amount) for row in debited]
    return sorted(
        (Loss(day, kind, amount) for day, kind, amount in found if kind in LOSSES),
        key=lambda each: (each.day, each.entry_kind),
    )


def _largest(used: Sequence[Any], debited: Sequence[Any]) -> list[Contributor]:
    """By day, of what is debited at once what was used, of what is debited for a day the entry."""
    found = [
        Contributor(row.day, AT_ONCE, UsageKind(row.kind), row.events, row.quantity, row.amount)
        for row in used
        if not row.deferred
    ] + [
        Contributor(row.day, TransferKind(row.kind), None, row.events, 0, row.amount)
        for row in debited
        if row.kind not in LOSSES
    ]
    dearest = [each for each in found if each.amount > 0]
    dearest.sort(key=lambda each: (-each.amount, each.day, each.usage_kind or ""))
    return dearest[: store.LARGEST]


def _event(row: Any) -> LargeEvent:
    return LargeEvent(
        row.id,
        row.event_id,
        UsageKind(row.kind),
        row.quantity,
        row.amount,
        row.happened_at,
        row.posted_at,
    )


def _refusal(row: Any) -> NotToppedUp:
    return NotToppedUp(Refusal(row.reason), row.times, row.first, row.last)
