"""The data folder: who holds it, and what that has started.

One process at a time holds the folder, by a lock. `state.json` names what runs.
"""

import errno
import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

SUPERVISOR = "supervisor"


class StartupProblem(Exception):
    """One sentence that says what is wrong and what to do about it."""


def no_space(folder: Path) -> StartupProblem:
    return StartupProblem(
        f"No space is left on the disk of {folder}: free some (a new folder takes about 100 MB), "
        "or set PERSEAT_DATA_FOLDER to a folder on another disk."
    )


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """What the system refuses while servers start is said in one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise no_space(folder) from error
        raise StartupProblem(
            f"The data folder {folder} cannot be used ({error}): mend that, or set "
            "PERSEAT_DATA_FOLDER to a folder of your own."
        ) from error


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder by a lock that ends with its process, whatever kills it."""
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = state(folder).get(SUPERVISOR, "unknown")
            raise StartupProblem(
                f"The data folder {folder} is in use by process {pid}: stop that with "
                "`perseat down`, or set PERSEAT_DATA_FOLDER to another folder."
            ) from None
        yield


def state(folder: Path) -> dict[str, int]:
    """The pids of what runs: supervisor, postgres, valkey, api, worker-1 ..."""
    return {name: process.pid for name, process in recorded(folder).items()}


def recorded(folder: Path) -> dict[str, psutil.Process]:
    """A pid counts only while it is the process that was recorded, not a later one."""
    found = {}
    for name, (pid, started) in _entries(folder).items():
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            # Start times count from the boot, and that shifts a little when the clock is set.
            if abs(process.create_time() - started) < 2 and alive(process):  # noqa: PLR2004
                found[name] = process
    return found


def alive(process: psutil.Process) -> bool:
    """A zombie only waits for its parent to notice; it holds nothing any more."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def record(folder: Path, name: str, pid: int) -> None:
    entries = {**_entries(folder), name: (pid, psutil.Process(pid).create_time())}
    draft = folder / "state.json.new"
    draft.write_text(json.dumps(entries))
    draft.replace(folder / "state.json")


def forget(folder: Path) -> None:
    (folder / "state.json").unlink(missing_ok=True)


def _entries(folder: Path) -> dict[str, tuple[int, float]]:
    with explained(folder), suppress(FileNotFoundError, ValueError):
        entries: dict[str, tuple[int, float]] = json.loads((folder / "state.json").read_text())
        return entries
    return {}
