"""What a company agrees upon: its plan and term, a minimum, prices of its own, its end."""

from app.db.unit_of_work import UnitOfWork
from app.domain.billing_details import BillingDetails
from app.domain.plans import Component, Term
from app.services import (
    billing_details,
    cancellations,
    plan_changes,
    post_paid,
    prices,
    subscriptions,
)
from tests.make import TESTER
from tests.model.days import DAY
from tests.simulation.facts import (
    LICENCE,
    Agreed,
    Cancelled,
    Converted,
    Negotiated,
    PaidAfterwards,
    Resumed,
    Taxed,
    Wished,
)
from tests.simulation.life import TERMS, Life
from tests.simulation.spending import CENT, refill, use_card
from tests.simulation.world import PLANS


async def convert(uow: UnitOfWork, life: Life) -> None:
    """L2: with a card; who wants that has credits topped up from now on (M6)."""
    await use_card(uow, life)
    await subscriptions.convert_trial(uow, life.company.id, term=Term(life.term))
    life.converted = True
    life.story.facts.append(Converted(life.now, life.term))
    if life.refills:
        await refill(uow, life)


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


async def pay_afterwards(uow: UnitOfWork, life: Life) -> None:
    """M8: or not any more. Automatic top-up ends with it."""
    life.post_paid = not life.post_paid
    life.refills = life.refills and not life.post_paid
    wanted = post_paid.Agreement("It is agreed", usage=life.post_paid)
    await post_paid.set_post_paid(uow, life.company.id, wanted, actor=TESTER)
    life.story.facts.append(PaidAfterwards(life.now, life.post_paid))


async def be_taxed(uow: UnitOfWork, life: Life) -> None:
    """I4: from the next invoice on, whoever is late with the last one."""
    rate = life.rng.choice((0, 77_000, 190_000, 88_750))
    details = BillingDetails(tax_rate=rate)
    await billing_details.update_billing_details(uow, life.company.id, details)
    life.story.facts.append(Taxed(life.now, rate))


async def end(uow: UnitOfWork, life: Life) -> None:
    """Cancel, or think better of it."""
    if life.ends_on is None:
        await cancellations.cancel_subscription(uow, life.company.id, actor=TESTER)
        life.ends_on = life.paid_until
        life.ended_at = None if life.converted else life.now
        life.story.facts.append(Cancelled(life.now))
    else:
        await cancellations.resume_subscription(uow, life.company.id, actor=TESTER)
        life.ends_on = None
        life.story.facts.append(Resumed(life.now))
