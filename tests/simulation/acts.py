"""What a company does, once in the real services and once as a fact of its story."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TypeAlias

from app.db.unit_of_work import UnitOfWork
from app.domain.credits import AutoTopUp
from app.domain.plans import Component, Term
from app.domain.usage import Direction, Initiator, LineType, UsageEvent, UsageKind
from app.domain.users import UserStatus
from app.services import (
    add_ons,
    cancellations,
    credits,
    payments,
    plan_changes,
    prices,
    subscriptions,
    usage,
    user_states,
    users,
)
from tests.make import CAUSE, TESTER, new_user
from tests.model.days import DAY
from tests.simulation.facts import (
    LICENCE,
    Agreed,
    Bought,
    Came,
    Cancelled,
    Cell,
    Converted,
    Negotiated,
    Refills,
    Rented,
    Resumed,
    Used,
    Went,
    Wished,
)
from tests.simulation.life import TERMS, Life, Person
from tests.simulation.world import PLANS

Act: TypeAlias = Callable[[UnitOfWork, Life], Awaitable[None]]
CENT = 10_000
ADD_ONS = [each.value for each in Component if each is not Component.LICENSE]
CELLS: tuple[Cell, ...] = (
    ("SMS_SEGMENT", "OUTBOUND", "LOCAL", "AUTOMATION"),
    ("CALL_MINUTE", "OUTBOUND", "LOCAL", "POWER_DIALER"),
    ("CALL_MINUTE", "INBOUND", "TOLL_FREE", "CONSUMER"),
    ("LOOKUP", "OUTBOUND", "LOCAL", "API"),
    ("CALL_MINUTE", "OUTBOUND", "LOCAL", "AGENT"),
)
CARDS = (*["card_ok"] * 6, "card_declined", "card_insufficient_funds", "card_lost")


async def hire(uow: UnitOfWork, life: Life) -> None:
    """One, or a few at once."""
    off = "SUSPENDED" if life.story.policy == "LICENSE" else "DEACTIVATED"
    for _ in range(life.rng.choice((1, 1, 1, 2, 4))):
        active = life.rng.random() < 0.85
        user = await users.create_user(uow, life.company.id, new_user(active=active), actor=TESTER)
        life.people.append(Person(user.id, "ACTIVE" if active else off))
        if life.counts(life.people[-1].state):
            life.story.facts.append(Came(life.now, len(life.people) - 1))


async def change(uow: UnitOfWork, life: Life) -> None:
    """Anybody but the administrator to any state, also from one to the same."""
    here = [n for n, each in enumerate(life.people) if n and each.state != "DELETED"]
    if not here:
        return
    licensed = life.story.policy == "LICENSE"
    states = ("ACTIVE", "PAUSED", "SUSPENDED") if licensed else ("ACTIVE", "DEACTIVATED")
    number, state = life.rng.choice(here), life.rng.choice((*states, "DELETED", "DELETED"))
    person = life.people[number]
    before, person.state = life.counts(person.state), state
    await user_states.change_status(uow, life.company.id, person.id, UserStatus(state), cause=CAUSE)
    if before != life.counts(state):
        kind = Went if before else Came
        life.story.facts.append(kind(life.now, number))


async def replace(uow: UnitOfWork, life: Life) -> None:
    """One leaves and another comes at the same moment, in either order."""
    for act in life.rng.sample((hire, change), 2):
        await act(uow, life)


async def rent(uow: UnitOfWork, life: Life) -> None:
    component = life.rng.choice(ADD_ONS)
    has, number = life.add_ons.get(component, 0), life.rng.randint(1, 5)
    if has and life.rng.random() < 0.4:
        number = -life.rng.randint(1, has)
    do = add_ons.add_add_on if number > 0 else add_ons.remove_add_on
    await do(uow, life.company.id, Component(component), abs(number), actor=TESTER)
    life.add_ons[component] = has + number
    life.story.facts.append(Rented(life.now, component, number))


async def agree(uow: UnitOfWork, life: Life) -> None:
    """L1: a minimum from the next renewal on, in a trial from today on."""
    minimum, since = life.rng.randrange(12), life.paid_until
    new = subscriptions.NewMinimum(minimum, since if life.rng.random() < 0.5 else None)
    await subscriptions.set_minimum_licenses(uow, life.company.id, new, actor=TESTER)
    life.story.facts.append(Agreed(life.now, minimum, since))


async def wish(uow: UnitOfWork, life: Life) -> None:
    """L7: another plan of the same policy, another term, both, or what is there already."""
    plans = [plan for plan, policy in PLANS.items() if policy == life.story.policy]
    plan = life.rng.choice((*plans, None)) if life.converted else life.rng.choice(plans)
    term = life.rng.choice(TERMS[life.story.policy]) if life.converted else None
    term = term if plan is None or life.rng.random() < 0.4 else None
    wanted = plan_changes.PlanWish(plan, Term(term) if term else None)
    await plan_changes.change_plan(uow, life.company.id, wanted, actor=TESTER)
    life.story.facts.append(Wished(life.now, plan, term))


async def negotiate(uow: UnitOfWork, life: Life) -> None:
    """P2: a price of any plan and term from the next renewal on or later; perhaps nothing."""
    plan = life.rng.choice([plan for plan, its in PLANS.items() if its == life.story.policy])
    component = life.rng.choice((LICENCE, LICENCE, *life.add_ons))
    term, cents = life.rng.choice(TERMS[life.story.policy]), life.rng.randrange(20_000)
    later = life.rng.choice((0, 0, life.rng.randrange(300)))
    since = life.paid_until + later * DAY
    amount = life.rng.choice((cents, cents, cents, 0, None))
    micros = None if amount is None else amount * CENT
    new = prices.NewPrice(plan, Component(component), Term(term), micros, since)
    await prices.set_negotiated_price(uow, life.company.id, new, actor=TESTER)
    life.story.facts.append(Negotiated(life.now, plan, component, term, since, amount))


async def end(uow: UnitOfWork, life: Life) -> None:
    """Cancel, or think better of it."""
    if life.ends_on is None:
        await cancellations.cancel_subscription(uow, life.company.id, actor=TESTER)
        life.ends_on = life.paid_until
        life.story.facts.append(Cancelled(life.now))
    else:
        await cancellations.resume_subscription(uow, life.company.id, actor=TESTER)
        life.ends_on = None
        life.story.facts.append(Resumed(life.now))


async def use(uow: UnitOfWork, life: Life) -> None:
    """Of now or, late, of up to forty days ago."""
    events = []
    for number in range(life.rng.randint(1, 3)):
        cell, quantity = life.rng.choice(CELLS), life.rng.randrange(1, 3000)
        happened = life.now - timedelta(hours=life.rng.choice((0, 0, 5, 40 * 24)))
        kinds = (UsageKind(cell[0]), Direction(cell[1]), LineType(cell[2]), Initiator(cell[3]))
        key = f"{life.now.isoformat()}-{number}"
        events.append(UsageEvent(key, *kinds, quantity, happened_at=happened))
        life.story.facts.append(Used(life.now, cell, quantity, happened))
    await usage.record_usage(uow, life.company.id, events)


async def buy(uow: UnitOfWork, life: Life) -> None:
    """M5: with a card that will not be declined."""
    if life.card == "card_ok":
        cents = life.rng.randrange(100, 20_000)
        await credits.buy_credits(uow, life.company.id, cents * CENT)
        life.story.facts.append(Bought(life.now, cents))


async def use_card(uow: UnitOfWork, life: Life) -> None:
    """Sometimes one that is declined, until a better one comes."""
    life.card = "card_ok" if life.refills else life.rng.choice(CARDS)
    await payments.add_payment_method(uow, life.company.app.provider, life.company.id, life.card)


async def convert(uow: UnitOfWork, life: Life) -> None:
    """L2: with a card; who wants that has credits topped up from now on (M6)."""
    await use_card(uow, life)
    await subscriptions.convert_trial(uow, life.company.id, term=Term(life.term))
    life.converted = True
    life.story.facts.append(Converted(life.now, life.term))
    if life.refills:
        rule = AutoTopUp(enabled=True, daily_cap=10**11, monthly_cap=10**12)
        await credits.configure_auto_top_up(uow, life.company.id, rule)
        life.story.facts.append(Refills(life.now, 1_000, 10_000))


ACTS: Mapping[Act, int] = {
    hire: 6,
    change: 6,
    replace: 2,
    rent: 4,
    agree: 1,
    use: 4,
    buy: 1,
    use_card: 1,
    wish: 3,
    negotiate: 2,
}
IN_TRIAL: Mapping[Act, int] = {hire: 4, change: 2, rent: 2, agree: 1, wish: 1, negotiate: 1}


def an_act(life: Life) -> Act:
    """Few cancel, and most of them think better of it."""
    if life.rng.random() < (0.2 if life.ends_on else 0.01):
        return end
    acts = ACTS if life.converted else IN_TRIAL
    return life.rng.choices(list(acts), list(acts.values()))[0]
