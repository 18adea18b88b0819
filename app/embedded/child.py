"""One child process: how it is launched, and what it says when it fails."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from errno import ENOSPC
from pathlib import Path

import psutil

from app.embedded.folder import StartupProblem, explained, no_space, record
from app.embedded.leftovers import MARK, PATIENCE, end

_TAIL = 16_384


def launch(child: "Child", folder: Path) -> "Run":
    """Started, and written down in the folder."""
    child.before()
    with explained(folder), child.log.open("ab") as log:
        log_start = log.tell()
        run = Run(child, folder, log_start, _spawn(child, folder, log.fileno()))
        try:
            record(folder, child.name, run.process.pid)
        except OSError:
            end_all([run])
            raise
        return run


def _spawn(child: "Child", folder: Path, log: int) -> subprocess.Popen[bytes]:
    """In a session of its own, so that a Ctrl-C reaches only the supervisor."""
    uid, gid = child.user or (None, None)
    try:
        return subprocess.Popen(  # noqa: S603 - our own programs
            child.command,
            cwd=child.cwd,
            env={**os.environ, **child.environment, MARK: f"{child.name} {folder}"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            pass_fds=child.descriptors,
        )
    except OSError as error:
        raise StartupProblem(
            f"{child.name} cannot be run on this machine ({error}): set PERSEAT_DATABASE_URL and "
            "PERSEAT_REDIS_URL to servers that already run."
        ) from error


def end_all(runs: Sequence["Run"], patience: float = PATIENCE) -> None:
    living = [run.process.pid for run in runs if run.process.poll() is None]
    end([psutil.Process(pid) for pid in living], patience)
    for run in runs:
        run.process.wait()


@dataclass(frozen=True)
class Child:
    """A program to run; `user` is (uid, gid), `before` tidies up ahead of each start.

    It inherits `descriptors`, which stay open here for the time that it may be restarted.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: tuple[int, int] | None = None
    descriptors: tuple[int, ...] = ()
    before: Callable[[], object] = lambda: None


@dataclass
class Run:
    """A child that was launched; `deaths` are instants of the monotonic clock."""

    child: Child
    folder: Path
    log_start: int
    process: subprocess.Popen[bytes]
    deaths: list[float] = field(default_factory=list)
    restart_at: float | None = None

    def failure(self, what: str) -> StartupProblem:
        """With its last word: an error if it reported one since it was launched."""
        text = self._log_tail()
        if os.strerror(ENOSPC) in text:
            return no_space(self.folder)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        errors = [line for line in lines if re.search(r"\b(FATAL|PANIC|error):", line)]
        word = (errors or lines or ["it left no word"])[-1][:300]
        return StartupProblem(f"{self.child.name} {what}: {word} (see {self.child.log})")

    def _log_tail(self) -> str:
        with self.child.log.open("rb") as log:
            log.seek(max(self.log_start, self.child.log.stat().st_size - _TAIL))
            return log.read().decode(errors="replace")
