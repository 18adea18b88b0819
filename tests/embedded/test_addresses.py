"""Servers of the operator's own: understood as they are given, or refused with the cure."""

import re
import socket
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread

import pytest
from redis import Redis

from app.embedded import Servers, StartupProblem, addresses_of, asyncpg_url, servers, state
from app.embedded.addresses import require_postgresql, require_redis
from app.settings import Settings
from tests.embedded.launch import ask, eventually

pytestmark = pytest.mark.xdist_group("addresses")


def problem(folder: Path, database_url: str, redis_url: str) -> str:
    """Why these addresses will not do; passwords are not told."""
    settings = Settings.model_validate(
        {"data_folder": folder, "database_url": database_url, "redis_url": redis_url}
    )
    with pytest.raises(StartupProblem) as caught, servers(settings):
        pytest.fail("it started")
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(scope="module")
def place(own: Servers) -> str:
    """Where a PostgreSQL asks `ada` for a password; to be preceded by `ada:password@/database`."""
    ask(own.database_url, "CREATE ROLE ada LOGIN PASSWORD 'right'")
    rules = own.supervisor.folder / "postgres" / "pg_hba.conf"
    rules.write_text(f"local all ada scram-sha-256\n{rules.read_text()}")
    ask(own.database_url, "SELECT pg_reload_conf()")
    rule = "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'scram-sha-256'"
    eventually(lambda: ask(own.database_url, rule))
    return "?" + own.database_url.partition("?")[2]


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ("postgres://a:b@h/d", "postgresql+asyncpg://a:b@h/d"),
        ("postgresql://a:p%40ss@h:1/d", "postgresql+asyncpg://a:p%40ss@h:1/d"),
        ("postgresql+psycopg://h/d?sslmode=require", "postgresql+asyncpg://h/d?ssl=require"),
        ("postgresql+asyncpg://h/d?ssl=require", "postgresql+asyncpg://h/d?ssl=require"),
    ],
)
def test_addresses_as_people_are_given_them(given: str, ours: str) -> None:
    assert asyncpg_url(given) == ours


def test_nothing_of_ours_starts_beside_servers_that_already_run(
    own: Servers, place: str, folder: Path
) -> None:
    given = {"database_url": f"postgres://ada:right@/perseat{place}", "redis_url": own.redis_url}
    settings = Settings.model_validate({"data_folder": folder, **given})
    with servers(settings) as theirs:
        assert set(state(folder)) == {"supervisor"}
        assert ask(theirs.database_url, "SELECT current_user") == "ada"
        assert theirs.redis_url == own.redis_url


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgres://ada:s3cret@/perseat", "does not let user 'ada' in"),
        ("postgres://ada:right@/shop", "has no database 'shop': create it with `createdb shop`"),
        ("postgres://ada:s3cret@127.0.0.1:1/perseat", "127.0.0.1:1 does not answer .*: start it"),
        ("postgres://ada:s3cret@nowhere.invalid/perseat", "nowhere.invalid does not answer"),
        ("postgres://ada:s3cret@127.0.0.1:99999/perseat", "port must be 0-65535.*: correct"),
        ("postgres://ada:right@/perseat?colour=red", "'colour'"),
        ("mysql://ada:s3cret@/perseat", "must look like postgresql://.* not mysql"),
        ("here", "must look like postgresql://user"),
    ],
)
def test_a_postgresql_that_will_not_do(
    url: str, told: str, own: Servers, place: str, folder: Path
) -> None:
    if "@/" in url:
        url += place.replace("?", "&") if "?" in url else place
    assert re.search(told, problem(folder, url, own.redis_url))


@pytest.mark.parametrize(
    ("greeting", "told"), [(b"", r"does not answer \(in time\)"), (b"-ERR\r\n", "127.0.0.1:")]
)
def test_a_port_that_is_not_postgresql(
    greeting: bytes, told: str, own: Servers, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that says nothing, and one that says something else."""
    monkeypatch.setattr("app.embedded.addresses._SECONDS", 0.5)
    with ExitStack() as callers, socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    callers.enter_context(other.accept()[0]).sendall(greeting)

        Thread(target=answer, daemon=True).start()
        url = f"postgres://ada:s3cret@127.0.0.1:{other.getsockname()[1]}/perseat"
        assert re.search(
            f"{told}.*correct PERSEAT_DATABASE_URL", problem(folder, url, own.redis_url)
        )
        settings = Settings.model_validate({"database_url": url, "redis_url": own.redis_url})
        with pytest.raises(StartupProblem, match=told):
            addresses_of(settings)
        other.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis://:s3cret@127.0.0.1:1/0", "127.0.0.1:1 cannot be used .*: start it"),
        ("unix:///nowhere.sock", "/nowhere.sock cannot be used"),
        ("valkey://h", "must look like redis://:password@host:6379/0"),
        ("redis://h:port", "must look like redis://:password@host:6379/0"),
    ],
)
def test_a_redis_that_will_not_do(url: str, told: str, own: Servers, folder: Path) -> None:
    assert re.search(told, problem(folder, own.database_url, url))


def test_a_redis_that_wants_another_password(own: Servers, folder: Path) -> None:
    with Redis.from_url(own.redis_url) as client:
        client.config_set("requirepass", "right")
    try:
        wrong = own.redis_url.replace("unix://", "unix://:s3cret@")
        assert "does not let us in" in problem(folder, own.database_url, wrong)
        assert "does not let us in" in problem(folder, own.database_url, own.redis_url)
    finally:
        with Redis.from_url(own.redis_url.replace("unix://", "unix://:right@")) as client:
            client.config_set("requirepass", "")


def test_versions() -> None:
    require_postgresql(180_000, "h")
    require_redis("6.2.0", "h")
    with pytest.raises(StartupProblem, match="h is version 17, Perseat needs 18 or newer"):
        require_postgresql(170_009, "h")
    with pytest.raises(StartupProblem, match=r"h is version 6\.0\.16, Perseat needs 6\.2"):
        require_redis("6.0.16", "h")
