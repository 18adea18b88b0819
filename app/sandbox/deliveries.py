"""Webhooks out: signed by the Standard Webhooks scheme, and sent again until they are taken."""

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from sqlite3 import Row

import httpx
from standardwebhooks import Webhook

from app.clock import SystemClock
from app.sandbox import events
from app.sandbox.book import Book

log = logging.getLogger("uvicorn.error")

LADDER = tuple(timedelta(seconds=each) for each in (1, 5, 30, 120, 600, 3600))
"""How long after each failed attempt the next one follows; the last step repeats."""
LOOK = 0.1
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where events go, and the secret that signs them."""

    url: str
    secret: str = field(repr=False)
    ladder: Sequence[timedelta] = LADDER


async def deliver(book: Book, target: Target) -> None:
    """For ever: one after the other, as they fall due. A book that is busy is waited for."""
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
        while True:
            try:
                found = await _next(book, target, http)
            except sqlite3.Error:
                log.exception("The book cannot be read or written.")
                found = False
            if not found:
                await asyncio.sleep(LOOK)


async def _next(book: Book, target: Target, http: httpx.AsyncClient) -> bool:
    due = await book.run(lambda db: events.next_due(db, SystemClock().now()))
    if due is not None:
        await _attempt(book, target, http, due)
    return due is not None


async def _attempt(book: Book, target: Target, http: httpx.AsyncClient, due: Row) -> None:
    answer, taken = await _sent(target, http, due)
    wait = target.ladder[min(due["attempts"], len(target.ladder) - 1)]
    again_at = None if taken else SystemClock().now() + wait
    await book.run(lambda db: events.delivered(db, due["id"], answer, again_at))


async def _sent(target: Target, http: httpx.AsyncClient, due: Row) -> tuple[str, bool]:
    """What the receiver said, and whether that was yes."""
    now, name, body = SystemClock().now(), due["name"], due["body"]
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(target.secret).sign(name, now, body),
    }
    try:
        answer = await http.post(target.url, content=body, headers=headers)
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"[:200], False
    return str(answer.status_code), answer.is_success
