"""Subscriptions as server-sent events, for who cannot use sockets: `graphql-sse`, one connection
for each."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from strawberry.http.streaming import AsyncTextStream, SSETransport

from api.bearer import Bearer, refused
from api.presence import FULL, OTHER, OVER, Ending, Farewell, Full, Visit

READING = 30.0
"""Seconds after which whoever does not read is sent away."""
LAST = "last-event-id"
KEEP_ALIVE = 15.0


class Transport(SSETransport):
    """The id of an event is its cursor: browsers send the last one again by themselves."""

    heartbeat_interval = KEEP_ALIVE

    def __init__(self) -> None:
        super().__init__(KEEP_ALIVE)

    def encode_next(self, response: Any, encode_json: Any) -> str:
        cursor = (response.get("extensions") or {}).get("cursor")
        named = f"id: {cursor}\r\n" if cursor else ""
        return named + super().encode_next(response, encode_json)


class Stream(StreamingResponse):
    """It goes on until either side wants no more."""

    def __init__(
        self, request: Request, stream: AsyncTextStream, headers: Mapping[str, str]
    ) -> None:
        self._request, self._stream = request, stream
        self._ending = Ending()
        super().__init__(self._chunks(), headers=dict(headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = self._request.app.state
        bearer = Bearer.of_request(self._request)
        visit = Visit(self._request.state.principal, bearer, self._ending)

        async def patient(message: Any) -> None:
            async with asyncio.timeout(READING):
                await send(message)

        try:
            async with state.presence.visiting(state.perseat, visit, by="stream"):
                with suppress(ClientDisconnect, TimeoutError):
                    await super().__call__(scope, receive, patient)
        except Full:
            await refused(429, "RATE_LIMITED", FULL.reason)(scope, receive, send)

    async def _chunks(self) -> AsyncGenerator[str, None]:
        async with aclosing(self._stream()) as chunks:
            while (chunk := await self._unless_ended(anext(chunks, None))) is not None:
                yield chunk
        if self._ending.why:
            yield _farewell(self._ending.why)

    async def _unless_ended(self, following: Awaitable[str | None]) -> str | None:
        task, ended = asyncio.ensure_future(following), asyncio.create_task(self._ending.wait())
        try:
            await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
            return None if self._ending.why else task.result()
        finally:
            task.cancel()
            ended.cancel()
            await asyncio.gather(task, ended, return_exceptions=True)


def _farewell(why: Farewell) -> str:
    """Whoever may go on elsewhere is not told that it is over."""
    transport = Transport()
    if why not in {OVER, OTHER}:
        return transport.encode_comment(why.reason)
    error = {"message": why.reason, "extensions": {"code": "FORBIDDEN"}}
    told = transport.encode_event("next", orjson.dumps({"data": None, "errors": [error]}).decode())
    return told + transport.encode_complete()
