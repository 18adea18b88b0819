"""Access tokens that are ours, and many that look like it (S15)."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import orjson
from cryptography.hazmat.primitives import serialization

from app.clock import SystemClock
from app.tokens import ALGORITHM, AUDIENCE, GOOD_FOR, AccessToken, TokenKeys

SECOND = timedelta(seconds=1)
ISSUER = "https://billing.example.com"
OURS = TokenKeys.of(ISSUER, [b"1" * 32, b"2" * 32])
THEIRS = TokenKeys.of(ISSUER, [b"3" * 32])
TOKEN = AccessToken(uuid4(), uuid4(), uuid4())


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
    return f"{b64(orjson.dumps(header))}.{b64(orjson.dumps(body))}."


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


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
        "a header that is too deep": f"{b64(b'[' * 30_000)}.e30.e30",
        "other letters": "ä.ö.ü",
    }
