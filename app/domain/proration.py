"""Rule C3: the price of the days that are left, rounded once per unit."""

from dataclasses import dataclass

from app.domain.money import Micros, round_half_up
from app.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Share:
    """`days` of the `of` days of a period; both ends count and days are real days."""

    days: int
    of: int

    def __post_init__(self) -> None:
        if not 0 < self.days <= self.of:
            raise ValueError((self.days, self.of))


def share_of(part: Period, whole: Period) -> Share:
    return Share((part.end - part.start).days, whole.days)


def prorate(price: Micros, share: Share, *, months: int = 1) -> Micros:
    """What one unit costs for a share of a period, to the cent, half up.

    `price` is exact micros for `months` such periods: 3 or 12 take the monthly equivalent of a
    quarterly or annual price. The daily rate itself is never rounded. 70.00 x 9/31 = 20.32.
    """
    return round_half_up(price * share.days, share.of * months)
