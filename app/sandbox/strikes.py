"""What goes wrong on the wire, before or after the work is done and in the book."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from app.sandbox.errors import Hangup, Refusal
from app.sandbox.switches import Mode, Switch

HANGS, SLOW, RETRY_AFTER = 30.0, 3.0, 1.0
"""Seconds, where the switch names none."""

Work: TypeAlias = Callable[[], Awaitable[Response]]
ACCIDENT = Refusal(500, "ordered_error", "A switch has ordered this error.")
TOO_MANY = Refusal(429, "rate_limited", "A switch has ordered this: come again later.")


class NoAnswer(Response):
    """An answer that breaks off after its headers: what was done, nobody can tell."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"2"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        raise Hangup("ordered by a switch")


async def struck(switch: Switch | None, work: Work) -> Response:
    """Do the work as the switch has it."""
    if switch is None:
        return await work()
    mode = switch.mode
    if mode is Mode.RATE_LIMITED:
        seconds = RETRY_AFTER if switch.seconds is None else switch.seconds
        return JSONResponse(TOO_MANY.body(), 429, {"Retry-After": f"{seconds:.0f}"})
    if mode is Mode.SLOW:
        await _wait(switch, SLOW)
        return await work()
    if mode.endswith("_before"):
        return await _broken(switch)
    await work()
    return await _broken(switch)


async def _broken(switch: Switch) -> Response:
    if switch.mode in {Mode.ERROR_BEFORE, Mode.ERROR_AFTER}:
        return JSONResponse(ACCIDENT.body(), ACCIDENT.status)
    if switch.mode in {Mode.TIMEOUT_BEFORE, Mode.TIMEOUT_AFTER}:
        await _wait(switch, HANGS)
    return NoAnswer()


async def _wait(switch: Switch, otherwise: float) -> None:
    await asyncio.sleep(otherwise if switch.seconds is None else switch.seconds)
