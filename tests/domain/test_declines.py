"""Rule I6: a decline in words for who pays."""

import pytest

from app.domain.declines import explained
from app.domain.payments import HARD_DECLINES


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("insufficient_funds", "there is not enough money"),
        ("expired_card", "the card has expired"),
        ("authentication_required", "the bank wants its holder to confirm each charge"),
        ("do_not_honor", "the bank gave no reason"),
        ("a code of tomorrow", "the bank gave no reason"),
        ("", "the bank gave no reason"),
    ],
)
def test_each_code_has_words(code: str, why: str) -> None:
    assert explained(code).why.startswith(why)


def test_what_cannot_be_helped_by_asking_again_has_words_of_its_own() -> None:
    assert [code for code in HARD_DECLINES if explained(code) == explained("")] == []


def test_a_suspicion_of_the_bank_is_not_passed_on() -> None:
    """Whoever reads the letter may be whom the bank suspects."""
    assert len({explained(code) for code in ("lost_card", "stolen_card", "fraudulent")}) == 1
