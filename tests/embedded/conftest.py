"""Folders for real servers, and who starts them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.embedded import Servers, servers
from tests.embedded.launch import ACCOUNTS, NOBODY, ROOT, Launcher, belonging, of


def roomy_memory() -> Path | None:
    """A file system in memory, if there is one with room from which programs may run."""
    memory = Path("/dev/shm")  # noqa: S108 - each folder in it is made by mkdtemp
    if not memory.is_dir() or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return None
    return memory if shutil.disk_usage(memory).free > 2 * 1024**3 else None


@contextmanager
def base() -> Iterator[Path]:
    """Not in pytest's own folder, which nobody else may enter: PostgreSQL must, if we are root."""
    path = Path(tempfile.mkdtemp(prefix="perseat-test-", dir=roomy_memory()))
    path.chmod(0o755)
    yield path
    assert belonging(path) == []
    shutil.rmtree(path)


def copy(template: Path, folder: Path) -> Path:
    subprocess.run(["cp", "-a", template, folder], check=True)  # noqa: S607
    return folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that does not exist yet."""
    with base() as path:
        yield path / "data"


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """A data folder that was used once."""
    with base() as path:
        folder = path / "data"
        with servers(of(folder), durable=False):
            pass
        yield folder


@pytest.fixture
def made(template: Path, folder: Path) -> Path:
    """A data folder of the test's own that was used once."""
    return copy(template, folder)


@pytest.fixture(scope="module")
def own(template: Path) -> Iterator[Servers]:
    """Servers that run, for all tests of a module."""
    with base() as path, servers(of(copy(template, path / "data")), durable=False) as started:
        yield started


@pytest.fixture(params=ACCOUNTS)
def account(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def up(folder: Path, account: str) -> Iterator[Launcher]:
    if ROOT and account == "ordinary":
        os.chown(folder.parent, NOBODY, NOBODY)
    launcher = Launcher(folder, account)
    yield launcher
    launcher.close()
