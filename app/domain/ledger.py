"""The ledger: one transfer moves money between two of an account's books, so none is unbalanced."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.money import Micros


class Book(StrEnum):
    """CREDITS: what we owe the customer in usage. RECEIVABLE: what invoices still ask for.
    CLEARING: money at the payment provider. ROUNDING: below a cent (M7)."""

    CREDITS = "CREDITS"
    RECEIVABLE = "RECEIVABLE"
    CLEARING = "CLEARING"
    REVENUE = "REVENUE"
    USAGE_REVENUE = "USAGE_REVENUE"
    ROUNDING = "ROUNDING"


class TransferKind(StrEnum):
    INVOICE = "INVOICE"
    DEBT = "DEBT"
    DEBT_ROUNDING = "DEBT_ROUNDING"
    PAYMENT = "PAYMENT"
    TOP_UP = "TOP_UP"
    USAGE = "USAGE"


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
