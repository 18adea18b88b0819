"""Alerts: at which amounts somebody wants to hear of the credits, once per crossing."""

from collections.abc import Collection, Sequence

from app.domain.errors import InvalidInput, Refused
from app.domain.money import UNIT, Micros

MOST = 10
MOST_KEPT = 100
"""Amounts that an account has ever named: those that are off the list keep their crossings."""
LARGEST = 1_000_000 * UNIT


def check_thresholds(thresholds: Sequence[Micros]) -> None:
    """Zero says that nothing is left; less than zero, how deep the debt is."""
    if len(thresholds) > MOST:
        raise InvalidInput(f"An account has at most {MOST} alerts.", field="thresholds")
    if len(set(thresholds)) < len(thresholds):
        raise InvalidInput("Name each threshold once.", field="thresholds")
    if any(abs(each) > LARGEST for each in thresholds):
        raise InvalidInput("A threshold lies between -1,000,000 and 1,000,000.", field="thresholds")


def check_kept(thresholds: Collection[Micros]) -> None:
    """`thresholds`: those of the new list and all that were on one before."""
    if len(thresholds) > MOST_KEPT:
        raise Refused(
            "M4",
            f"An account names at most {MOST_KEPT} different amounts in its life; take one that "
            "was on its list before.",
            field="thresholds",
        )


def is_armed(threshold: Micros, balance: Micros) -> bool:
    """It tells when the balance comes to the threshold from above, and not again before it has
    been above it once more."""
    return balance > threshold
