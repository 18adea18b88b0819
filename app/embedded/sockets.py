"""Private places: folders that only one account may enter, and where the servers listen."""

import os
import stat
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from app.embedded.folder import StartupProblem

Account: TypeAlias = tuple[int, int]
"""The uid and gid of whom PostgreSQL runs as, if not as ourselves."""

LONGEST = 100
"""Systems allow 103 to 107 characters for a socket's path."""


def socket_folder(folder: Path) -> Path:
    """In the data folder; but in the temporary one if our path would be too long, or too odd.

    Socket paths travel in URLs, and the libraries that read those differ in what they unquote.
    """
    own = folder / "run"
    if quote(str(own)) == str(own) and len(f"{own}/.s.PGSQL.5432") <= LONGEST:
        return own
    name = sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()).resolve() / f"perseat-{name}"


def make_private(folder: Path, account: Account | None = None) -> None:
    """A folder for one account alone; one that somebody else has put there is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    uid, gid = account or (os.geteuid(), os.getegid())
    if not stat.S_ISDIR(about.st_mode) or about.st_uid not in {uid, os.geteuid()}:
        raise StartupProblem(
            f"{folder} belongs to user {about.st_uid}: start Perseat as that user, or set "
            "PERSEAT_DATA_FOLDER to another folder."
        )
    if account:
        os.chown(folder, uid, gid)
    folder.chmod(0o700)
