"""`api.asgi:app`: GraphQL, GraphiQL with files of our own, health and readiness."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.resources import files
from uuid import uuid4

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from api import docs, documents, exports, ingestion, set_password, webhooks
from api.bearer import ACCOUNT, Authenticated
from api.context import HEADER
from api.cookies import MARK
from api.headers import SecurityHeaders
from api.manifest import is_trusted
from api.presence import Presence, on_stop
from api.requests import REQUEST_ID, Requests
from api.schema import schema
from api.server_sent import LAST
from api.sockets import SocketView
from api.view import GraphQLView
from app import logs, memory
from app.bootstrap import Perseat, perseat
from app.db.migrate import newest
from app.services import health
from app.settings import Settings

log = structlog.get_logger()
MOST_BYTES = 1024 * 1024
"""A thousand usage events with all of their fields fit."""
GRAPHIQL = "graphene_django_graphiql_static"
PAGE = (files("api") / "graphiql.html").read_text()


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


async def jwks(request: Request) -> Response:
    """The public keys of access tokens."""
    return JSONResponse(request.app.state.perseat.token_keys.public)


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
                *("authorization", "content-type", MARK, ACCOUNT, HEADER, REQUEST_ID, LAST)
            ],
            expose_headers=[REQUEST_ID, "retry-after"],
        )
    return Requests(app)


def create_app(
    running: AbstractAsyncContextManager[Perseat],
    *,
    hosts: Sequence[str] = ("*",),
    origins: Sequence[str] = (),
    trusted: Callable[[str | None], bool] = is_trusted,
) -> Starlette:
    """The application around what `app.bootstrap` builds. It answers to the names `hosts` only;
    `origins` are those of front ends, and `trusted` the documents that they may send."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running as app.state.perseat:
            memory.settle()
            with on_stop(app.state.presence.leave):
                yield

    view = GraphQLView(schema, trusted)
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
            WebSocketRoute("/graphql", SocketView(schema, trusted, origins)),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/.well-known/jwks.json", jwks),
            *docs.ROUTES,
            *set_password.ROUTES,
            *documents.ROUTES,
            *exports.ROUTES,
            *ingestion.ROUTES,
            *webhooks.ROUTES,
        ],
    )
    app.state.presence = Presence()
    app.middleware_stack = _layers(app.build_middleware_stack(), origins)
    return app


logs.configure()
settings = Settings()
app = create_app(perseat(settings), hosts=settings.hosts, origins=settings.origins)
