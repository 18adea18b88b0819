"""C4: amounts on paper are exactly what they are, as the reader's language writes them."""

from datetime import date

import pytest
from babel import Locale

from app.documents import formats
from app.documents.contents import contents
from app.domain.periods import Period
from tests.documents.conftest import invoice, licences, line

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        (1_234_500_000, "USD", "en", "$1,234.50"),
        (1_234_500_000, "USD", "de", f"1.234,50{SPACE}$"),
        (1_234_500_000, "EUR", "fr", f"1\u202f234,50{SPACE}€"),
        (0, "USD", "en", "$0.00"),
        (-37_230_000, "USD", "en", "-$37.23"),
        (1_234_000_000, "JPY", "ja", "￥1,234"),
        (1_234_560_000, "JPY", "ja", "￥1,234.56"),
        (1_234_500_000, "KWD", "en", f"KWD{SPACE}1,234.500"),
        (15_000, "USD", "en", "$0.015"),
        (10**15, "USD", "en", "$1,000,000,000.00"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency_or_more(
    amount: int, currency: str, language: str, shown: str
) -> None:
    """ISO 4217: none for JPY, three for KWD; but no part of an amount is ever left out."""
    decimals = formats.places([amount], currency)
    written = formats.money(amount, currency, decimals, Locale(language))

    assert written.replace("KWD1", f"KWD{SPACE}1") == shown


def test_the_amounts_of_a_document_stand_under_each_other() -> None:
    """One with decimals gives them to all, also where the currency has none."""
    lines = [line(licences(1, 4)), line(licences(4, 5, since=23))]
    whole = contents(invoice(currency="JPY", lines=lines[:1]))["lines"]["rows"]
    mixed = contents(invoice(currency="JPY", lines=lines))["lines"]["rows"]

    assert [row["figures"][-1] for row in whole] == ["210"]
    assert [row["figures"][-1] for row in mixed] == ["210.00", "20.32"]


@pytest.mark.parametrize(
    ("millionths", "shown"), [(0, "0%"), (190_000, "19%"), (82_500, "8.25%"), (1, "0.0001%")]
)
def test_a_rate_is_not_rounded(millionths: int, shown: str) -> None:
    assert formats.percent(millionths, Locale("en")) == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "Feb 29 – Mar 1, 2028"), ("de", "29. Feb. – 1. März 2028")],
)
def test_both_ends_of_a_period_count(language: str, shown: str) -> None:
    """C3."""
    period = Period(date(2028, 2, 29), date(2028, 3, 2))

    thin = str.maketrans({"\u2009": " ", "\u202f": " "})
    assert formats.days(period, Locale(language)).translate(thin) == shown
