"""Rule U6: which passwords may be chosen, and what is left to do before a first log-in."""

import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput, Refused
from app.domain.passwords import (
    FEWEST,
    MOST,
    Activation,
    Standing,
    check_link,
    clean_password,
)
from app.domain.users import UserStatus

ADA = ("Ada", "Lovelace", "ada.byron@analytical.example")
GOOD = "four wet dogs in a row"
ACTIVE, PAUSED, SUSPENDED, DEACTIVATED, DELETED = UserStatus


def refusal(text: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        clean_password(text, known=ADA)
    assert refused.value.field == "password"
    return refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "aaaaaaaaaaabcde",
        "äöüßéèêñçøåæœþð",
        "一二三四五六七八九十百千万億兆",
        "Ada has four wet dogs in a row",
        "x7#Kq!2m$Vz9&Lp",
        "abcde " * 21 + "ab",
    ],
)
def test_length_is_what_counts(text: str) -> None:
    """NIST SP 800-63B-4: no rule of composition, any script, spaces too."""
    assert clean_password(text, known=ADA) == text


@pytest.mark.parametrize("length", [0, 1, FEWEST - 1, MOST + 1, 10_000])
def test_too_short_and_too_long(length: int) -> None:
    text = (GOOD * 1000)[:length]

    assert "15 to 128 characters" in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "perseat-perseat-1",
        "LovelaceLovelace!",
        "ada.byron@analytical.example",
        "Passwordpassword1",
        "123456789012345678",
        "qwertyuiopasdfghjkl",
        "\uff30\uff25\uff32\uff33\uff25\uff21\uff34 ada 1815 10",
    ],
)
def test_what_anybody_would_guess_does_not_count(text: str) -> None:
    assert "besides your name" in refusal(text)


@pytest.mark.parametrize("text", ["a" * 20, "abcd" * 5, "AaBbCcDd" * 3])
def test_a_password_has_five_different_characters(text: str) -> None:
    assert "different" in refusal(text)


@pytest.mark.parametrize("text", [f"{GOOD}\0", f"{GOOD}\n", f"\x1b[1m{GOOD}", f"{GOOD}\ud800"])
def test_a_password_can_be_typed(text: str) -> None:
    assert "control" in refusal(text)


def outcome(text: str, known: Iterable[str] = ADA) -> tuple[str | None, str]:
    """The password that is kept, or None; and what is said."""
    try:
        return clean_password(text, known=known), ""
    except InvalidInput as error:
        return None, error.message


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=4))
def test_it_is_kept_in_normal_form_or_refused_without_being_told(
    text: str, known: list[str]
) -> None:
    password, said = outcome(text, known)

    if password is None:
        assert len(text) < FEWEST or text not in said
    else:
        assert FEWEST <= len(password) <= MOST
        assert password == unicodedata.normalize("NFKC", text)
        assert outcome(password, known) == (password, "")


@given(st.text(alphabet="\ufb01Åéñ가½\uff41\uff42 xyz", min_size=15, max_size=60))
def test_two_ways_to_type_it_are_one_password(text: str) -> None:
    """Composed or not: keyboards differ."""
    ways = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]

    assert len({outcome(way) for way in ways}) == 1


@pytest.mark.parametrize(
    ("status", "has_chosen", "times_let_in", "activation"),
    [
        (ACTIVE, False, 1, Activation.INVITED),
        (ACTIVE, True, 1, Activation.DONE),
        (SUSPENDED, False, 0, Activation.INVITED),
        (SUSPENDED, True, 0, Activation.AWAITING_ACTIVATION),
        (DEACTIVATED, True, 0, Activation.AWAITING_ACTIVATION),
        (SUSPENDED, True, 1, Activation.DONE),
        (PAUSED, True, 2, Activation.DONE),
        (DELETED, True, 1, None),
        (DELETED, False, 0, None),
    ],
)
def test_what_is_left_to_do_before_a_first_log_in(
    status: UserStatus, *, has_chosen: bool, times_let_in: int, activation: Activation | None
) -> None:
    """S3: a user who is created not active needs one step more; a suspended one is no such user."""
    assert Standing(status, has_chosen, times_let_in).activation is activation


@pytest.mark.parametrize(
    ("status", "times_let_in", "rule"),
    [
        (ACTIVE, 1, None),
        (PAUSED, 1, None),
        (SUSPENDED, 0, None),
        (DEACTIVATED, 0, None),
        (SUSPENDED, 1, "U1"),
        (DEACTIVATED, 2, "U1"),
        (DELETED, 0, "U5"),
        (DELETED, 1, "U5"),
    ],
)
def test_a_link_is_for_who_can_log_in_or_was_never_let_in(
    status: UserStatus, times_let_in: int, rule: str | None
) -> None:
    standing = Standing(status, has_chosen=False, times_let_in=times_let_in)
    if rule is None:
        check_link(standing)
        return
    with pytest.raises(Refused) as refused:
        check_link(standing)
    assert (refused.value.rule, refused.value.field) == (rule, "userId")
