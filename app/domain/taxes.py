"""Rule I4: tax on an invoice. One rate per account, rounded once, allocated to the charges."""

from collections.abc import Sequence

from app.domain.money import Micros, allocate, round_half_up

WHOLE = 1_000_000
"""A rate is in millionths: 190,000 is 19 %, and WHOLE is 100 %."""
UNTAXED = frozenset({"M5", "M6"})
"""Credits that are bought are an advance: the usage that they pay for is what is supplied."""


def tax_of(net: Micros, rate: int) -> Micros:
    """The tax on the sum of what is taxable, to the cent, a half up: never a sum of roundings."""
    return round_half_up(net * rate, WHOLE)


def taxable(rule: str, amount: Micros) -> Micros:
    """What of a charge of this rule is taxed."""
    return 0 if rule in UNTAXED else amount


def allocate_tax(tax: Micros, amounts: Sequence[Micros]) -> list[Micros]:
    """Each line's share of the invoice's tax, by largest remainder; the shares add up to it.

    `amounts` are what is taxable of each line, in the order of their ids.
    """
    return allocate(tax, amounts) if amounts else []


def line_taxes(rate: int, lines: Sequence[tuple[str, Micros]]) -> list[Micros]:
    """The tax of each line of an invoice that has these rules and amounts."""
    amounts = [taxable(rule, amount) for rule, amount in lines]
    return allocate_tax(tax_of(sum(amounts), rate), amounts)


def share_of_tax(tax: Micros, amount: Micros, credited: Micros) -> Micros:
    """How much of a line's `tax` goes with the first `credited` of its `amount`, in whole cents.

    It grows with `credited` and ends at exactly `tax`: whatever the pieces in which a line is
    credited, the differences add up to its tax.
    """
    return round_half_up(tax * credited, amount)
