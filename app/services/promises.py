"""A preview's token: signed, good for 15 minutes, and the change is just what was shown or none.

It carries what was shown. The change is previewed again under its own lock; where the two differ,
the difference is told and nothing happens.
"""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import orjson

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import InvalidInput, PreviewChanged
from app.domain.money import show
from app.domain.permissions import Actor
from app.domain.previews import Action, Side
from app.domain.users import Role
from app.services.previews import Preview, Wish, preview

GOOD_FOR = timedelta(minutes=15)
_ALGORITHM = "HS256"


def sign(uow: UnitOfWork, account_id: UUID, shown: Preview, *, key: bytes) -> str:
    claims = {
        "inputs": _inputs(account_id, shown.wish),
        "shown": _shown(shown),
        "exp": int((uow.now() + GOOD_FOR).timestamp()),
    }
    return jwt.encode(claims, key, algorithm=_ALGORITHM)


async def keep(
    uow: UnitOfWork, account_id: UUID, wish: Wish, token: str, *, key: bytes, actor: Actor
) -> None:
    """Call it in the transaction of the change: what it locks stays locked until the change."""
    claims = _claims(token, key)
    if claims["inputs"] != _inputs(account_id, wish):
        raise InvalidInput("This token is of another change; preview this one.", field=_FIELD)
    if claims["exp"] < uow.now().timestamp():
        raise InvalidInput("This token has expired; preview again.", field=_FIELD)
    shown, now = claims["shown"], _shown(await preview(uow, account_id, wish, actor=actor))
    changed = [what for what in now if now[what] != shown[what]]
    if changed:
        raise PreviewChanged([f"{what}: {shown[what]} then, {now[what]} now" for what in changed])


_FIELD = "previewToken"


def _claims(token: str, key: bytes) -> dict[str, Any]:
    """The expiry is compared by the caller, with the clock."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=[_ALGORITHM], options={"verify_exp": False}
        )
    except jwt.InvalidTokenError:
        raise InvalidInput(
            "This is no token of a preview; take it from an answer as it is.", field=_FIELD
        ) from None
    return claims


def _inputs(account_id: UUID, wish: Wish) -> str:
    roles = sorted(wish.roles) or ([Role.AGENT] if wish.action is Action.CREATE else [])
    what = [str(account_id), wish.action, wish.user_id, roles, wish.active]
    return hashlib.sha256(orjson.dumps(what, default=str)).hexdigest()


_HISTORY = (" of the history",)


def _shown(each: Preview) -> dict[str, str]:
    """What the person has been told, in words, so that a difference can be told too.

    Usage, calls and messages go on while somebody thinks, and no click changes them.
    """
    before, after = each.promised
    lost = [what for what in each.losses if not what.endswith(_HISTORY)]
    return {
        "today": str(each.today),
        "the user's version": str(each.version),
        "licences before": _licenses(before),
        "licences after": _licenses(after),
        "unbilled after": show(after.unbilled),
        "losses": ", ".join(lost) or "none",
        "invoices before": _invoices(before),
        "invoices after": _invoices(after),
    }


def _licenses(side: Side) -> str:
    each = side.licenses
    return f"{each.occupied} of {each.held} held, minimum {each.minimum}"


def _invoices(side: Side) -> str:
    return ", ".join(f"{show(each.total)} on {each.issued_on}" for each in side.invoices) or "none"
