"""The commands as a newcomer types them, with every process real; and with some of them killed."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.embedded import state

pytestmark = pytest.mark.long

PATIENCE = 120.0
PERSEAT = [sys.executable, "-c", "from app.cli import main; main()"]
FIGURES = (
    "260.00",
    "410.00",
    "1600.00",
    "60.96",
    "210.00",
    "160.00",
    "Previous debt, December 2025 37.23",
    "INV-0002 100.00",
    "licence 4 ·········bbbbbbbbbbbbbbbbbbbbbbccccccccccccccccccccccccccccccc",
    "Verified: all",
)


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """A data folder of the test's own; whatever runs on it is gone at the end."""
    data = tempfile.mkdtemp(prefix="perseat-")  # pytest's folders are closed to other users
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PERSEAT_")}
    environment = {**kept, "PERSEAT_DATA_FOLDER": data, "COLUMNS": "80"}
    yield environment
    _run("down", environment)
    shutil.rmtree(data)


def _run(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PERSEAT, command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def _start(command: str, environment: dict[str, str], log: Path) -> "subprocess.Popen[str]":
    with log.open("w") as file:
        return subprocess.Popen(
            [*PERSEAT, command], env=environment, stdout=file, stderr=file, text=True
        )


def _wait_for(log: Path, words: str, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE
    while words not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


ACCOUNTS = """{ accounts(first: 10) { nodes { name testClock nextBillAt
    invoices(first: 10) { nodes { kind status issuedOn } } } } }"""


def _accounts(environment: dict[str, str], up_log: Path) -> list[dict[str, Any]]:
    key = (Path(environment["PERSEAT_DATA_FOLDER"]) / "operator.key").read_text().strip()
    (url,) = re.findall(r"API: +(\S+)", up_log.read_text())
    headers = {"authorization": f"Bearer {key}"}
    answer = httpx.post(url, json={"query": ACCOUNTS}, headers=headers, trust_env=False).json()
    nodes: list[dict[str, Any]] = answer["data"]["accounts"]["nodes"]
    return nodes


def _is_settled(account: dict[str, Any]) -> bool:
    paid = all(invoice["status"] == "PAID" for invoice in account["invoices"]["nodes"])
    return paid and account["nextBillAt"] > account["testClock"]


def _kill_everything_on_the_1st(environment: dict[str, str], log: Path) -> None:
    """kill -9 of the demo and of all that it has started."""
    demo = _start("demo", environment, log)
    _wait_for(log, "1 Jan: it is the first", demo)
    for pid in (demo.pid, *state(Path(environment["PERSEAT_DATA_FOLDER"])).values()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    demo.wait()


def _up_until_settled(environment: dict[str, str], log: Path) -> list[dict[str, Any]]:
    """The accounts, once nobody is left to bill; every invariant holds then."""
    up = _start("up", environment, log)
    _wait_for(log, "Perseat is up", up)
    deadline = time.monotonic() + PATIENCE
    while not all(map(_is_settled, found := _accounts(environment, log))):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    checked = _run("verify", environment)
    up.send_signal(signal.SIGINT)
    assert up.wait(PATIENCE) == 0
    assert checked.returncode == 0, checked.stdout
    return found


def _demo_with_a_dying_worker(environment: dict[str, str], log: Path) -> int:
    """kill -9 of the worker, again and again; how often."""
    moments = random.Random(60_96)  # noqa: S311 - a seed, so that a failure can be replayed
    demo = _start("demo", environment, log)
    _wait_for(log, "1 Dec", demo)
    kills, pause = 0, 0.3
    while demo.poll() is None and kills < 3:
        time.sleep(pause)
        with suppress(ProcessLookupError, KeyError):
            os.kill(state(Path(environment["PERSEAT_DATA_FOLDER"]))["worker-1"], signal.SIGKILL)
            kills += 1
            pause = moments.uniform(2.6, 3)  # five deaths within 10 s would be the end
    try:
        assert demo.wait(PATIENCE) == 0, log.read_text()
    finally:
        demo.kill()
        demo.wait()
    return kills


@pytest.mark.timeout(600)  # on a machine that is busy with other things
def test_the_demo_is_killed_and_told_again(environment: dict[str, str], tmp_path: Path) -> None:
    """Whose clock has reached the 1st is billed once for it, by whoever comes next; and beside
    what is left of that the month is told again, to the cent, although its worker is killed."""
    data, log = Path(environment["PERSEAT_DATA_FOLDER"]), tmp_path / "again.log"

    _kill_everything_on_the_1st(environment, tmp_path / "demo.log")
    found = _up_until_settled(environment, tmp_path / "up.log")
    assert state(data) == {}
    kills = _demo_with_a_dying_worker(environment, log)

    for account in found:
        renewals = [i for i in account["invoices"]["nodes"] if i["kind"] == "RENEWAL"]
        assert len(renewals) == (1 if account["testClock"] >= "2026" else 0)
    assert kills > 1
    words = " ".join(log.read_text().split())
    assert [figure for figure in FIGURES if figure not in words] == []
    assert state(data) == {}
