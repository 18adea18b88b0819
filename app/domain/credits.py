"""Rule M5: credits that are bought by hand."""

from app.domain.errors import InvalidInput
from app.domain.money import CENT, UNIT, Micros

MINIMUM_PURCHASE = UNIT
MAXIMUM_PURCHASE = 100_000 * UNIT


def check_purchase(amount: Micros) -> None:
    """An amount that can be bought, or InvalidInput."""
    if not MINIMUM_PURCHASE <= amount <= MAXIMUM_PURCHASE or amount % CENT:
        raise InvalidInput("Buy credits for 1.00 to 100,000.00, in whole cents.", field="amount")
