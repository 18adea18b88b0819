"""Credit notes: what was taken back of an invoice, line by line."""

from datetime import date, datetime
from typing import Any

import strawberry

from api.charges import Charge
from api.context import Info
from api.documents import credit_note_url
from api.ids import encode
from api.money import Money
from app.domain.refunds import RefundStatus


@strawberry.type(description="A part of a charge that was taken back.")
class CreditNoteLine:
    row: strawberry.Private[Any]
    currency: strawberry.Private[str]
    amount: Money = strawberry.field(description="Net.")
    tax: Money = strawberry.field(
        description="The same part of the charge's tax; in any number of pieces exactly all of it."
    )

    @classmethod
    def of(cls, row: Any, currency: str) -> "CreditNoteLine":
        return cls(
            row=row,
            currency=currency,
            amount=Money.of(row.amount, currency),
            tax=Money.of(row.tax, currency),
        )

    @strawberry.field(description="The charge that it draws on.")
    async def charge(self, info: Info) -> Charge:
        key = (self.row.account_id, self.row.charge_id)
        (row,) = await info.context.loaders.charge.load(key)
        return Charge.of(row, self.currency)


@strawberry.type(description="A part of a payment that goes back to its card.")
class Refund:
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    status: RefundStatus = strawberry.field(description="How far it has come.")
    amount: Money = strawberry.field(description="What goes back.")
    payment_id: strawberry.ID = strawberry.field(description="The payment that it is a part of.")
    actor: str = strawberry.field(description="Who asked for it.")
    reason: str | None = strawberry.field(
        description="Why it was booked, if somebody had made it at the provider; else null."
    )
    provider_reference: str | None = strawberry.field(description="What the provider calls it.")
    created_at: datetime = strawberry.field(description="When it was intended.")
    failure_code: str | None = strawberry.field(
        description="Why it has FAILED, in the provider's words, if it says so. What a failed one "
        "was to give back is still owed: ask for it again with `refundCreditNote` and a new key. "
        "Credits whose refund has failed are there again."
    )
    settled_at: datetime | None = strawberry.field(
        description="When its outcome was booked; a refund may fail after it had succeeded."
    )

    @classmethod
    def of(cls, row: Any, currency: str) -> "Refund":
        return cls(
            id=encode("refund", row.account_id, row.id),
            status=row.status,
            amount=Money.of(row.amount, currency),
            payment_id=encode("payment", row.account_id, row.payment_id),
            actor=row.actor,
            reason=row.reason,
            provider_reference=row.reference,
            created_at=row.created_at,
            failure_code=row.failure_code,
            settled_at=row.settled_at,
        )


@strawberry.type(description="A correction of an invoice: final when it appears.")
class CreditNote:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    number: str = strawberry.field(
        description="Counts up in each account, without gaps, apart from invoices."
    )
    invoice_id: strawberry.ID = strawberry.field(description="The invoice that it corrects.")
    reason: str = strawberry.field(description="Why.")
    actor: str = strawberry.field(description="Who issued it.")
    issued_on: date = strawberry.field(description="Its date, in the account's zone.")
    subtotal: Money = strawberry.field(description="The sum of its lines, net.")
    tax: Money = strawberry.field(description="The sum of their taxes.")
    total: Money = strawberry.field(description="Both: by so much less is asked for.")
    amount_refundable: Money = strawberry.field(
        description="How much of the total had been paid when it was issued: that was owed back. "
        "What went back since is in `refunds`, what is owed now in the invoice."
    )
    created_at: datetime = strawberry.field(description="When it was issued.")

    @classmethod
    def of(cls, row: Any) -> "CreditNote":
        return cls(
            row=row,
            id=encode("creditnote", row.account_id, row.id),
            number=f"CN-{row.number:04}",
            invoice_id=encode("invoice", row.account_id, row.invoice_id),
            reason=row.reason,
            actor=row.actor,
            issued_on=row.issued_on,
            subtotal=Money.of(row.amount, row.currency),
            tax=Money.of(row.tax, row.currency),
            total=Money.of(row.amount + row.tax, row.currency),
            amount_refundable=Money.of(row.refundable, row.currency),
            created_at=row.created_at,
        )

    @strawberry.field(description="What it takes back of which charge.")
    async def lines(self, info: Info) -> list[CreditNoteLine]:
        rows = await info.context.loaders.credit_note_lines.load((self.row.account_id, self.row.id))
        return [CreditNoteLine.of(row, self.row.currency) for row in rows]

    @strawberry.field(
        description="A link to the credit note as PDF, like an invoice's: signed, for this one "
        "only, good for 15 minutes. Without its query it takes an API key."
    )
    async def pdf_url(self, info: Info) -> str:
        return credit_note_url(info.context.perseat, self.row.account_id, self.row.id)

    @strawberry.field(description="What of it went back to cards, or is on its way; oldest first.")
    async def refunds(self, info: Info) -> list[Refund]:
        rows = await info.context.loaders.refunds.load((self.row.account_id, self.row.id))
        return [Refund.of(row, self.row.currency) for row in rows]
