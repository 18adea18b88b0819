"""What a refresh token is good for, how long one waits, and what an access token must say."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives import serialization

from app.clock import SystemClock
from app.domain.log_ins import PER_ADDRESS, may_log_in
from app.domain.sessions import GRACE, LIFE, Shown, Use, clean_agent, use_of
from app.domain.users import UserStatus
from app.tokens import ALGORITHM, AUDIENCE, GOOD_FOR, AccessToken, TokenKeys
from tests.make import at

NOW = at("2028-02-29")
SECOND = timedelta(seconds=1)
ISSUER = "https://billing.example.com"
OURS = TokenKeys.of(ISSUER, [b"1" * 32, b"2" * 32])
THEIRS = TokenKeys.of(ISSUER, [b"3" * 32])
TOKEN = AccessToken(uuid4(), uuid4(), uuid4())


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


def claims(**changed: object) -> dict[str, Any]:
    """As ours are; None leaves one out."""
    now = SystemClock().now()
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(TOKEN.user_id),
        "account": str(TOKEN.account_id),
        "session": str(TOKEN.session_id),
        "iat": now,
        "exp": now + GOOD_FOR,
        "jti": "1",
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def signed(by: TokenKeys = OURS, *, header: dict[str, Any] | None = None, **changed: object) -> str:
    key_id, key = next(iter(by.keys.items()))
    named = {"kid": key_id, **(header or {})}
    return jwt.encode(claims(**changed), key, algorithm=ALGORITHM, headers=named)


def with_public_key() -> str:
    """HS256, signed by what everybody may know."""
    key_id, key = next(iter(OURS.keys.items()))
    public = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    return jwt.encode(claims(), public, algorithm="HS256", headers={"kid": key_id})


def unsigned(algorithm: str) -> str:
    header = {"alg": algorithm, "typ": "JWT", "kid": next(iter(OURS.keys))}
    body = claims()
    body |= {name: int(body[name].timestamp()) for name in ("iat", "exp")}
    parts = (urlsafe_b64encode(orjson.dumps(each)).decode().rstrip("=") for each in (header, body))
    return f"{'.'.join(parts)}."


def bad_tokens() -> dict[str, str]:
    """S15's table; every one of them is refused."""
    past = SystemClock().now() - GOOD_FOR - SECOND
    known = next(iter(OURS.keys))
    return {
        "none": unsigned("none"),
        "nOnE": unsigned("nOnE"),
        "no signature": unsigned(ALGORITHM),
        "HS256 with the public key": with_public_key(),
        "another audience": signed(aud="others"),
        "no audience": signed(aud=None),
        "two audiences": signed(aud=[AUDIENCE, "others"]),
        "another issuer": signed(iss="https://evil.example.com"),
        "expired": signed(iat=past, exp=past + GOOD_FOR),
        "not yet": signed(nbf=SystemClock().now() + GOOD_FOR),
        "made in the future": signed(iat=SystemClock().now() + GOOD_FOR),
        "unknown kid": signed(header={"kid": "unknown"}),
        "a path as kid": signed(header={"kid": f"../{known}"}),
        "another's key under our kid": signed(THEIRS, header={"kid": known}),
        "another's key": signed(THEIRS),
        "a key of its own": signed(THEIRS, header={"kid": known, "jku": "https://evil.example"}),
        "jku": signed(header={"jku": f"{ISSUER}/.well-known/jwks.json"}),
        "jwk": signed(header={"jwk": OURS.public["keys"][0]}),
        "crit": signed(header={"crit": ["exp"]}),
        "truncated": signed()[:-1],
        "longer": f"{signed()}A",
        "a part": ".".join(signed().split(".")[:2]) + ".",
        "no user": signed(sub=None),
        "no session": signed(session=None),
        "a session that is no id": signed(session="1"),
        "no account": signed(account=None),
        "no end": signed(exp=None),
        "no start": signed(iat=None),
        "no id": signed(jti=None),
        "dots": "..",
        "other letters": "ä.ö.ü",
    }


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
