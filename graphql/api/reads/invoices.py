"""What is read of invoices, their charges, payments and corrections."""

from functools import cached_property
from typing import Any
from uuid import UUID

from sqlmodel import col
from strawberry.dataloader import DataLoader

from api.reads.reader import Reader
from app.domain.refunds import RefundStatus
from app.models import Charge, PaymentMethod, Refund, Reinstatement
from app.services import explanations
from app.services.explanations import Explained
from app.store import (
    credit_notes,
)

_UNBILLED = col(Charge.invoice_id).is_(None)
_STILL_THERE = col(PaymentMethod.removed_at).is_(None)
_STANDING = col(Refund.status) != RefundStatus.FAILED
_OF_PAYMENTS = col(Reinstatement.refund_id).is_(None)


class InvoicesReads(Reader):
    @cached_property
    def invoice(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("invoices", ("account_id", "id"))

    @cached_property
    def payment(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("payments", ("account_id", "id"))

    @cached_property
    def invoice_charges(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("charges", ("account_id", "invoice_id"))

    @cached_property
    def creditable(self) -> DataLoader[tuple[Any, ...], int]:
        return self._loader(credit_notes.creditable, 0)

    @cached_property
    def credit_note(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("credit_notes", ("account_id", "id"))

    @cached_property
    def credit_notes(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("credit_notes", ("account_id", "invoice_id"))

    @cached_property
    def refunds(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("refunds", ("account_id", "credit_note_id"))

    @cached_property
    def credit_note_lines(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("credit_note_lines", ("account_id", "credit_note_id"))

    @cached_property
    def charge(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("charges", ("account_id", "id"))

    @cached_property
    def decision(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("invoice_decisions", ("account_id", "invoice_id"))

    @cached_property
    def replacing(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("invoice_decisions", ("account_id", "replacement_id"))

    @cached_property
    def explained(self) -> DataLoader[tuple[UUID, UUID], Explained | None]:
        return self._loader(explanations.explain, None)

    @cached_property
    def unbilled_charges(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("charges", ("account_id",), _UNBILLED)

    @cached_property
    def payment_methods(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("payment_methods", ("account_id",), _STILL_THERE)

    @cached_property
    def payment_method(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("payment_methods", ("account_id", "id"))

    @cached_property
    def payment_steps(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("payment_steps", ("account_id", "payment_id"))

    @cached_property
    def payment_refunds(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        """Without those that failed."""
        return self._grouped("refunds", ("account_id", "payment_id"), _STANDING)

    @cached_property
    def late_failures(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("late_failures", ("account_id", "payment_id"))

    @cached_property
    def reinstatements(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        """Of what was taken back, not of refunds."""
        return self._grouped("reinstatements", ("account_id", "payment_id"), _OF_PAYMENTS)

    @cached_property
    def invoice_payments(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("payments", ("account_id", "invoice_id"))
