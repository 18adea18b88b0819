"""Invoices: rows from what the rules decided, and the invoices that are issued one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.charges import Charge
from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.ledger import Book, Transfer, TransferKind
from app.domain.money import Micros
from app.domain.periods import Period, midnight
from app.models import Account, Invoice
from app.services.locks import time_of
from app.store import invoices as store

POST_PAID_DAYS = 30


@dataclass(frozen=True, slots=True)
class Issue:
    """What stands on an invoice besides its charges. `issued_at`: the account's time."""

    account_id: UUID
    number: int
    kind: InvoiceKind
    period: Period
    currency: str
    billing_timezone: str
    issued_on: date
    issued_at: datetime
    post_paid: bool = False


def invoice_row(
    issue: Issue, invoice_id: UUID, total: Micros, *, paid: Micros = 0
) -> dict[str, Any]:
    """I3: final when it is written. Nothing to pay is paid; what is post-paid waits until due."""
    due_on = issue.issued_on + timedelta(days=POST_PAID_DAYS if issue.post_paid else 0)
    due_at = midnight(due_on, issue.billing_timezone) if issue.post_paid else issue.issued_at
    settled = total == paid
    return {
        "account_id": issue.account_id,
        "id": invoice_id,
        "number": issue.number,
        "kind": issue.kind,
        "status": InvoiceStatus.PAID if settled else InvoiceStatus.OPEN,
        "period": Range(issue.period.start, issue.period.end),
        "issued_on": issue.issued_on,
        "due_on": due_on,
        "currency": issue.currency,
        "billing_timezone": issue.billing_timezone,
        "total": total,
        "paid": paid,
        "credited": 0,
        "next_attempt_at": None if settled else due_at,
        "created_at": issue.issued_at,
    }


def charge_row(
    account_id: UUID, charge: Charge, posted_at: datetime, invoice_id: UUID | None = None
) -> dict[str, Any]:
    """I5: the derivation goes with the amount."""
    result = charge.result
    return {
        "account_id": account_id,
        "id": new_id(),
        "invoice_id": invoice_id,
        "component": charge.component,
        "rule": charge.rule,
        "description": charge.description,
        "quantity": result.quantity,
        "unit_amount": result.unit,
        "amount": result.amount,
        "slots": charge.slots and Range(*charge.slots),
        "period": charge.period and Range(charge.period.start, charge.period.end),
        "derivation": {
            "version": charge.version,
            "inputs": dict(charge.inputs),
            "steps": result.steps,
        },
        "posted_at": posted_at,
        "upgrade": charge.upgrade,
    }


def transfer_row(account_id: UUID, transfer: Transfer) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "id": new_id(),
        "debit": transfer.debit,
        "credit": transfer.credit,
        "amount": transfer.amount,
        "kind": transfer.kind,
        "reference": transfer.reference,
        "effective_at": transfer.effective_at,
    }


def invoiced(amount: Micros, invoice_id: UUID, at: datetime) -> list[Transfer]:
    """What an invoice asks for is revenue of ours and receivable from the customer."""
    if amount == 0:
        return []
    return [Transfer(Book.RECEIVABLE, Book.REVENUE, amount, TransferKind.INVOICE, invoice_id, at)]


async def post_transfers(uow: UnitOfWork, account_id: UUID, transfers: Sequence[Transfer]) -> None:
    rows = [transfer_row(account_id, transfer) for transfer in transfers]
    await store.insert_rows(uow.session, "ledger_transfers", rows)


async def post_charges(uow: UnitOfWork, account: Account, charges: Sequence[Charge]) -> None:
    """Unbilled charges (I1): of the account, of no invoice yet."""
    now = time_of(uow, account)
    rows = [charge_row(account.id, charge, now) for charge in charges]
    await store.insert_rows(uow.session, "charges", rows)


async def issue(
    uow: UnitOfWork,
    account: Account,
    kind: InvoiceKind,
    period: Period,
    charges: Sequence[Charge],
    *,
    issued_on: date,
    paid: Micros = 0,
) -> Invoice:
    """Issue one invoice of a locked account; its number is the next of the account (I3)."""
    account.invoice_sequence += 1
    await uow.session.flush()
    now = time_of(uow, account)
    facts = Issue(
        account_id=account.id,
        number=account.invoice_sequence,
        kind=kind,
        period=period,
        currency=account.currency,
        billing_timezone=account.billing_timezone,
        issued_on=issued_on,
        issued_at=now,
        post_paid=account.post_paid_subscription and kind is not InvoiceKind.TOP_UP,
    )
    invoice_id = new_id()
    total = sum(charge.amount for charge in charges)
    row = invoice_row(facts, invoice_id, total, paid=paid)
    await store.insert_rows(uow.session, "invoices", [row])
    rows = [charge_row(account.id, charge, now, invoice_id) for charge in charges]
    await store.insert_rows(uow.session, "charges", rows)
    if kind is not InvoiceKind.TOP_UP:
        await post_transfers(uow, account.id, invoiced(total, invoice_id, now))
        uow.enqueue("collect", account.id)
    invoice = await store.get(uow.session, account.id, invoice_id)
    if invoice is None:
        raise LookupError(invoice_id)
    return invoice
