"""Folders for servers that end with the tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def roomy_memory() -> Path | None:
    """A file system in memory, if there is one with room from which programs may run."""
    memory = Path("/dev/shm")  # noqa: S108 - each folder in it is made by mkdtemp
    if not memory.is_dir() or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return None
    return memory if shutil.disk_usage(memory).free > 4 * 1024**3 else None


@contextmanager
def place() -> Iterator[Path]:
    """Not in pytest's own folder, which nobody else may enter: PostgreSQL must, if we are root."""
    path = Path(tempfile.mkdtemp(prefix="perseat-test-", dir=roomy_memory()))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)
