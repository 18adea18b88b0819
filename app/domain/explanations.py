"""Rule I5: a charge as sentences, for the person who has to pay it: what, how many, from which
day to which, why, at what price. Facts only, each of them from the histories."""

from collections.abc import Callable, Mapping, Sequence

from app.domain.facts import Facts, Posted, Way
from app.domain.money import show
from app.domain.periods import local_date
from app.domain.plans import Component
from app.domain.reasons import RENT
from app.domain.stories import Story, last_month
from app.domain.wording import date_of, days, units

REASONS: Mapping[str, str] = {
    "L2": "A conversion is charged at once, for the users of that day or the contracted minimum.",
    "L3": "A licence added in the middle of a term is charged from its day on.",
    "L4": "On each 1st a long term is adjusted to the licences in use, each from its own day on.",
    "L6": "A renewal charges the users of the cut-off, but at least the contracted minimum.",
    "L7": "An upgrade holds at once and costs the difference, to the end of what is paid for.",
    "A1": "Add-ons are charged like licences: by the term, and from the day they are added.",
    "M5": "Credits were bought.",
    "M6": "The balance had reached its threshold, so credits were topped up.",
    "M7": "Usage had made the credit balance negative; this brings it back to zero.",
    "M8": "The usage of the month, which this account pays afterwards.",
}


def explain(description: str, rule: str, steps: Sequence[str]) -> str:
    """Of a charge that is not posted yet: one sentence for what and how much, one for why."""
    return f"{description}: {'; '.join(steps)}. {REASONS.get(rule, '')}".rstrip()


def sentences(facts: Facts, story: Story) -> str:
    """What and how much, then why; a rule that has no words of its own is told in general."""
    charge = facts.charge
    if charge.component is not None and charge.period is not None:
        told = RENT.get(facts.way) if facts.way else None
        why = told(facts, story) if told else REASONS.get(charge.rule, "")
        what = _what(facts, charge.component)
        why += _new_price(facts, story)
        return f"{what} {days(charge.period)}: {_sum(charge)}. {why}".rstrip()
    told = _MONEY.get(charge.rule)
    return told(facts, story) if told else explain(charge.description, charge.rule, charge.steps)


def _what(facts: Facts, component: Component) -> str:
    if facts.way is Way.UPGRADE:
        return f"{units(facts.charge.quantity, component)} upgraded to {facts.plan_name}"
    old = facts.old_plan
    return units(facts.charge.quantity, component, old.plan_name if old else facts.plan_name)


def _sum(charge: Posted) -> str:
    """The steps as one: nobody multiplies by one."""
    steps = list(charge.steps)
    if charge.quantity == 1 and len(steps) > 1:
        steps.pop()
    if steps == [f"{show(charge.amount)} x 1 = {show(charge.amount)}"]:
        return show(charge.amount)
    return "; ".join(steps)


def _new_price(facts: Facts, story: Story) -> str:
    """Since when, if the customer has known another price."""
    price = story.price
    if price is None or price.since <= facts.customer_since:
        return ""
    return f" The price is {price.per} since {date_of(price.since, facts.charge.period)}."


def _purchase(facts: Facts, _: Story) -> str:
    what = f"Credits for usage, bought on {date_of(facts.day)}: {show(facts.charge.amount)}."
    return f"{what} They appeared when the payment had succeeded, and pay for usage only."


def _top_up(facts: Facts, _: Story) -> str:
    what = f"Credits for usage, topped up on {date_of(facts.day)}: {_sum(facts.charge)}."
    if facts.paid is None:
        return f"{what} {REASONS['M6']}"
    return (
        f"{what} The balance was {show(facts.paid.balance)}: automatic top-up charges the fewest "
        "steps that end above its threshold."
    )


def _used(story: Story) -> str:
    each = [f"{used.what} ({show(used.amount)})" for used in story.usage]
    return ", ".join(each) or "usage of earlier months"


def _debt(facts: Facts, story: Story) -> str:
    had = facts.credits
    what = f"Previous debt, {last_month(facts)}: {_sum(facts.charge)}."
    if had is None:
        return f"{what} {REASONS['M7']}"
    return (
        f"{what} Credits of {show(had.opening + had.added)} did not cover {_used(story)}; the "
        f"balance {_settled(facts)}."
    )


def _settled(facts: Facts) -> str:
    """M8: before a 1st a debt is settled only where usage begins to be paid in another way."""
    if facts.charge.is_of_a_bill:
        return f"begins {facts.day:%B} at zero"
    return f"was set to zero on {date_of(facts.day)}, when usage began to be paid in another way"


def _post_paid(facts: Facts, story: Story) -> str:
    what = f"Usage, {last_month(facts)}: {_sum(facts.charge)}."
    return f"{what} {_used(story)[0].upper()}{_used(story)[1:]}; {_since(facts)}."


def _since(facts: Facts) -> str:
    if facts.afterwards is None:
        return "this account pays usage afterwards"
    day = local_date(facts.afterwards.at, facts.timezone)
    return f"this account pays usage afterwards since {date_of(day)}"


_MONEY: Mapping[str, Callable[[Facts, Story], str]] = {
    "M5": _purchase,
    "M6": _top_up,
    "M7": _debt,
    "M8": _post_paid,
}
