"""How one document writes: its words, its direction, its currency and decimals."""

from dataclasses import dataclass
from datetime import date

from app.documents import formats
from app.documents.texts import isolated, printable
from app.documents.words import Words, words
from app.domain.documents import Document
from app.domain.money import Micros
from app.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Style:
    """All amounts of a document have the same number of decimals, so that they can be compared."""

    words: Words
    currency: str
    decimals: int

    @property
    def direction(self) -> str:
        return self.words.locale.text_direction

    def said(self, text: str, most: int) -> str:
        """What somebody else has written."""
        return isolated(printable(text, most), right_to_left=self.direction == "rtl")

    def money(self, amount: Micros) -> str:
        return formats.money(amount, self.currency, self.decimals, self.words.locale)

    def plain(self, amount: Micros, decimals: int | None = None) -> str:
        places = self.decimals if decimals is None else decimals
        return formats.plain(amount, places, self.words.locale)

    def number(self, value: int) -> str:
        return formats.number(value, self.words.locale)

    def days(self, period: Period) -> str:
        return formats.days(period, self.words.locale)

    def day(self, value: date) -> str:
        return formats.day(value, self.words.locale)

    def month(self, value: date) -> str:
        return formats.month(value, self.words.locale)

    def amount_column(self) -> str:
        label = self.words.label
        return label("in_currency", what=label("amount"), currency=self.currency)

    def tax_label(self, millionths: int) -> str:
        return self.words.label("tax", rate=formats.percent(millionths, self.words.locale))


def style_of(document: Document) -> Style:
    shown = [amount for line in document.lines for amount in (line.unit, line.amount, line.tax)]
    shown += [document.tax, document.paid, document.credited]
    decimals = formats.places(shown, document.currency)
    return Style(words(document.language), document.currency, decimals)
