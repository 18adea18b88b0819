"""The billing run (C5, I2): who is due is claimed in chunks, billed by the pure function, written
in bulk. An account that cannot be billed is parked by itself; the others go on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.billing_details import bill_to
from app.domain.charges import is_debt
from app.domain.errors import AccountParked, BillingError
from app.domain.invoices import Bill, Position, bill
from app.domain.ledger import clear_debt, invoiced
from app.domain.money import LIMIT, show
from app.domain.periods import next_cut_off
from app.models import Account
from app.services import positions, subscription_changes
from app.services.invoices import Issue, charge_row, invoice_row, taxed, transfer_row
from app.services.locks import time_of
from app.store import accounts, invoices, plans
from app.store.accounts import Due

LEASE = timedelta(seconds=60)
CLAIMS = 3
BROKEN = (
    IntegrityError,
    DataError,
    BillingError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
)
"""What is wrong with an account and will be wrong again: it is parked, not tried for ever."""
log = structlog.get_logger()


async def bill_due(
    transactions: Transactions,
    *,
    chunk_size: int,
    chunks: int | None = None,
    only: Sequence[UUID] | None = None,
) -> int:
    """Bill whoever is due, oldest cut-off first, until nobody is (or `chunks` are done).

    The number of cut-offs billed. An account that is two months behind is claimed twice.
    """
    billed = 0
    while chunks is None or chunks > 0:
        claim = new_id()
        if not (ids := await _claim(transactions, claim, chunk_size, only)):
            break
        billed += await _bill_claimed(transactions, ids, claim)
        chunks = None if chunks is None else chunks - 1
    return billed


async def _claim(
    transactions: Transactions, claim: UUID, count: int, only: Sequence[UUID] | None
) -> list[UUID]:
    """C5: of two that reach for the same accounts the slower gets none, and looks again."""
    for _ in range(CLAIMS):
        async with transactions.begin() as uow:
            now = uow.now()
            ids = await accounts.claim_due(
                uow.session, claim=claim, now=now, until=now + LEASE, count=count, only=only
            )
        if ids:
            break
    return ids


async def _bill_claimed(transactions: Transactions, ids: Sequence[UUID], claim: UUID) -> int:
    """A chunk is one transaction; if the database refuses it, each account gets its own."""
    try:
        async with transactions.begin() as uow:
            return await _bill_chunk(uow, await accounts.lock_claimed(uow.session, ids, claim))
    except BROKEN as error:
        if len(ids) == 1:
            await _park(transactions, ids[0], error)
            return 0
    except (DBAPIError, OSError):
        async with transactions.begin() as uow:
            await accounts.give_back(uow.session, ids, claim)
        raise
    return sum([await _bill_claimed(transactions, [each], claim) for each in ids])


async def _park(transactions: Transactions, account_id: UUID, error: Exception) -> None:
    """What the database said is for operators' eyes; the account is shown a sentence."""
    log.error("billing.parked", account_id=str(account_id), reason=str(error))
    refused = isinstance(error, DBAPIError)
    reason = "the database refused its bill" if refused else str(error)
    async with transactions.begin() as uow:
        await accounts.park(uow.session, account_id, reason, uow.now())


async def bill_account(transactions: Transactions, account_id: UUID) -> None:
    """Bill one account up to its own time, under its lock, a transaction for each cut-off.

    A dead worker's claim is no matter.
    """
    more = True
    while more:
        try:
            async with transactions.begin() as uow:
                account = await accounts.for_update(uow.session, account_id)
                more = account is not None and await _bill_next(uow, account)
        except BROKEN as error:
            await _park(transactions, account_id, error)
            return


async def bill_locked_account(uow: UnitOfWork, account: Account) -> None:
    """The same within another use-case, which cannot go on if the account cannot be billed."""
    while await _bill_next(uow, account):
        """One cut-off after the other."""
    if account.parked_reason is not None:
        raise AccountParked(account.parked_reason)


async def _bill_next(uow: UnitOfWork, account: Account) -> bool:
    """Bill the next cut-off of a locked account if it has passed; whether it did."""
    due = account.next_bill_at
    waits = account.parked_at is not None or account.status is AccountStatus.CLOSED
    if due is None or waits or due > time_of(uow, account):
        return False
    await uow.session.flush()
    billed = await _bill_chunk(uow, [accounts.due_of(account)])
    await uow.session.refresh(account)
    return billed == 1


