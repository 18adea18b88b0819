"""Reconciliation with the payment provider (L5, P3 of the invariants): its list against ours.

What agrees is confirmed, once; what does not is named, and kept for people to decide about.
"""

from dataclasses import dataclass
from datetime import datetime

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import Conflict, InvalidInput
from app.domain.spans import (
    LAP,
    LAPS,
    OVERLAP,
    Span,
    next_again,
    next_day,
    shortened,
)
from app.faults import Fault, reach
from app.models import Reconciliation
from app.payments.provider import OutcomeUnknown, Provider
from app.services import differences
from app.services.comparisons import (
    FIRST,
    NIGHTLY,
    UNBOUNDED,
    Bounds,
    ask_about_the_rest,
    listed,
)
from app.services.differences import WORKER, Found, Key
from app.store import reconciliation as store


@dataclass(frozen=True, slots=True)
class _Due:
    """A span, by whom it is compared, and the payment after which there was no time to ask for
    more; None where nobody is asked about, as in a later lap."""

    span: Span
    actor: str = WORKER
    after: Key | None = None


async def is_due(transactions: Transactions, provider: str) -> bool:
    """Whether a day is over that nobody has compared, or is to be compared again."""
    return await _next(transactions, provider) is not None


async def reconcile_next_day(
    transactions: Transactions, provider: Provider, bounds: Bounds = NIGHTLY
) -> bool:
    """Compare the oldest day that is still to be compared, or as much of it as one task may do;
    then those that are to be compared again. False if there was none."""
    due = await _next(transactions, provider.name)
    if due is None:
        return False
    await reconcile(
        transactions,
        provider,
        due.span,
        actor=due.actor,
        automatic=due.actor == WORKER,
        bounds=bounds,
        after=due.after,
    )
    return True


async def _next(transactions: Transactions, provider: str) -> _Due | None:
    async with transactions.begin() as uow:
        return await _next_day(uow, provider) or await _next_again(uow, provider)


async def _next_day(uow: UnitOfWork, provider: str) -> _Due | None:
    last = await store.last_automatic(uow.session, provider)
    first = None if last else await store.first_sent(uow.session, provider)
    span = next_day(last.until if last else None, first, uow.now())
    if span is None:
        return None
    if last is None:
        return _Due(span, after=FIRST)
    asked = (last.asked_account, last.asked_payment) if last.asked_account else FIRST
    return _Due(shortened(span, Span(last.since, last.until)), after=asked)


async def _next_again(uow: UnitOfWork, provider: str) -> _Due | None:
    """L5: each day once more after each lap; charges are as they are then."""
    first = await store.began(uow.session, provider)
    if first is None:
        return None
    for lap in range(1, LAPS + 1):
        actor, now = f"{WORKER}, {(lap * LAP).days} days later", uow.now() - lap * LAP
        last = await store.last_of(uow.session, provider, actor)
        span = next_again(last.until if last else None, first, now)
        if span is not None:
            return _Due(shortened(span, Span(last.since, last.until)) if last else span, actor)
    return None


async def span_of(
    transactions: Transactions, provider: str, since: datetime | None, until: datetime | None
) -> Span:
    """From where the last automatic one ended, or the first payment, until now."""
    async with transactions.begin() as uow:
        until = until or uow.now()
        since = since or await store.done_until(uow.session, provider)
        since = since or await store.first_sent(uow.session, provider) or until - OVERLAP
    if since >= until:
        raise InvalidInput("The span ends before it begins.", field="until")
    return Span(since, until)


async def reconcile(
    transactions: Transactions,
    provider: Provider,
    span: Span,
    *,
    actor: str,
    automatic: bool = False,
    bounds: Bounds = UNBOUNDED,
    after: Key | None = FIRST,
) -> Reconciliation:
    """Compare a span, ask about payments that no list had (unless `after` is None), and keep what
    was found.

    Where it would be too much at once it is a shorter span, from the same beginning.
    """
    found = Found()
    try:
        while not await listed(transactions, provider, span, bounds, found):
            span, found = span.half, Found(confirmed=found.confirmed)
        asked = None
        if after is not None:
            asked = await ask_about_the_rest(
                transactions, provider, span.until, found, bounds=bounds, after=after
            )
    except OutcomeUnknown as error:
        message = f"The payment provider does not answer ({error}); try again."
        raise Conflict(message) from None
    reach(Fault.COMPARED)
    async with transactions.begin() as uow:
        row = await differences.keep(
            uow,
            provider.name,
            span,
            found,
            automatic=automatic,
            asked=asked,
            actor=actor,
        )
        reach(Fault.COMPARISON_KEPT)
    return row
