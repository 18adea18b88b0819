"""What a company spends beside its subscription: usage, credits, and the card that pays."""

from collections.abc import Sequence
from datetime import timedelta

from app.db.unit_of_work import UnitOfWork
from app.domain.top_ups import AutoTopUp
from app.domain.usage import Direction, Initiator, LineType, UsageEvent, UsageKind
from app.services import auto_top_up, credits, ingestion, payment_methods
from app.services.ingestion import Disposition
from tests.simulation.facts import Bought, Cell, Refills, Usage, Used
from tests.simulation.life import SECOND, Life

CENT = 10_000
CELLS: tuple[Cell, ...] = (
    ("SMS_SEGMENT", "OUTBOUND", "LOCAL", "AUTOMATION"),
    ("CALL_MINUTE", "OUTBOUND", "LOCAL", "POWER_DIALER"),
    ("CALL_MINUTE", "INBOUND", "TOLL_FREE", "CONSUMER"),
    ("LOOKUP", "OUTBOUND", "LOCAL", "API"),
    ("CALL_MINUTE", "OUTBOUND", "LOCAL", "AGENT"),
)
CARDS = (*["card_ok"] * 6, "card_declined", "card_insufficient_funds", "card_lost")


async def report(uow: UnitOfWork, life: Life) -> None:
    """M4, P1: what happened before the end, however late."""
    cell, quantity = life.rng.choice(CELLS), life.rng.randrange(1, 3000)
    happened = life.end - life.rng.choice((1, 5 * 3600, 20 * 24 * 3600)) * SECOND
    await _record(uow, life, [Usage(cell, quantity, happened)])


async def _record(uow: UnitOfWork, life: Life, told: Sequence[Usage]) -> None:
    events = []
    for number, each in enumerate(told):
        cell = each.cell
        kinds = (UsageKind(cell[0]), Direction(cell[1]), LineType(cell[2]), Initiator(cell[3]))
        key = f"{life.now.isoformat()}-{number}"
        events.append(UsageEvent(key, *kinds, each.quantity, happened_at=each.happened))
    batch = await ingestion.record_usage(uow, life.company.id, events)
    assert {each.disposition for each in batch.results} == {Disposition.RECORDED}
    life.story.facts.append(Used(life.now, tuple(told)))


async def use(uow: UnitOfWork, life: Life) -> None:
    """Of now or, late, of up to forty days ago."""
    told = []
    for _ in range(life.rng.randint(1, 3)):
        cell, quantity = life.rng.choice(CELLS), life.rng.randrange(1, 3000)
        happened = life.now - timedelta(hours=life.rng.choice((0, 0, 5, 40 * 24)))
        told.append(Usage(cell, quantity, happened))
    await _record(uow, life, told)


async def buy(uow: UnitOfWork, life: Life) -> None:
    """M5: with a card that will not be declined."""
    if life.card == "card_ok":
        cents = life.rng.randrange(100, 20_000)
        await credits.buy_credits(uow, life.company.id, cents * CENT)
        life.story.facts.append(Bought(life.now, cents))


async def use_card(uow: UnitOfWork, life: Life) -> None:
    """Sometimes one that is declined, until a better one comes."""
    life.card = "card_ok" if life.refills else life.rng.choice(CARDS)
    app, account_id = life.company.app, life.company.id
    card = await payment_methods.attach(app.tenants, app.provider, account_id, life.card)
    await payment_methods.add_payment_method(uow, app.provider.name, account_id, card)


async def refill(uow: UnitOfWork, life: Life) -> None:
    """M6: from now on, by a rule without narrow caps."""
    rule = AutoTopUp(enabled=True, daily_cap=10**11, monthly_cap=10**12)
    await auto_top_up.configure_auto_top_up(uow, life.company.id, rule)
    life.story.facts.append(Refills(life.now, 1_000, 10_000))
