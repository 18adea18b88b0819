"""Automatic top-up: its rule, and what was decided."""

from datetime import datetime
from typing import Any

import strawberry

from api.context import Info
from api.ids import decode_for, encode
from api.money import Money
from api.payments import Payment
from app.domain.payments import PaymentStatus, Purpose
from app.domain.top_up_decisions import TopUpOutcome, TopUpTrigger
from app.domain.top_ups import Refusal
from app.services.top_up_stories import told

REFUSED = tuple(
    ("outcome", each) for each in TopUpOutcome if each.refusal not in {None, Refusal.OFF}
)
"""Who has switched it off knows."""


@strawberry.type(description="The rule of automatic top-up.")
class AutoTopUp:
    enabled: bool = strawberry.field(description="Whether it charges.")
    threshold: Money = strawberry.field(description="At or below this balance it charges.")
    amount: Money = strawberry.field(description="The step: the fewest that end above it.")
    daily_cap: Money = strawberry.field(description="The most it charges in a local day.")
    monthly_cap: Money = strawberry.field(description="The most it charges in a local month.")
    stopped_reason: Refusal | None = strawberry.field(description="Why it was switched off.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "AutoTopUp":
        return cls(
            enabled=row.enabled,
            threshold=Money.of(row.threshold, currency),
            amount=Money.of(row.amount, currency),
            daily_cap=Money.of(row.daily_cap, currency),
            monthly_cap=Money.of(row.monthly_cap, currency),
            stopped_reason=row.stopped_reason,
        )


@strawberry.type(description="What a decision about a top-up has seen, besides the balance.")
class TopUpView:
    enabled: bool = strawberry.field(description="Whether the rule was on.")
    stopped_reason: Refusal | None = strawberry.field(description="Why it had stopped.")
    threshold: Money = strawberry.field(description="The threshold of the rule.")
    amount: Money = strawberry.field(description="The step of the rule.")
    daily_cap: Money = strawberry.field(description="The cap of a day.")
    monthly_cap: Money = strawberry.field(description="The cap of a month.")
    charged_today: Money = strawberry.field(
        description="What automatic top-ups had charged that local day; what is open counts."
    )
    charged_this_month: Money = strawberry.field(
        description="What they had charged that local month; what is open counts."
    )
    recent: int = strawberry.field(description="Automatic top-ups of the last ten minutes.")
    open_charge: PaymentStatus | None = strawberry.field(
        description="How far a charge for credits was that stood in the way."
    )
    has_payment_method: bool = strawberry.field(description="Whether there was a card to charge.")
    post_paid: bool = strawberry.field(description="Whether usage was invoiced afterwards.")

    @classmethod
    def of(cls, seen: dict[str, Any], currency: str) -> "TopUpView":
        def money(name: str) -> Money:
            return Money.of(seen[name], currency)

        return cls(
            enabled=seen["enabled"],
            stopped_reason=seen["stopped"] and Refusal(seen["stopped"]),
            threshold=money("threshold"),
            amount=money("amount"),
            daily_cap=money("daily_cap"),
            monthly_cap=money("monthly_cap"),
            charged_today=money("charged_today"),
            charged_this_month=money("charged_this_month"),
            recent=seen["recent"],
            open_charge=seen["open_charge"] and PaymentStatus(seen["open_charge"]),
            has_payment_method=seen["has_method"],
            post_paid=seen["post_paid"],
        )


@strawberry.type(description="A decision whether to top credits up: what was seen, what was done.")
class TopUpDecision:
    row: strawberry.Private[Any]
    currency: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    trigger: TopUpTrigger = strawberry.field(description="What made somebody look first.")
    outcome: TopUpOutcome = strawberry.field(description="What was decided.")
    balance: Money = strawberry.field(description="The balance that was seen.")
    amount: Money = strawberry.field(description="What was charged, or would have been.")
    at: datetime = strawberry.field(description="When.")
    times: int = strawberry.field(
        description="How often the same was seen, but for the balance, and decided in a row."
    )
    last_at: datetime = strawberry.field(description="When it was the last time.")
    last_balance: Money = strawberry.field(description="The balance of the last time.")
    actor: str | None = strawberry.field(description="The operator who asked, if one did.")
    reason: str | None = strawberry.field(description="Why the operator asked.")
    told: bool = strawberry.field(
        description="Whether this decision was mailed to those who look after the money."
    )
    seen: TopUpView | None = strawberry.field(
        description="What else was seen; null for decisions from before that was recorded."
    )

    @classmethod
    def of(cls, row: Any, currency: str) -> "TopUpDecision":
        return cls(
            row=row,
            currency=currency,
            id=encode("topupdecision", row.account_id, row.id),
            trigger=row.trigger,
            outcome=row.outcome,
            balance=Money.of(row.balance, currency),
            amount=Money.of(row.amount, currency),
            at=row.at,
            times=sum(row.triggers.values()),
            last_at=row.last_at,
            last_balance=Money.of(row.last_balance, currency),
            actor=row.actor,
            reason=row.reason,
            told=row.told,
            seen=None if row.seen is None else TopUpView.of(row.seen, currency),
        )

    async def _charge(self, info: Info) -> Any | None:
        if self.row.payment_id is None:
            return None
        key = (self.row.account_id, self.row.payment_id)
        return (await info.context.loaders.payment.load(key))[0]

    @strawberry.field(description="The charge that it made, or that stood in its way.")
    async def payment(self, info: Info) -> Payment | None:
        row = await self._charge(info)
        return None if row is None else Payment.of(row, self.currency)

    @strawberry.field(description="All that in a sentence, with what came of it by now.")
    async def sentence(self, info: Info) -> str:
        return told(self.row, await self._charge(info))


@strawberry.type(description="A charge for credits, and the decisions that it was about.")
class TopUp:
    row: strawberry.Private[Any]
    currency: strawberry.Private[str]
    payment: Payment = strawberry.field(description="The charge itself.")

    @strawberry.field(
        description="The decision that made it, and those that it stood in the way of or whose "
        "settlement made somebody look again, oldest first. A purchase was decided by a person."
    )
    async def decisions(self, info: Info) -> list[TopUpDecision]:
        key = (self.row.account_id, self.row.id)
        rows = await info.context.loaders.top_up_decisions.load(key)
        return [TopUpDecision.of(row, self.currency) for row in rows]


@strawberry.type
class TopUpQuery:
    @strawberry.field(
        description="A charge for credits by the id of its payment; null if there is none, or it "
        "is not yours."
    )
    async def top_up(self, info: Info, id: strawberry.ID) -> TopUp | None:
        key = decode_for(info.context.principal, "payment", id, field="id")
        rows = await info.context.loaders.payment.load(key)
        if not rows or rows[0].purpose is Purpose.INVOICE:
            return None
        (account,) = await info.context.loaders.account.load(key[:1])
        payment = Payment.of(rows[0], account.currency)
        return TopUp(row=rows[0], currency=account.currency, payment=payment)


@strawberry.type(description="A low balance that was not topped up, and why.")
class TopUpRefusal:
    reason: Refusal = strawberry.field(description="Why not.")
    balance: Money = strawberry.field(description="The balance that was seen.")
    at: datetime = strawberry.field(description="When.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "TopUpRefusal":
        return cls(reason=row.outcome.refusal, balance=Money.of(row.balance, currency), at=row.at)
