"""Who asks: the API key of a request, and the answer to a request without a good one."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.requests import tell
from app.bootstrap import Perseat
from app.domain.access import Principal
from app.services import api_keys

NO_KEY = "Send an API key: `Authorization: Bearer perseat_...`."
BAD_KEY = "This is not a valid API key: it was revoked or mistyped."


def unauthorized(message: str) -> Response:
    error = {"message": message, "extensions": {"code": "UNAUTHENTICATED"}}
    headers = {"www-authenticate": "Bearer"}
    return JSONResponse({"errors": [error]}, status_code=401, headers=headers)


async def principal_of(request: Request) -> Principal | Response:
    """Who holds the key of the request; without a key that is known, the answer to give."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    text = text.strip() if scheme.lower() == "bearer" else ""
    found = await _holder(request.app.state.perseat, text)
    if found:
        tell(account=found.account_id, principal=found.id)
    return found or unauthorized(BAD_KEY if text else NO_KEY)


async def _holder(running: Perseat, text: str) -> Principal | None:
    owner = api_keys.account_in(text)
    if owner is None:
        return None
    async with running.tenants.begin(owner) as uow:
        return await api_keys.principal_of(uow, text)


class Authenticated:
    """Nobody gets past without an API key that is known and not revoked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = await principal_of(Request(scope))
        if isinstance(principal, Response):
            await principal(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        await self.app(scope, receive, send)
