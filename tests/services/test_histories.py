"""Random half-years through the real services: every invariant holds, every count is recounted."""

import asyncio
import os
import random
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.bootstrap import Perseat
from app.domain.errors import Refused
from app.domain.periods import local_date, midnight
from app.domain.plans import POLICIES, BillingPolicy, Component, Term
from app.domain.top_ups import AutoTopUp
from app.domain.users import UserStatus
from app.services import auto_top_up
from app.services.verify import verify
from tests.make import Company, at, drain, make_company, query, sms

PLANS = {
    "ipro": Term.MONTHLY,
    "upro": Term.QUARTERLY,
    "xpro": Term.ANNUAL,
    "provider": Term.MONTHLY,
}
ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati")
END = at("2026-04-10")


@dataclass
class Life:
    """One company and the dice that decide what happens to it."""

    company: Company
    dice: random.Random
    zone: str

    async def happen(self) -> None:
        """One thing, whatever it is; what a rule refuses has not happened."""
        verbs = (self._add, self._change, self._change, self._rent, self._use, self._buy)
        with suppress(Refused):
            await self.dice.choice(verbs)()

    async def _add(self) -> None:
        await self.company.add(self.dice.randint(1, 2), active=self.dice.random() < 0.8)

    async def _change(self) -> None:
        user = self.dice.choice(await self.company.people() or [None])
        if user is not None:
            await self.company.change(user, self.dice.choice(list(UserStatus)))

    async def _rent(self) -> None:
        component = self.dice.choice([Component.LOCAL_NUMBER, Component.AI_TEXT_BOT])
        await self.company.rent(component, self.dice.choice([-2, -1, 1, 3]))

    async def _use(self) -> None:
        happened_at = at("2025-10-01") + timedelta(days=self.dice.randint(0, 10))
        await self.company.record(sms(self.dice.randint(1, 9_999), happened_at=happened_at))

    async def _buy(self) -> None:
        rule = AutoTopUp(enabled=self.dice.random() < 0.5)
        async with self.company.begin() as uow:
            await auto_top_up.configure_auto_top_up(uow, self.company.id, rule)

    async def cut_offs(self) -> dict[str, int]:
        """Licences that each renewal charged, by day."""
        sql = """SELECT lower(period)::text, quantity FROM charges
            WHERE account_id = :id AND rule = 'L6'"""
        rows = await query(self.company.app, sql, id=self.company.id)
        return {day: quantity for day, quantity in rows}  # noqa: C416 - a row is no pair

    async def recounted(self, days: list[str]) -> dict[str, int]:
        """Billable users at local midnight of each day, from the history alone."""
        policy = "ACTIVE_USERS" if self.company.plan == "provider" else "LICENSE"
        sql = """SELECT user_id, to_status, at FROM user_states
            WHERE account_id = :id ORDER BY user_id, version"""
        rows = await query(self.company.app, sql, id=self.company.id)
        counts = {}
        for day in days:
            instant = midnight(at(day).date(), self.zone)
            last = {user: UserStatus(status) for user, status, when in rows if when < instant}
            billable = POLICIES[BillingPolicy(policy)].billable
            counts[day] = sum(status in billable for status in last.values())
        return counts


async def _lives(app: Perseat, seed: int) -> list[Life]:
    lives = []
    for number, (plan, term) in enumerate(PLANS.items()):
        dice = random.Random(f"{seed} {plan}")  # noqa: S311 - dice, not a secret
        zone = ZONES[(seed + number) % len(ZONES)]
        company = await make_company(
            app, plan, users=dice.randint(1, 4), on="2025-10-14", billing_timezone=zone
        )
        await company.start(term)
        lives.append(Life(company, dice, zone))
    return lives


@pytest.mark.long
@pytest.mark.parametrize("seed", range(int(os.environ.get("PERSEAT_HISTORIES", "1"))))
async def test_a_random_half_year_is_billed_as_its_history_says(
    own_app: Perseat, seed: int
) -> None:
    """L1, L6, I7, C5: late workers, other zones, all terms and both policies."""
    lives = await _lives(own_app, seed)
    steps = random.Random(seed)  # noqa: S311
    now = at("2025-10-14")

    while now < END:
        now += timedelta(days=steps.randint(1, 12), minutes=steps.randint(1, 1_439))
        for life in lives:
            await life.company.set_clock(str(now.date()), f"{now:%H:%M}")
        if steps.random() < 0.4:
            await drain(own_app)
        await asyncio.gather(*(life.happen() for life in lives))
    await drain(own_app)

    wrong = [each async for each in verify(own_app.operators) if each.count]
    assert [(each.invariant.name, each.findings) for each in wrong] == []
    for life in lives:
        charged = await life.cut_offs()
        assert charged == await life.recounted(list(charged))
        last = local_date(now, life.zone).replace(day=1)
        assert max(charged) <= str(last)
        assert len(charged) == {"ipro": 6, "upro": 2, "xpro": 1, "provider": 6}[life.company.plan]
