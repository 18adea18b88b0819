"""A database of its own with the shipped plans, and one more with prices that round badly."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import TypeAlias

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.users import Role
from app.services import accounts
from tests.make import new_user, query
from tests.model.books import Books
from tests.model.company import Company
from tests.model.driver import Driver

Prices: TypeAlias = dict[tuple[str, date], Fraction]

POLICIES = {
    "upro": "LICENSE",
    "ipro": "LICENSE",
    "xpro": "LICENSE",
    "odd": "LICENSE",
    "provider": "ACTIVE_USERS",
}
ODD = {"MONTHLY": 12_450_000, "QUARTERLY": 35_550_000, "ANNUAL": 133_330_000}
"""C3: prices that come to half cents."""
SINCE = (
    "2020-01-01",
    "2023-03-05",
    "2023-09-25",
    "2024-02-08",
    "2025-01-09",
    "2025-03-08",
    "2025-11-08",
    "2025-11-19",
    "2025-12-27",
    "2026-10-27",
)
"""P2: days on which they rise, in the middle of months and some days after companies begin."""
PLAN = "INSERT INTO plans VALUES ('odd', 'Odd', 'LICENSE', 'USD')"
PRICE = """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example)
    VALUES (:id, 'odd', 'LICENSE', :term, daterange(:since, :until), :amount, true)"""
PRICES = """SELECT plan_id, term, lower(effective), amount FROM prices
    WHERE component = 'LICENSE'"""


@dataclass
class World:
    """Examples make accounts here; none sees another."""

    loop: asyncio.AbstractEventLoop
    app: Perseat
    prices: dict[str, Prices] = field(default_factory=dict)

    async def prepare(self) -> None:
        await query(self.app, PLAN)
        days = [date.fromisoformat(day) for day in SINCE]
        for number, (since, until) in enumerate(zip(days, [*days[1:], None], strict=True)):
            period = {"since": since, "until": until}
            for term, amount in ODD.items():
                micros = amount + 1_230_000 * number
                await query(self.app, PRICE, id=new_id(), term=term, amount=micros, **period)
        for plan, term, day, micros in await query(self.app, PRICES):
            self.prices.setdefault(plan, {})[term, day] = Fraction(micros, 10_000)

    def found(self, plan: str, zone: str, at: datetime) -> tuple[Driver, Company]:
        """A trial with one administrator, and its model."""
        new = accounts.NewAccount(
            name="Company",
            plan_id=plan,
            billing_timezone=zone,
            administrator=new_user(roles=frozenset({Role.ADMINISTRATOR})),
            test_clock=at,
        )
        driver = Driver(self.loop, self.app, new.id)
        driver.run(driver.sign_up(new))
        return driver, Company(POLICIES[plan], zone, at, Books(self.prices[plan]))
