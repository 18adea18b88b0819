"""Our own PostgreSQL: made once in the data folder, with a database `perseat`."""

import os
import shutil
import stat
import subprocess
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path
from pwd import getpwnam, struct_passwd

import asyncpg

from app.embedded.addresses import POSTGRESQL, apart
from app.embedded.child import Child
from app.embedded.folder import StartupProblem
from app.embedded.leftovers import stop_found
from app.embedded.programs import programs
from app.embedded.sockets import Account, make_private, socket_folder
from app.embedded.supervisor import Supervisor

PORT = 5432
"""Here only part of a socket's name; if it were not said, PGPORT would decide."""
PATIENCE = 120.0
"""After a crash PostgreSQL replays its log before it answers."""
NOT_NOW = (
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
)
"""While it starts, or when it dies while we talk."""
SYSTEM_USER = "embedded_postgres"
PLAIN = {"LC_ALL": "C"}
"""So that it reports errors in the words that we look for."""


def start(supervisor: Supervisor, *, durable: bool) -> str:
    folder, home = supervisor.folder, supervisor.folder / "postgres"
    account = _account(home)
    if account:
        _open_way(folder)
    binaries, sockets = programs(folder, account), socket_folder(folder)
    make_private(sockets, account)
    if not _is_made(home):
        _make(home, supervisor, binaries, account, durable=durable)
    supervisor.start(
        Child(
            name="postgres",
            command=[str(binaries / "postgres"), *_options(home, sockets, durable=durable)],
            cwd=folder,
            log=supervisor.logs / "postgres.log",
            environment=PLAIN,
            user=account,
            before=lambda: _clear(home, sockets),
        )
    )
    supervisor.wait_until("postgres", lambda: apart(_ensure_database(sockets)), PATIENCE)
    return address(folder)


def address(folder: Path) -> str:
    return f"postgresql+asyncpg://postgres@/perseat?host={socket_folder(folder)}&port={PORT}"


def _options(home: Path, sockets: Path, *, durable: bool) -> list[str]:
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "port": str(PORT),
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if not durable:
        options |= dict.fromkeys(["fsync", "synchronous_commit", "full_page_writes"], "off")
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return ["-D", str(home), *settings]


def _account(home: Path) -> Account | None:
    """PostgreSQL refuses to run as root: the owner of its data does, or a user made for it."""
    if os.geteuid() != 0:
        return None
    if home.exists() and home.stat().st_uid != 0:
        return home.stat().st_uid, home.stat().st_gid
    entry = _system_user()
    return entry.pw_uid, entry.pw_gid


def _system_user() -> struct_passwd:
    with suppress(KeyError):
        return getpwnam(SYSTEM_USER)
    command = ["useradd", "--system", "--no-create-home", SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        with suppress(KeyError):  # somebody else who starts just now has made it
            return getpwnam(SYSTEM_USER)
        raise StartupProblem(
            f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER} cannot be made "
            f"({error}): make it, or start Perseat as an ordinary user."
        ) from error
    return getpwnam(SYSTEM_USER)


def _open_way(folder: Path) -> None:
    """Its user has to pass through the data folder; what is above that, we do not touch."""
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXGRP | stat.S_IXOTH)
    closed = [parent for parent in folder.parents if not parent.stat().st_mode & stat.S_IXOTH]
    if closed:
        raise StartupProblem(
            "PostgreSQL refuses to run as root, and the user that it runs as cannot enter "
            f"{closed[0]}: set PERSEAT_DATA_FOLDER to a folder elsewhere, such as /var/lib/perseat."
        )


def _is_made(home: Path) -> bool:
    mark = home / "PG_VERSION"
    if not mark.exists():
        if home.exists() and any(home.iterdir()):
            raise StartupProblem(
                f"{home} holds something, but not PostgreSQL's data: move it away, or set "
                "PERSEAT_DATA_FOLDER to another folder."
            )
        return False
    major = mark.read_text().strip()
    if major != str(POSTGRESQL):
        raise StartupProblem(
            f"{home} was written by PostgreSQL {major}, and this is {POSTGRESQL}: carry the data "
            "over with pg_dump, or set PERSEAT_DATA_FOLDER to another folder."
        )
    return True


def _make(
    home: Path, supervisor: Supervisor, binaries: Path, account: Account | None, *, durable: bool
) -> None:
    """Under another name until all of it is there, so that half of it never passes for data."""
    draft = home.with_name("postgres.new")
    if draft.exists():
        shutil.rmtree(draft)
    make_private(draft, account)
    locale = [
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    access = ["--username=postgres", "--auth-local=trust", "--auth-host=reject"]
    haste = [] if durable else ["--no-sync"]
    supervisor.complete(
        Child(
            name="initdb",
            command=[str(binaries / "initdb"), f"--pgdata={draft}", *locale, *access, *haste],
            cwd=home.parent,
            log=supervisor.logs / "postgres.log",
            environment=PLAIN,
            user=account,
        )
    )
    draft.replace(home)
    _sync(home.parent)


def _sync(folder: Path) -> None:
    """A new name survives a power cut only once its folder is written."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _clear(home: Path, sockets: Path) -> None:
    """We hold the folder's lock, so whatever still claims this data is left from a crash.

    PostgreSQL believes its own old lock files if their pid has meanwhile gone to a stranger.
    """
    stop_found(home.parent, {"postgres"})
    for stale in (home / "postmaster.pid", sockets / f".s.PGSQL.{PORT}.lock"):
        stale.unlink(missing_ok=True)


async def _ensure_database(sockets: Path) -> bool:
    """Whether PostgreSQL answers; once it does, it has our database."""
    try:
        connection = await asyncpg.connect(
            host=str(sockets), port=PORT, user="postgres", database="postgres", timeout=10
        )
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = 'perseat'"):
                await connection.execute("CREATE DATABASE perseat")
        finally:
            await connection.close()
    except asyncpg.DiskFullError as error:
        raise OSError(ENOSPC, str(error)) from error
    except (OSError, *NOT_NOW):
        return False
    return True
