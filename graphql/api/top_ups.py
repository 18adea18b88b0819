"""Automatic top-up: its rule, and what was decided."""

from datetime import datetime
from typing import Any

import strawberry

from api.money import Money
from app.domain.top_up_decisions import Outcome
from app.domain.top_ups import Refusal

REFUSED = tuple(("outcome", each) for each in Outcome if each.refusal not in {None, Refusal.OFF})
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


@strawberry.type(description="A low balance that was not topped up, and why.")
class TopUpRefusal:
    reason: Refusal = strawberry.field(description="Why not.")
    balance: Money = strawberry.field(description="The balance that was seen.")
    at: datetime = strawberry.field(description="When.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "TopUpRefusal":
        return cls(reason=row.outcome.refusal, balance=Money.of(row.balance, currency), at=row.at)
