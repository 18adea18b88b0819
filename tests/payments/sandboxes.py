"""The sandbox in this process, and as a process of its own behind a socket."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
from standardwebhooks import Webhook

from app.payments.provider import ACCOUNT
from app.payments.sandbox import SandboxProvider, client
from app.sandbox.asgi import FILE, InProcess
from app.sandbox.book import Book
from tests.payments.contract import Adapter, Signed

KEY = "key-of-the-sandbox-for-tests-only"
SECRET = "c2VjcmV0IG9mIHRoZSBzYW5kYm94J3Mgd2ViaG9va3M"  # noqa: S105
HOST = "127.0.0.1"


@asynccontextmanager
async def in_process(folder: Path) -> AsyncIterator[Adapter]:
    http = client("http://sandbox", KEY, InProcess(Book(folder / FILE), KEY))
    async with http:
        yield adapter_of(SandboxProvider(http, SECRET))


@asynccontextmanager
async def over_a_socket(folder: Path) -> AsyncIterator[Adapter]:
    with served(folder) as url:
        async with client(url, KEY) as http:
            await awake(http)
            yield adapter_of(SandboxProvider(http, SECRET))


def adapter_of(provider: SandboxProvider) -> Adapter:
    return Adapter(
        provider=provider,
        good="card_ok",
        other="card_two",
        declined="card_insufficient_funds",
        decline_code="insufficient_funds",
        unknown="card_of_nobody",
        webhook=_webhook,
    )


def _webhook(key: UUID, account: UUID, at: datetime) -> Signed:
    data = {"key": str(key), "notes": {ACCOUNT: str(account)}}
    event = {"id": f"evt_{key.hex}", "type": "charge.succeeded", "timestamp": at.isoformat()}
    body = json.dumps({**event, "data": data})
    headers = {
        "webhook-id": str(event["id"]),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(str(event["id"]), at, body),
    }
    return body.encode(), headers


@contextmanager
def served(folder: Path, **more: str) -> Iterator[str]:
    """The sandbox's address. Its socket is ours, so nobody is refused while it starts."""
    with socket.create_server((HOST, 0)) as place, running(folder, place, more):
        yield f"http://{HOST}:{place.getsockname()[1]}"


@contextmanager
def running(
    folder: Path, place: socket.socket, more: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **os.environ,
        "PERSEAT_DATA_FOLDER": str(folder),
        "PERSEAT_SANDBOX_KEY": KEY,
        "PERSEAT_SANDBOX_WEBHOOK_SECRET": SECRET,
        **more,
    }
    program = ["uvicorn", "--factory", "app.sandbox.asgi:served", "--fd", str(place.fileno())]
    with (folder / "sandbox.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *program, "--timeout-graceful-shutdown", "1"],
            env=environment,
            pass_fds=(place.fileno(),),
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def awake(http: httpx.AsyncClient) -> None:
    """It is asked before it listens, and answers as soon as it does."""
    (await http.get("/healthz", timeout=60)).raise_for_status()
