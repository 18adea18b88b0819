"""Rule M3, proved: every event is rated again by the book of its account."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from app.db.unit_of_work import Transactions
from app.domain.errors import InvalidInput
from app.domain.money import show
from app.domain.rates import RateBook
from app.domain.usage import UsageEvent
from app.services.rates import rate_books
from app.store import rate_recounts as store

PAGE = 10_000
_FIRST = (UUID(int=0), UUID(int=0))


async def wrong(transactions: Transactions) -> AsyncIterator[tuple[UUID, str]]:
    """The accounts of events that cost something else than the rates of their time say, and what.

    Page by page: what is remembered of a page is no more than where it ended.
    """
    last = _FIRST
    while True:
        async with transactions.begin() as uow:
            rows = await store.page(uow.session, last, PAGE)
            books = await rate_books(uow, list({row.account_id for row in rows}))
            found = [(row, why) for row in rows if (why := _wrong(row, books[row.account_id]))]
            keys = [(row.account_id, row.id) for row, _ in found]
            excused = await store.written_later(uow.session, keys) if keys else set()
        for row, why in found:
            if row.id not in excused:
                yield row.account_id, f"event {row.event_id}: {why}"
        if len(rows) < PAGE:
            return
        last = rows[-1].account_id, rows[-1].id


def _wrong(row: Any, book: RateBook) -> str | None:
    """Before sums were posted later, what happened abroad was debited at once: that is no error."""
    cell = (row.kind, row.direction, row.line_type, row.initiator)
    event = UsageEvent(row.event_id, *cell, 1, row.happened_at, carrier=row.carrier)
    try:
        again = book.rate(event, field="event")
    except InvalidInput as error:
        return error.message
    was = (row.rate, row.included, row.fee_rate)
    if was == (again.rate, again.included, again.fee_rate) and row.deferred <= again.deferred:
        return None
    told = _tell(again.rate, again.fee_rate, included=again.included, deferred=again.deferred)
    before = _tell(row.rate, row.fee_rate, included=row.included, deferred=row.deferred)
    return f"rated {before}, the rates give {told}"


def _tell(rate: int, fee: int, *, included: bool, deferred: bool) -> str:
    how = " included" if included else " at the day's end" if deferred else ""
    return f"{show(rate)}{how}, fee {show(fee)}"
