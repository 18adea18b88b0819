"""Rules I3, I4 and M8: what may become of an invoice, what it asks for, and when it is due."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from app.domain.errors import Conflict, Refused
from app.domain.invoice_states import (
    TRANSITIONS,
    check_creditable,
    check_voidable,
    due,
    due_from,
    next_status,
)
from app.domain.invoices import InvoiceKind, InvoiceStatus

OPEN, PAID, VOID = InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.VOID
PAST_DUE, GIVEN_UP = InvoiceStatus.PAST_DUE, InvoiceStatus.UNCOLLECTIBLE


@dataclass
class Invoice:
    status: InvoiceStatus = OPEN
    kind: InvoiceKind = InvoiceKind.RENEWAL
    total: int = 100
    paid: int = 0
    credited: int = 0
    refundable: int = 0


def test_the_ways_of_an_issued_invoice() -> None:
    """I3: to PAID from wherever something is due; from VOID there is none, and from PAID only that
    of money that is taken back (I6)."""
    ways = {
        (before, after)
        for before in TRANSITIONS
        for after in TRANSITIONS[before]
        if before != "DRAFT"
    }

    assert ways == {
        *((OPEN, each) for each in (PAID, PAST_DUE, VOID, GIVEN_UP)),
        (PAID, PAST_DUE),
        *((PAST_DUE, each) for each in (PAID, VOID, GIVEN_UP)),
        (GIVEN_UP, PAID),
    }
    assert set(TRANSITIONS) == set(InvoiceStatus)


@pytest.mark.parametrize("before", InvoiceStatus)
@pytest.mark.parametrize("after", InvoiceStatus)
def test_any_other_way_is_a_conflict(before: InvoiceStatus, after: InvoiceStatus) -> None:
    """I3: staying is no change."""
    if before is after or after in TRANSITIONS[before]:
        assert next_status(before, after) is after
    else:
        with pytest.raises(Conflict) as refused:
            next_status(before, after)
        assert refused.value.field == "invoiceId"


@pytest.mark.parametrize(
    ("invoice", "asks"),
    [
        (Invoice(), 100),
        (Invoice(paid=60), 40),
        (Invoice(paid=60, credited=30), 10),
        (Invoice(PAID, paid=100, credited=30, refundable=30), 0),
        (Invoice(PAID, credited=100), 0),
        (Invoice(GIVEN_UP, paid=60), 40),
        (Invoice(VOID), 0),
    ],
)
def test_what_an_invoice_asks_for(invoice: Invoice, asks: int) -> None:
    """I4: what was paid and credited afterwards is owed back, not due below zero."""
    assert due(invoice) == asks


@pytest.mark.parametrize("status", [VOID, GIVEN_UP, InvoiceStatus.DRAFT])
def test_nothing_is_credited_of_what_nobody_asks_for(status: InvoiceStatus) -> None:
    with pytest.raises(Conflict):
        check_creditable(Invoice(status))


def test_credits_that_were_bought_stay_credits() -> None:
    """I3: neither a credit note nor a void of a TOP_UP."""
    top_up = Invoice(PAID, InvoiceKind.TOP_UP, paid=100)

    for check in (check_creditable, check_voidable):
        with pytest.raises(Refused) as refused:
            check(top_up)
        assert refused.value.rule == "I3"


@pytest.mark.parametrize(
    "invoice",
    [Invoice(paid=1), Invoice(credited=1), Invoice(PAID, paid=100), Invoice(PAID, total=0)],
)
def test_what_was_paid_or_credited_cannot_be_void(invoice: Invoice) -> None:
    """I3: Kill Bill's rule; nor what asks for nothing."""
    with pytest.raises((Refused, Conflict)):
        check_voidable(invoice)


@pytest.mark.parametrize("status", [VOID, GIVEN_UP])
def test_what_is_void_or_given_up_cannot_be_void(status: InvoiceStatus) -> None:
    with pytest.raises(Conflict):
        check_voidable(Invoice(status))


@pytest.mark.parametrize(
    ("zone", "issued_on", "due_at"),
    [
        ("UTC", "2025-12-01", "2025-12-31T00:00"),
        ("UTC", "2024-01-30", "2024-02-29T00:00"),  # there is one
        ("UTC", "2023-01-30", "2023-03-01T00:00"),  # there is none
        ("Asia/Tokyo", "2025-11-01", "2025-11-30T15:00"),
        ("America/New_York", "2025-02-08", "2025-03-10T04:00"),  # summer time since the 9th
        (
            "America/New_York",
            "2025-10-03",
            "2025-11-02T04:00",
        ),  # its last day begins in summer time
        ("America/Asuncion", "2023-09-01", "2023-10-01T04:00"),  # a day without a midnight
        ("America/Havana", "2026-10-02", "2026-11-01T04:00"),  # a day with two: the first
    ],
)
def test_post_paid_is_due_when_the_thirtieth_day_begins(
    zone: str, issued_on: str, due_at: str
) -> None:
    """M8, C1."""
    day, issued_at = date.fromisoformat(issued_on), datetime(2020, 1, 1, tzinfo=UTC)

    found = due_from(day, issued_at, zone, post_paid=True)

    assert found == datetime.fromisoformat(due_at).replace(tzinfo=UTC)
    assert due_from(day, issued_at, zone, post_paid=False) == issued_at
