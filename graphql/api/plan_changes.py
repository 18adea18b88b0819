"""Another plan, another term: what it does and costs (L7), before the click and after."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from api.accounts import Account
from api.charges import Charge
from api.context import Info
from api.errors import UserError
from api.forecasts import UpcomingCharge
from api.mutations import mutate, once, user_errors
from api.previews import PreviewSide
from app.db.unit_of_work import UnitOfWork
from app.domain.plans import Term
from app.services import accounts, invoices
from app.services import plan_changes as service


@strawberry.input(
    description="Another plan, another term, or both; what is left out stays as it is, or as it "
    "is planned for the next renewal."
)
class ChangePlanInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    plan_id: strawberry.ID | None = strawberry.field(
        default=None, description="The plan, such as xpro. It counts users by the same policy."
    )
    term: Term | None = strawberry.field(default=None, description="The term from a renewal on.")
    reason: str | None = strawberry.field(default=None, description="Why; kept in the history.")
    idempotency_key: str = strawberry.field(
        description="Any text of up to 200 characters that is new for each new wish."
    )


@strawberry.type(description="What came of a change of plan or term.")
class ChangePlanPayload:
    account: Account | None = strawberry.field(default=None, description="The account afterwards.")
    effective_on: date | None = strawberry.field(
        default=None,
        description="Since when all that was asked for holds: today for an upgrade, the next "
        "renewal for anything else.",
    )
    charges: list[Charge] = strawberry.field(
        default_factory=list,
        description="The unbilled charges of an upgrade; the next invoice carries them.",
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What a change of plan or term would do; asking changes nothing.")
class PlanChangePreview:
    sentence: str = strawberry.field(description="All of it in one plain sentence.")
    effective_on: date = strawberry.field(description="Since when all of it would hold.")
    charges: list[UpcomingCharge] = strawberry.field(
        description="What would be charged at once; the next invoice would carry it."
    )
    before: PreviewSide = strawberry.field(description="If nothing is changed.")
    after: PreviewSide = strawberry.field(description="If it is.")

    @classmethod
    def of(cls, shown: service.PlanPreview) -> "PlanChangePreview":
        return cls(
            sentence=shown.sentence,
            effective_on=shown.decided.effective_on,
            charges=[
                UpcomingCharge.of(each, shown.currency) for each in shown.decided.change.charges
            ],
            before=PreviewSide.of(shown.before, shown.currency),
            after=PreviewSide.of(shown.after, shown.currency),
        )


@strawberry.input(description="A change of plan or term, asked about and not made.")
class PreviewPlanChangeInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    plan_id: strawberry.ID | None = strawberry.field(default=None, description="The plan.")
    term: Term | None = strawberry.field(default=None, description="The term.")


@strawberry.type(description="A preview, or why the change would be refused.")
class PreviewPlanChangePayload:
    preview: PlanChangePreview | None = strawberry.field(
        default=None, description="What it would do."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type
class PlanChangeQuery:
    @strawberry.field(
        description="What another plan or term would cost. What is due is billed first, as the "
        "change itself would do."
    )
    async def preview_plan_change(
        self, info: Info, input: PreviewPlanChangeInput
    ) -> PreviewPlanChangePayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> PreviewPlanChangePayload:
            wish = service.PlanWish(input.plan_id, input.term)
            shown = await service.preview(uow, account_id, wish)
            return PreviewPlanChangePayload(preview=PlanChangePreview.of(shown))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, PreviewPlanChangePayload, target, work)


@strawberry.type
class PlanChangeMutation:
    @strawberry.mutation(
        description="Change plan or term. An upgrade holds at once, and its difference to the end "
        "of what is paid for becomes unbilled charges; everything else waits for the renewal, "
        "and a later wish replaces it. Ask for the plan and the term that there are to take a "
        "planned change back."
    )
    async def change_plan(self, info: Info, input: ChangePlanInput) -> ChangePlanPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> ChangePlanPayload:
            async def change() -> dict[str, Any]:
                wish = service.PlanWish(input.plan_id, input.term)
                actor = info.context.principal.actor
                changed = await service.change_plan(
                    uow, account_id, wish, actor=actor, reason=input.reason
                )
                return {
                    "effective_on": changed.effective_on.isoformat(),
                    "charges": [str(each) for each in changed.charge_ids],
                }

            done = await once(uow, account_id, "changePlan", input, change)
            account, _invoice = await accounts.with_invoice(uow, account_id, None)
            rows = await invoices.charges(uow, account_id, [UUID(i) for i in done["charges"]])
            return ChangePlanPayload(
                account=Account.of(account),
                effective_on=date.fromisoformat(done["effective_on"]),
                charges=[Charge.of(row, account.currency) for row in rows],
            )

        target = ("account", input.account_id, "accountId")
        return await mutate(info, ChangePlanPayload, target, work)
