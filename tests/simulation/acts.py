"""What a company does, once in the real services and once as a fact of its story."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from app.db.unit_of_work import UnitOfWork
from app.domain.plans import Component
from app.domain.users import UserStatus
from app.services import add_ons, user_states, users
from tests.make import CAUSE, TESTER, new_user
from tests.simulation.agreements import agree, be_taxed, end, negotiate, pay_afterwards, wish
from tests.simulation.facts import Came, Rented, Went
from tests.simulation.life import Life, Person
from tests.simulation.spending import buy, use, use_card

Act: TypeAlias = Callable[[UnitOfWork, Life], Awaitable[None]]
ADD_ONS = [each.value for each in Component if each is not Component.LICENSE]


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
    be_taxed: 1,
    pay_afterwards: 1,
}
IN_TRIAL: Mapping[Act, int] = {
    hire: 4,
    change: 2,
    rent: 2,
    agree: 1,
    wish: 1,
    negotiate: 1,
    be_taxed: 1,
}


def an_act(life: Life) -> Act:
    """Few cancel, and most think better of it. Usage and departures do not wait for late bills."""
    if life.rng.random() < (0.2 if life.ends_on else 0.01):
        return end
    if life.late and life.converted and life.rng.random() < 0.5:
        return life.rng.choice((use, change))
    acts = ACTS if life.converted else IN_TRIAL
    return life.rng.choices(list(acts), list(acts.values()))[0]
