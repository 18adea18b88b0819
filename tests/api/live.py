"""A real server in this process, and clients that listen: over a socket, and to a stream."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.asgi import create_app
from app.bootstrap import Perseat

PROTOCOL = Subprotocol("graphql-transport-ws")
PATIENCE = 30


@dataclass
class Server:
    address: str
    application: Starlette

    @property
    def url(self) -> str:
        return f"http://{self.address}/graphql"


@asynccontextmanager
async def server(app: Perseat, *, origins: tuple[str, ...] = ()) -> AsyncIterator[Server]:
    application = create_app(nullcontext(app), origins=origins)
    application.state.perseat = app
    running = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)  # soon full
        serving = asyncio.create_task(running.serve([place]))
        yield Server(f"127.0.0.1:{place.getsockname()[1]}", application)
        running.should_exit = True
        await serving


@asynccontextmanager
async def process(
    app: Perseat, folder: Path
) -> AsyncIterator[tuple[Server, asyncio.subprocess.Process]]:
    """The API as it is served, with a pepper that knows the test's keys."""
    settings = app.settings
    assert settings.database_url
    assert settings.redis_url
    environment = {
        **os.environ,
        "PERSEAT_DATABASE_URL": settings.database_url.get_secret_value(),
        "PERSEAT_REDIS_URL": settings.redis_url.get_secret_value(),
        "PERSEAT_DATA_FOLDER": str(settings.data_folder),
    }
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        place.listen()
        address = f"127.0.0.1:{place.getsockname()[1]}"
        program = (sys.executable, "-m", "uvicorn", "api.asgi:app", f"--fd={place.fileno()}")
        with (folder / "log").open("wb") as log:
            child = await asyncio.create_subprocess_exec(
                *program, env=environment, pass_fds=(place.fileno(),), stdout=log, stderr=log
            )
            try:
                await until_ready(f"http://{address}/readyz")
                yield Server(address, Starlette()), child
            finally:
                if child.returncode is None:
                    child.kill()
                    await child.wait()


async def until_ready(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(60):
        while True:
            with suppress(httpx.HTTPError):
                if (await client.get(url)).is_success:
                    return
            await asyncio.sleep(0.05)


@dataclass
class Socket:
    """One that says who it is; each `subscribe` has the next id."""

    connection: ClientConnection
    number: int = 0

    async def send(self, **message: Any) -> None:
        await self.connection.send(orjson.dumps(message).decode())

    async def told(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            message: dict[str, Any] = orjson.loads(await self.connection.recv())
        return message

    async def subscribe(self, query: str, **variables: Any) -> str:
        self.number += 1
        payload = {"query": query, "variables": variables}
        await self.send(id=str(self.number), type="subscribe", payload=payload)
        return str(self.number)

    async def next(self) -> Any:
        """The data of the next message, which has no errors."""
        message = await self.told()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (told,) = message["payload"]["data"].values()
        return told

    async def closed(self) -> tuple[int, str]:
        """Why, when it is; what is told before is no matter."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE):
                while True:
                    await self.connection.recv()
        return self.connection.close_code or 0, self.connection.close_reason or ""


@asynccontextmanager
async def listening(server: Server, key: str, **given: str) -> AsyncIterator[Socket]:
    async with connected(server) as socket:
        await socket.send(
            type="connection_init", payload={"authorization": f"Bearer {key}", **given}
        )
        assert await socket.told() == {"type": "connection_ack"}
        yield socket


@asynccontextmanager
async def connected(server: Server, **options: Any) -> AsyncIterator[Socket]:
    options.setdefault("subprotocols", [PROTOCOL])
    async with connect(f"ws://{server.address}/graphql", proxy=None, **options) as connection:
        yield Socket(connection)


@dataclass
class Stream:
    """What a server sends, event by event."""

    response: httpx.Response
    lines: AsyncIterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = self.response.aiter_lines()

    async def event(self) -> dict[str, str]:
        """The next one, or {} at the end; comments are in ''."""
        found: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            async for line in self.lines:
                if not line:
                    return found
                name, _, value = line.partition(": ")
                found[name.rstrip(":")] = value
        return found

    async def next(self) -> Any:
        found = await self.event()
        assert found["event"] == "next"
        answer = orjson.loads(found["data"])
        assert "errors" not in answer, answer
        (told,) = answer["data"].values()
        return told


@asynccontextmanager
async def streaming(
    server: Server,
    key: str,
    query: str,
    headers: dict[str, str] | None = None,
    *,
    named: str | None = None,
    **variables: Any,
) -> AsyncIterator[Stream]:
    """`named`: the operation of a document that has several."""
    asked = {"query": query, "variables": variables, "operationName": named}
    who = {"authorization": f"Bearer {key}", "accept": "text/event-stream", **(headers or {})}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client,
        client.stream("POST", server.url, json=asked, headers=who) as response,
    ):
        yield Stream(response)
