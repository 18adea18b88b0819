"""`POST /graphql`: a document by its text or its name, from somebody or nobody, in bounded time."""

import asyncio
import re
from collections.abc import Callable
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import orjson
import structlog
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL
from strawberry.types import ExecutionResult
from structlog.contextvars import get_contextvars

from api import anonymous, cookies
from api.bearer import NO_KEY, unauthorized
from api.context import HEADER, Context, Origin
from api.manifest import TRUSTED, id_in
from api.server_sent import LAST, Stream, Transport
from app.domain.access import NOBODY

log = structlog.get_logger()
MOST_OF_A_QUERY = 64 * 1024
TOO_SLOW = (
    "This took too long. Ask for less; send a mutation again with its idempotencyKey, or look "
    "whether it was done."
)
NUL = re.compile(r"\\u\{0+\}")
"""As a literal of a document may say it, which JSON does not show."""
UNKNOWN = "PERSISTED_QUERY_NOT_FOUND"
"""As Apollo's clients know it."""


class UnknownDocument(HTTPException):
    """Named, but not in the manifest, and without its text."""


class GraphQLView(GraphQL[Context, None]):
    """No query by GET (its URL would be logged) and, but for logging in, no anonymous one.

    `trusted` tells of a text whether people, who are no keys, may send it.
    """

    stream_transport_classes_by_protocol = MappingProxyType({GRAPHQL_SSE_PROTOCOL: Transport})

    def __init__(self, schema: Schema, trusted: Callable[[str | None], bool]) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_SSE_PROTOCOL,),
        )
        self.trusted = trusted

    async def get_context(self, request: Request, response: Any) -> Context:  # type: ignore[override]
        running, who = request.app.state.perseat, request.state.principal
        context = Context(running, who, response, origin_of(request), self.trusted)
        context.resumed_after = request.headers.get(LAST)
        context.streams = "text/event-stream" in request.headers.get("accept", "")
        return context

    async def create_streaming_response(
        self, request: Any, stream: Any, _: Any, headers: Any
    ) -> Response:
        return Stream(request, stream, headers)

    async def execute_operation(self, request: Request, *args: Any, **given: Any) -> Any:
        """Nobody waits for ever; what was not committed by then has not happened."""
        if given["context"].principal is NOBODY:
            anonymous.check(given["request_data"].query)
        patience = request.app.state.perseat.settings.request_timeout
        try:
            async with asyncio.timeout(patience):
                return await super().execute_operation(request, *args, **given)
        except TimeoutError:
            log.warning("api.too_slow", seconds=patience)
            told = GraphQLError(TOO_SLOW, extensions={"code": "TIMEOUT"})
            return ExecutionResult(data=None, errors=[told])

    async def run(self, *args: Any, **more: Any) -> Any:
        """What is no request at all is answered in the shape of the others."""
        try:
            return await super().run(*args, **more)
        except HTTPException as error:
            if error.status_code == HTTPStatus.UNAUTHORIZED:
                return unauthorized(NO_KEY)
            code = UNKNOWN if isinstance(error, UnknownDocument) else "BAD_REQUEST"
            told = {"message": error.reason, "extensions": {"code": code}}
            return JSONResponse({"errors": [told]}, status_code=error.status_code)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        """PostgreSQL keeps no NUL: no text may have one, wherever it stands. Queries that are
        parsed are remembered: what is large is sent as variables."""
        body = orjson.loads(data)
        if not isinstance(body, dict):
            raise HTTPException(400, "A request is a JSON object with a query.")
        text = str(body.get("query"))
        if len(text) > MOST_OF_A_QUERY:
            raise HTTPException(400, "The query is too long; send what is large as variables.")
        coded = (b"\\u0000" if isinstance(data, bytes) else "\\u0000") in data  # type: ignore[operator]
        if coded or NUL.search(text):
            raise HTTPException(400, "Text must not contain the character U+0000.")
        return _named(body)


def _named(body: dict[str, Any]) -> dict[str, Any]:
    """With the text of the document that it names; a new one is not taken in."""
    name = id_in(body)
    if name is None:
        return body
    if name in TRUSTED:
        return {**body, "query": TRUSTED[name]}
    if not body.get("query"):
        raise UnknownDocument(400, "There is no document of this id.")
    return body


def _said(text: str | None) -> str | None:
    """Headers are read as Latin-1, and people write UTF-8."""
    try:
        return text and text.encode("latin-1").decode()
    except UnicodeDecodeError:
        return text


def origin_of(request: Request) -> Origin:
    return Origin(
        request_id=get_contextvars().get("request_id"),
        address=request.client.host if request.client else None,
        reason=_said(request.headers.get(HEADER)),
        user_agent=request.headers.get("user-agent", ""),
        is_marked=request.headers.get(cookies.MARK) == "1",
        refresh_token=cookies.token_in(request),
    )
