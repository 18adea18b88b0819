"""Exports: which columns they have, which days they take, and how a cell is kept from calculating.

Spreadsheets run what begins like a formula. A customer chooses the company's name, and somebody in
finance opens the file; so text that looks like a formula gets an apostrophe in front of it.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum, auto
from functools import lru_cache

from app.domain.errors import InvalidInput


class Cell(Enum):
    """What a column holds: amounts are micros, days are dates, counts are whole numbers."""

    TEXT = auto()
    AMOUNT = auto()
    COUNT = auto()
    DAY = auto()


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    cell: Cell = Cell.TEXT


class Export(StrEnum):
    INVOICES = "invoices"
    CHARGES = "charges"
    USAGE = "usage"


_INVOICE = (
    Column("account"),
    Column("account_name"),
    Column("invoice"),
    Column("kind"),
    Column("status"),
    Column("issued_on", Cell.DAY),
    Column("due_on", Cell.DAY),
)
_PERIOD = (Column("first_day", Cell.DAY), Column("last_day", Cell.DAY))
COLUMNS = {
    Export.INVOICES: (
        *_INVOICE,
        *_PERIOD,
        Column("currency"),
        Column("subtotal", Cell.AMOUNT),
        Column("tax", Cell.AMOUNT),
        Column("total", Cell.AMOUNT),
        Column("paid", Cell.AMOUNT),
        Column("credited", Cell.AMOUNT),
        Column("refundable", Cell.AMOUNT),
        Column("due", Cell.AMOUNT),
    ),
    Export.CHARGES: (
        *_INVOICE,
        Column("charge"),
        Column("rule"),
        Column("component"),
        Column("description"),
        *_PERIOD,
        Column("currency"),
        Column("quantity", Cell.COUNT),
        Column("unit_amount", Cell.AMOUNT),
        Column("amount", Cell.AMOUNT),
        Column("tax", Cell.AMOUNT),
        Column("explanation"),
    ),
    Export.USAGE: (
        Column("account"),
        Column("account_name"),
        Column("event"),
        Column("source"),
        Column("event_id"),
        Column("posted_on", Cell.DAY),
        Column("happened_on", Cell.DAY),
        Column("posted_at"),
        Column("happened_at"),
        Column("kind"),
        Column("direction"),
        Column("line_type"),
        Column("initiator"),
        Column("user"),
        Column("user_name"),
        Column("line"),
        Column("carrier"),
        Column("included"),
        Column("currency"),
        Column("quantity", Cell.COUNT),
        Column("rate", Cell.AMOUNT),
        Column("amount", Cell.AMOUNT),
        Column("fee_rate", Cell.AMOUNT),
        Column("fee", Cell.AMOUNT),
        Column("adjusts"),
        Column("explanation"),
    ),
}


@dataclass(frozen=True, slots=True)
class Days:
    """Days of issue, or of posting (usage); both ends count, and each may be open."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise InvalidInput("`from` is the earlier day of the two, or the same.", field="from")


def day_of(text: str | None, *, field: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise InvalidInput("A day is written like 2026-01-31.", field=field) from None


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


_SIGNS = "=+\\-@|%\N{MINUS SIGN}"
_FORMULA = re.compile(rf"\s*[{_SIGNS}]|[\t\r\n]")
_LATER = re.compile(rf"([;\t\r\n][\s\"']*)(?=[{_SIGNS}])")
_QUOTES = re.compile("^[\"'`\u2018-\u201f\u00ab\u00bb\u2039\u203a\\s\u200b-\u200f\u2060\ufeff]+")


@lru_cache(maxsize=4096)
def defused(text: str) -> str:
    """The text with an apostrophe where a spreadsheet would begin to calculate.

    That is at its beginning, also behind blanks, quotes and signs that are not seen, also with
    full-width signs; and behind a semicolon or tab, which separates cells in some countries.
    """
    plain = unicodedata.normalize("NFKC", text)
    if _FORMULA.match(plain) or _FORMULA.match(_QUOTES.sub("", plain)):
        text = f"'{text}"
    return _LATER.sub(r"\1'", text)
