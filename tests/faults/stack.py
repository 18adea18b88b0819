"""The whole stack as real processes that can be struck: PostgreSQL behind a proxy, Valkey, the
sandbox provider, the API and two workers, under the supervisor that `perseat up` has."""

import os
import signal
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import psutil
from redis import Redis

from app.bootstrap import Perseat
from app.embedded import postgres, state, valkey
from app.embedded.child import Child
from app.embedded.supervisor import Supervisor
from app.faults import Fault

WORKERS = ("worker-1", "worker-2")
PATIENCE = 60.0


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
