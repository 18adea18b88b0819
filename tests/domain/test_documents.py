"""What stands on a document (I3 to I5), in no language."""

from app.domain.invoices import InvoiceStatus
from tests.documents.conftest import INVOICE, invoice, licences, line


def test_what_is_due_is_what_is_not_paid_nor_credited() -> None:
    """I4: total = subtotal + tax; due = total - paid - credited."""
    document = invoice(tax=58_560_000, paid=300_000_000, credited=6_750_000)

    assert document.subtotal == 308_190_000
    assert document.total == 366_750_000
    assert document.due == 60_000_000


def test_nobody_owes_what_is_void() -> None:
    assert invoice(status=InvoiceStatus.VOID).due == 0


def test_a_line_knows_its_plan_and_whether_it_is_a_part() -> None:
    """C3: from what the charge keeps of how it came about."""
    part, whole, owed = INVOICE.lines

    assert (part.plan, whole.plan, owed.plan) == ("uPro", "uPro", None)
    assert (part.is_calculated, whole.is_calculated, owed.is_calculated) == (True, False, False)


def test_the_rules_of_a_document_are_told_once_each() -> None:
    lines = [line(licences(1, 2)), *INVOICE.lines]

    assert invoice(lines=lines).rules == ["L3", "M7"]
