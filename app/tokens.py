"""Access tokens: who is in which session, signed (Ed25519), good for ten minutes."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

GOOD_FOR = timedelta(minutes=10)
APART = timedelta(seconds=5)
"""So far may the clocks of two servers be: what one signs now is not of the other's future."""
AUDIENCE = "perseat"
ALGORITHM = "EdDSA"
_REQUIRED = ["iss", "aud", "sub", "account", "session", "iat", "exp", "jti"]
_HEADER = {"alg", "kid", "typ"}


@dataclass(frozen=True)
class AccessToken:
    """What a token says; whether it still holds is asked at each request."""

    account_id: UUID
    session_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class TokenKeys:
    """`keys` by their ids: the first signs, all of them are good."""

    issuer: str
    keys: Mapping[str, Ed25519PrivateKey]

    @classmethod
    def of(cls, issuer: str, seeds: list[bytes]) -> "TokenKeys":
        made = [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]
        return cls(issuer, {_id_of(key): key for key in made})

    def sign(self, token: AccessToken, *, now: datetime) -> str:
        key_id, key = next(iter(self.keys.items()))
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": str(token.user_id),
            "account": str(token.account_id),
            "session": str(token.session_id),
            "iat": now - APART,
            "exp": now + GOOD_FOR,
            "jti": uuid4().hex,
        }
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id})

    def read(self, text: str) -> AccessToken | None:
        """None unless it is whole, ours, for us and in time: a header can choose nothing but one
        of our own keys."""
        try:
            header = jwt.get_unverified_header(text)
            if set(header) != _HEADER or header["kid"] not in self.keys:
                return None
            claims = jwt.decode(
                text,
                self.keys[header["kid"]].public_key(),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=self.issuer,
                options={"require": _REQUIRED, "strict_aud": True},
            )
            named = [UUID(str(claims[name])) for name in ("account", "session", "sub")]
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            return None
        return AccessToken(*named)

    @cached_property
    def public(self) -> dict[str, Any]:
        """As others may check tokens by: a JSON Web Key Set."""
        return {
            "keys": [
                {
                    **OKPAlgorithm.to_jwk(key.public_key(), as_dict=True),
                    "kid": key_id,
                    "use": "sig",
                    "alg": ALGORITHM,
                }
                for key_id, key in self.keys.items()
            ]
        }


def _id_of(key: Ed25519PrivateKey) -> str:
    """Follows from the key, so that all servers call it the same."""
    public = key.public_key().public_bytes_raw()
    return urlsafe_b64encode(sha256(public).digest()[:12]).decode()
