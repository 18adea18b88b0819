"""Dates and amounts as people of a language write them, exactly as they are (C4)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import (
    NumberPattern,
    format_decimal,
    format_percent,
    get_currency_precision,
    parse_pattern,
)

from app.domain.money import Micros
from app.domain.periods import Period


def places(amounts: Iterable[Micros], currency: str) -> int:
    """As many decimals as the currency has (none for JPY, three for KWD), or the amounts need."""
    needed = max((-int(_exact(each).as_tuple().exponent) for each in amounts), default=0)
    return max(needed, get_currency_precision(currency))


def money(amount: Micros, currency: str, decimals: int, locale: Locale) -> str:
    """With the currency's sign."""
    pattern = _pattern(locale.currency_formats["standard"].pattern, decimals)
    shown = pattern.apply(_exact(amount), locale, currency=currency, currency_digits=False)
    return str(shown)


def plain(amount: Micros, decimals: int, locale: Locale) -> str:
    """Without a sign, for columns that name the currency in their heads."""
    return str(
        _pattern(locale.decimal_formats[None].pattern, decimals).apply(_exact(amount), locale)
    )


@lru_cache(maxsize=256)
def _pattern(text: str, decimals: int) -> NumberPattern:
    """The language's own, with just so many decimals."""
    pattern = parse_pattern(text)
    pattern.frac_prec = (decimals, decimals)
    return pattern


def _exact(amount: Micros) -> Decimal:
    """The decimals that it has: 0.015 keeps three, 100 has none (and no exponent either)."""
    exact = Decimal(amount).scaleb(-6).normalize()
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact


def number(value: int, locale: Locale) -> str:
    return format_decimal(value, locale=locale)


def percent(millionths: int, locale: Locale) -> str:
    return format_percent(_exact(millionths), locale=locale, decimal_quantization=False)


def day(value: date, locale: Locale) -> str:
    return format_date(value, "long", locale)


def short_day(value: date, locale: Locale) -> str:
    return format_skeleton("yMMMd", value, locale=locale)


def days(period: Period, locale: Locale) -> str:
    """Both ends count."""
    return format_interval(period.start, period.last, "yMMMd", locale=locale)


def month(value: date, locale: Locale) -> str:
    return format_skeleton("yMMMM", value, locale=locale)
