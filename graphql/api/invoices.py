"""Invoices and charges: what was billed, and why."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.auth import Operation
from api.context import Info
from api.documents import invoice_url
from api.errors import UserError
from api.ids import encode
from api.money import Money, Period
from api.mutations import mutate, once, user_errors
from api.payments import Payment
from app.db.unit_of_work import UnitOfWork
from app.domain.explanations import explain
from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.plans import Component
from app.services import payments as service


@strawberry.type(description="An input of a derivation.")
class DerivationInput:
    name: str = strawberry.field(description="What it is, such as price, days or quantity.")
    value: str = strawberry.field(description="An integer; money is in millionths.")


@strawberry.type(description="How an amount came about, in data: recomputing it gives the same.")
class Derivation:
    rule: str = strawberry.field(description="The id of the billing rule.")
    rule_version: int = strawberry.field(description="The version of the rule that computed it.")
    inputs: list[DerivationInput] = strawberry.field(description="What the rule was given.")
    steps: list[str] = strawberry.field(description="What it did with them.")


@strawberry.type(description="A line of an invoice, or an unbilled charge that waits for one.")
class Charge:
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    description: str = strawberry.field(description="What is charged, for people.")
    component: Component | None = strawberry.field(
        description="What is rented; null for debt, usage and top-ups."
    )
    quantity: int = strawberry.field(description="How many units.")
    unit_amount: Money = strawberry.field(description="One unit, rounded to the cent.")
    amount: Money = strawberry.field(description="Unit amount times quantity.")
    period: Period | None = strawberry.field(description="The days that are paid for.")
    first_unit: int | None = strawberry.field(
        description="The lowest of the unit numbers that it pays for; they count from 1."
    )
    last_unit: int | None = strawberry.field(description="The highest of them.")
    posted_at: datetime = strawberry.field(description="When it was posted.")
    derivation: Derivation = strawberry.field(description="How the amount came about.")
    explanation: str = strawberry.field(description="The same as sentences.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "Charge":
        derivation = row.derivation
        return cls(
            id=encode("charge", row.account_id, row.id),
            description=row.description,
            component=row.component,
            quantity=row.quantity,
            unit_amount=Money.of(row.unit_amount, currency),
            amount=Money.of(row.amount, currency),
            period=row.period and Period.of(row.period),
            first_unit=row.slots and row.slots.lower,
            last_unit=row.slots and row.slots.upper - 1,
            posted_at=row.posted_at,
            derivation=Derivation(
                rule=row.rule,
                rule_version=derivation["version"],
                inputs=[
                    DerivationInput(name=name, value=str(value))
                    for name, value in derivation["inputs"].items()
                ],
                steps=derivation["steps"],
            ),
            explanation=explain(row.description, row.rule, derivation["steps"]),
        )


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
    total: Money = strawberry.field(description="The sum of its charges.")
    amount_paid: Money = strawberry.field(description="What was paid.")
    amount_due: Money = strawberry.field(description="Total less paid less credited.")
    next_attempt_at: datetime | None = strawberry.field(
        description="When collection charges the payment method (again)."
    )

    @classmethod
    def of(cls, row: Any) -> "Invoice":
        return cls(
            key=(row.account_id, row.id),
            currency=row.currency,
            id=encode("invoice", row.account_id, row.id),
            number=f"INV-{row.number:04}",
            kind=row.kind,
            status=row.status,
            period=Period.of(row.period),
            issued_on=row.issued_on,
            due_on=row.due_on,
            total=Money.of(row.total, row.currency),
            amount_paid=Money.of(row.paid, row.currency),
            amount_due=Money.of(row.total - row.paid - row.credited, row.currency),
            next_attempt_at=row.next_attempt_at,
        )

    @strawberry.field(description="Its lines.")
    async def charges(self, info: Info) -> list[Charge]:
        rows = await info.context.loaders.invoice_charges.load(self.key)
        return [Charge.of(row, self.currency) for row in rows]

    @strawberry.field(
        description="A link to the invoice as PDF, in the account's language: signed, for this "
        "invoice only, good for 15 minutes. Whoever has it can open it, so keep it to yourself. "
        "Without its query it takes an API key."
    )
    async def pdf_url(self, info: Info) -> str:
        return invoice_url(info.context.perseat, *self.key)


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
    @strawberry.mutation(description="Charge an invoice now; it is never charged twice.")
    async def pay_invoice(self, info: Info, input: PayInvoiceInput) -> PayInvoicePayload:
        async def work(uow: UnitOfWork, account_id: UUID, invoice_id: UUID) -> PayInvoicePayload:
            async def pay() -> dict[str, Any]:
                payment = await service.pay_invoice(uow, account_id, invoice_id)
                return {"payment": str(payment.id)}

            done = await once(uow, account_id, "payInvoice", input, pay)
            payment = await service.get(uow, account_id, UUID(done["payment"]))
            return PayInvoicePayload(payment=await Payment.load(uow, payment))

        target = ("invoice", input.invoice_id, "invoiceId")
        return await mutate(info, Operation.WRITE_MONEY, PayInvoicePayload, target, work)
