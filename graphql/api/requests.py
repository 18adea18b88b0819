"""One line in the log for each request, and an id by which it is found on both sides."""

import re
from collections.abc import Iterator
from contextvars import ContextVar
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.extensions import SchemaExtension

from app.db.engine import counted

log = structlog.get_logger()
REQUEST_ID = "x-request-id"
_GOOD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_LONGEST_NAME = 100
_line: ContextVar[dict[str, Any] | None] = ContextVar("line", default=None)


def tell(**facts: Any) -> None:
    """What the line of this request says besides; nothing where there is no request."""
    if (line := _line.get()) is not None:
        line.update({name: str(fact)[:_LONGEST_NAME] for name, fact in facts.items() if fact})


class Named(SchemaExtension):
    """The line says which operation it was."""

    def on_operation(self) -> Iterator[None]:
        yield
        tell(operation=self.execution_context.operation_name)


class Requests:
    """The caller's `X-Request-Id` is kept if it is one, and every answer has one. Neither bodies
    nor variables nor queries of URLs are logged: they are about people and money."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _GOOD_ID.fullmatch(given) else uuid4().hex
        line: dict[str, Any] = {"method": scope["method"], "path": scope["path"], "status": 500}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                line["status"] = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        token, started = _line.set(line), perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id), counted() as sent:
            try:
                await self.app(scope, receive, answer)
            finally:
                _line.reset(token)
                took = round((perf_counter() - started) * 1_000, 1)
                log.info("api.request", **line, ms=took, statements=sent.number)
