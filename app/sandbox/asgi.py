"""The sandbox as an ASGI application: `uvicorn --factory app.sandbox.asgi:served`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hmac import compare_digest

import httpx
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.sandbox.asking import refused
from app.sandbox.book import Book
from app.sandbox.deliveries import Target, deliver
from app.sandbox.errors import Hangup, Refusal
from app.sandbox.routes import ROUTES
from app.settings import Settings
from app.signing import sandbox_key, sandbox_secret

MOST_BYTES = 64 * 1024
FILE = "sandbox.sqlite"


def create_app(book: Book, key: str, target: Target | None = None) -> Starlette:
    """Without a target no webhooks are sent; the events are kept."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(deliver(book, target)) if target else None
        yield
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await book.close()

    app = Starlette(
        lifespan=lifespan,
        max_body_size=MOST_BYTES,
        middleware=[Middleware(Keyed, key=key)],
        exception_handlers={
            Refusal: _refusal,
            ValidationError: _invalid,
            HTTPException: _no_such_thing,
        },
        routes=ROUTES,
    )
    app.state.book = book
    return app


class Keyed:
    """Only who has the key may ask; everybody may ask whether it lives."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app, self._wanted = app, f"Bearer {key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != "/healthz":
            given = Headers(scope=scope).get("authorization", "")
            if not compare_digest(given.encode(), self._wanted):
                answer = refused(Refusal(401, "unauthorized", "Send the key as a bearer token."))
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


class InProcess(httpx.ASGITransport):
    """The same application without a socket, on the same file; sends no webhooks."""

    def __init__(self, book: Book, key: str) -> None:
        super().__init__(create_app(book, key))
        self._book = book

    async def aclose(self) -> None:
        await self._book.close()


def served() -> ASGIApp:
    """By the settings. To hang up is to end an answer that is not whole: uvicorn closes then."""
    settings = Settings()
    url = settings.sandbox_webhook_url
    target = Target(url, sandbox_secret(settings)) if url else None
    app = create_app(book_of(settings), sandbox_key(settings), target)

    async def hanging_up(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(Hangup):
            await app(scope, receive, send)

    return hanging_up


def book_of(settings: Settings) -> Book:
    return Book(settings.data_folder.expanduser() / FILE)


async def _refusal(_: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return refused(error)


async def _invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, ValidationError):
        raise error
    wrong = error.errors()[0]
    place = ".".join(str(each) for each in wrong["loc"])
    return refused(Refusal(422, "invalid", f"{place}: {wrong['msg']}" if place else wrong["msg"]))


async def _no_such_thing(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return refused(Refusal(error.status_code, "bad_request", error.detail))
