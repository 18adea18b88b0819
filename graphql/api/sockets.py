"""Subscriptions over WebSockets: `graphql-transport-ws`, and nothing else by this way."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from json import JSONDecodeError
from typing import Any, cast

import orjson
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketState
from strawberry import Schema
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.types.unset import UNSET, UnsetType

from api.bearer import Bearer, principal_by
from api.context import Context, Origin
from api.manifest import TRUSTED, id_in
from api.presence import FULL, TOO_SLOW, TROUBLE, Ending, Full, Presence, Visit
from app.bootstrap import Perseat
from app.domain.access import Principal

PATIENCE = timedelta(seconds=10)
"""So soon whoever connects says who that is."""
READING = 30.0
"""Seconds after which whoever does not read is sent away."""
LEAVING = 2.0
MOST_BYTES = 128 * 1024
SUBSCRIPTIONS = 20
"""Of one socket."""


@dataclass
class Guest:
    """A socket: before the first message nobody knows whose it is."""

    perseat: Perseat
    presence: Presence
    address: str | None
    trusted: Callable[[str | None], bool]
    ending: Ending
    connection_params: dict[str, Any] = field(default_factory=dict, repr=False)
    principal: Principal | None = None
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def enter(self) -> None:
        """ConnectionRejectionError for who may not."""
        given = {name.lower(): str(each) for name, each in self.connection_params.items()}
        bearer = Bearer.of(given, self.address)
        principal = await principal_by(self.perseat, bearer)
        if isinstance(principal, Response):
            raise ConnectionRejectionError
        visit = Visit(principal, bearer, self.ending)
        try:
            visiting = self.presence.visiting(self.perseat, visit, by="socket")
            await self.stack.enter_async_context(visiting)
        except Full:
            self.ending.end(FULL)
            await asyncio.Event().wait()
        self.principal = principal
        self.presence.unknown -= 1

    def context(self) -> Context:
        """Each operation has its own."""
        assert self.principal is not None  # noqa: S101 - nobody subscribes before
        origin = Origin(address=self.address)
        return Context(
            self.perseat, self.principal, origin=origin, trusted=self.trusted, streams=True
        )


class Socket(ASGIWebSocketAdapter):
    """Closing twice is closing once; who does not read is not waited for."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            async with asyncio.timeout(READING):
                await super().send_json(message)
        except TimeoutError:
            self.ws.state.guest.ending.end(TOO_SLOW)
            raise WebSocketDisconnected from None
        except RuntimeError:
            raise WebSocketDisconnected from None  # it was closed meanwhile

    async def close(self, code: int, reason: str) -> None:
        if self.ws.application_state is WebSocketState.CONNECTED:
            await super().close(code, reason)


class Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """Goes on until either side wants no more."""

    async def handle(self) -> None:
        self.context.presence.unknown += 1
        handling = asyncio.create_task(super().handle())
        leaving = asyncio.create_task(self._leave())
        try:
            await asyncio.wait({handling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            handling.cancel()
            leaving.cancel()
            await asyncio.gather(handling, leaving, return_exceptions=True)
            await self.context.stack.aclose()
            self.context.presence.unknown -= self.context.principal is None

    async def _leave(self) -> None:
        why = await self.context.ending.wait()
        with suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(LEAVING):
                await self.websocket.close(*why)

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        one = copy(self)
        one.context = self.context.context()
        with suppress(WebSocketDisconnected):
            await super(Handler, one).run_operation(operation)

    async def handle_task_exception(self, error: Exception) -> None:
        if not isinstance(error, WebSocketDisconnected):
            await super().handle_task_exception(error)
            self.context.ending.end(TROUBLE)


class SocketView(GraphQL[Guest, None]):
    """Pages of other origins may connect only if they are named."""

    graphql_transport_ws_handler_class = Handler
    websocket_adapter_class = Socket

    def __init__(
        self, schema: Schema, trusted: Callable[[str | None], bool], origins: Sequence[str]
    ) -> None:
        self.trusted = trusted
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=PATIENCE,
            max_subscriptions_per_connection=SUBSCRIPTIONS,
            allowed_origins=origins,
        )

    async def run(self, request: Any, *args: Any, **more: Any) -> Any:
        """Nobody has to say who they are to fill a process with sockets."""
        state = request.app.state
        if state.presence.unknown >= state.perseat.settings.live_connections:
            return await self.reject_websocket(request)
        return await super().run(request, *args, **more)

    async def get_context(self, request: WebSocket, response: Any) -> Guest:  # type: ignore[override]  # noqa: ARG002
        state = request.app.state
        address = request.client.host if request.client else None
        request.state.guest = Guest(state.perseat, state.presence, address, self.trusted, Ending())
        guest: Guest = request.state.guest
        return guest

    async def on_ws_connect(self, context: Guest) -> UnsetType:
        await context.enter()
        return cast("UnsetType", UNSET)

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()

    def decode_json(self, data: str | bytes) -> object:
        """What is no message is told so, and the socket is closed."""
        message = (
            orjson.loads(data) if len(data) <= MOST_BYTES and "\\u0000" not in str(data) else None
        )
        if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
            raise _no_message(data)
        if message.get("type") == "subscribe":
            message["payload"] = _asked(message.get("payload"), data)
        return message


def _asked(payload: Any, data: str | bytes) -> dict[str, Any]:
    if not isinstance(payload, dict):
        raise _no_message(data)
    name = id_in(payload)
    query = payload.get("query") if name is None else TRUSTED.get(name, payload.get("query"))
    variables = payload.get("variables") or {}
    if not isinstance(query or "", str) or not isinstance(variables, dict):
        raise _no_message(data)
    return {**payload, "query": query or "", "variables": variables}


def _no_message(data: str | bytes) -> JSONDecodeError:
    return JSONDecodeError("This is no message.", str(data[:20]), 0)
