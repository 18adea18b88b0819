"""`perseat export`: what was billed, in a file for spreadsheets."""

from pathlib import Path
from uuid import UUID

from app.bootstrap import Perseat
from app.documents.streams import STREAMS
from app.domain.errors import InvalidInput
from app.domain.exports import Days, Export
from app.services import exports


def check_name(path: Path) -> None:
    """Its ending says what it is, and its folder is there."""
    if path.suffix.removeprefix(".") not in STREAMS:
        raise InvalidInput("The file's name ends in .csv or .xlsx.", field="file")
    if not path.absolute().parent.is_dir():
        raise InvalidInput(f"There is no folder {path.absolute().parent}.", field="file")


async def write(
    app: Perseat, what: Export, days: Days, path: Path, account_id: UUID | None
) -> None:
    source = app.operators if account_id is None else app.tenants
    if account_id is not None:
        await exports.check_account(source, account_id)
    stream, _ = STREAMS[path.suffix.removeprefix(".")]
    with path.open("wb") as file:
        async for piece in stream(what, exports.pages(source, account_id, what, days)):
            file.write(piece)
