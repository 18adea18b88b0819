"""Passwords are hashed by argon2id, slowly, and beside the event loop."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.domain.log_ins import TooManyAttempts

T = TypeVar("T")
_SLOW = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
"""Two at once: each takes 64 MiB, and the event loop goes on."""
MOST_WAITING = 200
"""Some seconds of work; who comes then would not wait for an answer anyway."""
SOON = 5
"""Seconds after which those who wait are through."""
_gate = asyncio.Semaphore(MOST_WAITING)


async def hashed(password: str) -> str:
    """Raises TooManyAttempts if too many wait already."""
    return await _beside(_SLOW.hash, password)


async def verifies(known: str | None, password: str) -> bool:
    """Whether `known` is the hash of the password; with None it takes as long, and never is.

    Raises TooManyAttempts if too many wait already.
    """
    return await _beside(_verifies, known, password)


async def _beside(work: Callable[..., T], *given: str | None) -> T:
    if _gate.locked():
        raise TooManyAttempts(SOON)
    async with _gate:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, work, *given)


def _verifies(known: str | None, password: str) -> bool:
    try:
        return _SLOW.verify(known or _nobodys(), password) and known is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _SLOW.hash(secrets.token_urlsafe(32))


def is_outdated(known: str) -> bool:
    """Hashed with other parameters than today's."""
    return _SLOW.check_needs_rehash(known)
