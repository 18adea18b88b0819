"""Folders for real servers, and who starts them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.embedded import Servers, servers
from tests.embedded.launch import ACCOUNTS, NOBODY, ROOT, Launcher, belonging, of
from tests.places import place


@contextmanager
def base() -> Iterator[Path]:
    """Where nobody is left at the end."""
    with place() as path:
        yield path
        assert belonging(path) == []


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
