"""`perseat explain`: charges in words, with their steps and causes, and computed again (I5)."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from app.bootstrap import Perseat
from app.domain import ids
from app.domain.errors import InvalidInput, NotFound
from app.domain.money import show
from app.domain.recounts import Recount
from app.services import explanations
from app.services.explanations import Explained


def parsed(text: str) -> tuple[UUID | None, UUID]:
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


async def explained(app: Perseat, wanted: tuple[UUID | None, UUID]) -> list[Explained]:
    """The charge, or the charges of the invoice, in the order of their posting."""
    async with app.operators.begin() as uow:
        found = await explanations.of_charge_or_invoice(uow.session, *wanted)
    if not found:
        raise NotFound("charge")
    return found


def tell(console: Console, found: Sequence[Explained]) -> bool:
    """Print them; whether all are what they were."""
    for each in found:
        _tell(console, each)
    return all(each.recount.equal is not False for each in found)


def _tell(console: Console, found: Explained) -> None:
    facts, charge = found.facts, found.facts.charge
    title = f"{ids.encode('charge', charge.account_id, charge.id)}  ({charge.rule})"
    amount = f"{show(charge.amount)} {facts.currency}"
    console.print(Text(f"{title}  {amount}", style="bold"), soft_wrap=True)
    console.print(Padding(Text(found.sentence), (0, 0, 0, 2)))
    for name, lines in (("Steps", charge.steps), ("Causes", _causes(found))):
        console.print(Text(f"  {name}", style="dim"))
        for line in lines:
            console.print(Padding(Text(line), (0, 0, 0, 4)))
    console.print(Padding(_verdict(found.recount), (0, 0, 1, 2)))


def _causes(found: Explained) -> list[str]:
    zone = ZoneInfo(found.facts.timezone)
    return [f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}  {each.sentence}" for each in found.causes]


def _verdict(again: Recount) -> Text:
    if again.equal:
        return Text("Recomputed from the derivation and from the history: equal", style="green")
    if again.equal is None:
        return Text(f"Recomputed: the history cannot tell. {again.told}", style="yellow")
    return Text(f"Recomputed: DIFFERENT. {again.told}", style="red")
