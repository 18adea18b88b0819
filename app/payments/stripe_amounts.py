"""Stripe counts in minor units of a currency; we count in micros.

Most currencies have a hundredth. Those that have no minor unit are charged in whole units, and
Stripe takes the krona of Iceland in hundredths that have to be whole kronur, and thousandths only
if the last digit is 0. What Stripe's own lists contradict each other about is not charged at all.
"""

from app.domain.money import CENT, UNIT, Micros

_WHOLE = frozenset(["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"]) | frozenset(
    ["PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_THOUSANDTHS = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
_HUNDREDTHS_BUT_WHOLE = frozenset({"ISK"})
_CONTRADICTORY = frozenset({"UGX"})


class NotChargeable(Exception):
    """No such amount can be charged at Stripe; the argument is the decline code."""


def to_minor(amount: Micros, currency: str) -> int:
    """Micros as Stripe wants them; raises NotChargeable, never rounds."""
    if currency in _CONTRADICTORY:
        raise NotChargeable("currency_not_supported")
    whole = currency in _WHOLE | _HUNDREDTHS_BUT_WHOLE
    if amount <= 0 or amount % (UNIT if whole else CENT):
        raise NotChargeable("amount_not_supported")
    return amount // _minor(currency)


def from_minor(amount: int, currency: str) -> Micros:
    return amount * _minor(currency)


def _minor(currency: str) -> Micros:
    """What 1 means at Stripe."""
    if currency in _WHOLE:
        return UNIT
    return UNIT // 1000 if currency in _THOUSANDTHS else CENT
