"""How tests start supervisors in processes of their own, as root and as an ordinary user."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil

from app.embedded import stop_leftovers
from app.embedded.addresses import apart
from app.settings import Settings

STANDINS = Path(__file__).parent / "standins"
NOBODY = 65_534
ROOT = os.geteuid() == 0
ACCOUNTS = ["root", "ordinary"] if ROOT else ["ordinary"]
"""An ordinary user cannot start anything as root; whoever is root can do both."""
PATIENCE = 30.0


def of(folder: Path) -> Settings:
    return Settings(data_folder=folder, database_url=None, redis_url=None)


def ask(url: str, *statements: str) -> object:
    """The answer to the last statement."""

    async def work() -> object:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            return [await connection.fetchval(statement) for statement in statements][-1]
        finally:
            await connection.close()

    return apart(work())


def belonging(folder: Path) -> list[str]:
    """The names of living processes that have to do with the folder."""
    found = []
    for process in psutil.process_iter(["name", "cmdline", "cwd", "environ", "status"]):
        about = process.info
        mark = (about["environ"] or {}).get("PERSEAT_SUPERVISED", "")
        traces = " ".join([*(about["cmdline"] or []), about["cwd"] or "", mark])
        if str(folder) in traces and about["status"] != psutil.STATUS_ZOMBIE:
            found.append(about["name"])
    return found


def living(pid: int) -> bool:
    """Zombies only wait to be noticed."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def eventually(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def as_account(account: str) -> list[str]:
    """An ordinary user may read here all that root may, for the sake of a Python in root's home."""
    if account == "root" or not ROOT:
        return []
    rights = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *rights]


@dataclass
class Up:
    """A supervisor in a process of its own."""

    folder: Path
    process: subprocess.Popen[str]
    database_url: str = ""
    redis_url: str = ""
    url: str = ""
    problem: str = ""

    def wait(self) -> "Up":
        """Until it is ready, or says what the problem is."""
        assert self.process.stdout
        word, _, rest = self.process.stdout.readline().strip().partition(" ")
        if word == "ready":
            self.database_url, self.redis_url, self.url = [*rest.split(" "), ""][:3]
        else:
            self.problem = rest
        return self

    def stop(self, *numbers: int) -> int:
        """By signals to its whole process group, as a terminal sends them."""
        for number in numbers:
            os.killpg(self.process.pid, number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """The supervisor alone."""
        self.process.kill()
        self.process.wait(PATIENCE)


@dataclass
class Launcher:
    """Launches `up.py` on a folder, as an account, as often as it is called."""

    folder: Path
    account: str
    environment: dict[str, str] = field(default_factory=dict)
    launched: list[Up] = field(default_factory=list)

    def __call__(self, **environment: str) -> Up:
        settings = {"PERSEAT_DATA_FOLDER": str(self.folder), "PYTHONPATH": str(STANDINS)}
        process = subprocess.Popen(
            [*as_account(self.account), sys.executable, str(STANDINS / "up.py")],
            env={**os.environ, **settings, **self.environment, **environment},
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            start_new_session=True,
        )
        self.launched.append(Up(self.folder, process))
        return self.launched[-1]

    def close(self) -> None:
        for up in self.launched:
            up.kill()
            assert up.process.stdout
            up.process.stdout.close()
        stop_leftovers(self.folder)
