"""What is printed in which language, and how an amount came about."""

from datetime import date

import pytest

from app.documents.contents import contents
from app.documents.texts import isolated, printable
from app.domain.charges import difference, rent, top_up
from app.domain.documents import Line, Party
from app.domain.money import UNIT
from app.domain.periods import Period
from app.domain.plans import Component
from tests.documents.conftest import DECEMBER, invoice, licences, line


def _first(language: str, shown: Line) -> tuple[str, str]:
    row = contents(invoice(language=language, lines=[shown]))["lines"]["rows"][0]
    thin = str.maketrans({"\u2009": " ", "\u202f": " "})
    return row["what"], row["why"].translate(thin)


@pytest.mark.parametrize(
    ("language", "what", "why"),
    [
        ("en", "uPro licence", "Dec 23 – 31, 2025 · 70.00 × 9 of 31 days = 20.32"),
        ("de", "uPro: Lizenz", "23.–31. Dez. 2025 · 70,00 × 9 von 31 Tagen = 20,32"),
        ("fr", "uPro : licence", "23–31 déc. 2025 · 70,00 × 9 jours sur 31 = 20,32"),
        ("ja", "uPro ライセンス", "2025年12月23日～31日 · 70.00 × 31日のうち9日 = 20.32"),
    ],
)
def test_a_proration_is_explained_in_the_language(language: str, what: str, why: str) -> None:
    """C3, I5: the price, the days and the outcome, from the charge's own inputs."""
    assert _first(language, line(licences(4, 7, since=23))) == (what, why)


def test_a_whole_period_needs_no_calculation() -> None:
    assert _first("en", line(licences(1, 4))) == ("uPro licence", "Dec 1 – 31, 2025")


def test_the_monthly_part_of_a_long_term_is_told() -> None:
    """L2: a stub is charged by the monthly equivalent of the term's price."""
    stub = Period(date(2025, 12, 23), DECEMBER.end)
    charge = rent(
        "L2",
        Component.LICENSE,
        plan="uPro",
        price=756 * UNIT,
        period=stub,
        whole=DECEMBER,
        slots=(1, 2),
        months=12,
    )

    assert "756.00 ÷ 12 × 9 of 31 days = 18.29" in _first("en", line(charge))[1]


def test_the_difference_of_an_upgrade_is_told() -> None:
    """L7: the higher price less the lower one."""
    upgrade = difference(
        Component.LICENSE,
        plans=("iPro", "uPro"),
        prices=(40 * UNIT, 70 * UNIT),
        period=Period(date(2025, 12, 23), DECEMBER.end),
        whole=DECEMBER,
        held=1,
        months=1,
        upgrade=1,
    )

    what, why = _first("de", line(upgrade))

    assert what == "iPro → uPro: Lizenz"
    assert why.endswith("(70,00 − 40,00) × 9 von 31 Tagen = 8,71")


def test_what_no_rule_describes_stays_as_it_was_described() -> None:
    credits_bought = line(top_up("M6", 100 * UNIT, 2))
    strange = Line("X9", None, "Something else", 1, 0, 0, {})

    assert _first("de", credits_bought) == ("Guthaben, automatische Aufladung", "")
    assert _first("de", strange) == ("Something else", "")


def test_the_language_of_a_reader_does_not_turn_a_name_around() -> None:
    """A Latin name in an Arabic invoice, and the other way round, keeps its own direction."""
    arabic = contents(invoice(language="ar"))

    assert arabic["direction"] == "rtl"
    assert arabic["seller"]["name"] == "\u2068Perseat Ltd\u2069"
    assert isolated("שלום", right_to_left=False) == "\u2068שלום\u2069"
    assert isolated("Hello", right_to_left=False) == "Hello"


def test_characters_that_reorder_their_neighbours_are_taken_out() -> None:
    """Else a name could make 00.1 beside it read 1.00."""
    assert printable("evil\u202e00.1\u2066x\u2069", 100) == "evil00.1x"
    assert printable("a\x00b\x1b[31m\u2028c\td", 100) == "ab[31m c d"
    assert printable("क्‍ष", 100) == "क्‍ष"
    assert printable("x" * 9, 5) == "xxxx…"


def test_han_letters_are_those_of_the_language_or_of_the_text_around() -> None:
    def han(language: str, name: str) -> str:
        return str(contents(invoice(language=language, bill_to=Party(name)))["fonts"][1])[-2:]

    assert han("ja", "骨") == "JP"
    assert han("en", "骨のかいしゃ") == "JP"
    assert han("en", "骨 회사") == "KR"
    assert han("en", "骨") == "SC"
