"""Invoices: rows from what the rules decided, and the invoices that are issued one at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.billing_details import bill_to
from app.domain.charges import Charge
from app.domain.errors import NotFound, Refused
from app.domain.invoice_states import due_from
from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.ledger import Transfer, invoiced
from app.domain.money import LIMIT, Micros, show
from app.domain.periods import Period, local_date
from app.domain.taxes import line_taxes
from app.models import Account, Invoice
from app.models import Charge as ChargeRow
from app.services.invoice_news import tell_issued
from app.services.locks import time_of
from app.store import invoices as store


@dataclass(frozen=True, slots=True)
class Issue:
    """What stands on an invoice besides its charges. `issued_at`: the account's time; `bill_to`
    and `tax_rate`: the account's at that time."""

    account_id: UUID
    number: int
    kind: InvoiceKind
    period: Period
    currency: str
    billing_timezone: str
    issued_on: date
    issued_at: datetime
    bill_to: Mapping[str, str | None]
    tax_rate: int = 0
    post_paid: bool = False


def invoice_row(
    issue: Issue, invoice_id: UUID, total: Micros, *, tax: Micros = 0, paid: Micros = 0
) -> dict[str, Any]:
    """I3: final when it is written. Nothing to pay is paid; what is post-paid waits until due."""
    zone, settled = issue.billing_timezone, total == paid
    due_at = due_from(issue.issued_on, issue.issued_at, zone, post_paid=issue.post_paid)
    return {
        "account_id": issue.account_id,
        "id": invoice_id,
        "number": issue.number,
        "kind": issue.kind,
        "status": InvoiceStatus.PAID if settled else InvoiceStatus.OPEN,
        "period": days(issue.period),
        "issued_on": issue.issued_on,
        "due_on": local_date(due_at, zone) if issue.post_paid else issue.issued_on,
        "currency": issue.currency,
        "billing_timezone": issue.billing_timezone,
        "total": total,
        "paid": paid,
        "credited": 0,
        "refundable": 0,
        "tax": tax,
        "tax_rate": issue.tax_rate,
        "bill_to": dict(issue.bill_to),
        "next_attempt_at": None if settled else due_at,
        "created_at": issue.issued_at,
    }


@lru_cache(maxsize=4096)
def days(period: Period) -> str:
    """A range as PostgreSQL writes it: its first day, and the first one after it."""
    return f"[{period.start},{period.end})"


def charge_row(
    account_id: UUID,
    charge: Charge,
    posted_at: datetime,
    invoice_id: UUID | None = None,
    tax: Micros = 0,
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
        "slots": charge.slots and f"[{charge.slots[0]},{charge.slots[1]})",
        "period": charge.period and days(charge.period),
        "derivation": {
            "version": charge.version,
            "inputs": dict(charge.inputs),
            "steps": result.steps,
        },
        "posted_at": posted_at,
        "tax": tax,
        "replaced": False,
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


async def post_transfers(uow: UnitOfWork, account_id: UUID, transfers: Sequence[Transfer]) -> None:
    rows = [transfer_row(account_id, transfer) for transfer in transfers]
    await store.insert_rows(uow.session, "ledger_transfers", rows)


def check_total(total: Micros) -> None:
    """C4: a price times a quantity can be more than any invoice; it is refused before it is one."""
    if total > LIMIT:
        raise Refused("C4", f"This would come to {show(total)}: at most {show(LIMIT)} is billed.")


async def post_charges(uow: UnitOfWork, account: Account, charges: Sequence[Charge]) -> list[UUID]:
    """Unbilled charges (I1): of the account, of no invoice yet. Their ids, in order."""
    check_total(sum(charge.amount for charge in charges))
    now = time_of(uow, account)
    rows = [charge_row(account.id, charge, now) for charge in charges]
    await store.insert_rows(uow.session, "charges", rows)
    return [row["id"] for row in rows]


async def charges(
    uow: UnitOfWork, account_id: UUID, charge_ids: Sequence[UUID]
) -> Sequence[ChargeRow]:
    return await store.charges(uow.session, account_id, charge_ids)


async def next_issue(
    uow: UnitOfWork, account: Account, kind: InvoiceKind, period: Period, issued_on: date
) -> Issue:
    """The next number of a locked account (I3), addressed and taxed as the account is now."""
    account.invoice_sequence += 1
    await uow.session.flush()
    top_up = kind is InvoiceKind.TOP_UP
    return Issue(
        account_id=account.id,
        number=account.invoice_sequence,
        kind=kind,
        period=period,
        currency=account.currency,
        billing_timezone=account.billing_timezone,
        issued_on=issued_on,
        issued_at=time_of(uow, account),
        bill_to=bill_to(account),
        tax_rate=0 if top_up else account.tax_rate,
        post_paid=account.post_paid_subscription and not top_up,
    )


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
    facts = await next_issue(uow, account, kind, period, issued_on)
    invoice_id, now = new_id(), facts.issued_at
    taxes = line_taxes(facts.tax_rate, [(charge.rule, charge.amount) for charge in charges])
    subtotal, tax = sum(charge.amount for charge in charges), sum(taxes)
    check_total(subtotal + tax)
    row = invoice_row(facts, invoice_id, subtotal + tax, tax=tax, paid=paid)
    await store.insert_rows(uow.session, "invoices", [row])
    tell_issued(uow, row)
    rows = [
        charge_row(account.id, charge, now, invoice_id, line_tax)
        for charge, line_tax in zip(charges, taxes, strict=True)
    ]
    await store.insert_rows(uow.session, "charges", rows)
    if kind is not InvoiceKind.TOP_UP:
        await post_transfers(uow, account.id, invoiced(subtotal, invoice_id, now, tax=tax))
        uow.enqueue("collect", account.id)
    return await get(uow, account.id, invoice_id)


async def get(uow: UnitOfWork, account_id: UUID, invoice_id: UUID) -> Invoice:
    invoice = await store.get(uow.session, account_id, invoice_id)
    if invoice is None:
        raise NotFound("invoice", field="invoiceId")
    return invoice
