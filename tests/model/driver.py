"""What the machine does to the real thing, and what it sees there: services and SQL only."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text

from app.bootstrap import Perseat
from app.domain.errors import BillingError, Refused
from app.domain.plans import Term
from app.domain.users import Role, UserStatus
from app.services import accounts, roles, runs, subscriptions, user_states, users
from app.services.previews import Preview, Wish, preview
from tests.make import CAUSE, TESTER, Company, licenses_now, new_user, query

Done = TypeVar("Done")

LINES = """SELECT coalesce(i.number, 0), c.rule, c.unit_amount / 10000, c.quantity,
        lower(c.period), upper(c.period) - 1
    FROM charges c LEFT JOIN invoices i ON i.account_id = c.account_id AND i.id = c.invoice_id
    WHERE c.account_id = :id"""
INVOICES = """SELECT number, kind, issued_on, total / 10000 FROM invoices
    WHERE account_id = :id ORDER BY number"""
FIRST = "SELECT id FROM users WHERE account_id = :id"
FORGET = "UPDATE outbox SET done_at = created_at WHERE account_id = :id AND done_at IS NULL"


def why_not(error: BillingError) -> str:
    return error.rule if isinstance(error, Refused) else error.code


@dataclass
class Driver:
    """One account on the database that all examples share; `ids`: its users, oldest first."""

    loop: asyncio.AbstractEventLoop
    app: Perseat
    id: UUID
    ids: list[UUID] = field(default_factory=list)

    @property
    def company(self) -> Company:
        return Company(self.app, self.id, "")

    def run(self, work: Coroutine[Any, Any, Done]) -> Done:
        return self.loop.run_until_complete(work)

    def attempt(self, work: Coroutine[Any, Any, Done]) -> tuple[Done | None, str | None]:
        """Do it; the rule or the code by which it was refused, if it was."""
        try:
            return self.run(work), None
        except BillingError as error:
            return None, why_not(error)

    async def sign_up(self, new: accounts.NewAccount) -> None:
        async with self.company.begin() as uow:
            await accounts.create_account(uow, new)
        self.ids += [row[0] for row in await query(self.app, FIRST, id=self.id)]

    async def add(self, role: str, *, active: bool) -> None:
        new = new_user(roles=frozenset({Role(role)}), active=active)
        async with self.company.begin() as uow:
            user = await users.create_user(uow, self.id, new, actor=TESTER)
        self.ids.append(user.id)

    async def change(self, who: int, state: str) -> None:
        async with self.company.begin() as uow:
            target, user = UserStatus(state), self.ids[who]
            await user_states.change_status(uow, self.id, user, target, cause=CAUSE)

    async def grant(self, who: int, role: str) -> None:
        async with self.company.begin() as uow:
            await roles.grant_role(uow, self.id, self.ids[who], Role(role), actor=TESTER)

    async def revoke(self, who: int, role: str) -> None:
        async with self.company.begin() as uow:
            await roles.revoke_role(uow, self.id, self.ids[who], Role(role), actor=TESTER)

    async def ask(self, wish: Wish) -> Preview:
        """And roll back: a preview bills what is due, which would spare every step being late."""
        async with self.company.begin() as uow:
            shown = await preview(uow, self.id, wish, actor=TESTER)
            await uow.session.rollback()
        return shown

    async def use_card(self) -> None:
        await self.company.use_card("card_ok")

    async def convert(self, term: str) -> None:
        async with self.company.begin() as uow:
            await subscriptions.convert_trial(uow, self.id, term=Term(term))

    async def set_minimum(self, minimum: int, on: date | None) -> None:
        await self.company.set_minimum(minimum, on)

    async def advance(self, to: datetime) -> None:
        async with self.company.begin() as uow:
            await accounts.advance_test_clock(uow, self.id, to)

    async def bill(self) -> None:
        """What workers do for the bill; there are no credits here, and payments can wait."""
        await runs.bill_account(self.app.operators, self.id)

    async def look(self) -> dict[str, Any]:
        """What the engine says of the company now; a line for each licence."""
        async with self.company.begin() as uow:
            licenses = await licenses_now(uow, self.id)
            connection = await uow.session.connection()
            found = list(await connection.execute(text(LINES), {"id": self.id}))
            invoices = await connection.execute(text(INVOICES), {"id": self.id})
            invoices_seen = [tuple(row) for row in invoices]
        each = [((n, rule, cents, *period), times) for n, rule, cents, times, *period in found]
        lines = sorted(line for line, times in each for _ in range(times))
        return {
            "held": licenses.held,
            "occupied": licenses.occupied,
            "available": licenses.available,
            "unbilled": sorted(cents for number, _, cents, *_ in lines if not number),
            "invoices": invoices_seen,
            "lines": lines,
        }

    async def forget(self) -> None:
        """Leave no work for the examples that follow."""
        await query(self.app, FORGET, id=self.id)
