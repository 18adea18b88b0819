"""`perseat explain`: charges in words, with their steps and causes, and computed again (I5)."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from app.bootstrap import Perseat
from app.commands.database import console, do
from app.domain import ids
from app.domain.debts import DebtStory
from app.domain.errors import InvalidInput, NotFound
from app.domain.money import show
from app.domain.recounts import Recount
from app.services import debt_stories, explanations
from app.services.explanations import Explained

Told: TypeAlias = tuple[Explained, DebtStory | None]


def explain(
    charge: Annotated[
        str, typer.Argument(help="the id of a charge, or of an invoice for all of it")
    ],
) -> None:
    """Tell a charge's reason and causes and compute it again; fail if it comes out different."""
    wanted = _parsed(charge)

    async def work(app: Perseat) -> list[Told]:
        return await _explained(app, wanted)

    if not _tell(do(work)):
        raise typer.Exit(1)


def _parsed(text: str) -> tuple[UUID | None, UUID]:
    """The account, where the id names it, and the charge or invoice; InvalidInput for others."""
    with suppress(ValueError):
        return None, UUID(text)
    kind = "invoice" if ids.kind_of(text) == "invoice" else "charge"
    try:
        return ids.decode(kind, text, field="charge")
    except InvalidInput as error:
        raise InvalidInput(
            f"{text!r} is neither charge_... nor invoice_... nor a UUID.", field="charge"
        ) from error


async def _explained(app: Perseat, wanted: tuple[UUID | None, UUID]) -> list[Told]:
    """The charge, or the charges of the invoice, in the order of their posting; with the story of
    a debt (M7, M8)."""
    async with app.operators.begin() as uow:
        found = await explanations.of_charge_or_invoice(uow.session, *wanted)
        keys = [(each.facts.charge.account_id, each.facts.charge.id) for each in found]
        debts = await debt_stories.of_charges(uow.session, keys) if keys else {}
    if not found:
        raise NotFound("charge")
    return [(each, debts.get(key)) for each, key in zip(found, keys, strict=True)]


def _tell(found: Sequence[Told]) -> bool:
    """Print them; whether all are what they were."""
    for each, debt in found:
        _tell_one(each, debt)
    return all(each.recount.equal is not False for each, _ in found)


def _tell_one(found: Explained, debt: DebtStory | None) -> None:
    facts, charge = found.facts, found.facts.charge
    title = f"{ids.encode('charge', charge.account_id, charge.id)}  ({charge.rule})"
    amount = f"{show(charge.amount)} {facts.currency}"
    lines = [
        Text(f"{title}  {amount}", style="bold"),
        Text(f"  {found.sentence}"),
        Text("  Steps", style="dim"),
        *(Text(f"    {step}") for step in charge.steps),
        Text("  Causes", style="dim"),
        *(Text(f"    {cause}") for cause in _causes(found)),
        *_debt(debt),
        _verdict(found.recount),
    ]
    for line in lines:
        console.print(line, soft_wrap=True)
    console.print()


def _debt(story: DebtStory | None) -> list[Text]:
    if story is None:
        return []
    return [Text("  Debt", style="dim"), *(Text(f"    {each}") for each in story.sentences())]


def _causes(found: Explained) -> list[str]:
    zone = ZoneInfo(found.facts.timezone)
    return [f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}  {each.sentence}" for each in found.causes]


def _verdict(again: Recount) -> Text:
    if again.equal:
        return Text("  Recomputed from the derivation and from the history: equal", style="green")
    if again.equal is None:
        return Text(f"  Recomputed: the history cannot tell. {again.told}", style="yellow")
    return Text(f"  Recomputed: DIFFERENT. {again.told}", style="red")
