"""What strangers send to the door for webhooks, and what may have changed by it: nothing."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
from standardwebhooks import Webhook

from app.embedded import state
from tests.faults.stack import Stack
from tests.make import query
from tests.services.hearing import signed

PATH = "/webhooks/sandbox"
_BOOKED = """
    SELECT (SELECT count(*) FROM provider_events), (SELECT array_agg(status ORDER BY id)
        FROM payments), (SELECT sum(balance) FROM credits), (SELECT sum(paid) FROM invoices),
        (SELECT count(*) FROM ledger_transfers WHERE kind <> 'SETTLEMENT'),
        (SELECT count(*) FROM outbox)
"""


@dataclass(frozen=True)
class Seen:
    """What is booked, and who serves."""

    booked: Any
    api: int


async def seen(stack: Stack) -> Seen:
    (booked,) = await query(stack.app, _BOOKED)
    return Seen(tuple(booked), state(stack.folder)["api"])


def memory(stack: Stack) -> int:
    """Bytes that the API holds."""
    return int(psutil.Process(state(stack.folder)["api"]).memory_info().rss)


async def post(stack: Stack, body: bytes, headers: dict[str, str]) -> int:
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, trust_env=False) as http:
        return (await http.post(PATH, content=body, headers=headers)).status_code


def forgeries(stack: Stack, body: bytes) -> dict[str, tuple[bytes, dict[str, str]]]:
    """By what is wrong with each; the body is such as the provider sends."""
    good, now = signed(stack.app, body), stack.app.clock.now()
    name, sent = good["webhook-id"], good["webhook-timestamp"]
    other = Webhook("c29tZWJvZHkgZWxzZSdzIHNlY3JldA==").sign(name, now, body.decode())
    return {
        "unsigned": (body, {}),
        "by somebody else": (body, {**good, "webhook-signature": other}),
        "altered": (body.replace(b"succeeded", b"declined."), good),
        "of another version": (body, {**good, "webhook-signature": "v9,eA=="}),
        "garbled": (body, {**good, "webhook-signature": "v1,***"}),
        "under another name": (body, {**good, "webhook-id": "evt_other"}),
        "too old": (body, signed(stack.app, body, at=now - timedelta(minutes=6))),
        "too new": (body, signed(stack.app, body, at=now + timedelta(minutes=6))),
        "of another time": (body, {**good, "webhook-timestamp": str(int(sent) + 1)}),
        "of no time": (body, {**good, "webhook-timestamp": "nan"}),
    }


async def refused(stack: Stack, head: str, piece: bytes = 65_536 * b" ") -> tuple[int, int]:
    """As `pour`; who is cut off while it sends may not see the answer, and asks again."""
    while True:
        with suppress(ConnectionError):
            return await pour(stack, head, piece)


async def pour(stack: Stack, head: str, piece: bytes) -> tuple[int, int]:
    """A body without end, or none: the status of the answer, and the bytes taken until then."""
    place, sent = urlsplit(stack.url), 0
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(f"POST {PATH} HTTP/1.1\r\nhost: {place.hostname}\r\n{head}\r\n\r\n".encode())

    async def feed() -> None:
        nonlocal sent
        while piece:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)  # an answer is read before more is sent
            sent += len(piece)

    feeding = asyncio.ensure_future(feed())
    try:
        answer = await asyncio.wait_for(reader.readline(), 30)
        return int(answer.split()[1]), sent
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        writer.transport.abort()
