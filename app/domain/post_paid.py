"""Rule M8: what an account pays afterwards, by contract, and from which size on that is meant."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Refused
from app.domain.money import UNIT, Micros, show
from app.domain.plans import PriceBook
from app.domain.subscriptions import Rented, Subscription


class PostPaidPart(StrEnum):
    """USAGE: accrued and invoiced monthly. SUBSCRIPTION: invoices have a due date."""

    USAGE = "USAGE"
    SUBSCRIPTION = "SUBSCRIPTION"


@dataclass(frozen=True, slots=True)
class Monthly:
    """Micros a month, of each part. As a limit: more than that may be paid afterwards."""

    usage: Micros = 5_000 * UNIT
    subscription: Micros = 2_500 * UNIT

    def of(self, part: PostPaidPart) -> Micros:
        return self.usage if part is PostPaidPart.USAGE else self.subscription


LEAST = Monthly()
_WHAT = {
    PostPaidPart.USAGE: "Usage has cost at most {}",
    PostPaidPart.SUBSCRIPTION: "The subscription costs {}",
}


def check_contract(part: PostPaidPart, contract: str | None, *, post_paid: bool) -> None:
    """A subscription is paid afterwards by contract only; the sizes warn, they do not refuse."""
    if post_paid and part is PostPaidPart.SUBSCRIPTION and contract is None:
        raise Refused(
            "M8",
            "A subscription is paid afterwards by contract only: name the contract or the quote.",
            field="contract",
        )


def warnings(parts: Iterable[PostPaidPart], seen: Monthly, least: Monthly) -> list[str]:
    """Of what is paid afterwards that which is smaller than what this is meant for."""
    return [
        f"{_WHAT[part].format(show(seen.of(part)))} a month: paying afterwards is meant for more "
        f"than {show(least.of(part))}."
        for part in parts
        if seen.of(part) <= least.of(part)
    ]


def rent_of_month(s: Subscription, prices: PriceBook, rented: Iterable[Rented]) -> Micros:
    """What a renewal would cost, by the month; what has no price counts nothing."""
    total = 0
    for each in rented:
        with suppress(Refused):
            total += each.renewed * s.price(prices, each.component) // s.term.months
    return total
