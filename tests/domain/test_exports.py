"""What a spreadsheet must not run, and the days of an export."""

from datetime import date

import pytest

from app.domain.errors import InvalidInput
from app.domain.exports import Days, day_of, defused

FORMULAS = [
    '=HYPERLINK("http://x.example","click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    '"=1+1',
    "'=1+1",
    "\" ' =1+1",
    "\u201c=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(1)",
    "\ufe661",
    "\u22121",
    "|calc",
    "%0A=1",
    "\t",
    "\r",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    """An apostrophe in front tells every spreadsheet so; nothing else is changed."""
    assert defused(text).replace("'", "") == text.replace("'", "")
    assert defused(text).startswith("'")
    assert defused(text) != text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Acme;=1+1", "Acme;'=1+1"),
        ("Acme; =1+1", "Acme; '=1+1"),
        ('Acme;"=1+1', "Acme;\"'=1+1"),
        ("Acme\t@x", "Acme\t'@x"),
        ("Acme\r\n-1", "Acme\r\n'-1"),
    ],
)
def test_what_would_begin_a_cell_in_another_country_is_text_too(text: str, safe: str) -> None:
    """Where the comma is for decimals, a semicolon separates cells."""
    assert defused(text) == safe


@pytest.mark.parametrize(
    "text",
    ["", "Acme", "A=B", "x-y", "a@example.com", "1 + 1", "Müller & Co; Söhne", "株式会社", "'s"],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


def test_days_are_iso_days() -> None:
    assert day_of("2028-02-29", field="from") == date(2028, 2, 29)
    assert day_of(None, field="from") is None
    assert day_of("", field="from") is None


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-1-1", "20260101", "2026-W01-1", "yesterday", "2026-01-01T00:00"]
)
def test_what_is_no_day_is_told(text: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        day_of(text, field="to")

    assert wrong.value.field == "to"


def test_the_first_day_is_not_after_the_last() -> None:
    assert Days(date(2026, 1, 1), date(2026, 1, 1)).first == date(2026, 1, 1)
    with pytest.raises(InvalidInput, match="earlier"):
        Days(date(2026, 1, 2), date(2026, 1, 1))
