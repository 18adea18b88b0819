"""`perseat release`: an account that was parked."""

from typing import Annotated
from uuid import UUID

import typer

from app.bootstrap import Perseat
from app.commands.asking import asking
from app.commands.database import account_id, console, do
from app.services import accounts


def release(
    account: Annotated[
        UUID, typer.Argument(parser=account_id, metavar="ACCOUNT", help="the account's id")
    ],
    *,
    reason: Annotated[str, typer.Option(help="why; the audit keeps it")],
    accept_unusual: Annotated[
        bool, typer.Option("--accept-unusual", help="the unusual amount is right, this time")
    ] = False,
) -> None:
    """Let billing try a parked account again, after what parked it was mended."""

    async def work(app: Perseat) -> str:
        app = asking(app, "release", reason, acceptUnusual=accept_unusual)
        async with app.operators.begin(account) as uow:
            released = await accounts.release_parked(uow, account, accept_unusual=accept_unusual)
        if released is None:
            return "The account is not parked: there is nothing to release."
        return f"Released {released.name}."

    console.print(do(work), highlight=False, markup=False)
