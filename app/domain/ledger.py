"""The ledger: one transfer moves money between two of an account's books, so none is unbalanced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.money import Micros


class Book(StrEnum):
    """CREDITS: what we owe the customer in usage. RECEIVABLE: what invoices still ask for, and
    will for debts that are settled already.
    CLEARING: money at the payment provider, as we think. BANK: money that it confirms to owe us, or
    to have paid out. ROUNDING: below a cent (M7). TAX: what we owe the tax
    office. REFUNDS: paid, credited, and owed back to the customer. BAD_DEBT: given up."""

    CREDITS = "CREDITS"
    RECEIVABLE = "RECEIVABLE"
    CLEARING = "CLEARING"
    BANK = "BANK"
    REVENUE = "REVENUE"
    USAGE_REVENUE = "USAGE_REVENUE"
    ROUNDING = "ROUNDING"
    TAX = "TAX"
    REFUNDS = "REFUNDS"
    BAD_DEBT = "BAD_DEBT"


class TransferKind(StrEnum):
    INVOICE = "INVOICE"
    DEBT = "DEBT"
    DEBT_ROUNDING = "DEBT_ROUNDING"
    PAYMENT = "PAYMENT"
    TOP_UP = "TOP_UP"
    USAGE = "USAGE"
    TAX = "TAX"
    REVERSAL = "REVERSAL"
    USAGE_REVERSAL = "USAGE_REVERSAL"
    TAX_REVERSAL = "TAX_REVERSAL"
    REFUND = "REFUND"
    BAD_DEBT = "BAD_DEBT"
    CARRIER_FEES = "CARRIER_FEES"
    INTERNATIONAL_USAGE = "INTERNATIONAL_USAGE"
    SETTLEMENT = "SETTLEMENT"
    REFUND_PAID = "REFUND_PAID"
    LATE_FAILURE = "LATE_FAILURE"
    RETURNED = "RETURNED"
    OWED_AGAIN = "OWED_AGAIN"
    RETURNED_TO_CREDITS = "RETURNED_TO_CREDITS"
    TAKEN_FROM_CREDITS = "TAKEN_FROM_CREDITS"


@dataclass(frozen=True, slots=True)
class Transfer:
    """`amount` micros, more than zero, from `debit` to `credit`; one per kind and reference.

    `effective_at` decides the period: a debt is settled at the cut-off, however late the run.
    """

    debit: Book
    credit: Book
    amount: Micros
    kind: TransferKind
    reference: UUID
    effective_at: datetime


def used(cost: Micros, kind: TransferKind, reference: UUID, at: datetime) -> list[Transfer]:
    """M4: usage is paid with credits; corrections that outweigh it give some back."""
    books = (Book.CREDITS, Book.USAGE_REVENUE)
    debit, credit = books if cost > 0 else reversed(books)
    return [Transfer(debit, credit, abs(cost), kind, reference, at)] if cost else []


def clear_debt(
    owed: Micros, balance: Micros, reference: UUID, effective_at: datetime
) -> list[Transfer]:
    """M7: bring a negative `balance` to exactly zero: `owed` by invoice, the rest by rounding."""
    rest = -balance - owed
    rounding = (Book.ROUNDING, Book.CREDITS) if rest > 0 else (Book.CREDITS, Book.ROUNDING)
    transfers = [
        (Book.RECEIVABLE, Book.CREDITS, owed, TransferKind.DEBT),
        (*rounding, abs(rest), TransferKind.DEBT_ROUNDING),
    ]
    return [
        Transfer(debit, credit, amount, kind, reference, effective_at)
        for debit, credit, amount, kind in transfers
        if amount
    ]


@dataclass(frozen=True, slots=True)
class Reversal:
    """What an invoice had made of revenue, of usage's revenue and of tax; micros."""

    revenue: Micros
    usage: Micros
    tax: Micros


def _receivable(
    parts: Sequence[tuple[Book, Micros, TransferKind]], reference: UUID, at: datetime
) -> list[Transfer]:
    return [
        Transfer(Book.RECEIVABLE, book, amount, kind, reference, at)
        for book, amount, kind in parts
        if amount
    ]


def invoiced(
    revenue: Micros, reference: UUID, at: datetime, *, tax: Micros = 0, usage: Micros = 0
) -> list[Transfer]:
    """What an invoice asks for is receivable; `usage`: of a debt that was settled before (M7)."""
    return _receivable(
        [
            (Book.REVENUE, revenue, TransferKind.INVOICE),
            (Book.TAX, tax, TransferKind.TAX),
            (Book.USAGE_REVENUE, usage, TransferKind.DEBT),
        ],
        reference,
        at,
    )


def reversed_by(
    what: Reversal, reference: UUID, at: datetime, *, refundable: Micros = 0
) -> list[Transfer]:
    """I3: by a credit note or a void; what was paid of it is owed back."""
    parts = [
        (Book.REVENUE, what.revenue, TransferKind.REVERSAL),
        (Book.USAGE_REVENUE, what.usage, TransferKind.USAGE_REVERSAL),
        (Book.TAX, what.tax, TransferKind.TAX_REVERSAL),
    ]
    back = [
        Transfer(book, Book.RECEIVABLE, amount, kind, reference, at)
        for book, amount, kind in parts
        if amount
    ]
    return back + _receivable([(Book.REFUNDS, refundable, TransferKind.REFUND)], reference, at)


def given_up(due: Micros, reference: UUID, at: datetime) -> list[Transfer]:
    """What is due of an invoice that nobody will pay is no longer receivable."""
    return [Transfer(Book.BAD_DEBT, Book.RECEIVABLE, due, TransferKind.BAD_DEBT, reference, at)]
