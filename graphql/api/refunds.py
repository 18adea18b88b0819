"""Operators give back what was paid and then credited."""

from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.credit_notes import CreditNote, Refund
from api.errors import UserError
from api.mutations import mutate, once, user_errors
from app.db.unit_of_work import UnitOfWork
from app.services import credit_notes
from app.services import refunds as service


@strawberry.input(description="Give back what of a credit note had been paid.")
class RefundCreditNoteInput:
    credit_note_id: strawberry.ID = strawberry.field(description="The credit note.")
    idempotency_key: str = strawberry.field(
        description="Any text of up to 200 characters that is new for each new wish."
    )


@strawberry.type(description="What came of giving money back.")
class RefundCreditNotePayload:
    refunds: list[Refund] = strawberry.field(
        default_factory=list,
        description="One for each payment that a part is given back of, newest payment first.",
    )
    credit_note: CreditNote | None = strawberry.field(default=None, description="The credit note.")
    user_errors: list[UserError] = user_errors()


@strawberry.type
class RefundMutation:
    @strawberry.mutation(
        description="Give back to the cards what of a credit note had been paid: all of it that is "
        "not given back or on its way, also what has FAILED. The invoice owes less when the "
        "provider has done it, and more again if the card refuses it later: try again then, with "
        "a new key."
    )
    async def refund_credit_note(
        self, info: Info, input: RefundCreditNoteInput
    ) -> RefundCreditNotePayload:
        async def work(uow: UnitOfWork, account_id: UUID, id: UUID) -> RefundCreditNotePayload:
            async def refund() -> dict[str, Any]:
                actor = info.context.principal.actor
                made = await service.refund_credit_note(uow, account_id, id, actor=actor)
                return {"refunds": [str(each.id) for each in made]}

            done = await once(uow, account_id, "refundCreditNote", input, refund)
            note = await credit_notes.get(uow, account_id, id)
            rows = [await service.get(uow, account_id, UUID(each)) for each in done["refunds"]]
            return RefundCreditNotePayload(
                refunds=[Refund.of(row, note.currency) for row in rows],
                credit_note=CreditNote.of(note),
            )

        target = ("creditnote", input.credit_note_id, "creditNoteId")
        return await mutate(info, RefundCreditNotePayload, target, work)
