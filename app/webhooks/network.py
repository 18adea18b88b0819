"""S20: where a connection may go is decided when it is made, on the address it is made to: what a
name said when somebody looked before is worth nothing."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

import httpcore

from app.domain.webhooks import is_loopback, is_public

_LOOKING = ThreadPoolExecutor(max_workers=50, thread_name_prefix="webhook-names")
"""A name server may take its time: other threads of this process wait for none."""
Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]


class Unreachable(httpcore.ConnectError):
    """The name stands for an address that webhooks are not sent to, or for none."""


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, as the system finds them."""
    loop = asyncio.get_running_loop()
    ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = await loop.run_in_executor(_LOOKING, ask)
    except (OSError, UnicodeError):
        raise Unreachable("there is no such host") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """Looks a name up once, and connects to what it has found: there is no second look-up that
    could say something else. One address that is not public refuses the name."""

    def __init__(self, *, to_loopback: bool = False, lookup: Resolve = resolve) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._to_loopback = to_loopback
        self._lookup = lookup

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore calls it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._lookup(host, port)
        if not addresses or not all(map(self._is_allowed, addresses)):
            raise Unreachable("the host is not on the public internet")
        for address in addresses[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
        return await self._inner.connect_tcp(
            addresses[-1], port, timeout, local_address, socket_options
        )

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - as httpcore calls it
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        raise Unreachable("no webhook goes to a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    def _is_allowed(self, address: str) -> bool:
        return is_public(address) or (self._to_loopback and is_loopback(address))
