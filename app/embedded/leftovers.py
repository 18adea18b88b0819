"""Ending processes, also those of a supervisor that was killed before it could do so.

Each child carries the data folder in its environment, so that what was started a moment before
the end, and never written down, is still found.
"""

import os
import signal
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from app.embedded.folder import SUPERVISOR, StartupProblem, alive, recorded

MARK = "PERSEAT_SUPERVISED"
SERVERS = {"initdb": "postgres", "postgres": "postgres", "valkey-server": "valkey"}
"""Programs that overwrite their environment or run as another user, known by where they work."""

PATIENCE = 10.0
SERVER_PATIENCE = 30.0
"""A server writes its data out before it stops; killed, it would have to recover next time."""


def stop_leftovers(folder: Path) -> list[str]:
    """For `perseat down`: stop a supervisor with all it started, or what a dead one left."""
    folder = folder.expanduser().resolve()
    running = recorded(folder)
    supervisor = running.get(SUPERVISOR)
    if supervisor and supervisor.pid != os.getpid():
        with _ours(folder):
            end([supervisor], PATIENCE + SERVER_PATIENCE)
    return sorted({*running, *stop_found(folder)})


def stop_found(folder: Path, names: Collection[str] | None = None) -> list[str]:
    """End what belongs to the folder: first the programs, then the servers that they use."""
    found = {
        process: name for process, name in _found(folder).items() if names is None or name in names
    }
    servers = {process for process, name in found.items() if name in SERVERS.values()}
    with _ours(folder):
        end(found.keys() - servers)
        end(servers, SERVER_PATIENCE)
    return sorted(set(found.values()))


def _found(folder: Path) -> dict[psutil.Process, str]:
    """All that belongs to the folder, except who asks and what that was started from."""
    me = psutil.Process()
    own = {me.pid, *(parent.pid for parent in me.parents())}
    found = {process: name for name, process in recorded(folder).items()}
    everybody = list(psutil.process_iter(["name", "cmdline", "cwd", "environ", "ppid"]))
    names = {process.pid: process.info["name"] for process in everybody}
    for process in everybody:
        name = _claim(process.info, folder) or _orphan(process.info, names)
        if name and alive(process):
            found.setdefault(process, name)
    return {process: name for process, name in found.items() if process.pid not in own}


def _claim(about: Mapping[str, Any], folder: Path) -> str | None:
    name, _, home = (about["environ"] or {}).get(MARK, "").partition(" ")
    if home == str(folder):
        return str(name)
    places = [*(about["cmdline"] or []), about["cwd"] or ""]
    if any(place.startswith(f"{folder}/") for place in places):
        return SERVERS.get(about["name"])
    return None


def _orphan(about: Mapping[str, Any], names: Mapping[int, str]) -> str | None:
    """A backend that goes on after its PostgreSQL was killed keeps the next one from starting.

    In a container not even root may see where it works. To end it is right, whoever's it was.
    """
    hidden = about["cwd"] is None and os.geteuid() == 0
    backend = about["name"] == "postgres" and (about["cmdline"] or [""])[0].startswith("postgres:")
    return "postgres" if hidden and backend and names.get(about["ppid"]) != "postgres" else None


@contextmanager
def _ours(folder: Path) -> Iterator[None]:
    try:
        yield
    except psutil.AccessDenied as error:
        raise StartupProblem(
            f"Process {error.pid} works in {folder} for another user: run `perseat down` as that "
            "user."
        ) from error


def end(processes: Collection[psutil.Process], patience: float = PATIENCE) -> None:
    """Ask each to stop, wait, then kill what is left of them and of their children."""
    family = {relative for process in processes for relative in [process, *_children(process)]}
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(_farewell(process))
    _wait(processes, patience)
    for process in filter(alive, family):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _wait(family, PATIENCE)


def _farewell(process: psutil.Process) -> signal.Signals:
    """PostgreSQL waits for its clients after a SIGTERM; after a SIGINT it shows them out."""
    return signal.SIGINT if process.name() == "postgres" else signal.SIGTERM


def _children(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return process.children(recursive=True)
    return []


def _wait(processes: Collection[psutil.Process], patience: float) -> None:
    deadline = time.monotonic() + patience
    while any(map(alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)
