"""What a refresh token is good for, how long one waits, and what an access token must say."""

import unicodedata
from datetime import timedelta
from uuid import uuid4

import jwt
import pytest

from app.clock import SystemClock
from app.domain.errors import InvalidInput
from app.domain.log_ins import PER_ADDRESS, STEP, may_log_in, rest_of_step
from app.domain.passwords import MOST, clean_password, typed
from app.domain.sessions import GRACE, LIFE, Shown, Use, clean_agent, use_of
from app.domain.users import UserStatus
from app.services.log_ins import Knock
from app.services.passwords import Change
from app.services.sessions import Ticket
from app.tokens import TokenKeys
from tests.make import at
from tests.tokens import ISSUER, OURS, TOKEN, bad_tokens, signed

NOW = at("2028-02-29")
SECOND = timedelta(seconds=1)
OLD = NOW - LIFE + SECOND
"""When the tokens were made."""


@pytest.mark.parametrize(
    ("shown", "use"),
    [
        (Shown(OLD, None, NOW + SECOND, None, UserStatus.ACTIVE), Use.ROTATES),
        (Shown(NOW - GRACE - SECOND, None, NOW + SECOND, None, UserStatus.ACTIVE), Use.ROTATES),
        (Shown(NOW - GRACE, None, NOW + SECOND, None, UserStatus.ACTIVE), Use.STAYS),
        (Shown(NOW + SECOND, None, NOW + SECOND, None, UserStatus.ACTIVE), Use.STAYS),
        (Shown(NOW, None, NOW + LIFE, NOW, UserStatus.ACTIVE), Use.OVER),
        (Shown(OLD, None, NOW + SECOND, None, UserStatus.PAUSED), Use.ROTATES),
        (Shown(OLD, NOW - GRACE, NOW + SECOND, None, UserStatus.ACTIVE), Use.REPEATS),
        (Shown(OLD, NOW + SECOND, NOW + LIFE, None, UserStatus.ACTIVE), Use.REPEATS),
        (Shown(OLD, NOW - GRACE - SECOND, NOW + SECOND, None, UserStatus.ACTIVE), Use.REUSED),
        (Shown(OLD, None, NOW, None, UserStatus.ACTIVE), Use.OVER),
        (Shown(OLD, None, NOW + LIFE, NOW, UserStatus.ACTIVE), Use.OVER),
        (Shown(OLD, OLD + SECOND, NOW + SECOND, NOW, UserStatus.ACTIVE), Use.OVER),
        *[
            (Shown(OLD, None, NOW + LIFE, None, status), Use.OVER)
            for status in (UserStatus.SUSPENDED, UserStatus.DEACTIVATED, UserStatus.DELETED)
        ],
    ],
)
def test_a_refresh_token_is_good_once(shown: Shown, use: Use) -> None:
    """S16: and a moment longer for whoever asked at the same time."""
    assert use_of(shown, NOW) is use


@pytest.mark.parametrize("status", UserStatus)
def test_who_may_log_in(status: UserStatus) -> None:
    """U1, U6."""
    may = status in {UserStatus.ACTIVE, UserStatus.PAUSED}

    assert may_log_in(status, chosen=True) is may
    assert not may_log_in(status, chosen=False)


def test_each_wait_is_twice_the_last() -> None:
    """S18."""
    waits = [int(PER_ADDRESS.wait(number).total_seconds()) for number in (1, 5, 6, 7, 8, 14, 15)]

    assert waits == [0, 0, 2, 4, 8, 512, 900]
    assert PER_ADDRESS.wait(10**9) == PER_ADDRESS.most


def test_times_of_failures_are_steps() -> None:
    """S31: what takes a little longer than something else is told at the same time."""
    taken = [timedelta(milliseconds=each) for each in (0, 1, 150, 299, 300, 301)]

    assert [each + rest_of_step(each) for each in taken] == [0 * STEP, *[STEP] * 4, 2 * STEP]


def test_a_password_is_read_as_far_as_one_can_be_long() -> None:
    """A text without end keeps nobody waiting, and letters may come with their accents apart."""
    apart = unicodedata.normalize("NFD", "ế" * MOST)

    assert typed(apart) == "ế" * MOST
    assert len(typed("\u0344\u0f73" * 10**6)) < 10**5
    with pytest.raises(InvalidInput):
        clean_password(apart + " " * 10**6, known=())


def test_what_opens_something_is_not_shown() -> None:
    """S24: what opens something is in no text that is logged by accident."""
    texts = (
        repr(Knock("ada@example.com", "the-secret", "192.0.2.1")),
        repr(Change(uuid4(), uuid4(), uuid4(), "", "the-secret", "the-secret")),
        repr(Ticket(uuid4(), uuid4(), uuid4(), NOW, "the-secret")),
        repr(OURS),
    )

    assert [each for each in texts if "the-secret" in each or "1111" in each] == []


def test_what_a_browser_calls_itself_is_shortened() -> None:
    assert clean_agent(" Fire\nfox \0" + "x" * 999) == "Firefox " + "x" * 191
    assert clean_agent("") == ""


@pytest.mark.parametrize("name", bad_tokens())
def test_a_token_that_is_not_ours_is_none(name: str) -> None:
    """S15."""
    assert OURS.read(bad_tokens()[name]) is None


def test_a_token_says_who_is_in_which_session() -> None:
    assert OURS.read(OURS.sign(TOKEN, now=SystemClock().now())) == TOKEN
    assert OURS.read(signed()) == TOKEN


def test_a_server_whose_clock_is_behind_takes_the_token_of_another() -> None:
    """By a few seconds: else whoever has just logged in is sent away at random."""
    ahead = SystemClock().now() + 3 * SECOND

    assert OURS.read(OURS.sign(TOKEN, now=ahead)) == TOKEN


def test_keys_are_changed_without_anybody_noticing() -> None:
    """The first signs, and what the others have signed is good while they are named."""
    old, new = [b"1" * 32], [b"9" * 32, b"1" * 32]
    text = TokenKeys.of(ISSUER, old).sign(TOKEN, now=SystemClock().now())
    changed = TokenKeys.of(ISSUER, new)

    assert changed.read(text) == TOKEN
    assert TokenKeys.of(ISSUER, new[:1]).read(text) is None
    later = changed.sign(TOKEN, now=SystemClock().now())
    assert jwt.get_unverified_header(later)["kid"] == changed.public["keys"][0]["kid"]
    assert [each["kty"] for each in changed.public["keys"]] == ["OKP", "OKP"]
    assert all("d" not in each for each in changed.public["keys"])
