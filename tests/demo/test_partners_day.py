"""A partner's first day, by HTTP alone, against real processes."""

import ast
import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from socket import create_server

import httpx
import orjson
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from app.processes import API, WORKER
from tests.api.conftest import make_key
from tests.make import make_company

pytestmark = pytest.mark.long

PYTHON = Path(__file__).parents[2] / "graphql" / "clients" / "python"
FEW = {"PERSEAT_RATE": "1000", "PERSEAT_RATE_BURST": "10000"}
"""Points of cost: fewer than the day needs at once."""
PATIENCE = 30


def test_the_packages_that_it_needs_are_named() -> None:
    """There and in the README beside it; those that come with Python, or with it, need no name."""
    program = (PYTHON / "partners_day.py").read_text()
    own = {"perseat_client", *sys.stdlib_module_names}
    imported = {
        name.partition(".")[0]
        for file in (PYTHON / "partners_day.py", *PYTHON.glob("perseat_client/*.py"))
        for each in ast.parse(file.read_text()).body
        for name in _names(each)
    }
    needed = {name.replace("_", "-") for name in imported - own}

    for text in (program, (PYTHON / "README.md").read_text()):
        (line,) = re.findall(r"pip install (.*)", text)
        assert set(line.split()) == needed


def _names(statement: ast.stmt) -> list[str]:
    """Of modules that are imported at once; what is tried, as `websockets` is, may be missing."""
    if isinstance(statement, ast.Import):
        return [each.name for each in statement.names]
    found = isinstance(statement, ast.ImportFrom) and not statement.level
    return [statement.module or ""] if found and isinstance(statement, ast.ImportFrom) else []


@pytest.fixture
def url(own_app: Perseat, redis_url: str) -> Iterator[str]:
    """Where the API answers; a worker works beside it."""
    assert own_app.settings.database_url is not None
    log = own_app.settings.data_folder / "day.log"
    with create_server(("127.0.0.1", 0)) as place, log.open("wb") as file:
        address = f"http://127.0.0.1:{place.getsockname()[1]}"
        environment = {
            **os.environ,
            **FEW,
            "PERSEAT_DATABASE_URL": own_app.settings.database_url.get_secret_value(),
            "PERSEAT_REDIS_URL": f"{redis_url}?db=15",
            "PERSEAT_DATA_FOLDER": str(own_app.settings.data_folder),
            "PERSEAT_PUBLIC_URL": address,
            "PERSEAT_WEBHOOKS_TO_LOOPBACK": "true",
        }
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", *program],
                env=environment,
                stdout=file,
                stderr=file,
                pass_fds=[place.fileno()],
            )
            for program in ((*API, f"--fd={place.fileno()}"), WORKER)
        ]
        try:
            _await_ready(f"{address}/readyz", log)
            yield address
        finally:
            for each in processes:
                each.send_signal(signal.SIGKILL)
                each.wait()


def _await_ready(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    with httpx.Client(trust_env=False, timeout=5) as http:
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if http.get(url).status_code == httpx.codes.OK:
                    return
    raise AssertionError(log.read_text())


async def test_a_partners_day_ends_with_a_mirror_that_is_equal(own_app: Perseat, url: str) -> None:
    """F19, S20, S21: 50 users, 2,000 events some of which are sent twice or cut off, webhooks, and
    fewer points than it takes; on whatever day, here on a 1st that is none yet in UTC."""
    company = await make_company(
        own_app, on="2026-02-28", time="20:30", billing_timezone="Pacific/Auckland"
    )
    key = await make_key(own_app, KeyRole.ADMINISTRATOR, company.id)
    environment = {**os.environ, "PERSEAT_KEY": key, "PYTHONPATH": str(PYTHON)}

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(PYTHON / "partners_day.py"), url, encode("account", company.id)),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    said, complaint = await process.communicate()

    assert process.returncode == 0, (said + complaint).decode()
    told = orjson.loads(said)
    assert told.pop("waits") > 0
    assert told.pop("webhooks") >= 2
    assert told.pop("late") >= 1
    assert told == {
        "users": 50,
        "usage": {"RECORDED": 2_000, "DUPLICATE": 500, "CUT": 1},
        "invoices": 2,
        "equal": True,
    }
