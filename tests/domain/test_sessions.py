"""What a refresh token is good for, how long one waits, and what an access token must say."""

from datetime import timedelta

import jwt
import pytest

from app.clock import SystemClock
from app.domain.log_ins import PER_ADDRESS, may_log_in
from app.domain.sessions import GRACE, LIFE, Shown, Use, clean_agent, use_of
from app.domain.users import UserStatus
from app.tokens import TokenKeys
from tests.make import at
from tests.tokens import ISSUER, OURS, TOKEN, bad_tokens, signed

NOW = at("2028-02-29")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("shown", "use"),
    [
        (Shown(None, NOW + SECOND, None, UserStatus.ACTIVE), Use.ROTATES),
        (Shown(None, NOW + SECOND, None, UserStatus.PAUSED), Use.ROTATES),
        (Shown(NOW - GRACE, NOW + SECOND, None, UserStatus.ACTIVE), Use.REPEATS),
        (Shown(NOW + SECOND, NOW + LIFE, None, UserStatus.ACTIVE), Use.REPEATS),
        (Shown(NOW - GRACE - SECOND, NOW + SECOND, None, UserStatus.ACTIVE), Use.REUSED),
        (Shown(None, NOW, None, UserStatus.ACTIVE), Use.OVER),
        (Shown(None, NOW + LIFE, NOW, UserStatus.ACTIVE), Use.OVER),
        (Shown(NOW - LIFE, NOW + SECOND, NOW, UserStatus.ACTIVE), Use.OVER),
        *[
            (Shown(None, NOW + LIFE, None, status), Use.OVER)
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
