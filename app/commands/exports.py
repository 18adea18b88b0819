"""`perseat export`: what was billed, in a file for spreadsheets."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.bootstrap import Perseat
from app.commands.database import account_id, check_folder, console, do
from app.documents.streams import STREAMS
from app.domain.errors import InvalidInput
from app.domain.exports import Days, Export, day_of
from app.services import exports


def export(
    what: Annotated[Export, typer.Argument(help="what to export")],
    file: Annotated[Path, typer.Argument(help="where to: a name that ends in .csv or .xlsx")],
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="issued (usage: posted) on this day or later"),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DAY", help="issued (usage: posted) on this day or earlier"),
    ] = None,
    account: Annotated[
        UUID | None, typer.Option(parser=account_id, metavar="ID", help="of one account only")
    ] = None,
) -> None:
    """Write all invoices, the charges on them, or usage, into a file for spreadsheets."""
    days = Days(day_of(first, field="--from"), day_of(last, field="--to"))
    _check_name(file)

    async def work(app: Perseat) -> None:
        await _write(app, what, days, file, account)

    do(work)
    console.print(f"Wrote {file}.", soft_wrap=True, highlight=False)


def _check_name(path: Path) -> None:
    """Its ending says what it is."""
    if path.suffix.removeprefix(".") not in STREAMS:
        raise InvalidInput("The file's name ends in .csv or .xlsx.", field="file")
    check_folder(path)


async def _write(
    app: Perseat, what: Export, days: Days, path: Path, account_id: UUID | None
) -> None:
    source = app.operators if account_id is None else app.tenants
    if account_id is not None:
        await exports.check_account(source, account_id)
    stream, _ = STREAMS[path.suffix.removeprefix(".")]
    with path.open("wb") as file:
        async for piece in stream(what, exports.pages(source, account_id, what, days)):
            file.write(piece)
