"""Setting the rule of automatic top-up."""

from decimal import Decimal
from uuid import UUID

import strawberry

from api.context import Info
from api.credits import Credits
from api.errors import UserError
from api.mutations import mutate, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain.money import from_decimal
from app.domain.top_ups import AutoTopUp as Rule
from app.services import auto_top_up as service
from app.services import payments as payment_service


@strawberry.input(
    description="Set the rule of automatic top-up; what is left out stays as it is. A new account "
    "has it switched off, with a threshold of 10.00, steps of 100.00, and caps of 1,000.00 a day "
    "and 5,000.00 a month."
)
class ConfigureAutoTopUpInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    enabled: bool = strawberry.field(
        description="Whether it charges. Switching it on forgets a decline and closes the breaker: "
        "a balance that is low is charged at once."
    )
    threshold: Decimal | None = strawberry.field(
        default=None, description="At or below this balance it charges: zero or more; at first 10."
    )
    amount: Decimal | None = strawberry.field(
        default=None, description="The step, from 1.00, in whole cents; at first 100."
    )
    daily_cap: Decimal | None = strawberry.field(
        default=None, description="Most of a local day: at least one step; at first 1000."
    )
    monthly_cap: Decimal | None = strawberry.field(
        default=None, description="Most of a local month: at least the daily cap; at first 5000."
    )


@strawberry.type(description="What came of setting the rule.")
class ConfigureAutoTopUpPayload:
    credits: Credits | None = strawberry.field(default=None, description="The credits.")
    notes: list[str] = strawberry.field(
        default_factory=list,
        description="What else it needs: without a payment method nothing is charged.",
    )
    user_errors: list[UserError] = user_errors()


def _merged(current: Rule, given: ConfigureAutoTopUpInput) -> Rule:
    def micros(value: Decimal | None, default: int, field: str) -> int:
        return default if value is None else from_decimal(value, field=field)

    return Rule(
        enabled=given.enabled,
        threshold=micros(given.threshold, current.threshold, "threshold"),
        amount=micros(given.amount, current.amount, "amount"),
        daily_cap=micros(given.daily_cap, current.daily_cap, "dailyCap"),
        monthly_cap=micros(given.monthly_cap, current.monthly_cap, "monthlyCap"),
    )


@strawberry.type
class AutoTopUpMutation:
    @strawberry.mutation(description="Set the rule of automatic top-up.")
    async def configure_auto_top_up(
        self, info: Info, input: ConfigureAutoTopUpInput
    ) -> ConfigureAutoTopUpPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> ConfigureAutoTopUpPayload:
            current = await service.current_rule(uow, account_id)
            rule = _merged(current, input)
            row = await service.configure_auto_top_up(uow, account_id, rule)
            currency = await payment_service.currency_of(uow, account_id)
            notes = await service.notes(uow, account_id, rule)
            return ConfigureAutoTopUpPayload(credits=Credits.of(row, currency), notes=notes)

        target = ("account", input.account_id, "accountId")
        return await mutate(info, ConfigureAutoTopUpPayload, target, work)
