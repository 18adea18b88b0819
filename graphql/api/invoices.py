"""Invoices and charges: what was billed, and why."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from api.billing_details import BillTo
from api.charges import Charge
from api.context import Info
from api.credit_notes import CreditNote
from api.documents import invoice_url
from api.errors import UserError
from api.ids import encode
from api.money import Money, Period, percent
from api.mutations import mutate, once, user_errors
from api.payments import Payment
from app.db.unit_of_work import UnitOfWork
from app.domain.invoice_states import due
from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.wording import invoice_number
from app.services import payments as service


@strawberry.type(description="An invoice: final when it appears; a set of charges.")
class Invoice:
    key: strawberry.Private[tuple[UUID, UUID]]
    currency: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    number: str = strawberry.field(description="Counts up in each account, without gaps.")
    kind: InvoiceKind = strawberry.field(description="Why there is this invoice.")
    status: InvoiceStatus = strawberry.field(description="Whether something is due.")
    period: Period = strawberry.field(description="The month that it belongs to.")
    issued_on: date = strawberry.field(description="Its date, in the account's zone.")
    due_on: date = strawberry.field(description="When it is due.")
    subtotal: Money = strawberry.field(description="The sum of its charges.")
    tax: Money = strawberry.field(
        description="The rate of the subtotal, rounded once; the charges' taxes add up to it."
    )
    tax_rate: Decimal = strawberry.field(
        description="The rate of its day in percent; later changes do not matter to it."
    )
    total: Money = strawberry.field(description="Subtotal and tax: what it asks for.")
    amount_paid: Money = strawberry.field(
        description="What was paid, less what went back or was taken back. Of credits: what they "
        "were bought for; what is taken back of it is a debt of credits."
    )
    amount_credited: Money = strawberry.field(
        description="What credit notes have taken back, tax included."
    )
    amount_refundable: Money = strawberry.field(
        description="What was paid and then credited: it is owed back."
    )
    amount_due: Money = strawberry.field(
        description="Total less paid less credited, plus what is owed back; nothing if void."
    )
    bill_to: BillTo = strawberry.field(
        description="Whom it is addressed to; as on its day, for ever."
    )
    next_attempt_at: datetime | None = strawberry.field(
        description="When collection charges the payment method (again)."
    )

    @classmethod
    def of(cls, row: Any) -> "Invoice":
        return cls(
            key=(row.account_id, row.id),
            currency=row.currency,
            id=encode("invoice", row.account_id, row.id),
            number=invoice_number(row.number),
            kind=row.kind,
            status=row.status,
            period=Period.of(row.period),
            issued_on=row.issued_on,
            due_on=row.due_on,
            subtotal=Money.of(row.total - row.tax, row.currency),
            tax=Money.of(row.tax, row.currency),
            tax_rate=percent(row.tax_rate),
            total=Money.of(row.total, row.currency),
            amount_paid=Money.of(row.paid, row.currency),
            amount_credited=Money.of(row.credited, row.currency),
            amount_refundable=Money.of(row.refundable, row.currency),
            amount_due=Money.of(due(row), row.currency),
            bill_to=BillTo.of(row.bill_to),
            next_attempt_at=row.next_attempt_at,
        )

    @strawberry.field(description="Its lines.")
    async def charges(self, info: Info) -> list[Charge]:
        rows = await info.context.loaders.invoice_charges.load(self.key)
        return [Charge.of(row, self.currency) for row in rows]

    @strawberry.field(
        description="A link to the invoice as PDF, in the language of `billTo`: signed, for this "
        "invoice only, good for 15 minutes. Whoever has it can open it, so keep it to yourself. "
        "Without its query it takes an API key."
    )
    async def pdf_url(self, info: Info) -> str:
        return invoice_url(info.context.perseat, *self.key)

    @strawberry.field(description="What was charged for it, or tried to be, oldest first.")
    async def payments(self, info: Info) -> list[Payment]:
        rows = await info.context.loaders.invoice_payments.load(self.key)
        return [Payment.of(row, self.currency) for row in rows]

    @strawberry.field(description="What was taken back of it, oldest first.")
    async def credit_notes(self, info: Info) -> list[CreditNote]:
        rows = await info.context.loaders.credit_notes.load(self.key)
        return [CreditNote.of(row) for row in rows]

    @strawberry.field(description="Why it is void or was given up; null if it is not.")
    async def decision(self, info: Info) -> "InvoiceDecision | None":
        rows = await info.context.loaders.decision.load(self.key)
        return InvoiceDecision.of(rows[0]) if rows else None

    @strawberry.field(description="The void invoice that it was issued instead of, if any.")
    async def replaces(self, info: Info) -> "Invoice | None":
        rows = await info.context.loaders.replacing.load(self.key)
        return await _invoice(info, rows[0].account_id, rows[0].invoice_id) if rows else None


async def _invoice(info: Info, account_id: UUID, invoice_id: UUID) -> Invoice:
    (row,) = await info.context.loaders.invoice.load((account_id, invoice_id))
    return Invoice.of(row)


@strawberry.type(description="What an operator has decided about an invoice; never taken back.")
class InvoiceDecision:
    row: strawberry.Private[Any]
    reason: str = strawberry.field(description="Why.")
    actor: str = strawberry.field(description="Who.")
    at: datetime = strawberry.field(description="When, by the account's clock.")

    @classmethod
    def of(cls, row: Any) -> "InvoiceDecision":
        return cls(row=row, reason=row.reason, actor=row.actor, at=row.at)

    @strawberry.field(description="The invoice with the same charges that was issued instead.")
    async def replacement(self, info: Info) -> Invoice | None:
        found = self.row.replacement_id
        return await _invoice(info, self.row.account_id, found) if found else None


@strawberry.input(description="Pay an invoice now, with the default payment method.")
class PayInvoiceInput:
    invoice_id: strawberry.ID = strawberry.field(description="The invoice.")
    idempotency_key: str = strawberry.field(
        description="Any text of up to 200 characters that is new for each new wish to pay."
    )


@strawberry.type(description="What came of paying an invoice.")
class PayInvoicePayload:
    payment: Payment | None = strawberry.field(
        default=None, description="The payment; the one in flight if there was one."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type
class InvoiceMutation:
    @strawberry.mutation(
        description="Charge an invoice now; it is never charged twice. What is declined by hand "
        "does not use up the attempts that collection makes by itself, but puts the next one off."
    )
    async def pay_invoice(self, info: Info, input: PayInvoiceInput) -> PayInvoicePayload:
        async def work(uow: UnitOfWork, account_id: UUID, invoice_id: UUID) -> PayInvoicePayload:
            async def pay() -> dict[str, Any]:
                payment = await service.pay_invoice(uow, account_id, invoice_id)
                return {"payment": str(payment.id)}

            done = await once(uow, account_id, "payInvoice", input, pay)
            payment = await service.get(uow, account_id, UUID(done["payment"]))
            return PayInvoicePayload(payment=await Payment.load(uow, payment))

        target = ("invoice", input.invoice_id, "invoiceId")
        return await mutate(info, PayInvoicePayload, target, work)
