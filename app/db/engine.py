"""Engines: every connection is one of our roles from its first moment, with bounded patience."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Any

import orjson
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

API_ROLE = "perseat_api"
WORKER_ROLE = "perseat_worker"
LOCK_TIMEOUT = {API_ROLE: "5s", WORKER_ROLE: "15s"}
"""Who waits for an answer would rather ask again."""
IDLE = 1.0
"""After so many seconds a connection is asked whether it still is one; before, only whether it was
closed: asking takes three round trips."""


@dataclass
class Sent:
    """How many statements were sent, without those that begin and end transactions."""

    number: int = 0


_sent: ContextVar[Sent | None] = ContextVar("sent", default=None)


@contextmanager
def counted() -> Iterator[Sent]:
    """Counts what is sent from here, and by the tasks that are started from here."""
    token = _sent.set(sent := Sent())
    try:
        yield sent
    finally:
        _sent.reset(token)


def _count(*_: Any) -> None:
    if (sent := _sent.get()) is not None:
        sent.number += 1


def _returned(_: Any, record: Any) -> None:
    record.info["since"] = monotonic()


def _taken(connection: Any, record: Any, _: Any) -> None:
    """What has ended meanwhile is replaced, and all that were made before it; and one that is left
    in a transaction, of which nothing would ever be committed."""
    if "since" not in record.info:
        return
    try:
        if monotonic() - record.info["since"] > IDLE:
            connection.ping()
        driver = connection.driver_connection
    except connection.dbapi.Error as error:
        raise InvalidatePoolError from error
    if driver.is_closed():
        raise InvalidatePoolError
    if driver.is_in_transaction():
        raise DisconnectionError


def create(database_url: str, role: str, *, pool_size: int) -> AsyncEngine:
    """`RESET ROLE` leads back to `role`: it is the connection's default, not a later SET."""
    engine = create_async_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,
        json_deserializer=orjson.loads,
        connect_args={
            "command_timeout": 120,
            "server_settings": {
                "application_name": role,
                "role": role,
                "timezone": "UTC",
                "jit": "off",
                "statement_timeout": "60s",
                "lock_timeout": LOCK_TIMEOUT[role],
                "idle_in_transaction_session_timeout": "60s",
            },
        },
    )
    event.listen(engine.sync_engine, "before_cursor_execute", _count)
    event.listen(engine.sync_engine, "checkin", _returned)
    event.listen(engine.sync_engine, "checkout", _taken)
    return engine
