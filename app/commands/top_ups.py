"""`perseat topup`: why an account was charged or not, and asking again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from app.bootstrap import Perseat
from app.commands.asking import asking
from app.commands.database import ACTOR, INSTANT, account_id, console, do, utc
from app.db.types import new_id
from app.domain import ids
from app.domain.errors import NotFound
from app.domain.money import show
from app.domain.top_up_decisions import TopUpOutcome
from app.models import Account, Payment, TopUpDecision
from app.services import top_up_reruns
from app.services.top_up_reruns import STUCK, Answer, Order
from app.services.top_up_stories import told
from app.store import accounts as account_store
from app.store import top_ups as store
from app.store.top_up_reruns import Chosen

commands = typer.Typer(no_args_is_help=True, help="Why credits were topped up, or were not.")


@commands.command()
def why(
    account: Annotated[
        UUID, typer.Argument(parser=account_id, metavar="ACCOUNT", help="the account's id")
    ],
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="how many decisions")] = 20,
) -> None:
    """Tell every decision about an account's automatic top-up, newest first."""
    _tell(*do(lambda app: _story(app, account, limit)))


@commands.command()
def rerun(
    *,
    account: Annotated[
        list[UUID] | None, typer.Option(parser=account_id, metavar="ID", help="only this account")
    ] = None,
    state: Annotated[
        list[TopUpOutcome] | None,
        typer.Option(case_sensitive=False, help="only where this was decided last"),
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=INSTANT, help="then or later, UTC")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=INSTANT, help="before that, UTC")
    ] = None,
    after: Annotated[
        UUID | None, typer.Option(parser=account_id, metavar="ID", help="go on after this account")
    ] = None,
    reason: Annotated[str, typer.Option(help="why; it is kept with each decision")],
    apply: Annotated[bool, typer.Option("--apply", help="do it, not only say it")] = False,
) -> None:
    """Ask again for top-ups; unless told to apply it, only say what that would do."""
    outcomes = state or (None if account else STUCK)
    wish = Chosen(account or None, outcomes, utc(since), utc(until), after)
    order = Order(ACTOR, reason, f"command line {new_id()}", repr(wish)) if apply else None
    _list(do(lambda app: _ask(app, wish, order, reason)), applied=apply)


async def _ask(app: Perseat, wish: Chosen, order: Order | None, reason: str) -> Answer:
    if order is None:
        return await top_up_reruns.try_out(app.operators, wish, reason)
    app = asking(app, "topup rerun", reason, accounts=wish.account_ids)
    return await top_up_reruns.rerun(app.operators, wish, order)


async def _story(
    app: Perseat, account_id: UUID, limit: int
) -> tuple[Account, Sequence[tuple[TopUpDecision, Payment | None]]]:
    async with app.operators.begin() as uow:
        account = await account_store.get(uow.session, account_id)
        if account is None:
            raise NotFound("account", field="account")
        return account, await store.newest(uow.session, account_id, limit)


def _tell(
    account: Account,
    story: Sequence[tuple[TopUpDecision, Payment | None]],
) -> None:
    zone = ZoneInfo(account.billing_timezone)
    console.print(f"{account.name}, times in {zone.key}", style="bold", highlight=False)
    if not story:
        console.print("Nobody has looked yet: the balance was never low.")
    for decision, payment in story:
        at = decision.at.astimezone(zone)
        first = f"{at:%Y-%m-%d %H:%M:%S}  {told(decision, payment)}"
        for line in (first, *_more(decision, payment, zone)):
            console.print(line, highlight=False, soft_wrap=True, markup=False)


def _more(decision: TopUpDecision, payment: Payment | None, zone: ZoneInfo) -> list[str]:
    """What the sentence leaves out, each on a line of its own."""
    lines = []
    charged = decision.outcome is TopUpOutcome.CHARGED
    if charged and payment is not None and payment.settled_at is not None:
        lines.append(f"settled {payment.settled_at.astimezone(zone):%Y-%m-%d %H:%M:%S}")
    if (times := sum(decision.triggers.values())) > 1:
        last = decision.last_at.astimezone(zone)
        balance = show(decision.last_balance)
        lines.append(f"seen {times:,} times, the last at {last:%H:%M:%S} at a balance of {balance}")
    if decision.actor is not None:
        lines.append(f"asked by {decision.actor}: {decision.reason}")
    if decision.told:
        lines.append("those who look after the money were told")
    return [f"{'':21}{line}" for line in lines]


def _list(answer: Answer, *, applied: bool) -> None:
    for each in answer.asked:
        account = ids.encode("account", each.account_id)
        console.print(f"{account}  {each.sentence}", soft_wrap=True, highlight=False)
    if not answer.asked:
        console.print("No account's newest decision is within these limits.")
    if answer.more:
        last = ids.encode("account", answer.asked[-1].account_id)
        console.print(f"There are more: --after {last}", soft_wrap=True, highlight=False)
    if not applied:
        console.print("Nothing was changed; --apply does it.")
