"""Test cards: the token decides what happens to a charge."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

LATER, LONG_AGO = date(2049, 12, 31), date(2024, 12, 31)


@dataclass(frozen=True, slots=True)
class Card:
    """Declines with `decline_code` if that is set. `answer_lost`: charged, and whoever asks first
    hears nothing. `expires_on` is shown; only `card_expired` declines for it."""

    token: str
    brand: str
    last4: str
    decline_code: str | None = None
    answer_lost: bool = False
    expires_on: date = LATER


CARDS = {
    card.token: card
    for card in (
        Card("card_ok", "visa", "4242"),
        Card("card_two", "mastercard", "4444"),
        Card("card_three", "amex", "8431"),
        Card("card_declined", "visa", "0002", "card_declined"),
        Card("card_insufficient_funds", "visa", "9995", "insufficient_funds"),
        Card("card_lost", "mastercard", "9987", "lost_card"),
        Card("card_stolen", "visa", "9979", "stolen_card"),
        Card("card_expired", "visa", "0069", "expired_card", expires_on=LONG_AGO),
        Card("card_incorrect_cvc", "visa", "0127", "incorrect_cvc"),
        Card("card_processing_error", "visa", "0341", "processing_error"),
        Card("card_do_not_honor", "visa", "0036", "do_not_honor"),
        Card("card_authentication_required", "visa", "3184", "authentication_required"),
        Card("card_answer_lost", "visa", "0119", answer_lost=True),
    )
}
_EXPIRES = re.compile(r"card_expires_(20[0-9]{2})_(0[1-9]|1[0-2])")


def find(token: str, today: date) -> Card | None:
    """`card_expiring` ends with the next month, `card_expires_2026_02` with that one."""
    if token == "card_expiring":  # noqa: S105 - a test card is no secret
        year, month = divmod(today.year * 12 + today.month, 12)
        return Card(token, "visa", "1111", expires_on=_end(year, month + 1))
    if named := _EXPIRES.fullmatch(token):
        return Card(token, "visa", "1117", expires_on=_end(int(named[1]), int(named[2])))
    return CARDS.get(token)


def _end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
