"""Links to documents: signed, for one document, good for 15 minutes; whoever has one may read it.

So a browser can open a document that an API key may see, without getting to know the key.
"""

from datetime import datetime, timedelta

import jwt

from app.domain.errors import InvalidInput

GOOD_FOR = timedelta(minutes=15)
AUDIENCE = "perseat documents"
_ALGORITHM = "HS256"


def sign(document_id: str, *, now: datetime, key: bytes) -> str:
    """A token for the document with this global id, which names its account too."""
    expires = int((now + GOOD_FOR).timestamp())
    claims = {"aud": AUDIENCE, "sub": document_id, "exp": expires}
    return jwt.encode(claims, key, algorithm=_ALGORITHM)


def check(document_id: str, token: str, *, now: datetime, key: bytes) -> None:
    """Raise InvalidInput, in the same words whatever is wrong, unless the token is for this."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=AUDIENCE,
            options={"verify_exp": False, "require": ["aud", "sub", "exp"]},
        )
        good = claims["sub"] == document_id and claims["exp"] >= now.timestamp()
    except jwt.InvalidTokenError:
        good = False
    if not good:
        raise InvalidInput(
            "This link has expired, or is not whole; take a new one where you found it.",
            field="token",
        )
