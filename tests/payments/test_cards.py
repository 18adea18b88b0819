"""The sandbox's test cards."""

from datetime import date

import pytest

from app.sandbox import cards

CODES = {
    "card_declined": "card_declined",
    "card_insufficient_funds": "insufficient_funds",
    "card_lost": "lost_card",
    "card_stolen": "stolen_card",
    "card_expired": "expired_card",
    "card_incorrect_cvc": "incorrect_cvc",
    "card_processing_error": "processing_error",
    "card_do_not_honor": "do_not_honor",
    "card_authentication_required": "authentication_required",
}


def test_each_bad_card_has_its_own_reason() -> None:
    declines = {token: card.decline_code for token, card in cards.CARDS.items()}
    assert {token: code for token, code in declines.items() if code} == CODES


def test_a_person_can_tell_them_apart() -> None:
    assert len({card.last4 for card in cards.CARDS.values()}) == len(cards.CARDS)


@pytest.mark.parametrize(
    ("token", "today", "expires_on"),
    [
        ("card_expiring", date(2026, 1, 31), date(2026, 2, 28)),
        ("card_expiring", date(2028, 1, 1), date(2028, 2, 29)),
        ("card_expiring", date(2026, 11, 30), date(2026, 12, 31)),
        ("card_expiring", date(2026, 12, 1), date(2027, 1, 31)),
        ("card_expires_2028_02", date(2026, 12, 1), date(2028, 2, 29)),
    ],
)
def test_cards_that_expire(token: str, today: date, expires_on: date) -> None:
    """The last day on which it can be charged; on leap days too."""
    card = cards.find(token, today)
    assert card is not None
    assert card.expires_on == expires_on
    assert card.decline_code is None


@pytest.mark.parametrize("token", ["", "4242424242424242", "card_expires_2026_13", "CARD_OK"])
def test_nobody_knows_such_a_card(token: str) -> None:
    assert cards.find(token, date(2026, 1, 1)) is None
