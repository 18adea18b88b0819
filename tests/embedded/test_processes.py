"""The API and its workers: started, seen, restarted and stopped, as real processes."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest

from app.embedded import Servers, StartupProblem, servers, state
from app.embedded.leftovers import end
from app.ports import listening
from app.processes import running, wait_for_interrupt
from app.settings import Settings
from tests.embedded.launch import ACCOUNTS, STANDINS, Launcher, belonging, eventually, living, of

pytestmark = pytest.mark.xdist_group("processes")

API = ("uvicorn", "standin_api:app")
WORKER = ("standin_worker",)
HOST = "127.0.0.1"


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(STANDINS))


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server((HOST, 0)) as listening:
        yield listening.getsockname()[1]


def test_runs_with_the_settings_as_they_are_here(own: Servers, taken: int) -> None:
    settings = Settings(port=taken, pool_size=7, data_folder=Path("elsewhere"))
    with running(settings, own, workers=2, api=API, worker=WORKER) as (url, sandbox_url):
        assert url.startswith(f"http://{HOST}:")
        assert url != f"http://{HOST}:{taken}"
        told = httpx.get(f"{url}/readyz", trust_env=False).json()
        pids = state(own.supervisor.folder)
        names = ("sandbox", "api", "worker-1", "worker-2")
        sessions = {os.getsid(pids[name]) for name in names}
    assert told["PERSEAT_DATABASE_URL"] == own.database_url
    assert told["PERSEAT_REDIS_URL"] == own.redis_url
    assert told["PERSEAT_POOL_SIZE"] == "7"
    assert told["PERSEAT_PORT"] == url.rpartition(":")[2]
    assert told["PERSEAT_PUBLIC_URL"] == url
    assert told["PERSEAT_DATA_FOLDER"] == str(own.supervisor.folder)
    assert told["PERSEAT_SANDBOX_URL"] == sandbox_url
    assert told["PERSEAT_SANDBOX_WEBHOOK_URL"] == f"{url}/webhooks/sandbox"
    assert len(sessions - {os.getsid(0)}) == 4
    assert set(state(own.supervisor.folder)) == {"supervisor", "postgres", "valkey"}
    assert "Uvicorn running" in (own.supervisor.logs / "api.log").read_text()


def test_a_child_that_dies_is_started_again(own: Servers) -> None:
    folder = own.supervisor.folder
    with running(Settings(), own, api=API, worker=WORKER) as (url, sandbox_url):
        before = state(folder)
        for name in ("sandbox", "api", "worker-1"):
            os.kill(before[name], signal.SIGKILL)
        eventually(lambda: before.keys() <= state(folder).keys())
        eventually(lambda: answers(f"{url}/readyz") and answers(f"{sandbox_url}/healthz"))
        killed = {before[name] for name in ("sandbox", "api", "worker-1")}
        assert not killed & set(state(folder).values())


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.HTTPError:
        return False


@pytest.mark.parametrize("broken", ["api", "worker"])
def test_a_child_that_cannot_live_ends_it_all(broken: str, made: Path) -> None:
    programs = {"api": API, "worker": WORKER, broken: ("no_such_thing",)}
    log = rf"\(see {made}/logs/{broken}.*\.log\)"
    with (
        pytest.raises(StartupProblem, match=rf"^{broken}.* ended 5 .*no_such_thing {log}$"),
        servers(of(made), durable=False) as own,
        running(Settings(), own, api=programs["api"], worker=programs["worker"]),
    ):
        wait_for_interrupt(own)
    assert belonging(made) == []


def test_a_signal_interrupts_what_the_caller_does(made: Path) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), servers(of(made), durable=False):
        signal.raise_signal(signal.SIGTERM)
    assert belonging(made) == []
    assert signal.getsignal(signal.SIGTERM) == handler


@pytest.mark.parametrize(
    ("moment", "signals"),
    [
        ("initdb", [signal.SIGINT]),
        ("postgres", [signal.SIGTERM]),
        ("api", [signal.SIGTERM, signal.SIGINT, signal.SIGTERM]),
    ],
)
@pytest.mark.parametrize("account", ACCOUNTS[-1:], indirect=True)
def test_signals_while_starting(moment: str, signals: list[int], up: Launcher) -> None:
    started = up()
    eventually(lambda: moment in state(up.folder))
    assert started.stop(*signals) == 130
    assert belonging(up.folder) == []


def test_whoever_does_not_stop_is_killed_with_all_its_children() -> None:
    script = "trap '' TERM; sleep 60 & echo; wait; sleep 60"
    with subprocess.Popen(["/bin/sh", "-c", script], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout
        stubborn.stdout.readline()
        process = psutil.Process(stubborn.pid)
        family = [process, *process.children()]
        end([process], patience=0.1)
    assert len(family) == 2
    assert not any(living(each.pid) for each in family)


def test_the_next_free_port(taken: int) -> None:
    with listening(HOST, taken) as first, listening("localhost", taken) as second:
        ports = [each.getsockname()[1] for each in (first, second)]
    assert taken < ports[0] < ports[1] <= taken + 100


def test_what_is_answered_is_sent_at_once() -> None:
    """Whoever waits to fill a packet waits for 40 ms, because the other side waits as well."""
    with listening(HOST, 20_000) as place, socket.create_connection(place.getsockname()):
        accepted, _ = place.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_is_found_by_one_of_many_at_once() -> None:
    with listening(HOST, 20_000) as somewhere:
        port = somewhere.getsockname()[1]
    with ThreadPoolExecutor(16) as pool, ExitStack() as stack:
        found = list(pool.map(lambda _: listening(HOST, port), range(16)))
        places = {stack.enter_context(each).getsockname() for each in found}
    assert len(places) == 16


@pytest.mark.parametrize("account", ACCOUNTS[-1:], indirect=True)
def test_two_that_start_at_once_serve_each_its_own(up: Launcher) -> None:
    """And whoever dies comes back on the port that it had."""
    folders = [up.folder, up.folder.with_name("other")]
    both = [up(PERSEAT_DATA_FOLDER=str(folder)) for folder in folders]
    urls = [each.wait().url for each in both]
    os.kill(state(folders[0])["api"], signal.SIGKILL)
    told = [httpx.get(f"{url}/readyz", timeout=30, trust_env=False).json() for url in urls]
    assert [each["PERSEAT_DATA_FOLDER"] for each in told] == [str(folder) for folder in folders]
    assert [each.stop(signal.SIGINT) for each in both] == [0, 0]


@pytest.mark.parametrize(
    ("host", "port", "cure"),
    [
        ("nowhere.invalid", 8000, "PERSEAT_HOST 'nowhere.invalid' is not an address: "),
        ("203.0.113.1", 8000, "not an address of this machine: change PERSEAT_HOST"),
    ],
)
def test_no_port_to_be_had(host: str, port: int, cure: str) -> None:
    with pytest.raises(StartupProblem, match=cure):
        listening(host, port)


def test_the_last_port_is_taken() -> None:
    with socket.create_server((HOST, 65_535)), pytest.raises(StartupProblem, match="PERSEAT_PORT"):
        listening(HOST, 65_535)
