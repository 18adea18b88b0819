"""One company twice, in the engine and in the model, and the comparison of the two."""

from collections.abc import Callable, Coroutine
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

from app.domain.previews import Action
from app.domain.users import Role
from app.services.previews import Wish
from tests.model.company import Company
from tests.model.days import first_instant, local_day, next_first
from tests.model.driver import Driver
from tests.model.people import ADMINISTRATOR, Person, is_last, refusals
from tests.model.promises import ACTIONS, Bill, Promise, foreseen, promise

Work: TypeAlias = Callable[[], Coroutine[Any, Any, object]]


class Life:
    """`forecast`: what the model said of a 1st just before it. `promised`: by the last preview."""

    def __init__(self, real: Driver, model: Company) -> None:
        self.real, self.model = real, model
        self.forecast: dict[date, list[Bill]] = {}
        self.promised: Promise | None = None
        self.asked = False
        self.agreed = True

    def attempt(self, work: Coroutine[Any, Any, Any], broken: set[str]) -> Any:
        """The services refuse exactly what the model refuses, and cite one of its rules."""
        self.agreed = False
        done, refused = self.real.attempt(work)
        assert (refused in broken) if broken else (refused is None), (refused, broken)
        return done

    def step(self, work: Work, broken: set[str], wish: Wish) -> bool:
        """Ask the preview, which refuses what the step refuses; then do it."""
        shown = self.attempt(self.real.ask(wish), broken)
        self.attempt(work(), broken)
        if not broken:
            self.promised, self.asked = promise(shown), True
        return not broken

    def add(self, role: str, *, active: bool) -> None:
        wish = Wish(Action.CREATE, roles=frozenset({Role(role)}), active=active)
        self.step(partial(self.real.add, role, active=active), set(), wish)
        self.model.hire(role, active=active)

    def change(self, who: int, state: str) -> None:
        person = self.model.people[who]
        broken = refusals(self.model.policy, person, self.others(person), state)
        wish = Wish(ACTIONS[state], self.real.ids[who])
        if self.step(partial(self.real.change, who, state), broken, wish) and person.state != state:
            self.model.change(person, state)

    def grant(self, who: int, role: str) -> None:
        person = self.model.people[who]
        wish = Wish(Action.GRANT_ROLE, self.real.ids[who], frozenset({Role(role)}))
        if self.step(partial(self.real.grant, who, role), deleted(person), wish):
            person.roles.add(role)

    def revoke(self, who: int, role: str) -> None:
        person = self.model.people[who]
        broken = deleted(person)
        if person.runs_the_account and role == ADMINISTRATOR and is_last(self.others(person)):
            broken = {"U3"}
        wish = Wish(Action.REVOKE_ROLE, self.real.ids[who], frozenset({Role(role)}))
        if self.step(partial(self.real.revoke, who, role), broken, wish):
            person.roles.discard(role)

    def others(self, person: Person) -> list[Person]:
        return [each for each in self.model.people if each is not person]

    def use_card(self) -> None:
        self.real.run(self.real.use_card())
        self.model.has_card = True

    def convert(self, term: str) -> None:
        broken = set() if self.model.has_card else {"L2"}
        if self.model.term:
            broken = {"CONFLICT"}
        self.attempt(self.real.convert(term), broken)
        if not broken:
            self.model.convert(term)
            self.promised = None

    def set_minimum(self, minimum: int, on: date | None) -> None:
        settled = self.model.copied()
        settled.settle()
        broken = set() if on is None or settled.is_renewal(on) else {"L1"}
        self.attempt(self.real.set_minimum(minimum, on), broken)
        if not broken:
            self.model.set_minimum(minimum, on)
            self.promised = None

    def wait(self, what: str, number: int, *, late: bool) -> None:
        """Hours, months or so, or till seconds before or after the cut-off; then workers work."""
        now, to = self.model.now, self.model.now + timedelta(hours=number)
        if what == "months":
            to = now + timedelta(days=30 * number)
        if what == "cut-off":
            to = self._cut_off_after(now - timedelta(seconds=number)) + timedelta(seconds=number)
        if to > now:
            self._foresee(to)
            self.model.now = to
            self.real.run(self.real.advance(to))
            if not late:
                self.bill()

    def _cut_off_after(self, instant: datetime) -> datetime:
        first = next_first(local_day(instant, self.model.zone))
        return first_instant(first, self.model.zone)

    def _foresee(self, to: datetime) -> None:
        """Remember what the model says of the next 1st, if nothing else comes before it."""
        model = self.model
        if model.term and not model.is_late and to >= first_instant(model.cut_off, model.zone):
            self.forecast[model.cut_off] = foreseen(model, model.cut_off)

    def bill(self) -> None:
        self.model.settle()
        self.real.run(self.real.bill())


def deleted(person: Person) -> set[str]:
    return {"U5"} if person.state == "DELETED" else set()
