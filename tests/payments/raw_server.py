"""A server that answers HTTP as badly as a test wants: errors, silence, drips, resets."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

Answer: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """A request that has come; names of headers are in small letters."""

    route: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        sent = parse_qs(self.query or self.body.decode())
        return {name: values[0] for name, values in sent.items()}


@dataclass
class Raw:
    """`routes` by method and path; those of several answers give them in turn, the last for ever.

    "*" is every other route.
    """

    routes: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    arrivals: asyncio.Queue[Asked] = field(default_factory=asyncio.Queue)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await _read(reader)
            self.asked.append(asked)
            self.arrivals.put_nowait(asked)
            answers = self.routes.get(asked.route) or self.routes["*"]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            await answer(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    headers = {name.lower(): value for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, target, _ = first.split(" ")
    url = urlsplit(target)
    return Asked(f"{method} {url.path}", url.query, headers, body)


def says(status: int, content: Any, *headers: str) -> Answer:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    length = f"content-length: {len(body)}"
    head = "\r\n".join([f"HTTP/1.1 {status} X", length, "connection: close", *headers])

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return answer


async def resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def is_silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A byte at a time, for as long as somebody listens: no single read takes long."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    gone = asyncio.ensure_future(reader.read())
    while not gone.done():
        writer.write(b" ")
        await asyncio.wait([gone], timeout=0.02)


@asynccontextmanager
async def raw_server(routes: Mapping[str, list[Answer]]) -> AsyncIterator[Raw]:
    raw = Raw({route: list(answers) for route, answers in routes.items()})
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    raw.url = f"http://{host}:{port}"
    async with server:
        yield raw
