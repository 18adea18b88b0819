"""What caused a charge (I5), with links to it."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

import strawberry

from api.actors import WHO, name_of
from api.context import Info
from api.documentation import documented
from api.money import Money
from api.payments import Payment
from api.users import StatusCount, User
from app.domain.plans import Component, Term
from app.domain.usage import UsageKind
from app.domain.users import UserStatus


class CauseKind(Enum):
    USER_BECAME_BILLABLE = "USER_BECAME_BILLABLE"
    ADD_ON_CHANGED = "ADD_ON_CHANGED"
    PLAN_UPGRADED = "PLAN_UPGRADED"
    USERS_COUNTED = "USERS_COUNTED"
    MINIMUM_CONTRACTED = "MINIMUM_CONTRACTED"
    PRICE_IN_FORCE = "PRICE_IN_FORCE"
    USAGE_POSTED = "USAGE_POSTED"
    FEES_POSTED = "FEES_POSTED"
    BALANCE = "BALANCE"
    PAYMENT_SUCCEEDED = "PAYMENT_SUCCEEDED"
    PAID_AFTERWARDS = "PAID_AFTERWARDS"


documented(
    CauseKind,
    "What kind of thing caused a charge.",
    USER_BECAME_BILLABLE="A user came for whom no licence was paid yet.",
    ADD_ON_CHANGED="Units of an add-on were added or removed.",
    PLAN_UPGRADED="Another plan took the place of the one before, at once.",
    USERS_COUNTED="The users of a conversion, a renewal or a true-up.",
    MINIMUM_CONTRACTED="The contract's minimum, which is billed because there were fewer users.",
    PRICE_IN_FORCE="The price that was in force on the first day of the term.",
    USAGE_POSTED="Usage that the credits did not cover, or that is paid afterwards.",
    FEES_POSTED="Carriers' fees of the same, each of which is posted on the day after its event.",
    BALANCE="The credit balance that was decided by.",
    PAYMENT_SUCCEEDED="The payment that bought credits.",
    PAID_AFTERWARDS="Usage was paid afterwards at that time, by agreement.",
)


@strawberry.interface(
    description="Something that caused a charge, read from the history; never changed later."
)
class Cause:
    kind: CauseKind = strawberry.field(description="What kind of thing it is.")
    sentence: str = strawberry.field(description="What happened, for people.")
    at: datetime = strawberry.field(description="When, by the account's clock.")


@strawberry.type(description="A user became billable.")
class UserCause(Cause):
    by: strawberry.Private[tuple[UUID, str]]
    key: strawberry.Private[tuple[UUID, UUID]]
    from_status: UserStatus | None = strawberry.field(
        description="The state before; null for a user who was added."
    )
    to_status: UserStatus = strawberry.field(description="The state that is billed.")
    reason: str | None = strawberry.field(description="Why, if somebody said so.")

    @strawberry.field(description="The user, as it is now; deleted users keep their name.")
    async def user(self, info: Info) -> User:
        (row,) = await info.context.loaders.user.load(self.key)
        return User.of(row)

    @strawberry.field(description=WHO)
    async def actor(self, info: Info) -> str:
        return await name_of(info, *self.by)


@strawberry.type(description="Units of an add-on were added or removed.")
class AddOnCause(Cause):
    by: strawberry.Private[tuple[UUID, str]]
    id: strawberry.ID = strawberry.field(description="Opaque global id of the change.")
    component: Component = strawberry.field(description="Of which add-on.")
    quantity: int = strawberry.field(description="How many units; below zero if removed.")

    @strawberry.field(description=WHO)
    async def actor(self, info: Info) -> str:
        return await name_of(info, *self.by)


@strawberry.type(description="Another plan took the place of the one before, at once.")
class PlanCause(Cause):
    by: strawberry.Private[tuple[UUID, str]]
    from_plan_id: strawberry.ID = strawberry.field(description="The plan before.")
    to_plan_id: strawberry.ID = strawberry.field(description="The plan since then.")
    reason: str | None = strawberry.field(description="Why, if somebody said so.")

    @strawberry.field(description=WHO)
    async def actor(self, info: Info) -> str:
        return await name_of(info, *self.by)


@strawberry.type(description="The billable users of one instant.")
class UsersCause(Cause):
    occupied: int = strawberry.field(description="Billable users, each on one licence.")
    by_status: list[StatusCount] = strawberry.field(description="The same by state.")


@strawberry.type(description="The contract's minimum, because there were fewer users.")
class MinimumCause(Cause):
    minimum: int = strawberry.field(description="Licences that are billed at least.")
    effective_on: date = strawberry.field(description="The first renewal that billed it.")
    contract: str | None = strawberry.field(description="The quote or contract that says so.")


@strawberry.type(description="The price of one unit for one term.")
class PriceCause(Cause):
    plan_id: strawberry.ID = strawberry.field(description="The plan, such as upro.")
    component: Component = strawberry.field(description="Of what.")
    term: Term = strawberry.field(description="For how long.")
    price: Money = strawberry.field(description="The price of one unit for one term.")
    since: date = strawberry.field(description="The first day of this price.")


@strawberry.type(description="Metered usage of one kind in the month; see `Account.usage`.")
class UsageCause(Cause):
    usage_kind: UsageKind = strawberry.field(description="What was used.")
    events: int = strawberry.field(description="In how many events.")
    quantity: int = strawberry.field(description="How many units.")
    amount: Money = strawberry.field(description="What they cost, exact.")
    first_at: datetime = strawberry.field(description="When the first was posted.")
    last_at: datetime = strawberry.field(description="When the last was posted.")


@strawberry.type(
    description="Carriers' fees that were posted in the month. With the usage of all kinds they "
    "are what the credits did not cover, or what is paid afterwards."
)
class FeeCause(Cause):
    events: int = strawberry.field(description="Of how many events.")
    amount: Money = strawberry.field(description="What they cost, exact.")
    first_at: datetime = strawberry.field(description="When the first of them counted.")
    last_at: datetime = strawberry.field(description="When the last of them counted.")


@strawberry.type(description="The credit balance that a top-up or a debt was decided by.")
class BalanceCause(Cause):
    balance: Money = strawberry.field(description="The balance of that instant, exact.")


@strawberry.type(description="The payment that bought credits.")
class PaymentCause(Cause):
    key: strawberry.Private[tuple[UUID, UUID]]
    currency: strawberry.Private[str]

    @strawberry.field(description="The payment.")
    async def payment(self, info: Info) -> Payment:
        (row,) = await info.context.loaders.payment.load(self.key)
        return Payment.of(row, self.currency)


@strawberry.type(description="How usage is paid, and since when; `at` is that instant.")
class PostPaidCause(Cause):
    contract: str | None = strawberry.field(description="The contract that says so.")
    reason: str = strawberry.field(description="Why an operator agreed to it.")
    actor: str = strawberry.field(description="Who did.")


CAUSES = (
    UserCause,
    AddOnCause,
    PlanCause,
    UsersCause,
    MinimumCause,
    PriceCause,
    UsageCause,
    FeeCause,
    BalanceCause,
    PaymentCause,
    PostPaidCause,
)
"""The schema has to be told of them: fields name the interface only."""
