"""`perseat timeline`: what happened to an account and who did what."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer

from app.bootstrap import Perseat
from app.commands.database import account_id, console, do
from app.services import histories


def timeline(
    account: Annotated[UUID, typer.Argument(parser=account_id, metavar="ACCOUNT", help="its id")],
    *,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="so many lines at most")] = 50,
) -> None:
    """What happened to an account and who did what, in words, the newest first."""

    async def work(app: Perseat) -> Sequence[Any]:
        return await histories.newest(app.operators, account, most)

    for row in do(work):
        said = f"{row.at:%Y-%m-%d %H:%M:%S}  {row.kind}  {histories.sentence(row)}"
        console.print(said, soft_wrap=True, highlight=False, markup=False)
