"""What an operator decides about an invoice (I3): taken back, taken back and reissued, given up."""

from collections.abc import Sequence
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.charges import is_debt
from app.domain.credit_notes import reversal
from app.domain.invoice_states import check_voidable, due, next_status
from app.domain.invoices import InvoiceStatus
from app.domain.ledger import given_up, invoiced, reversed_by
from app.domain.periods import Period, local_date
from app.domain.permissions import Actor
from app.domain.taxes import line_taxes
from app.domain.users import needed_reason
from app.models import Account, Charge, Invoice, InvoiceDecision
from app.services import invoices, past_due
from app.services.credit_notes import check_not_in_flight
from app.services.invoice_news import tell_issued, tell_status
from app.services.locks import any_account_locked, time_of
from app.store import charges as charge_store
from app.store import invoices as store


async def void_invoice(
    uow: UnitOfWork,
    account_id: UUID,
    invoice_id: UUID,
    reason: str,
    *,
    actor: Actor,
    reissue: bool = False,
) -> tuple[Invoice, Invoice | None]:
    """As if it had never asked for anything; it keeps its number and its lines.

    Its days stay paid for, at no price. Reissued, a new invoice asks for the same charges instead,
    to the payer and with the tax of today, and their rectangles are the new ones' (I7).
    """
    reason = needed_reason(reason)
    account = await any_account_locked(uow, account_id)
    invoice = await invoices.get(uow, account_id, invoice_id)
    check_voidable(invoice)
    await check_not_in_flight(uow, invoice)
    charges = await charge_store.of_invoice(uow.session, account_id, invoice_id)
    await _leave(uow, invoice, InvoiceStatus.VOID)
    undone = reversal([(each.rule, each.amount, each.tax) for each in charges])
    transfers = reversed_by(undone, invoice_id, time_of(uow, account))
    await invoices.post_transfers(uow, account_id, transfers)
    instead = await _reissue(uow, account, invoice, charges) if reissue else None
    _remember(uow, account, invoice, reason, actor, instead)
    await past_due.recover(uow, account)
    return invoice, instead


async def mark_uncollectible(
    uow: UnitOfWork, account_id: UUID, invoice_id: UUID, reason: str, *, actor: Actor
) -> Invoice:
    """Nobody asks for it any more. Who pays late still may: then it is paid (`payInvoice`)."""
    reason = needed_reason(reason)
    account = await any_account_locked(uow, account_id)
    invoice = await invoices.get(uow, account_id, invoice_id)
    if invoice.status is InvoiceStatus.UNCOLLECTIBLE:
        return invoice
    next_status(invoice.status, InvoiceStatus.UNCOLLECTIBLE)
    await check_not_in_flight(uow, invoice)
    await _leave(uow, invoice, InvoiceStatus.UNCOLLECTIBLE)
    transfers = given_up(due(invoice), invoice_id, time_of(uow, account))
    await invoices.post_transfers(uow, account_id, transfers)
    _remember(uow, account, invoice, reason, actor)
    await past_due.recover(uow, account)
    return invoice


async def _leave(uow: UnitOfWork, invoice: Invoice, status: InvoiceStatus) -> None:
    invoice.status = next_status(invoice.status, status)
    invoice.next_attempt_at = None
    await uow.session.flush()
    tell_status(uow, invoice)


def _remember(
    uow: UnitOfWork,
    account: Account,
    invoice: Invoice,
    reason: str,
    actor: Actor,
    instead: Invoice | None = None,
) -> None:
    uow.session.add(
        InvoiceDecision(
            account_id=account.id,
            invoice_id=invoice.id,
            decided=invoice.status,
            replacement_id=instead.id if instead else None,
            reason=reason,
            actor=actor.name,
            at=time_of(uow, account),
        )
    )


async def _reissue(
    uow: UnitOfWork, account: Account, void: Invoice, charges: Sequence[Charge]
) -> Invoice:
    """The same kind and period, the next number; each charge again, with its derivation."""
    today = local_date(time_of(uow, account), account.billing_timezone)
    facts = await invoices.next_issue(uow, account, void.kind, _period(void), today)
    taxes = line_taxes(facts.tax_rate, [(each.rule, each.amount) for each in charges])
    invoice_id, tax = new_id(), sum(taxes)
    subtotal = sum(each.amount for each in charges)
    invoices.check_total(subtotal + tax)
    row = invoices.invoice_row(facts, invoice_id, subtotal + tax, tax=tax)
    await store.insert_rows(uow.session, "invoices", [row])
    tell_issued(uow, row)
    copies = [(each.id, new_id(), part) for each, part in zip(charges, taxes, strict=True)]
    await charge_store.replace(uow.session, account.id, void.id)
    await charge_store.copy(uow.session, account.id, invoice_id, copies)
    usage = sum(each.amount for each in charges if is_debt(each.rule))
    transfers = invoiced(subtotal - usage, invoice_id, facts.issued_at, tax=tax, usage=usage)
    await invoices.post_transfers(uow, account.id, transfers)
    uow.enqueue("collect", account.id)
    return await invoices.get(uow, account.id, invoice_id)


def _period(invoice: Invoice) -> Period:
    if invoice.period.lower is None or invoice.period.upper is None:
        raise ValueError(invoice.id)
    return Period(invoice.period.lower, invoice.period.upper)
