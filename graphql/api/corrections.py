"""What operators do about an invoice that is wrong, or that nobody pays."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.credit_notes import CreditNote
from api.errors import UserError
from api.ids import decode_within
from api.invoices import Invoice
from api.mutations import mutate, once, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import InvalidInput
from app.domain.money import from_decimal
from app.services import corrections, credit_notes, invoices

REASON = "Why; at most 500 characters. The customer can read it."
KEY = "Any text of up to 200 characters that is new for each new wish."


@strawberry.input(description="How much of a charge to take back.")
class CreditLineInput:
    charge_id: strawberry.ID = strawberry.field(description="A charge of the invoice.")
    amount: Decimal | None = strawberry.field(
        default=None, description="Net, in whole cents; all that is left of it if not given."
    )


@strawberry.input(description="Take back some lines of an invoice, or the whole rest of it.")
class IssueCreditNoteInput:
    invoice_id: strawberry.ID = strawberry.field(description="The invoice; not one for credits.")
    reason: str = strawberry.field(description=REASON)
    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[CreditLineInput] | None = strawberry.field(
        default=None, description="Which lines; each once. Not together with `whole`."
    )
    whole: bool = strawberry.field(default=False, description="All that has not been credited yet.")


@strawberry.type(description="What came of issuing a credit note.")
class IssueCreditNotePayload:
    credit_note: CreditNote | None = strawberry.field(default=None, description="The credit note.")
    invoice: Invoice | None = strawberry.field(default=None, description="The invoice afterwards.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Take an invoice back of which nothing is paid or credited.")
class VoidInvoiceInput:
    invoice_id: strawberry.ID = strawberry.field(description="The invoice; not one for credits.")
    reason: str = strawberry.field(description=REASON)
    idempotency_key: str = strawberry.field(description=KEY)
    reissue: bool = strawberry.field(
        default=False,
        description="Ask for the same charges again on a new invoice, addressed and taxed as the "
        "account is now. Otherwise the days stay paid for, at no price.",
    )


@strawberry.type(description="What came of taking an invoice back.")
class VoidInvoicePayload:
    invoice: Invoice | None = strawberry.field(default=None, description="The void invoice.")
    replacement: Invoice | None = strawberry.field(
        default=None, description="The invoice that was issued instead, if that was wished for."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Give an invoice up that nobody pays.")
class MarkInvoiceUncollectibleInput:
    invoice_id: strawberry.ID = strawberry.field(description="The invoice.")
    reason: str = strawberry.field(description=REASON)


@strawberry.type(description="What came of giving an invoice up.")
class MarkInvoiceUncollectiblePayload:
    invoice: Invoice | None = strawberry.field(default=None, description="The invoice afterwards.")
    user_errors: list[UserError] = user_errors()


def _wanted(account_id: UUID, given: IssueCreditNoteInput) -> list[tuple[UUID, int | None]] | None:
    if given.whole == (given.lines is not None):
        raise InvalidInput(
            "Name lines, or say that it is the whole invoice: one of the two.", field="lines"
        )
    if given.lines is None:
        return None
    return [
        (
            decode_within(account_id, "charge", each.charge_id, field=f"lines.{index}.chargeId"),
            None
            if each.amount is None
            else from_decimal(each.amount, field=f"lines.{index}.amount"),
        )
        for index, each in enumerate(given.lines)
    ]


@strawberry.type
class CorrectionMutation:
    @strawberry.mutation(
        description="Take back what was billed too much: less is due, and what had been paid of it "
        "is owed back. What is held stays paid for."
    )
    async def issue_credit_note(
        self, info: Info, input: IssueCreditNoteInput
    ) -> IssueCreditNotePayload:
        async def work(
            uow: UnitOfWork, account_id: UUID, invoice_id: UUID
        ) -> IssueCreditNotePayload:
            async def credit() -> dict[str, Any]:
                new = credit_notes.NewCreditNote(
                    invoice_id, input.reason, _wanted(account_id, input)
                )
                actor = info.context.principal.actor
                note = await credit_notes.issue_credit_note(uow, account_id, new, actor=actor)
                return {"creditNote": str(note.id)}

            done = await once(uow, account_id, "issueCreditNote", input, credit)
            note = await credit_notes.get(uow, account_id, UUID(done["creditNote"]))
            invoice = await invoices.get(uow, account_id, invoice_id)
            return IssueCreditNotePayload(
                credit_note=CreditNote.of(note), invoice=Invoice.of(invoice)
            )

        target = ("invoice", input.invoice_id, "invoiceId")
        return await mutate(info, IssueCreditNotePayload, target, work)

    @strawberry.mutation(description="Take an invoice back; its number stays, and its lines.")
    async def void_invoice(self, info: Info, input: VoidInvoiceInput) -> VoidInvoicePayload:
        async def work(uow: UnitOfWork, account_id: UUID, invoice_id: UUID) -> VoidInvoicePayload:
            async def void() -> dict[str, Any]:
                actor, reason = info.context.principal.actor, input.reason
                _, instead = await corrections.void_invoice(
                    uow, account_id, invoice_id, reason, actor=actor, reissue=input.reissue
                )
                return {"replacement": instead and str(instead.id)}

            done = await once(uow, account_id, "voidInvoice", input, void)
            found = done["replacement"]
            instead = await invoices.get(uow, account_id, UUID(found)) if found else None
            return VoidInvoicePayload(
                invoice=Invoice.of(await invoices.get(uow, account_id, invoice_id)),
                replacement=None if instead is None else Invoice.of(instead),
            )

        target = ("invoice", input.invoice_id, "invoiceId")
        return await mutate(info, VoidInvoicePayload, target, work)

    @strawberry.mutation(
        description="Give an invoice up: nobody tries to collect it any more, and the account "
        "recovers if nothing else is past due. It can still be paid."
    )
    async def mark_invoice_uncollectible(
        self, info: Info, input: MarkInvoiceUncollectibleInput
    ) -> MarkInvoiceUncollectiblePayload:
        async def work(
            uow: UnitOfWork, account_id: UUID, invoice_id: UUID
        ) -> MarkInvoiceUncollectiblePayload:
            row = await corrections.mark_uncollectible(
                uow, account_id, invoice_id, input.reason, actor=info.context.principal.actor
            )
            return MarkInvoiceUncollectiblePayload(invoice=Invoice.of(row))

        target = ("invoice", input.invoice_id, "invoiceId")
        return await mutate(info, MarkInvoiceUncollectiblePayload, target, work)
