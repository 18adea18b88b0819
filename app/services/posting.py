"""Post the bills of accounts that are locked: rows in bulk, and what the run says of each (I2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.billing_details import bill_to
from app.domain.charges import is_debt
from app.domain.events import EventKind
from app.domain.invoices import Bill, Position, taxed
from app.domain.ledger import clear_debt, invoiced
from app.domain.periods import next_cut_off
from app.domain.runs import Outcome, automatic_run
from app.services import alerts, deferrals, subscription_changes
from app.services.bills import Judged
from app.services.invoice_news import tell_issued
from app.services.invoices import Issue, charge_row, invoice_row, transfer_row
from app.store import accounts, invoices, run_accounts, runs
from app.store.accounts import Due


async def post(uow: UnitOfWork, judged: Sequence[Judged]) -> int:
    """For the automatic runs of the cut-offs; returns how many were billed."""
    if not judged:
        return 0
    rows = await _post(uow, judged, None)
    opened = {(j.period, j.due.sandbox, _automatic(j)) for j in judged}
    await runs.open_automatic(uow.session, opened, uow.now())
    await run_accounts.write(uow.session, rows)
    return sum(row["status"] != Outcome.PARKED for row in rows)


async def post_for(uow: UnitOfWork, judged: Sequence[Judged], run_id: UUID) -> None:
    """For a run that has had these accounts from its beginning."""
    await run_accounts.update(uow.session, await _post(uow, judged, run_id))


def _automatic(judged: Judged) -> UUID:
    return automatic_run(judged.period, sandbox=judged.due.sandbox)


async def _post(
    uow: UnitOfWork, judged: Sequence[Judged], run_id: UUID | None
) -> list[dict[str, Any]]:
    billed = [each.due for each in judged if each.parks is None and each.made is not None]
    await deferrals.post(uow, {due.account_id: due.cut_off for due in billed})
    writes = _Writes()
    rows = []
    for each in judged:
        invoice_id = None
        if each.parks is not None:
            await accounts.park(uow.session, each.due.account_id, each.parks, uow.now())
        elif each.made is not None:
            invoice_id = _write(writes, each.due, each.made.position, each.made.bill)
            _tell(uow, each.due, each.made.position, each.made.bill)
        rows.append(posted_row(each, run_id or _automatic(each), invoice_id))
    await _save(uow, writes)
    for invoice in writes.invoices:
        tell_issued(uow, invoice)
    return rows


def _tell(uow: UnitOfWork, due: Due, position: Position, decided: Bill) -> None:
    term = decided.subscription
    if decided.closes and not position.closed:
        uow.tell(EventKind.ACCOUNT_CLOSED, due.account_id, effective_on=decided.period.start)
    elif term.current != position.subscription.current:
        uow.tell(
            EventKind.SUBSCRIPTION_RENEWED,
            due.account_id,
            plan=term.plan_id,
            term=term.term,
            period_start=term.current.start,
            period_end=term.current.end,
        )


def posted_row(judged: Judged, run_id: UUID, invoice_id: UUID | None) -> dict[str, Any]:
    status = Outcome.NOTHING if invoice_id is None else Outcome.BILLED
    if judged.parks is not None:
        status = Outcome.PARKED
    return {**row_of(judged, run_id, status), "invoice_id": invoice_id}


def row_of(judged: Judged, run_id: UUID, status: Outcome) -> dict[str, Any]:
    """What a run says of an account."""
    made = judged.made
    return {
        "account_id": judged.due.account_id,
        "run_id": run_id,
        "period": judged.period,
        "status": status,
        "currency": judged.due.currency,
        "kind": made and made.bill.kind,
        "invoice_id": None,
        "total": made and made.bill.total,
        "digest": judged.digest(),
        "bill": None,
        "parts": made and made.parts.to_json(),
        "causes": made and {cause.value: each for cause, each in made.causes.items()},
        "measure": made and made.measure,
        "accepted": False,
        "reason": judged.parks and judged.parks[:500],
    }


@dataclass
class _Writes:
    """The rows of a chunk, by table."""

    invoices: list[dict[str, Any]] = field(default_factory=list)
    charges: list[dict[str, Any]] = field(default_factory=list)
    transfers: list[dict[str, Any]] = field(default_factory=list)
    joining: list[tuple[UUID, UUID, UUID, int]] = field(default_factory=list)
    terms: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    credits: list[tuple[UUID, int]] = field(default_factory=list)
    done: list[tuple[UUID, datetime, int, bool]] = field(default_factory=list)


def _write(writes: _Writes, due: Due, position: Position, decided: Bill) -> UUID | None:
    """The id of the invoice, if there is one."""
    sequence, reference = due.invoice_sequence, new_id()
    if not decided.is_empty:
        sequence += 1
        _write_invoice(writes, due, position, decided, (sequence, reference))
    if decided.subscription.current != position.subscription.current:
        writes.terms.append(subscription_changes.term_row(due.account_id, decided.subscription))
    writes.changes += subscription_changes.of_bill(due, position, decided)
    following = next_cut_off(due.cut_off, due.billing_timezone)
    writes.done.append((due.account_id, following, sequence, decided.closes))
    if decided.clears:
        owed = sum(c.amount for c in decided.charges if is_debt(c.rule))
        cleared = clear_debt(owed, decided.clears, reference, due.cut_off)
        writes.transfers += [transfer_row(due.account_id, each) for each in cleared]
        writes.credits.append((due.account_id, -decided.clears))
    return None if decided.is_empty else reference


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
    writes.joining += [(due.account_id, each, invoice_id, tax) for each, tax in joining]
    usage = sum(c.amount for c in decided.charges if is_debt(c.rule)) + position.unbilled_debt
    writes.transfers += [
        transfer_row(due.account_id, each)
        for each in invoiced(decided.subtotal - usage, invoice_id, due.cut_off, tax=decided.tax)
    ]


async def _save(uow: UnitOfWork, writes: _Writes) -> None:
    session = uow.session
    await invoices.insert_rows(session, "invoices", writes.invoices)
    await invoices.insert_rows(session, "charges", writes.charges)
    await invoices.join_unbilled(session, writes.joining)
    await invoices.insert_rows(session, "ledger_transfers", writes.transfers)
    await invoices.renew(session, writes.terms)
    await invoices.insert_rows(session, "subscription_changes", writes.changes)
    await alerts.crossed(uow, await invoices.add_to_credits(session, writes.credits))
    if writes.done:
        await invoices.advance(session, writes.done)
