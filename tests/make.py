"""Factories and shorthands: what a story says in one line."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from uuid import UUID

from sqlalchemy import text

from app.bootstrap import Perseat
from app.domain.accounts import AccountStatus
from app.domain.money import to_decimal
from app.domain.plans import Term
from app.domain.usage import Direction, Initiator, LineType, UsageEvent, UsageKind
from app.domain.users import Role, UserStatus
from app.models import Invoice, User
from app.services import accounts, credits, payments, subscriptions, users
from workers import tasks

_numbers = count(1)


def at(day: str, time: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}+00:00").astimezone(UTC)


def new_user(first: str = "Ada", **more: object) -> users.NewUser:
    values = {"last_name": "Lovelace", "email": f"user{next(_numbers)}@example.com", **more}
    return users.NewUser(first_name=first, **values)  # type: ignore[arg-type]


@dataclass
class Company:
    """An account of a story, with its own clock."""

    app: Perseat
    id: UUID
    plan: str

    async def go_to(self, day: str, time: str = "12:00") -> None:
        """Advance the clock and let the workers do what is due."""
        async with self.app.tenants.begin(self.id) as uow:
            await accounts.advance_test_clock(uow, self.id, at(day, time))
        await drain(self.app)

    async def convert(self, term: Term | None = None) -> None:
        async with self.app.tenants.begin(self.id) as uow:
            await payments.add_payment_method(uow, self.app.provider, self.id, "card_ok")
        async with self.app.tenants.begin(self.id) as uow:
            await subscriptions.convert_trial(uow, self.id, term=term)
        await drain(self.app)

    async def add(self, number: int = 1, **more: object) -> list[User]:
        made = []
        for _ in range(number):
            async with self.app.tenants.begin(self.id) as uow:
                made.append(await users.create_user(uow, self.id, new_user(**more), actor="test"))
        return made

    async def change(self, user: User, status: UserStatus) -> None:
        async with self.app.tenants.begin(self.id) as uow:
            await users.change_status(uow, self.id, user.id, status, actor="test")

    async def people(self, status: UserStatus | None = None) -> list[User]:
        """Users who are not administrators, oldest first."""
        sql = """SELECT u.* FROM users u WHERE account_id = :id AND NOT EXISTS (SELECT FROM user_roles r
            WHERE r.account_id = u.account_id AND r.user_id = u.id AND r.role = 'ADMINISTRATOR')
            AND (CAST(:status AS text) IS NULL OR status = :status) ORDER BY u.id"""
        async with self.app.operators.begin() as uow:
            connection = await uow.session.connection()
            rows = await connection.execute(text(sql), {"id": self.id, "status": status})
            return [User.model_validate(dict(row)) for row in rows.mappings()]

    async def invoices(self) -> dict[str, str]:
        """Total by the day of issue, without top-ups."""
        rows = await self.invoice_rows()
        return {str(r.issued_on): money(r.total) for r in rows if r.kind != "TOP_UP"}

    async def invoice_rows(self) -> list[Invoice]:
        sql = "SELECT * FROM invoices WHERE account_id = :id ORDER BY number"
        async with self.app.operators.begin() as uow:
            connection = await uow.session.connection()
            rows = await connection.execute(text(sql), {"id": self.id})
            return [Invoice.model_construct(**dict(row)) for row in rows.mappings()]

    async def unbilled(self) -> str:
        sql = "SELECT coalesce(sum(amount), 0)::bigint FROM charges WHERE account_id = :id AND invoice_id IS NULL"
        async with self.app.operators.begin() as uow:
            connection = await uow.session.connection()
            return money((await connection.execute(text(sql), {"id": self.id})).scalar_one())

    async def balance(self) -> str:
        async with self.app.tenants.begin(self.id) as uow:
            from app.store.credits import get

            return money((await get(uow.session, self.id)).balance)

    async def status(self) -> AccountStatus:
        async with self.app.tenants.begin(self.id) as uow:
            from app.store.accounts import get

            account = await get(uow.session, self.id)
            assert account is not None
            return account.status


async def make_company(
    app: Perseat,
    plan: str = "upro",
    *,
    users: int = 1,
    on: str = "2025-11-01",
    time: str = "12:00",
    **more: object,
) -> Company:
    """A trial with `users` people, the first of them its administrator."""
    new = accounts.NewAccount(
        name="Company",
        plan_id=plan,
        administrator=new_user("Boss", roles=frozenset({Role.ADMINISTRATOR})),
        test_clock=at(on, time),
        **more,  # type: ignore[arg-type]
    )
    async with app.tenants.begin(new.id) as uow:
        await accounts.create_account(uow, new)
    company = Company(app, new.id, plan)
    await company.add(users - 1)
    return company


async def drain(app: Perseat) -> None:
    """Do the work of the outbox until nothing is left, as a worker would, in this process."""
    while True:
        async with app.operators.begin() as uow:
            connection = await uow.session.connection()
            sql = "SELECT kind, account_id, id FROM outbox WHERE done_at IS NULL ORDER BY id"
            jobs = (await connection.execute(text(sql))).all()
        if not jobs:
            return
        for kind, account_id, job_id in jobs:
            await getattr(tasks, kind)({"perseat": app}, str(account_id), str(job_id))


def sms(quantity: int = 1, event_id: str | None = None, **more: object) -> UsageEvent:
    """Automated outbound SMS segments on a local line."""
    values: dict[str, object] = {
        "event_id": event_id or f"event-{next(_numbers)}",
        "kind": UsageKind.SMS_SEGMENT,
        "direction": Direction.OUTBOUND,
        "line_type": LineType.LOCAL,
        "initiator": Initiator.AUTOMATION,
        "quantity": quantity,
        "happened_at": at("2025-11-01"),
        **more,
    }
    return UsageEvent(**values)  # type: ignore[arg-type]


def money(micros: int) -> str:
    return f"{to_decimal(micros):f}"


def dollars(value: str) -> int:
    return int(Decimal(value) * 1_000_000)


__all__ = ["Company", "credits", "drain", "make_company", "sms"]
