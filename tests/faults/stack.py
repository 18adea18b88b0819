"""The whole stack as real processes that can be struck: PostgreSQL behind a proxy, Valkey, the
sandbox provider, the API and two workers, under the supervisor that `perseat up` has."""

import os
import signal
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from socket import socket

import httpx
import psutil
import structlog
from redis import Redis

from app import setup
from app.bootstrap import Perseat, perseat
from app.embedded import postgres, state, supervisor, valkey
from app.embedded.child import Child
from app.embedded.supervisor import Supervisor, supervising
from app.faults import Fault
from app.ports import listening
from app.processes import API, SANDBOX
from app.settings import Settings, address_at

WORKERS = ("worker-1", "worker-2")
WORKER = ("arq", "tests.faults.worker.WorkerSettings")
PATIENCE = 60.0
supervisor.DEATHS = 1_000
"""Here it is no accident that a child dies often."""


@dataclass
class Stack:
    """`app` is ours, beside the processes: it makes companies and looks, and is never struck."""

    app: Perseat = field(repr=False)
    supervisor: Supervisor
    children: dict[str, Child]
    url: str
    key: str = field(repr=False)

    @property
    def folder(self) -> Path:
        return self.supervisor.folder

    def order(self, point: Fault, what: str) -> None:
        """Whoever reaches the point first is struck, once."""
        (self.folder / "faults" / point).write_text(what)

    def carried_out(self, point: Fault) -> bool:
        return not (self.folder / "faults" / point).exists()

    def withdraw(self) -> None:
        for each in (self.folder / "faults").iterdir():
            if each.name != "reached":
                each.unlink(missing_ok=True)

    def reached(self) -> set[str]:
        with suppress(FileNotFoundError):
            return set((self.folder / "faults" / "reached").read_text().split())
        return set()

    def signal(self, name: str, number: signal.Signals) -> None:
        os.kill(state(self.folder)[name], number)

    def stopped(self) -> list[psutil.Process]:
        """Those whom a SIGSTOP holds."""
        living = [psutil.Process(pid) for pid in state(self.folder).values()]
        return [each for each in living if each.status() == psutil.STATUS_STOPPED]

    def valkey(self) -> Redis:
        return Redis.from_url(valkey.address(self.folder), socket_timeout=2)

    @contextmanager
    def without(self, names: Collection[str], patience: float = 10) -> Iterator[None]:
        """They are shown out, and come back afterwards."""
        self.supervisor.stop(names, patience)
        try:
            yield
        finally:
            self.start(names)

    def start(self, names: Collection[str], **environment: str) -> None:
        for name in names:
            if name == "postgres":
                postgres.start(self.supervisor, durable=True)
            elif name == "valkey":
                valkey.start(self.supervisor, durable=False)
            else:
                self.supervisor.start(_with(self.children[name], environment))
        if "api" in names:
            self.supervisor.wait_until("api", self.ready, PATIENCE)

    def another(self, name: str) -> str:
        """A worker more, to be started."""
        like = self.children[WORKERS[0]]
        log = self.supervisor.logs / f"{name}.log"
        self.children[name] = replace(like, name=name, log=log)
        return name

    def restart(self, name: str, **environment: str) -> None:
        """With other settings; without any, as it was."""
        self.supervisor.stop([name])
        self.start([name], **environment)

    def ready(self) -> bool:
        with suppress(httpx.HTTPError):
            answer = httpx.get(f"{self.url}/readyz", timeout=2, trust_env=False)
            return answer.status_code == httpx.codes.OK
        return False


def _with(child: Child, environment: dict[str, str]) -> Child:
    more = {**child.environment, **{f"PERSEAT_{k.upper()}": v for k, v in environment.items()}}
    return replace(child, environment=more)


@asynccontextmanager
async def stacked(folder: Path) -> AsyncIterator[Stack]:
    """Durable, because what PostgreSQL has confirmed is not to be lost when it is killed."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with supervising(folder) as supervisor, _two_places() as (place, till):
        settings = Settings.model_validate(
            {
                "database_url": postgres.start(supervisor, durable=True),
                "redis_url": valkey.start(supervisor, durable=False),
                "data_folder": folder,
                "public_url": address_at(*place.getsockname()),
                "sandbox_url": address_at(*till.getsockname()),
                "pool_size": 10,
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
        "PERSEAT_CHUNK_SIZE": "7",
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
