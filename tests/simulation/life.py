"""A random company: who it is, when it acts, and the story of what it has done."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from app.bootstrap import Perseat
from app.domain.users import Role
from app.services import accounts
from tests.make import Company, new_user
from tests.model.days import DAY, first_instant, local_day, months_later
from tests.simulation.facts import Came, Catalogue, Story
from tests.simulation.naive import walked
from tests.simulation.world import BEGINNINGS, PLANS, ZONES

SECOND = timedelta(seconds=1)
TERMS = {"LICENSE": ("MONTHLY", "QUARTERLY", "ANNUAL"), "ACTIVE_USERS": ("MONTHLY",)}
BILLABLE = {"LICENSE": ("ACTIVE", "PAUSED", "SUSPENDED"), "ACTIVE_USERS": ("ACTIVE",)}


@dataclass
class Person:
    id: UUID
    state: str


@dataclass
class Life:
    """`late`: nobody bills it at the end of this month. `lively`: acts in a month, on average.

    `ends_on`: cancelled; `ended_at`: in its trial, that instant. `post_paid`: its usage, now.
    """

    company: Company
    rng: Random
    name: str
    story: Story
    first: date
    now: datetime
    term: str
    trial: int
    lively: float
    refills: bool
    catalogue: Catalogue
    card: str = ""
    late: bool = False
    converted: bool = False
    ends_on: date | None = None
    ended_at: datetime | None = None
    post_paid: bool = False
    people: list[Person] = field(default_factory=list)
    add_ons: dict[str, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return local_day(self.now, self.story.zone)

    def counts(self, state: str) -> bool:
        return state in BILLABLE[self.story.policy]

    @property
    def paid_until(self) -> date:
        """L1: the next renewal, where a minimum may begin; in a trial it is today."""
        term = walked(self.story, self.catalogue, self.today + DAY).term
        return term.end if term else self.today

    @property
    def closed(self) -> bool:
        return self.ends_on is not None and self.ends_on <= self.today

    @property
    def end(self) -> datetime:
        """P1: the first instant that is not its own any more; only what is closed has one."""
        assert self.ends_on is not None
        return self.ended_at or first_instant(self.ends_on, self.story.zone)

    def cut_off(self, month: int) -> datetime:
        """The end of the `month`-th month of this life, counted from 0."""
        return first_instant(months_later(self.first, month + 1), self.story.zone)

    def moments(self, month: int) -> list[datetime]:
        """When it acts in a month: any second, often the first or the last; late, the cut-off."""
        end, start = self.cut_off(month), max(self.now, self.cut_off(month - 1))
        number = min(12, int(self.rng.expovariate(1 / self.lively)))
        left = int((end - start).total_seconds())
        found = {start + self.rng.randrange(1, left) * SECOND for _ in range(number)}
        if number and self.rng.random() < 0.1:
            found |= {end - SECOND}
        if number and self.rng.random() < 0.1:
            found |= {start + SECOND}
        if start > self.now and self.rng.random() < 0.5:
            found |= {start}
        return sorted(found)


def random_life(app: Perseat, catalogue: Catalogue, seed: str, number: int) -> Life:
    rng = Random(f"{seed}/{number}")  # noqa: S311 - a seed, so that a failure can be replayed
    plan = rng.choice(("ipro", "upro", "upro", "xpro", "xpro", "provider", "partner"))
    post_paid = rng.random() < 0.15
    story = Story(PLANS[plan], plan, rng.choice(ZONES), post_paid)
    first = date.fromisoformat(f"{rng.choice(BEGINNINGS)}-01")
    start = first_instant(first, story.zone)
    now = start + rng.choice((0, rng.randrange(27 * 24 * 3600))) * SECOND
    term = rng.choice(TERMS[story.policy])
    return Life(
        company=Company(app, UUID(int=rng.getrandbits(128), version=4), plan),
        rng=rng,
        name=f"SEED={seed} ONLY={number} ({plan}, {term}, {story.zone})",
        story=story,
        first=first,
        now=now,
        term=term,
        trial=rng.choice((0, 0, 0, 1, 2)),
        lively=rng.choice((0.3, 1, 2, 3)),
        refills=not post_paid and rng.random() < 0.2,
        catalogue=catalogue,
        post_paid=post_paid,
    )


async def sign_up(life: Life) -> None:
    """A trial with its administrator, who stays for ever."""
    administrator = new_user(roles=frozenset({Role.ADMINISTRATOR}))
    new = accounts.NewAccount(
        name="Company",
        plan_id=life.story.plan,
        administrator=administrator,
        billing_timezone=life.story.zone,
        may_go_negative=life.rng.random() < 0.5,
        test_clock=life.now,
        id=life.company.id,
    )
    async with life.company.begin() as uow:
        await accounts.create_account(uow, new)
    subscription = life.story.post_paid and life.rng.random() < 0.5
    await life.company.pay_afterwards(usage=life.story.post_paid, subscription=subscription)
    life.people.append(Person(UUID(int=0), "ACTIVE"))
    life.story.facts.append(Came(life.now, 0))
