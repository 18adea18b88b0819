"""A company as the rules of billing describe it, with nothing of the engine in it."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tests.model.books import MONTHS, Books, Term
from tests.model.days import DAY, first_instant, local_day, months_later, next_first
from tests.model.people import BILLABLE, NOT_ACTIVE, Person


@dataclass
class Company:
    """`cut_off`: the next 1st that is to be billed. `minimums`: since when, and how many."""

    policy: str
    zone: str
    now: datetime
    books: Books
    has_card: bool = False
    minimums: list[tuple[date, int]] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    term: Term | None = None
    cut_off: date = date.max

    @property
    def today(self) -> date:
        return local_day(self.now, self.zone)

    @property
    def occupied(self) -> int:
        """L1: people of now who need a licence."""
        return sum(each.state in BILLABLE[self.policy] for each in self.people)

    @property
    def held(self) -> int:
        return self.books.held(self.today)

    @property
    def is_late(self) -> bool:
        """C5: a cut-off has passed and is not billed yet."""
        return self.term is not None and first_instant(self.cut_off, self.zone) <= self.now

    def hire(self, role: str, *, active: bool) -> None:
        """U6: whoever is created not active is suspended or deactivated, as the policy has it."""
        self.people.append(Person({role}))
        self.change(self.people[-1], "ACTIVE" if active else NOT_ACTIVE[self.policy])

    def change(self, person: Person, state: str) -> None:
        """L3, L5: whoever needs a licence now takes a free one, or one more is charged."""
        needed = bool(person.states) and person.state in BILLABLE[self.policy]
        adds = not needed and state in BILLABLE[self.policy]
        if adds:
            self.settle()
        person.states.append((self.now, state))
        if adds and self.term is not None:
            self._charge_addition(self.term)

    def convert(self, name: str) -> None:
        """L2: at once, for the rest of the month; on a 1st for the whole term."""
        stub = self.today.day != 1
        end = next_first(self.today) if stub else months_later(self.today, MONTHS[name])
        self.term = Term(name, self.today, end, stub)
        self.cut_off = next_first(self.today)
        self.books.pay("L2", self.term, self.today, max(self.minimum(self.today), self.occupied))
        self.books.issue("INITIAL", self.today)

    def settle(self) -> None:
        """C5: every cut-off that has passed, in order, once each."""
        while self.term is not None and self.is_late:
            self.bill(self.term)
            self.cut_off = next_first(self.cut_off)

    def copied(self) -> "Company":
        """To try out what comes next; terms are replaced, people are only read by then."""
        return replace(self, books=self.books.copied())

    def bill_until(self, last: date) -> None:
        """What the next 1sts will bill if nothing happens before them."""
        while self.term is not None and self.cut_off <= last:
            self.now = max(self.now, first_instant(self.cut_off, self.zone))
            self.settle()

    def set_minimum(self, minimum: int, on: date | None) -> None:
        """L1: from the next renewal on, or from a later one; in a trial, from today on."""
        self.settle()
        self.minimums.append((on or self.earliest, minimum))

    @property
    def earliest(self) -> date:
        return self.today if self.term is None else self.term.end

    def is_renewal(self, day: date) -> bool:
        """L1: where a minimum may begin."""
        if self.term is None:
            return day == self.today
        first = self.term.end
        while first < day:
            first = months_later(first, MONTHS[self.term.name])
        return first == day

    def minimum(self, first: date) -> int:
        """L1: in force for a term that begins on a day; the newest effect, then the last word."""
        found, since = 0, date.min
        for on, minimum in self.minimums:
            if since <= on <= first:
                found, since = minimum, on
        return found

    @property
    def available(self) -> int:
        """L3: how many more would not exceed max(minimum, held)."""
        floor = self.minimum(self.term.first if self.term else self.today)
        return max(0, max(floor, self.held) - self.occupied)

    def bill(self, term: Term) -> None:
        """I2, L3, L4, L6: unbilled charges, the true-up, the renewal; one invoice or none."""
        first, since = self.cut_off, self._needed_since()
        renews = first == term.end
        if term.long:
            self._true_up(term, since)
        if renews:
            self.term = Term(term.name, first, months_later(first, MONTHS[term.name]))
            self.books.pay("L6", self.term, first, max(self.minimum(first), len(since)))
        self.books.issue("RENEWAL" if renews else "TRUE_UP", first)

    def _needed_since(self) -> list[date]:
        """At the cut-off: the day since when each person has needed a licence, newest first."""
        before = first_instant(self.cut_off, self.zone)
        found = [each.counts_since(self.policy, before) for each in self.people]
        return sorted((local_day(at, self.zone) for at in found if at is not None), reverse=True)

    def _true_up(self, term: Term, since: list[date]) -> None:
        """L4: as many of the newest additions as exceed what is held, each from its own day."""
        excess = len(since) - self.books.held(self.cut_off - DAY)
        for day in since[: max(0, excess)]:
            self.books.pay("L4", term, max(day, term.first))

    def _charge_addition(self, term: Term) -> None:
        """L3, P4: one more than what is held; long terms and active users wait for the 1st."""
        waits = term.long or self.policy == "ACTIVE_USERS"
        if not waits and self.occupied > self.held:
            self.books.pay("L3", term, self.today)
