"""Who asks: the API key or access token of a request, and the answer to one that is not good."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.ids import decode
from api.requests import tell
from app.bootstrap import Perseat
from app.domain.access import NOBODY, NOWHERE, Principal
from app.domain.api_keys import KeyText, parsed
from app.domain.errors import InvalidInput
from app.models.api_keys import PLATFORM, KeyRole
from app.services import api_keys, sessions

NO_KEY = "Send an API key: `Authorization: Bearer perseat_...`, or log in."
BAD_KEY = "This is not a valid API key: it has ended, was revoked or mistyped."
OVER = "This access token has expired, or its session has ended: refresh it, or log in."
ACCOUNT = "perseat-account"
PRICE = 10
"""Points of cost of a request that is not GraphQL."""
NOT_YOURS = "There is no account of this id that this key may ask for."


def refused(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    error = {"message": message, "extensions": {"code": code}}
    return JSONResponse({"errors": [error]}, status_code=status, headers=headers)


def unauthorized(message: str) -> Response:
    return refused(401, "UNAUTHENTICATED", message, {"www-authenticate": "Bearer"})


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a request, or the first message of a socket, bears: a key or a token, for which account,
    and from which address."""

    text: str = field(repr=False)
    account: str | None = None
    address: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str], address: str | None) -> "Bearer":
        scheme, _, text = given.get("authorization", "").partition(" ")
        key = text.strip() if scheme.lower() == "bearer" else ""
        return cls(key, given.get(ACCOUNT), address or "")

    @classmethod
    def of_request(cls, request: Request) -> "Bearer":
        return cls.of(request.headers, request.client.host if request.client else None)


async def principal_of(request: Request) -> Principal | Response:
    """Who holds what the request bears; if that is nobody, the answer to give."""
    return await principal_by(request.app.state.perseat, Bearer.of_request(request))


async def principal_by(running: Perseat, bearer: Bearer) -> Principal | Response:
    """The same now: keys and sessions end, and roles change."""
    text = bearer.text
    is_token = text.count(".") > 1
    found = await (_person(running, text) if is_token else _known(running, bearer))
    if isinstance(found, Response):
        return found
    if found is None:
        return unauthorized(OVER if is_token else BAD_KEY if text else NO_KEY)
    principal = _for_account(found, bearer.account)
    tell(account=getattr(principal, "account_id", None), principal=found.id)
    return principal


async def caller_of(request: Request) -> Principal | Response:
    """The same for what is not GraphQL, at a fixed price for each request."""
    principal = await principal_of(request)
    if isinstance(principal, Response):
        return principal
    budget = await request.app.state.perseat.throttle.take(str(principal.id), PRICE)
    if budget.granted:
        return principal
    return too_much("Too much was asked for lately", budget.wait)


def too_much(what: str, wait: float) -> Response:
    seconds = str(ceil(wait))
    message = f"{what}; send the same again in {seconds} s."
    return refused(429, "RATE_LIMITED", message, {"retry-after": seconds})


async def _known(running: Perseat, bearer: Bearer) -> Principal | Response | None:
    """Whoever shows keys that there are not, one after the other, waits before the next is looked
    up; a key that was good here lately is looked up all the same."""
    text, address = bearer.text, bearer.address
    if parsed(text) is None:
        return None
    if seconds := running.guesses.wait(address, text):
        return too_much("Too many keys from your network were wrong", seconds)
    found = await _holder(running, text)
    if found is None:
        await running.guesses.wrong(address, text)
    else:
        running.guesses.right(text)
    return found


async def _holder(running: Perseat, text: str) -> Principal | None:
    """What cannot be a key is no question to the database."""
    key = parsed(text)
    if key is None:
        return None
    async with running.tenants.begin(key.account_id) as uow:
        principal = await api_keys.principal_of(uow, key, pepper=running.key_pepper)
    if principal is not None and _is_partner(principal, key):
        return await _with_grants(running, principal, key)
    return principal


def _is_partner(principal: Principal, key: KeyText) -> bool:
    return key.account_id == PLATFORM and principal.role.value == KeyRole.PARTNER


async def _with_grants(running: Perseat, principal: Principal, key: KeyText) -> Principal:
    """Of several accounts none is meant until the request says which."""
    async with running.operators.begin() as uow:
        granted = await api_keys.granted_to(uow, principal.id, key.environment)
    account_id = next(iter(granted)) if len(granted) == 1 else NOWHERE
    return replace(principal, account_id=account_id, granted=granted)


def _for_account(principal: Principal, named: str | None) -> Principal | Response:
    """An account that is not granted and one that is not there are one answer."""
    if named is None or principal.account_id is None:
        return principal
    try:
        account_id, _ = decode("account", named, field=ACCOUNT)
    except InvalidInput as error:
        return refused(400, error.code, error.message)
    if account_id not in {principal.account_id, *principal.granted}:
        return refused(403, "FORBIDDEN", NOT_YOURS)
    return replace(principal, account_id=account_id)


async def _person(running: Perseat, text: str) -> Principal | None:
    """The token says who it was; the session, the state and the roles are those of now."""
    token = running.token_keys.read(text)
    if token is None:
        return None
    async with running.tenants.begin(token.account_id) as uow:
        return await sessions.principal_of(uow, token.account_id, token.session_id, token.user_id)


class Authenticated:
    """Nobody gets past with a key or a token that is not good. Who has neither is nobody: what
    that is enough for is decided behind this, where the document is known."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        anonymous = "authorization" not in request.headers
        principal = NOBODY if anonymous else await principal_of(request)
        if isinstance(principal, Response):
            await principal(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        await self.app(scope, receive, send)
