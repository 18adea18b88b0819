"""Estimates (M2, M3): what usage would cost an account now; nothing is recorded or held."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import InvalidInput, NotFound
from app.domain.periods import local_date
from app.domain.quotes import Quoted, quoted
from app.domain.rates import RateBook
from app.domain.usage import Cell, UsageEvent, check_event
from app.models import Account
from app.services.locks import time_of
from app.services.rates import rate_book
from app.store import accounts

LINES = 100


@dataclass(frozen=True, slots=True)
class Line:
    cell: Cell
    quantity: int
    carrier: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    lines: list[Quoted]
    currency: str


async def quote(uow: UnitOfWork, account_id: UUID, lines: Sequence[Line]) -> Quote:
    """Each line by the account's rates of this moment; the first that is wrong is named."""
    if not 0 < len(lines) <= LINES:
        raise InvalidInput(f"A quote has 1 to {LINES} lines.", field="lines")
    account = await accounts.get(uow.session, account_id)
    if account is None:
        raise NotFound("account", field="accountId")
    book = await rate_book(uow, account_id)
    told = [_quote(uow, account, book, line, f"lines.{i}") for i, line in enumerate(lines)]
    return Quote(told, account.currency)


def _quote(uow: UnitOfWork, account: Account, book: RateBook, line: Line, field: str) -> Quoted:
    now = time_of(uow, account)
    event = UsageEvent("quote", *line.cell, line.quantity, now, carrier=line.carrier)
    check_event(event, field=field, now=now)
    rated = book.rate(event, field=field)
    entry = book.entry(line.cell, line.carrier, now)
    if entry is None:
        raise LookupError(line.cell)
    zone = account.billing_timezone
    return quoted(event, entry, rated, local_date(now, zone), zone)
