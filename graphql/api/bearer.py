"""Who asks: the API key or access token of a request, and the answer to one that is not good."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.requests import tell
from app.bootstrap import Perseat
from app.domain.access import NOBODY, Principal
from app.services import api_keys, sessions

NO_KEY = "Send an API key: `Authorization: Bearer perseat_...`, or log in."
BAD_KEY = "This is not a valid API key: it was revoked or mistyped."
OVER = "This access token has expired, or its session has ended: refresh it, or log in."


def unauthorized(message: str) -> Response:
    error = {"message": message, "extensions": {"code": "UNAUTHENTICATED"}}
    headers = {"www-authenticate": "Bearer"}
    return JSONResponse({"errors": [error]}, status_code=401, headers=headers)


async def principal_of(request: Request) -> Principal | Response:
    """Who holds what the request bears; if that is nobody, the answer to give."""
    text, running = _borne(request), request.app.state.perseat
    is_token = text.count(".") > 1
    found = await (_person if is_token else _holder)(running, text)
    if found is None:
        return unauthorized(OVER if is_token else BAD_KEY if text else NO_KEY)
    tell(account=found.account_id, principal=found.id)
    return found


def _borne(request: Request) -> str:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


async def _holder(running: Perseat, text: str) -> Principal | None:
    owner = api_keys.account_in(text)
    if owner is None:
        return None
    async with running.tenants.begin(owner) as uow:
        return await api_keys.principal_of(uow, text)


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
