"""Starts the whole stack, each part of it as `perseat up` does."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from socket import socket

import structlog

from app import setup
from app.bootstrap import perseat
from app.embedded import postgres, valkey
from app.embedded.child import Child
from app.embedded.supervisor import Supervisor, supervising
from app.ports import listening
from app.processes import API, SANDBOX
from app.settings import Settings, address_at
from tests.faults.stack import PATIENCE, WORKERS, Stack

WORKER = ("arq", "tests.faults.worker.WorkerSettings")


@asynccontextmanager
async def stacked(folder: Path) -> AsyncIterator[Stack]:
    """Durable, because what PostgreSQL has confirmed is not to be lost when it is killed."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with supervising(folder) as supervisor, _two_places() as (place, till):
        supervisor.deaths = 1_000  # here it is no accident that a child dies often
        settings = Settings.model_validate(
            {
                "database_url": postgres.start(supervisor, durable=True),
                "redis_url": valkey.start(supervisor, durable=False),
                "data_folder": folder,
                "public_url": address_at(*place.getsockname()),
                "sandbox_url": address_at(*till.getsockname()),
                "pool_size": 10,
                "rate_burst": 1_000_000,  # months pass in seconds
            }
        )
        key = await setup.prepare(settings)
        children = _children(supervisor, settings, place.fileno(), till.fileno())
        async with perseat(settings) as app:
            stack = Stack(app, supervisor, children, settings.base_url, key)
            stack.start(["sandbox", "proxy"])
            supervisor.wait_until("proxy", _socket(folder).exists, PATIENCE)
            stack.start([*WORKERS, "api"])
            yield stack
        supervisor.stop(children)


@contextmanager
def _two_places() -> Iterator[tuple[socket, socket]]:
    with listening("127.0.0.1", 18_500) as place, listening("127.0.0.1", 18_600) as till:
        yield place, till


def _socket(folder: Path) -> Path:
    return folder / "proxy" / f".s.PGSQL.{postgres.PORT}"


def _children(
    supervisor: Supervisor, settings: Settings, place: int, till: int
) -> dict[str, Child]:
    """`place` and `till` are the sockets on which the API and the sandbox serve."""
    folder = supervisor.folder
    faults, socket = folder / "faults", _socket(folder)
    faults.mkdir()
    socket.parent.mkdir()
    upstream = postgres.address(folder).partition("host=")[2].partition("&")[0]
    proxy = ("tests.faults.proxy", f"{upstream}/{socket.name}", str(socket), str(faults))
    environment = {
        "PERSEAT_DATABASE_URL": postgres.address(folder).replace(upstream, str(socket.parent)),
        "PERSEAT_REDIS_URL": valkey.address(folder),
        "PERSEAT_DATA_FOLDER": str(folder),
        "PERSEAT_PUBLIC_URL": settings.base_url,
        "PERSEAT_SANDBOX_URL": str(settings.sandbox_url),
        "PERSEAT_SANDBOX_WEBHOOK_URL": f"{settings.base_url}/webhooks/sandbox",
        "PERSEAT_CHUNK_SIZE": "7",
        "PERSEAT_WEBHOOKS_TO_LOOPBACK": "true",
        "PERSEAT_FAULTS": str(faults),
        "PYTHONUNBUFFERED": "1",
    }

    def child(name: str, program: Sequence[str], *descriptors: int) -> Child:
        log = supervisor.logs / f"{name}.log"
        serves = [word for each in descriptors for word in ("--fd", str(each))]
        command = [sys.executable, "-m", *program, *serves]
        return Child(name, command, folder, log, environment, descriptors=descriptors)

    return {
        "proxy": child("proxy", proxy),
        "sandbox": child("sandbox", SANDBOX, till),
        "api": child("api", API, place),
        **{name: child(name, WORKER) for name in WORKERS},
    }
