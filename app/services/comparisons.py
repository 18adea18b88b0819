"""Comparing what the provider lists, or says when it is asked, with our payments (L5)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import Conflict
from app.domain.payments import Source, Told
from app.domain.reconciliation import (
    GONE_BACK,
    Ours,
    Theirs,
    compare,
    missing,
)
from app.domain.spans import (
    OVERLAP,
    SHORTEST,
    Span,
)
from app.faults import Fault, reach
from app.payments.provider import Charge, OutcomeUnknown, Provider
from app.services import payments, provider_news
from app.services.differences import Found, Key, ours, theirs
from app.store import comparisons as store
from app.store import payments as payment_store

log = structlog.get_logger()
PAGE = 500
FIRST: Key = (UUID(int=0), UUID(int=0))
TOLD = Told(Source.RECONCILIATION)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one comparison may take: charges in a list, time to ask one by one. None: whatever it
    takes. `page`: how many are asked for between two looks at the clock."""

    charges: int | None = None
    asking: timedelta | None = None
    page: int = PAGE


UNBOUNDED = Bounds()
NIGHTLY = Bounds(charges=2_000, asking=timedelta(seconds=30), page=10)
"""Together well below the time that a task has, also where a provider takes a second for a page."""


async def listed(
    transactions: Transactions, provider: Provider, span: Span, bounds: Bounds, found: Found
) -> bool:
    """Whether it was not too much; what was compared until then is confirmed all the same."""
    most = bounds.charges if span.until - span.since > SHORTEST else None
    overlap = OVERLAP if bounds.charges is None else span.overlap
    async for page in _pages(provider.charges(span.since - overlap, span.until)):
        if most is not None and found.charges + len(page) > most:
            return False
        reach(Fault.PAGE_LISTED)
        await _compare(transactions, provider, page, found)
    return True


async def _pages(charges: AsyncIterator[Charge]) -> AsyncIterator[Sequence[Charge]]:
    page: list[Charge] = []
    async for charge in charges:
        page.append(charge)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


async def _compare(
    transactions: Transactions, provider: Provider, page: Sequence[Charge], found: Found
) -> None:
    """Of what has gone or come back since we hear first; then what is still different is named."""
    found.charges += len(page)
    pairs = await _matched(transactions, provider.name, page)
    anew = [await _hear(transactions, provider, charge, here) for charge, here in pairs]
    if any(anew):
        page = [now or listed for now, listed in zip(anew, page, strict=True)]
        pairs = await _matched(transactions, provider.name, page)
    async with transactions.begin() as uow:
        unknown = [charge for charge, here in pairs if here is None]
        found.differences += [one for each in unknown for one in compare(theirs(each), None)]
        known = [(theirs(charge), here) for charge, here in pairs if here is not None]
        await _judge(uow, known, found)
        reach(Fault.PAGE_CONFIRMED)


async def _matched(
    transactions: Transactions, provider: str, page: Sequence[Charge]
) -> list[tuple[Charge, Ours | None]]:
    async with transactions.begin() as uow:
        charges = [theirs(each) for each in page]
        rows = await store.matching(uow.session, provider, charges, uow.now())
    return [(each, ours(rows[each.reference]) if each.reference in rows else None) for each in page]


async def _hear(
    transactions: Transactions, provider: Provider, charge: Charge, here: Ours | None
) -> Charge | None:
    """What is to be compared once more, as what went back may be known now, here or by somebody
    else who has heard it meanwhile; what else differs is for people."""
    differing = {each.kind for each in compare(theirs(charge), here)}
    if here is None or not differing or differing - GONE_BACK:
        return None
    try:
        return await _hear_anew(transactions, provider, charge, here) or charge
    except OutcomeUnknown:  # the next time
        log.warning("reconciliation.unanswered", payment_id=str(here.id))
    except Conflict:  # its invoice is being paid, or more was heard: the next time
        log.warning("reconciliation.too_early", payment_id=str(here.id))
    except (DBAPIError, LookupError):  # it stays different; the others are compared all the same
        log.exception("reconciliation.unheard", payment_id=str(here.id))
    return charge


async def _hear_anew(
    transactions: Transactions, provider: Provider, charge: Charge, here: Ours
) -> Charge | None:
    """What was listed may be over since, also where nothing was booked of it: the charge as it is
    now is heard, and compared."""
    async with transactions.begin() as uow:
        payment = await payments.get(uow, here.account_id, here.id)
        customer = await payment_store.customer(uow.session, payment)
        before = await provider_news.heard(uow, here.account_id, here.id)
    now = await provider.look_up(here.id, customer, charge.reference)
    if now is not None:
        async with transactions.begin() as uow:
            await provider_news.hear(uow, here.account_id, here.id, now, TOLD, before=before)
    return now


async def _judge(uow: UnitOfWork, pairs: Sequence[tuple[Theirs, Ours]], found: Found) -> None:
    agreed = []
    for there, here in pairs:
        differences = compare(there, here)
        found.differences += differences
        if not differences and there.succeeded:
            agreed.append((here.account_id, here.id))
    found.confirmed += await store.confirm(uow.session, agreed, uow.now())


async def ask_about_the_rest(
    transactions: Transactions,
    provider: Provider,
    until: datetime,
    found: Found,
    *,
    bounds: Bounds,
    after: Key,
) -> Key | None:
    """Payments that were sent in this span or before it and were in no list: one by one, since the
    provider may have charged later than we asked. The youngest are left for the next time, and so
    is what follows the answer, if there is no time for all."""
    named = {each.payment_id for each in found.differences}
    clock = asyncio.get_running_loop().time
    ends_at = clock() + bounds.asking.total_seconds() if bounds.asking is not None else inf
    while True:
        async with transactions.begin() as uow:
            old = min(until, uow.now() - OVERLAP)
            rows = await store.unconfirmed(
                uow.session, provider.name, until=old, after=after, count=bounds.page
            )
        asked = [row for row in rows if row.id not in named]
        looked = [each for row in asked if (each := await _look_up(provider, row))]
        await _compare_one_by_one(transactions, provider, looked, found)
        if len(rows) < bounds.page:
            return None
        after = (rows[-1].account_id, rows[-1].id)
        if clock() >= ends_at:
            return after


async def _compare_one_by_one(
    transactions: Transactions,
    provider: Provider,
    looked: Sequence[tuple[Any, Charge | None]],
    found: Found,
) -> None:
    known, gone = [], [ours(row) for row, charge in looked if charge is None]
    for row, charge in looked:
        if charge is None:
            continue
        now, here = charge, None
        if anew := await _hear(transactions, provider, charge, ours(row)):
            ((now, here),) = await _matched(transactions, provider.name, [anew])
        known.append((theirs(now), here or ours(row)))
    async with transactions.begin() as uow:
        found.differences += [missing(each, uow.now()) for each in gone]
        await _judge(uow, known, found)
        reach(Fault.PAGE_CONFIRMED)


async def _look_up(provider: Provider, row: Any) -> tuple[Any, Charge | None] | None:
    """None if the provider does not say: the next comparison asks again."""
    try:
        return row, await provider.look_up(row.id, row.customer, row.reference)
    except OutcomeUnknown:
        return None
