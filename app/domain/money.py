"""Rule C4: money is an integer of micro-units (1e-6 of the currency), rounded in one function.

One dollar is 1_000_000 micros, one cent is 10_000. Prices and usage are exact micros; what is
invoiced is a multiple of a cent. Nothing here, or anywhere else, is a float.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from app.domain.errors import InvalidInput

Micros: TypeAlias = int

UNIT = 1_000_000
CENT = 10_000
LIMIT = 10**15
"""Amounts, and what is billed at once, stay below a thousand million: far within 64 bits."""


def round_half_up(numerator: int, denominator: int = 1, *, step: Micros = CENT) -> Micros:
    """Rule C3: `numerator / denominator` micros as a multiple of `step`; a half goes up."""
    return (2 * numerator + denominator * step) // (2 * denominator * step) * step


def allocate(total: Micros, weights: Sequence[int], *, step: Micros = CENT) -> list[Micros]:
    """Share `total` by `weights` in multiples of `step`, by largest remainder; the sum is `total`.

    `total` is a multiple of `step` and not negative; weights are not negative, and if all are
    zero the first takes everything. On equal remainders the earlier one is served first.
    """
    if total % step or total < 0 or not weights or min(weights) < 0:
        raise ValueError((total, weights, step))
    steps, weight = total // step, sum(weights)
    if weight == 0:
        return [total, *(0 for _ in weights[1:])]
    shares = [steps * each // weight for each in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(steps * weights[i] % weight))
    for i in by_remainder[: steps - sum(shares)]:
        shares[i] += 1
    return [share * step for share in shares]


def from_decimal(value: Decimal, *, field: str, places: int = 2) -> Micros:
    """The micros of an amount that somebody typed; at most `places` decimals, within LIMIT."""
    if not value.is_finite():
        raise InvalidInput("An amount is a number such as 12.34.", field=field)
    if abs(value) > LIMIT // UNIT:
        raise InvalidInput("An amount stays below a thousand million.", field=field)
    if value != value.quantize(Decimal(1).scaleb(-places)):
        raise InvalidInput(f"An amount has at most {places} decimals.", field=field)
    return int(value * UNIT)


def to_decimal(amount: Micros) -> Decimal:
    """The amount in units of the currency: at least two decimals, at most six, never 1E+5."""
    cents, rest = divmod(amount, CENT)
    return Decimal(amount).scaleb(-6).normalize() if rest else Decimal(cents).scaleb(-2)


def show(amount: Micros) -> str:
    """For sentences on invoices: `1,600.00`, `0.015`."""
    return f"{to_decimal(amount):,f}"
