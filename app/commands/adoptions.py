"""`perseat adopt`: what a reconciliation has named at the provider, and is unknown here."""

from typing import Annotated
from uuid import UUID

import typer

from app.bootstrap import Perseat
from app.commands.asking import asking
from app.commands.database import ACTOR, account_id, do
from app.domain import ids
from app.domain.money import show
from app.models import Payment
from app.services import adopted_refunds, adoptions

commands = typer.Typer(no_args_is_help=True, help="Book what a reconciliation has named.")
Reference = Annotated[str, typer.Argument(help="what the provider calls the charge")]
Reason = Annotated[str, typer.Option(help="why; it is kept")]


@commands.command()
def charge(
    reference: Reference,
    *,
    reason: Reason,
    account: Annotated[
        UUID | None,
        typer.Option(parser=account_id, metavar="ID", help="whose it is, if it does not tell"),
    ] = None,
) -> None:
    """Book a charge: on its invoice if that is due by as much, else as credits."""

    async def work(app: Perseat) -> Payment:
        asked = asking(app, "adopt charge", reason, reference=reference, account=account)
        return await adoptions.adopt_charge(
            asked.operators, app.provider, reference, reason, actor=ACTOR, account_id=account
        )

    payment = do(work)
    typer.echo(f"Adopted as {_name(payment)}: {show(payment.amount)}, {payment.purpose}.")


@commands.command()
def refunds(reference: Reference, *, reason: Reason) -> None:
    """Book what was given back of a charge by hand, or by a refund of ours over another amount;
    nothing more is given back."""

    async def work(app: Perseat) -> list[str]:
        asked = asking(app, "adopt refunds", reason, reference=reference)
        payment, rows = await adopted_refunds.adopt_refunds(
            asked.operators, app.provider, reference, reason, actor=ACTOR
        )
        return [f"{show(each.amount)} given back of {_name(payment)}." for each in rows]

    for line in do(work) or ["Nothing was given back of it that is unknown here."]:
        typer.echo(line)


def _name(payment: Payment) -> str:
    return ids.encode("payment", payment.account_id, payment.id)
