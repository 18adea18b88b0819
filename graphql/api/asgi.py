"""`api.asgi:app`: GraphQL, GraphiQL with files of our own, health and readiness."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.resources import files
from typing import Any
from uuid import uuid4

import orjson
import structlog
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from strawberry.asgi import GraphQL
from strawberry.types import ExecutionResult
from structlog.contextvars import get_contextvars

from api import docs, documents, exports, ingestion, set_password, webhooks
from api.bearer import ACCOUNT, Authenticated
from api.context import HEADER, Context, Origin
from api.headers import SecurityHeaders
from api.manifest import TRUSTED, id_in
from api.requests import REQUEST_ID, Requests
from api.schema import schema
from app import logs, memory
from app.bootstrap import Perseat, perseat
from app.db.migrate import newest
from app.services import health
from app.settings import Settings

log = structlog.get_logger()
MOST_BYTES = 1024 * 1024
"""A thousand usage events with all of their fields fit."""
MOST_OF_A_QUERY = 64 * 1024
TOO_SLOW = (
    "This took too long. Ask for less; send a mutation again with its idempotencyKey, or look "
    "whether it was done."
)
NUL = re.compile(r"\\u\{0+\}")
"""As a literal of a document may say it, which JSON does not show."""
GRAPHIQL = "graphene_django_graphiql_static"
PAGE = (files("api") / "graphiql.html").read_text()


UNKNOWN = "PERSISTED_QUERY_NOT_FOUND"
"""As Apollo's clients know it."""


class UnknownDocument(HTTPException):
    """Named, but not in the manifest, and without its text."""


class GraphQLView(GraphQL[Context, None]):
    """No query by GET (its URL would be logged) and no anonymous one."""

    async def get_context(self, request: Request, response: Any) -> Context:  # type: ignore[override]
        origin = Origin(
            request_id=get_contextvars().get("request_id"),
            address=request.client.host if request.client else None,
            reason=request.headers.get(HEADER),
        )
        return Context(request.app.state.perseat, request.state.principal, response, origin)

    async def execute_operation(self, request: Request, *args: Any, **more: Any) -> Any:
        """Nobody waits for ever; what was not committed by then has not happened."""
        patience = request.app.state.perseat.settings.request_timeout
        try:
            async with asyncio.timeout(patience):
                return await super().execute_operation(request, *args, **more)
        except TimeoutError:
            log.warning("api.too_slow", seconds=patience)
            told = GraphQLError(TOO_SLOW, extensions={"code": "TIMEOUT"})
            return ExecutionResult(data=None, errors=[told])

    async def run(self, *args: Any, **more: Any) -> Any:
        """What is no request at all is answered in the shape of the others."""
        try:
            return await super().run(*args, **more)
        except HTTPException as error:
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


async def home(_: Request) -> Response:
    return RedirectResponse("/graphiql")


async def graphiql(_: Request) -> Response:
    return HTMLResponse(PAGE)


async def healthz(_: Request) -> Response:
    """The process lives."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """It can serve: its database answers and has the schema of this code."""
    ready = await health.readiness(request.app.state.perseat.tenants, newest())
    return JSONResponse(ready.checks, status_code=200 if ready.ok else 503)


async def accident(_: Request, error: Exception) -> Response:
    """What went wrong before GraphQL could: masked like the rest, and found again by its id."""
    error_id = uuid4().hex
    log.error("api.unexpected", error_id=error_id, exc_info=error)
    extensions = {"code": "UNEXPECTED", "errorId": error_id}
    body = {"errors": [{"message": "Something unexpected went wrong.", "extensions": extensions}]}
    return JSONResponse(body, status_code=500)


def _layers(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Around everything, accidents too. Pages of other origins may ask only if they are named."""
    if origins:
        app = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_credentials=True,
            allow_methods=["GET", "POST"],
            allow_headers=[
                *("authorization", "content-type", "perseat-request", ACCOUNT, HEADER, REQUEST_ID)
            ],
            expose_headers=[REQUEST_ID, "retry-after"],
        )
    return Requests(app)


def create_app(
    running: AbstractAsyncContextManager[Perseat],
    *,
    hosts: Sequence[str] = ("*",),
    origins: Sequence[str] = (),
) -> Starlette:
    """The application around what `app.bootstrap` builds. It answers to the names `hosts` only;
    `origins` are those of front ends."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running as app.state.perseat:
            memory.settle()
            yield

    view = GraphQLView(schema, graphql_ide=None, allow_queries_via_get=False)
    static = StaticFiles(packages=[(GRAPHIQL, f"static/{GRAPHIQL}")])
    app = Starlette(
        lifespan=lifespan,
        max_body_size=MOST_BYTES,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
        ],
        exception_handlers={Exception: accident},
        routes=[
            Route("/", home),
            Route("/graphiql", graphiql),
            Mount("/graphiql/static", static),
            Route("/graphql", Authenticated(view), methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            *docs.ROUTES,
            *set_password.ROUTES,
            *documents.ROUTES,
            *exports.ROUTES,
            *ingestion.ROUTES,
            *webhooks.ROUTES,
        ],
    )
    app.middleware_stack = _layers(app.build_middleware_stack(), origins)
    return app


logs.configure()
settings = Settings()
app = create_app(perseat(settings), hosts=settings.hosts, origins=settings.origins)
