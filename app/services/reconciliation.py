"""Reconciliation with the payment provider (L5, P3 of the invariants): its list against ours.

What agrees is confirmed, once; what does not is named, and kept for people to decide about.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import Conflict, InvalidInput
from app.domain.payments import PaymentStatus
from app.domain.reconciliation import (
    OVERLAP,
    Difference,
    Ours,
    Span,
    Theirs,
    as_json,
    compare,
    missing,
    next_day,
)
from app.faults import Fault, reach
from app.models import Reconciliation
from app.payments.provider import ACCOUNT, Charge, ChargeStatus, OutcomeUnknown, Provider
from app.store import reconciliation as store

PAGE = 500
FIRST = (UUID(int=0), UUID(int=0))
WORKER = "worker"


@dataclass
class _Found:
    """What a comparison has come to so far."""

    charges: int = 0
    confirmed: int = 0
    differences: list[Difference] = field(default_factory=list)


async def is_due(transactions: Transactions, provider: str) -> bool:
    """Whether a day is over that nobody has compared."""
    return await _next(transactions, provider) is not None


async def reconcile_next_day(transactions: Transactions, provider: Provider) -> bool:
    """Compare the oldest day that is still to be compared; False if there was none."""
    span = await _next(transactions, provider.name)
    if span is None:
        return False
    await reconcile(transactions, provider, span, actor=WORKER, automatic=True)
    return True


async def _next(transactions: Transactions, provider: str) -> Span | None:
    async with transactions.begin() as uow:
        done = await store.done_until(uow.session, provider)
        first = None if done else await store.first_sent(uow.session, provider)
        return next_day(done, first, uow.now())


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
) -> Reconciliation:
    """Compare a span, ask about payments that no list had, and keep what was found."""
    found = _Found()
    try:
        async for page in _pages(provider.charges(span.since - OVERLAP, span.until)):
            reach(Fault.PAGE_LISTED)
            await _compare(transactions, provider.name, page, found)
        await _ask_about_the_rest(transactions, provider, span.until, found)
    except OutcomeUnknown as error:
        message = f"The payment provider does not answer ({error}); try again."
        raise Conflict(message) from None
    reach(Fault.COMPARED)
    async with transactions.begin() as uow:
        row = Reconciliation(
            id=new_id(),
            provider=provider.name,
            since=span.since,
            until=span.until,
            automatic=automatic,
            charges=found.charges,
            confirmed=found.confirmed,
            differences=[as_json(each) for each in found.differences],
            actor=actor,
            created_at=uow.now(),
        )
        await store.keep(uow.session, row)
        reach(Fault.COMPARISON_KEPT)
    return row


async def _pages(charges: AsyncIterator[Charge]) -> AsyncIterator[Sequence[Theirs]]:
    page: list[Theirs] = []
    async for charge in charges:
        page.append(theirs(charge))
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def theirs(charge: Charge) -> Theirs:
    given = [each.amount for each in charge.refunds if each.status is ChargeStatus.SUCCEEDED]
    return Theirs(
        reference=charge.reference,
        key=charge.key,
        account_id=account_of(charge),
        succeeded=charge.status is ChargeStatus.SUCCEEDED,
        amount=charge.amount,
        currency=charge.currency,
        created_at=charge.created_at,
        refunded=sum(given),
        taken_back=charge.taken_back,
    )


def account_of(charge: Charge) -> UUID | None:
    """Whose a charge is, by our notes; nobody's if it is none of ours."""
    with suppress(ValueError):
        return UUID(charge.notes.get(ACCOUNT, ""))
    return None


def _ours(row: Any) -> Ours:
    return Ours(
        account_id=row.account_id,
        id=row.id,
        status=PaymentStatus(row.status),
        amount=row.amount,
        currency=row.currency,
        sent_at=row.sent_at,
        reference=row.reference,
        leased=row.leased,
        refunded=row.refunded,
        taken_back=row.taken_back,
    )


async def _compare(
    transactions: Transactions, provider: str, page: Sequence[Theirs], found: _Found
) -> None:
    async with transactions.begin() as uow:
        rows = await store.matching(uow.session, provider, page, uow.now())
        pairs = [(each, _ours(rows[each.reference])) for each in page if each.reference in rows]
        unknown = [each for each in page if each.reference not in rows]
        found.charges += len(page)
        found.differences += [one for each in unknown for one in compare(each, None)]
        await _judge(uow, pairs, found)
        reach(Fault.PAGE_CONFIRMED)


async def _judge(uow: UnitOfWork, pairs: Sequence[tuple[Theirs, Ours]], found: _Found) -> None:
    agreed = []
    for there, here in pairs:
        differences = compare(there, here)
        found.differences += differences
        if not differences and there.succeeded:
            agreed.append((here.account_id, here.id))
    found.confirmed += await store.confirm(uow.session, agreed, uow.now())


async def _ask_about_the_rest(
    transactions: Transactions, provider: Provider, until: datetime, found: _Found
) -> None:
    """Payments that were sent in this span or before it and were in no list: one by one, since the
    provider may have charged later than we asked. The youngest are left for the next time."""
    named = {each.payment_id for each in found.differences}
    last = FIRST
    while True:
        async with transactions.begin() as uow:
            old = min(until, uow.now() - OVERLAP)
            rows = await store.unconfirmed(
                uow.session, provider.name, until=old, after=last, count=PAGE
            )
        asked = [row for row in rows if row.id not in named]
        looked = [each for row in asked if (each := await _look_up(provider, row))]
        async with transactions.begin() as uow:
            pairs = [(theirs(charge), _ours(row)) for row, charge in looked if charge]
            gone = [_ours(row) for row, charge in looked if charge is None]
            found.differences += [missing(each, uow.now()) for each in gone]
            await _judge(uow, pairs, found)
        if len(rows) < PAGE:
            return
        last = (rows[-1].account_id, rows[-1].id)


async def _look_up(provider: Provider, row: Any) -> tuple[Any, Charge | None] | None:
    """None if the provider does not say: the next comparison asks again."""
    try:
        return row, await provider.look_up(row.id, row.customer)
    except OutcomeUnknown:
        return None
