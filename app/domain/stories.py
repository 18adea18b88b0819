"""Rule I5: which causes a charge has, of all that the histories have at its instant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.causes import (
    AddOnCame,
    Balance,
    Cause,
    Contract,
    Counted,
    Fees,
    PaidAfterwards,
    Payment,
    Priced,
    Upgraded,
    Used,
    UserCame,
)
from app.domain.facts import Facts, Upgrade, Way
from app.domain.money import show
from app.domain.periods import local_date
from app.domain.plans import POLICIES, Component
from app.domain.users import UserStatus
from app.domain.wording import date_of, users


@dataclass(frozen=True, slots=True)
class Story:
    """What was read of the histories beside the facts: newest first, LIMIT of each at most."""

    people: Sequence[UserCame] = ()
    add_ons: Sequence[AddOnCame] = ()
    usage: Sequence[Used | Fees] = ()
    price: Priced | None = None


def billable_users(facts: Facts) -> Mapping[str, int]:
    """By state, in the order of the states."""
    billable = POLICIES[facts.policy].billable
    return {s: facts.statuses[s] for s in UserStatus if s in billable and facts.statuses.get(s)}


def last_month(facts: Facts) -> str:
    return f"{facts.month.start:%B %Y}"


def causes(facts: Facts, story: Story) -> Iterator[Cause]:
    """What made it, then what it counted, then what it cost."""
    charge = facts.charge
    yield from story.people
    yield from (each for each in story.add_ons if _belongs(each, facts))
    if facts.old_plan:
        yield _upgraded(facts, facts.old_plan)
    if charge.component is Component.LICENSE and charge.rule in {"L2", "L4", "L6"}:
        yield _counted(facts)
    if facts.floor and facts.minimum > facts.occupied:
        yield Contract(
            facts.minimum, facts.floor.effective_on, facts.floor.contract, facts.floor.at
        )
    if story.price:
        yield story.price
    yield from story.usage
    yield from _money(facts)


def _belongs(change: AddOnCame, facts: Facts) -> bool:
    """A1: of an addition that of its instant, of a true-up those of its day, else all."""
    charge = facts.charge
    if facts.way is Way.ADDITION:
        return change.quantity > 0 and change.at == charge.posted_at
    if facts.way is Way.TRUE_UP and charge.period and facts.paid_term:
        day = max(change.day, facts.paid_term.period.start)
        return change.quantity > 0 and day == charge.period.start
    return True


def _upgraded(facts: Facts, old: Upgrade) -> Upgraded:
    return Upgraded(
        from_plan_id=old.plan_id,
        to_plan_id=facts.plan_id,
        names=(old.plan_name, facts.plan_name),
        at=old.at,
        day=facts.day,
        actor=old.actor,
        reason=old.reason,
    )


def _counted(facts: Facts) -> Counted:
    return Counted(
        billable_users(facts),
        facts.occupied,
        facts.charge.posted_at,
        f"On {date_of(facts.day)} there {'was' if facts.occupied == 1 else 'were'} "
        f"{users(billable_users(facts))}.",
    )


def _money(facts: Facts) -> Iterator[Cause]:
    had, paid, terms = facts.credits, facts.paid, facts.afterwards
    if terms:
        day = local_date(terms.at, facts.timezone)
        yield PaidAfterwards(terms.at, day, terms.contract, terms.reason, terms.actor)
    if had:
        told = (
            f"{last_month(facts)} began with {show(had.opening)} of credits, "
            f"{show(had.added)} were added, and it ended at {show(had.balance)}."
        )
        yield Balance(had.balance, facts.charge.posted_at, told)
    if paid:
        day = local_date(paid.created_at, facts.timezone)
        told = f"The balance was {show(paid.balance)} on {date_of(day)}."
        yield Balance(paid.balance, paid.created_at, told)
        day = local_date(paid.settled_at, facts.timezone)
        yield Payment(paid.id, paid.amount, paid.settled_at, day)
