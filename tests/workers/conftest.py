"""Real worker processes on a database and a queue of the test's own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from app.bootstrap import Perseat

_queues = count(1)
StartWorker = Callable[[], "subprocess.Popen[bytes]"]
HURRIED = ("arq", "tests.faults.worker.WorkerSettings")
"""The workers as they are, but for what they wait for minutes or half a minute."""


@pytest.fixture
def start_worker(own_app: Perseat, redis_url: str) -> Iterator[StartWorker]:
    """Start an arq worker; all of them are killed at the end."""
    assert own_app.settings.database_url is not None
    environment = {
        **os.environ,
        "PERSEAT_DATABASE_URL": own_app.settings.database_url.get_secret_value(),
        "PERSEAT_REDIS_URL": f"{redis_url}?db={next(_queues)}",
        "PERSEAT_DATA_FOLDER": str(own_app.settings.data_folder),
        "PERSEAT_CHUNK_SIZE": "7",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        log = (own_app.settings.data_folder / f"worker-{len(started)}.log").open("ab")
        command = [sys.executable, "-m", *HURRIED]
        with log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
