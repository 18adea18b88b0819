"""Engines: every connection is one of our roles from its first moment, with bounded patience."""

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

API_ROLE = "perseat_api"
WORKER_ROLE = "perseat_worker"
LOCK_TIMEOUT = {API_ROLE: "5s", WORKER_ROLE: "15s"}
"""Who waits for an answer would rather ask again."""


def create(database_url: str, role: str, *, pool_size: int) -> AsyncEngine:
    """`RESET ROLE` leads back to `role`: it is the connection's default, not a later SET."""
    return create_async_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
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
