"""`perseat key`: API keys."""

from typing import Annotated
from uuid import UUID

import typer

from app.bootstrap import Perseat
from app.commands.asking import asking
from app.commands.database import account_id, console, do
from app.models.api_keys import KeyRole
from app.services import api_keys
from app.services.api_keys import NewKey


def key(
    *,
    reason: Annotated[str, typer.Option(help="why; the audit keeps it")],
    role: Annotated[KeyRole, typer.Option(help="what the key may do")] = KeyRole.OPS,
    account: Annotated[
        UUID | None,
        typer.Option(parser=account_id, metavar="ID", help="whose it is; nobody's for OPS"),
    ] = None,
    name: Annotated[str, typer.Option(help="what it is for")] = "command line",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="only this of what the role may, as users:read; may be repeated"),
    ] = None,
) -> None:
    """Make an API key and print it: it is shown only now."""
    if role is KeyRole.OPS and account:
        raise typer.BadParameter("A key for OPS has no account: add --role, or omit --account.")
    if role is not KeyRole.OPS and account is None:
        raise typer.BadParameter(f"A key for {role} has an account: add --account.")

    async def make(app: Perseat) -> str:
        app = asking(app, "key", reason, role=role, name=name, scopes=scope)
        transactions = app.operators if account is None else app.tenants
        async with transactions.begin(account) as uow:
            new = NewKey(role, name, scopes=scope or None)
            made = await api_keys.create_api_key(uow, account, new, pepper=app.key_pepper)
            return made[1]

    console.print(do(make), soft_wrap=True)