@dataclass
class _Writes:
    """The rows of a chunk, by table."""

    invoices: list[dict[str, Any]] = field(default_factory=list)
    charges: list[dict[str, Any]] = field(default_factory=list)
    transfers: list[dict[str, Any]] = field(default_factory=list)
    unbilled: list[tuple[UUID, UUID, Any]] = field(default_factory=list)
    taxed: list[tuple[UUID, UUID, UUID, int]] = field(default_factory=list)
    terms: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    credits: list[tuple[UUID, int]] = field(default_factory=list)
    done: list[tuple[UUID, Any, int]] = field(default_factory=list)


async def _bill_chunk(uow: UnitOfWork, due: Sequence[Due]) -> int:
    """Load, decide, save. The accounts are locked; returns how many were billed."""
    if not due:
        return 0
    books = await plans.price_books(uow.session, [each.account_id for each in due])
    found = await positions.load(uow, due)
    writes = _Writes()
    for each in due:
        position = found.get(each.account_id)
        try:
            if position is None:
                raise LookupError("it has no subscription")  # noqa: TRY301 - parked like the others
            _write(writes, each, position, bill(position, books[each.account_id]))
        except (BillingError, ArithmeticError, LookupError, ValueError) as error:
            log.error("billing.parked", account_id=str(each.account_id), reason=str(error))  # noqa: TRY400
            await accounts.park(uow.session, each.account_id, str(error), uow.now())
    await _save(uow, writes)
    return len(writes.done)


def _write(writes: _Writes, due: Due, position: Position, decided: Bill) -> None:
    if decided.total > LIMIT:
        raise ValueError(f"its total would be {show(decided.total)}")
    sequence, reference = due.invoice_sequence, new_id()
    if not decided.is_empty:
        sequence += 1
        _write_invoice(writes, due, position, decided, (sequence, reference))
    if decided.subscription.current != position.subscription.current:
        writes.terms.append(subscription_changes.term_row(due.account_id, decided.subscription))
    writes.changes += subscription_changes.of_bill(due, position, decided)
    following = None if decided.closes else next_cut_off(due.cut_off, due.billing_timezone)
    writes.done.append((due.account_id, following, sequence))
    if decided.clears:
        owed = sum(c.amount for c in decided.charges if is_debt(c.rule))
        cleared = clear_debt(owed, decided.clears, reference, due.cut_off)
        writes.transfers += [transfer_row(due.account_id, each) for each in cleared]
        writes.credits.append((due.account_id, -decided.clears))


def _write_invoice(
    writes: _Writes, due: Due, position: Position, decided: Bill, identity: tuple[int, UUID]
) -> None:
    """`identity`: its number and its id."""
    number, invoice_id = identity
    issue = Issue(
        account_id=due.account_id,
        number=number,
        kind=decided.kind,
        period=decided.period,
        currency=due.currency,
        billing_timezone=due.billing_timezone,
        issued_on=decided.period.start,
        issued_at=due.cut_off,
        bill_to=bill_to(due),
        tax_rate=due.tax_rate,
        post_paid=due.post_paid_subscription,
    )
    joining, taxes = taxed(position, decided)
    writes.invoices.append(invoice_row(issue, invoice_id, decided.total, tax=decided.tax))
    writes.charges += [
        charge_row(due.account_id, charge, due.cut_off, invoice_id, tax)
        for charge, tax in zip(decided.charges, taxes, strict=True)
    ]
    if due.tax_rate:
        writes.taxed += [(due.account_id, each, invoice_id, tax) for each, tax in joining]
    else:
        writes.unbilled.append((due.account_id, invoice_id, due.cut_off))
    revenue = decided.subtotal - sum(c.amount for c in decided.charges if is_debt(c.rule))
    writes.transfers += [
        transfer_row(due.account_id, each)
        for each in invoiced(revenue, invoice_id, due.cut_off, tax=decided.tax)
    ]


async def _save(uow: UnitOfWork, writes: _Writes) -> None:
    session = uow.session
    await invoices.insert_rows(session, "invoices", writes.invoices)
    await invoices.insert_rows(session, "charges", writes.charges)
    await invoices.join_unbilled(session, writes.unbilled)
    await invoices.join_taxed(session, writes.taxed)
    await invoices.insert_rows(session, "ledger_transfers", writes.transfers)
    await invoices.renew(session, writes.terms)
    await invoices.insert_rows(session, "subscription_changes", writes.changes)
    await invoices.add_to_credits(session, writes.credits)
    if writes.done:
        await invoices.advance(session, writes.done)
