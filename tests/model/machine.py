"""The steps that hypothesis combines; after each of them everything is compared."""

from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.model.books import MONTHS
from tests.model.comparison import compare
from tests.model.days import months_later
from tests.model.life import Life
from tests.model.people import ADMINISTRATOR
from tests.model.world import World

BEGINNINGS = (
    ("UTC", "2025-11-01T00:00"),
    ("UTC", "2025-11-12T10:00"),
    ("America/New_York", "2025-11-12T03:00"),
    ("America/New_York", "2025-03-01T05:00"),
    ("Asia/Kolkata", "2025-12-23T10:00"),
    ("Asia/Kolkata", "2024-01-31T20:00"),
    ("Pacific/Auckland", "2024-12-31T22:00"),
    ("Pacific/Kiritimati", "2023-02-28T23:30"),
    ("America/Asuncion", "2023-09-20T09:00"),  # 1 October had no midnight
    ("America/Havana", "2026-10-20T15:00"),  # 1 November has two
)
LICENSED = ("odd", "upro", "odd", "xpro", "ipro")
TERMS = ("MONTHLY", "QUARTERLY", "ANNUAL")
STATES = ("ACTIVE", "PAUSED", "SUSPENDED", "DEACTIVATED", "DELETED")
ROLES = ("AGENT", ADMINISTRATOR, "SUPERVISOR", "BILLING_ADMIN")

Wait: TypeAlias = tuple[str, int, bool]
"""What, how many of it, and whether the workers are late then."""
lateness = st.sampled_from((False, False, True))
no_time = st.just(("hours", 0, False))
in_month = st.tuples(st.just("hours"), st.integers(1, 150), lateness)
cut_off = st.tuples(st.just("cut-off"), st.sampled_from((0, -1, 0, 1)), st.booleans())
months = st.tuples(st.just("months"), st.sampled_from((1, 2, 3, 11)), lateness)
waits = st.one_of(
    *(no_time, no_time, no_time, no_time, in_month, in_month, in_month, in_month),
    *(cut_off, cut_off, months),
)
somebody = st.integers(-4, 4)
"""Of those who were there first, or of the newest."""

Act: TypeAlias = tuple[Any, ...]
"""What is done, by the name of a method, and to whom or how."""
adds = st.tuples(
    st.just("add"), st.sampled_from(ROLES), st.sampled_from(("active", "active", "not active"))
)
takes_away = st.tuples(st.just("take_away"), st.one_of(st.just(-1), somebody))
visits = st.tuples(st.just("visit"), st.integers(0, 100))
changes = st.tuples(st.just("change"), somebody, st.sampled_from(STATES))
administers = st.tuples(st.sampled_from(("grant", "revoke")), somebody)
agrees = st.tuples(
    st.just("set_minimum"),
    st.integers(0, 6),
    st.sampled_from(("soon", "soon", "later", "too early", "too late")),
)
converts = st.tuples(st.just("convert"), st.sampled_from(TERMS))
others = st.sampled_from((("nothing",), ("work",), ("use_card",)))
acts = st.one_of(
    *(adds, adds, adds, adds, takes_away, takes_away, visits, visits, changes, changes),
    *(administers, agrees, converts, others),
)


class Machine(RuleBasedStateMachine):
    """A company's life: time passes, or none does, and then somebody does something."""

    world: World
    plans: tuple[str, ...]
    term: str

    @initialize(
        plan=st.integers(0, 4),
        beginning=st.sampled_from(BEGINNINGS),
        later=st.sampled_from((0, 0, 0, 10, 25)),
        team=st.integers(0, 3),
        minimum=st.sampled_from((0, 0, 3, 5)),
        converts=st.sampled_from((True, True, True, True, False)),
    )
    def sign_up(
        self,
        plan: int,
        beginning: tuple[str, str],
        later: int,
        team: int,
        minimum: int,
        *,
        converts: bool,
    ) -> None:
        """A company, most often converted."""
        zone, start = beginning
        at = datetime.fromisoformat(f"{start}+00:00") + timedelta(days=later)
        self.life = Life(*self.world.found(self.plans[plan % len(self.plans)], zone, at))
        self.life.model.hire(ADMINISTRATOR, active=True)
        for _ in range(team):
            self.life.add("AGENT", active=True)
        if minimum:
            self._set_minimum(minimum, "soon")
        if converts:
            self._use_card()
            self._convert(self.term)

    @rule(wait=waits, act=acts)
    def live(self, wait: Wait, act: Act) -> None:
        self._wait(*wait)
        getattr(self, f"_{act[0]}")(*act[1:])

    def _wait(self, what: str, number: int, late: bool) -> None:  # noqa: FBT001 - as it is drawn
        self.life.wait(what, number, late=late)

    def _nothing(self) -> None:
        """Time has passed."""

    def _add(self, role: str, state: str) -> None:
        self.life.add(role, active=state == "active")

    def _visit(self, hours: int) -> None:
        """Come and go again, most often within a month (L5)."""
        self._add("AGENT", "active")
        compare(self.life)
        self.life.wait("hours", hours, late=False)
        self._take_away(-1)

    def _change(self, who: int, state: str) -> None:
        self.life.change(self._one(who), state)

    def _take_away(self, who: int) -> None:
        """Delete, or deactivate where people are billed while they are active."""
        licensed = self.life.model.policy == "LICENSE"
        self._change(who, "DELETED" if licensed else "DEACTIVATED")

    def _grant(self, who: int) -> None:
        self.life.grant(self._one(who), ADMINISTRATOR)

    def _revoke(self, who: int) -> None:
        self.life.revoke(self._one(who), ADMINISTRATOR)

    def _one(self, who: int) -> int:
        return who % len(self.life.model.people)

    def _work(self) -> None:
        """The workers come, who may have been late."""
        self.life.bill()

    def _use_card(self) -> None:
        self.life.use_card()

    def _convert(self, term: str) -> None:
        """Sometimes without a card."""
        active_users = self.life.model.policy == "ACTIVE_USERS"
        self.life.convert("MONTHLY" if active_users else term)

    def _set_minimum(self, minimum: int, when: str) -> None:
        """From the next renewal on, from the one after it, or from where none may begin."""
        settled = self.life.model.copied()
        settled.settle()
        on: date | None = settled.earliest
        if when == "too early":
            on = settled.earliest - timedelta(days=1)
        elif when == "too late":
            on = settled.earliest + timedelta(days=1)
        elif when == "later" and settled.term:
            on = months_later(settled.earliest, MONTHS[settled.term.name])
        self.life.set_minimum(minimum, None if when == "soon" else on)

    @invariant()
    def everything_is_equal(self) -> None:
        compare(self.life)

    def teardown(self) -> None:
        """The next 1st comes without another step; then the company is left alone."""
        if hasattr(self, "life") and self.life.agreed:
            self.life.wait("cut-off", 0, late=False)
            compare(self.life)
            self.life.real.run(self.life.real.forget())


KINDS = (
    ("MonthlyLife", LICENSED, "MONTHLY"),
    ("QuarterlyLife", LICENSED, "QUARTERLY"),
    ("AnnualLife", LICENSED, "ANNUAL"),
    ("ActiveUsersLife", ("provider",), "MONTHLY"),
)


def machines(world: World) -> list[type[Machine]]:
    """One for each term and policy: left alone, hypothesis likes some and hardly visits others."""
    return [
        type(name, (Machine,), {"world": world, "plans": plans, "term": term})
        for name, plans, term in KINDS
    ]
