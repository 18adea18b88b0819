"""Money on the wire: an exact decimal and its currency."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from app.domain.money import Micros, from_decimal, to_decimal
from app.domain.periods import Period as Days


@strawberry.type(description="An amount of money; at least two decimals, never rounded here.")
class Money:
    amount: Decimal = strawberry.field(description="The amount in units of the currency.")
    currency: str = strawberry.field(description="ISO 4217, such as USD.")

    @classmethod
    def of(cls, amount: Micros, currency: str) -> "Money":
        return cls(amount=to_decimal(amount), currency=currency)


PERCENT = 100
"""Micros of one percent are 1,000,000, and the rate of one percent is 10,000 millionths."""


def percent(rate: int) -> Decimal:
    """A rate in millionths, as people write it: 7.7, 19."""
    exact = Decimal(rate).scaleb(-4).normalize()
    return exact.quantize(Decimal(1)) if exact == exact.to_integral() else exact


def rate(percentage: Decimal, *, field: str) -> int:
    """The millionths of a percentage with at most four decimals; its bounds are the rules'."""
    return from_decimal(percentage, field=field, places=4) // PERCENT


@strawberry.type(description="Days in the account's time zone; both ends count.")
class Period:
    first_day: date = strawberry.field(description="The first day that belongs to it.")
    last_day: date = strawberry.field(description="The last day that belongs to it.")
    days: int = strawberry.field(description="How many days it has.")

    @classmethod
    def of(cls, days: Any) -> "Period":
        """From a range of the database."""
        return cls.of_days(Days(days.lower, days.upper))

    @classmethod
    def of_days(cls, period: Days) -> "Period":
        return cls(first_day=period.start, last_day=period.last, days=period.days)
