"""Reconciliation with the payment provider (L5, P3 of the invariants): its list against ours.

What agrees is confirmed, once; what does not is named, and kept for people to decide about.
"""

from datetime import datetime

from app.db.unit_of_work import Transactions
from app.domain.errors import Conflict, InvalidInput
from app.domain.spans import (
    OVERLAP,
    Span,
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


async def is_due(transactions: Transactions, provider: str) -> bool:
    """Whether a day is over that nobody has compared."""
    return await _next(transactions, provider) is not None


async def reconcile_next_day(
    transactions: Transactions, provider: Provider, bounds: Bounds = NIGHTLY
) -> bool:
    """Compare the oldest day that is still to be compared, or as much of it as one task may do;
    False if there was none."""
    following = await _next(transactions, provider.name)
    if following is None:
        return False
    span, after = following
    await reconcile(
        transactions, provider, span, actor=WORKER, automatic=True, bounds=bounds, after=after
    )
    return True


async def _next(transactions: Transactions, provider: str) -> tuple[Span, Key] | None:
    """The span, and the payment after which the last one had to stop asking."""
    async with transactions.begin() as uow:
        last = await store.last_automatic(uow.session, provider)
        first = None if last else await store.first_sent(uow.session, provider)
        span = next_day(last.until if last else None, first, uow.now())
    if span is None:
        return None
    if last is None:
        return span, FIRST
    asked = (last.asked_account, last.asked_payment) if last.asked_account else FIRST
    return shortened(span, Span(last.since, last.until)), asked


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
    after: Key = FIRST,
) -> Reconciliation:
    """Compare a span, ask about payments that no list had, and keep what was found.

    Where it would be too much at once it is a shorter span, from the same beginning.
    """
    found = Found()
    try:
        while not await listed(transactions, provider, span, bounds, found):
            span, found = span.half, Found(confirmed=found.confirmed)
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
