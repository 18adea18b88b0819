"""`perseat audit`: who did what, in a file that anybody can verify."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import orjson
import typer

from app.bootstrap import Perseat
from app.commands.database import account_id, check_folder, console, do
from app.services import audit_events


def audit(
    file: Annotated[Path, typer.Argument(help="where to: JSON, one row a line")],
    *,
    account: Annotated[
        UUID | None, typer.Option(parser=account_id, metavar="ID", help="of one account only")
    ] = None,
    heads: Annotated[
        bool,
        typer.Option("--heads", help="only where each chain ends now; keep it somewhere else"),
    ] = False,
) -> None:
    """Write the audit: all rows with their hashes. verify_audit.py, beside this, verifies it."""
    check_folder(file)

    async def work(app: Perseat) -> int:
        written = 0
        with file.open("wb") as out:
            if heads:
                rows = await audit_events.heads(app.operators)
                out.writelines(orjson.dumps(each) + b"\n" for each in rows)
                return len(rows)
            async for page in audit_events.exported(app.operators, account):
                out.writelines(orjson.dumps(each) + b"\n" for each in page)
                written += len(page)
        return written

    number = do(work)
    console.print(f"Wrote {number} rows to {file}.", soft_wrap=True, highlight=False)
