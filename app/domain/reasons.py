"""Why something rented is charged (rules L2 to L6, A1), in words for the person who pays it."""

from collections.abc import Callable, Mapping

from app.domain.causes import TERM_WORDS
from app.domain.facts import Facts, Way
from app.domain.periods import Period
from app.domain.plans import Component
from app.domain.stories import Story, billable_users
from app.domain.wording import date_of, people, units, users


def _day(facts: Facts) -> str:
    return date_of(facts.day, facts.charge.period)


def _who(facts: Facts) -> str:
    """The billable users, and the floor where it counts."""
    who = users(billable_users(facts))
    if facts.minimum > facts.occupied:
        return f"{who}, but the contract's minimum is {facts.minimum:,}"
    return who


def _there(facts: Facts) -> str:
    number = facts.wanted
    return f"there {'was' if number == 1 else 'were'} {_who(facts)}"


def _conversion(facts: Facts, _: Story) -> str:
    period = facts.charge.period
    why = f"The trial was converted on {_day(facts)}, when "
    if facts.charge.component is Component.LICENSE:
        why += f"{_there(facts)}."
    else:
        why += f"{'it had' if facts.charge.quantity == 1 else 'they had'} been added already."
    if period is None or period.start.day == 1:
        return why
    return f"{why} The first full {TERM_WORDS[facts.term]} is billed on {_following(period)}."


def _following(period: Period) -> str:
    return date_of(period.end, period)


def _renewal(facts: Facts, _: Story) -> str:
    term = TERM_WORDS[facts.term]
    why = f"The {term} is billed on its first day, {_day(facts)}"
    if facts.charge.component is Component.LICENSE:
        return f"{why}, when {_there(facts)}."
    return f"{why}, for what was rented then."


def _addition(facts: Facts, story: Story) -> str:
    is_licence = facts.charge.component is Component.LICENSE
    came = f"{_who_came(story, facts)}{_taken(facts)}" if is_licence else _added(facts, story)
    paid = "It is" if facts.charge.quantity == 1 else "They are"
    term = facts.paid_term and facts.subscription(facts.paid_term.period)
    then = "what follows is billed on the 1st"
    if term and term.equivalent > 1:
        then = f"the first full {TERM_WORDS[facts.term]} is billed from the 1st"
    return f"{came}. {paid} paid to the month's end; {then}."


def _taken(facts: Facts) -> str:
    held = facts.held_before
    if held == 1:
        return ", and the one licence was taken"
    return f", and all {held:,} licences were taken" if held else ""


def _who_came(story: Story, facts: Facts) -> str:
    """The people of one day; where they came in several ways, what these have in common."""
    came = {each.did for each in story.people}
    did = came.pop() if len(came) == 1 else "became billable"
    day = story.people[0].day if story.people else facts.day
    names = people([each.name for each in story.people], facts.charge.quantity)
    return f"{names} {did} on {date_of(day, facts.charge.period)}"


def _added(facts: Facts, story: Story) -> str:
    """Fewer are charged than were added where some of the held ones were free (L5)."""
    number = story.add_ons[0].quantity if story.add_ons else facts.charge.quantity
    added = "One was" if number == 1 else f"{number:,} were"
    return f"{added} added on {_day(facts)}, when {_rented(facts)}"


def _rented(facts: Facts) -> str:
    """With what was added."""
    held = f"{facts.held_before:,}" if facts.held_before else "none"
    rented = "one was" if facts.wanted == 1 else f"{facts.wanted:,} were"
    return f"{rented} rented and {held} paid for"


def _true_up(facts: Facts, story: Story) -> str:
    term = TERM_WORDS[facts.term]
    if facts.charge.component is not Component.LICENSE:
        return (
            f"On {_day(facts)} {_rented(facts)}; the newest are charged, from their own day to "
            f"the {term}'s end."
        )
    held = "one licence" if facts.held_before == 1 else f"{facts.held_before:,} licences"
    paid = "It is" if facts.charge.quantity == 1 else "They are"
    return (
        f"{_who_came(story, facts)}. On {_day(facts)} there were {users(billable_users(facts))} "
        f"and {held} paid for. {paid} paid to the {term}'s end."
    )


def _upgrade(facts: Facts, _: Story) -> str:
    old = facts.upgrade
    instead = f" took the place of {old.plan_name}" if old else " began"
    held = units(facts.charge.quantity, facts.charge.component or Component.LICENSE).lower()
    return (
        f"{facts.plan_name}{instead} on {_day(facts)}: the difference of the prices is charged for "
        f"{held} held then, to the end of what was paid for."
    )


RENT: Mapping[Way, Callable[[Facts, Story], str]] = {
    Way.CONVERSION: _conversion,
    Way.RENEWAL: _renewal,
    Way.ADDITION: _addition,
    Way.TRUE_UP: _true_up,
    Way.UPGRADE: _upgrade,
}
