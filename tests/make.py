"""Factories and shorthands: what a story says in one line."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count, groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, event, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.bootstrap import Perseat
from app.clock import FixedClock
from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.adjustments import Adjustment
from app.domain.bounds import Bounds
from app.domain.communications import CommunicationKind
from app.domain.departures import Departure
from app.domain.licenses import Licenses
from app.domain.lines import LineChanges
from app.domain.money import LIMIT, to_decimal
from app.domain.periods import local_date
from app.domain.permissions import Actor, ActorRole
from app.domain.plans import POLICIES, BillingPolicy, Component, Term
from app.domain.usage import Direction, Initiator, LineType, UsageEvent, UsageKind
from app.domain.users import Role, UserStatus
from app.models import Contact, ContactList, CreditNote, Invoice, Line, RingGroup, User
from app.payments.sandbox import SandboxProvider
from app.services import (
    accounts,
    add_ons,
    adjustments,
    cancellations,
    communications,
    contacts,
    corrections,
    credit_notes,
    credits,
    ingestion,
    lines,
    payment_methods,
    plan_changes,
    post_paid,
    prices,
    ring_groups,
    subscriptions,
    user_states,
    users,
)
from app.services.locks import time_of
from app.services.post_paid import Agreement
from app.store import accounts as account_store
from app.store import credits as credit_store
from app.store import payment_methods as payment_method_store
from app.store import summaries
from workers import tasks

_numbers = count(1)
TESTER = Actor("test", ActorRole.OPS)
CAUSE = user_states.Cause(TESTER, "why")


def at(day: str, time: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}+00:00").astimezone(UTC)


def new_user(first: str = "Ada", **more: Any) -> users.NewUser:
    values: dict[str, Any] = {"last_name": "Lovelace", "email": f"user{next(_numbers)}@example.com"}
    return users.NewUser(first_name=first, **{**values, **more})


@dataclass(frozen=True)
class Attachments:
    """What names a user, besides the bill."""

    line: Line
    ring_group: RingGroup
    contact_list: ContactList
    contact: Contact


async def licenses_now(uow: UnitOfWork, account_id: UUID) -> Licenses:
    """From the reads that the API shows licences by, on the account's own day."""
    account = await account_store.get(uow.session, account_id)
    assert account is not None
    today = local_date(time_of(uow, account), account.billing_timezone)
    terms = (await summaries.subscriptions(uow.session, [account_id]))[account_id]
    held = await summaries.licenses_held(uow.session, [(account_id, today)])
    counts = (await summaries.users_by_status(uow.session, [account_id]))[account_id]
    billable = POLICIES[BillingPolicy(terms.billing_policy)].billable
    occupied = sum(counts.get(status, 0) for status in billable)
    return Licenses(held.get((account_id, today), 0), occupied, terms.minimum)


@dataclass
class Company:
    """An account of a story, with its own clock."""

    app: Perseat
    id: UUID
    plan: str

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work of the API, with this account as its tenant."""
        return self.app.tenants.begin(self.id)

    async def set_clock(self, day: str, time: str = "12:00") -> None:
        """Advance the clock only: the workers are late."""
        async with self.app.tenants.begin(self.id) as uow:
            await accounts.advance_test_clock(uow, self.id, at(day, time))

    async def go_to(self, day: str, time: str = "12:00") -> None:
        """Advance the clock and let the workers do what is due."""
        await self.set_clock(day, time)
        await drain(self.app)

    async def use_card(self, token: str) -> None:
        card = await payment_methods.attach(self.app.tenants, self.app.provider, self.id, token)
        async with self.app.tenants.begin(self.id) as uow:
            await payment_methods.add_payment_method(uow, self.app.provider.name, self.id, card)

    async def start(self, term: Term | None = None, *, card: str = "card_ok") -> None:
        """Convert the trial only: the workers are late."""
        await self.use_card(card)
        async with self.app.tenants.begin(self.id) as uow:
            await subscriptions.convert_trial(uow, self.id, term=term)

    async def convert(self, term: Term | None = None, *, card: str = "card_ok") -> None:
        await self.start(term, card=card)
        await drain(self.app)

    async def record(self, *events: UsageEvent) -> ingestion.Batch:
        async with self.app.tenants.begin(self.id) as uow:
            return await ingestion.record_usage(uow, self.id, events)

    async def adjust(self, *wishes: Adjustment) -> ingestion.Batch:
        async with self.app.tenants.begin(self.id) as uow:
            return await adjustments.adjust_usage(uow, self.id, wishes)

    async def buy(self, amount: str) -> None:
        """Credits, with a good card if there is none yet."""
        async with self.app.tenants.begin(self.id) as uow:
            card = await payment_method_store.any_default(uow.session, self.id)
        if card is None:
            await self.use_card("card_ok")
        async with self.app.tenants.begin(self.id) as uow:
            await credits.buy_credits(uow, self.id, dollars(amount))
        await drain(self.app)

    async def rent(self, component: Component, quantity: int) -> None:
        """Add units of an add-on, or remove them if the quantity is negative."""
        change = add_ons.add_add_on if quantity > 0 else add_ons.remove_add_on
        async with self.app.tenants.begin(self.id) as uow:
            await change(uow, self.id, component, abs(quantity), actor=TESTER)

    async def pay_afterwards(
        self, *, usage: bool | None = None, subscription: bool | None = None
    ) -> None:
        """Or in advance again (M8)."""
        contract = Agreement("Large customer", usage, subscription, "C-17")
        async with self.begin() as uow:
            await post_paid.set_post_paid(uow, self.id, contract, actor=TESTER)

    async def set(self, **values: object) -> None:
        """Columns of the account that no use-case sets yet."""
        columns = ", ".join(f"{name} = :{name}" for name in values)
        await query(self.app, f"UPDATE accounts SET {columns} WHERE id = :id", id=self.id, **values)  # noqa: S608

    async def credit(
        self, invoice_id: UUID, *lines: tuple[UUID, str | None], reason: str = "Too much"
    ) -> CreditNote:
        """These amounts of these charges (None: all that is left), or the whole invoice."""
        wanted = [(charge, None if net is None else dollars(net)) for charge, net in lines]
        new = credit_notes.NewCreditNote(invoice_id, reason, wanted or None)
        async with self.begin() as uow:
            return await credit_notes.issue_credit_note(uow, self.id, new, actor=TESTER)

    async def void(self, invoice_id: UUID, *, reissue: bool = False) -> Invoice | None:
        """The invoice that was issued instead, if so."""
        async with self.begin() as uow:
            _, instead = await corrections.void_invoice(
                uow, self.id, invoice_id, "Wrong address", actor=TESTER, reissue=reissue
            )
        return instead

    async def give_up(self, invoice_id: UUID) -> None:
        async with self.begin() as uow:
            await corrections.mark_uncollectible(
                uow, self.id, invoice_id, "They moved away", actor=TESTER
            )

    async def charges(self) -> list[tuple[str, str, str, str]]:
        """Rule, slots, period and amount of each charge, in the order of posting."""
        sql = """SELECT rule, slots::text, period::text, amount FROM charges
            WHERE account_id = :id ORDER BY posted_at, id"""
        rows = await query(self.app, sql, id=self.id)
        return [(row[0], row[1], row[2], money(row[3])) for row in rows]

    async def add(self, number: int = 1, **more: Any) -> list[User]:
        made = []
        for _ in range(number):
            async with self.app.tenants.begin(self.id) as uow:
                made.append(await users.create_user(uow, self.id, new_user(**more), actor=TESTER))
        return made

    async def change(self, user: User, status: UserStatus) -> None:
        async with self.app.tenants.begin(self.id) as uow:
            await user_states.change_status(uow, self.id, user.id, status, cause=CAUSE)

    async def set_minimum(self, minimum: int, on: date | None = None) -> None:
        new = subscriptions.NewMinimum(minimum, on)
        async with self.begin() as uow:
            await subscriptions.set_minimum_licenses(uow, self.id, new, actor=TESTER)

    async def change_plan(self, plan: str | None = None, term: Term | None = None) -> date:
        """The day from which both hold."""
        async with self.begin() as uow:
            wish = plan_changes.PlanWish(plan, term)
            changed = await plan_changes.change_plan(uow, self.id, wish, actor=TESTER)
            return changed.effective_on

    async def cancel(self) -> None:
        async with self.begin() as uow:
            await cancellations.cancel_subscription(uow, self.id, actor=TESTER)

    async def resume(self) -> None:
        async with self.begin() as uow:
            await cancellations.resume_subscription(uow, self.id, actor=TESTER)

    async def negotiate(
        self,
        component: Component,
        amount: str | None,
        on: date | None = None,
        *,
        plan: str | None = None,
        term: Term = Term.MONTHLY,
    ) -> None:
        """A price of the account's own from a day on; none gives the list's back."""
        micros = None if amount is None else dollars(amount)
        new = prices.NewPrice(plan or self.plan, component, term, micros, on)
        async with self.begin() as uow:
            await prices.set_negotiated_price(uow, self.id, new, actor=TESTER)

    async def licenses(self) -> tuple[int, int, int, int]:
        """Held, occupied, minimum and available."""
        async with self.begin() as uow:
            found = await licenses_now(uow, self.id)
        return found.held, found.occupied, found.minimum, found.available

    async def attach(self, user: User) -> "Attachments":
        """A line, a place in a ring group, a list with a contact on it, a call and a message."""
        number = next(_numbers)
        async with self.app.tenants.begin(self.id) as uow:
            settings = LineChanges(owner_id=user.id, voicemail=True)
            line = await lines.create_line(uow, self.id, phone(number), settings)
            group = await ring_groups.create_ring_group(uow, self.id, f"Group {number}", [user.id])
            owned = await contacts.create_contact_list(
                uow, self.id, f"List {number}", owner_id=user.id
            )
            new = contacts.NewContact("Contact", phone(number), user.id, owned.id)
            contact = await contacts.create_contact(uow, self.id, new)
            for kind in CommunicationKind:
                made = communications.NewCommunication(
                    kind, Direction.INBOUND, line.id, user.id, contact.id
                )
                await communications.record_communication(uow, self.id, made)
        return Attachments(line, group, owned, contact)

    async def delete(self, user: User, **options: Any) -> None:
        """`options`: what becomes of the user's lists (R-15)."""
        async with self.app.tenants.begin(self.id) as uow:
            await user_states.change_status(
                uow,
                self.id,
                user.id,
                UserStatus.DELETED,
                cause=CAUSE,
                departure=Departure(**options),
            )

    async def top_ups(self) -> list[tuple[str, str, str]]:
        """Purpose, status and amount of the payments for credits."""
        sql = """SELECT purpose, status, amount FROM payments
            WHERE account_id = :id AND purpose <> 'INVOICE' ORDER BY id"""
        rows = await query(self.app, sql, id=self.id)
        return [(purpose, status, money(amount)) for purpose, status, amount in rows]

    async def refusals(self) -> list[str]:
        """Why it was not topped up, as it changed; without the moments during a charge."""
        sql = """SELECT outcome FROM top_up_decisions WHERE account_id = :id
            AND outcome NOT IN ('CHARGED', 'NOT_NEEDED', 'OFF', 'IN_FLIGHT') ORDER BY number"""
        rows = await query(self.app, sql, id=self.id)
        return [outcome for outcome, _ in groupby(row[0] for row in rows)]

    async def taken(self) -> list[str]:
        """What the provider has taken for this account, by its own book."""
        assert isinstance(self.app.provider, SandboxProvider)
        charged = await self.app.provider.charged()
        rows = await query(self.app, "SELECT id FROM payments WHERE account_id = :id", id=self.id)
        return sorted(money(charged[row[0]]) for row in rows if row[0] in charged)

    async def people(self, status: UserStatus | None = None) -> list[User]:
        """Users who are not administrators, oldest first."""
        sql = """SELECT u.* FROM users u WHERE account_id = :id AND NOT EXISTS (
            SELECT FROM user_roles r WHERE r.account_id = u.account_id AND r.user_id = u.id
                AND r.role = 'ADMINISTRATOR')
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

    async def issued(self) -> list[tuple[int, str, str, str]]:
        """Number, kind, day of issue and total of each invoice."""
        rows = await self.invoice_rows()
        return [(row.number, row.kind, str(row.issued_on), money(row.total)) for row in rows]

    async def unbilled(self) -> str:
        sql = """SELECT coalesce(sum(amount), 0)::bigint FROM charges
            WHERE account_id = :id AND invoice_id IS NULL"""
        async with self.app.operators.begin() as uow:
            connection = await uow.session.connection()
            return money((await connection.execute(text(sql), {"id": self.id})).scalar_one())

    async def balance(self) -> str:
        async with self.app.tenants.begin(self.id) as uow:
            return money((await credit_store.get(uow.session, self.id)).balance)

    async def status(self) -> AccountStatus:
        async with self.app.tenants.begin(self.id) as uow:
            account = await account_store.get(uow.session, self.id)
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


def unbounded(app: Perseat) -> Perseat:
    """Nothing is unusual: random companies grow as they like."""
    bounds = Bounds(floor=LIMIT)
    tenants, operators = (replace(each, bounds=bounds) for each in (app.tenants, app.operators))
    return replace(app, tenants=tenants, operators=operators)


async def drain(app: Perseat) -> None:
    """Do the work of the outbox until nothing is left, as a worker would, in this process."""
    while True:
        async with app.operators.begin() as uow:
            connection = await uow.session.connection()
            sql = "SELECT kind, account_id, id FROM outbox WHERE done_at IS NULL ORDER BY id"
            jobs = (await connection.execute(text(sql))).all()
        if not jobs:
            return
        by_account: dict[UUID, list[tuple[str, UUID]]] = {}
        for kind, account_id, job_id in jobs:
            by_account.setdefault(account_id, []).append((kind, job_id))
        await asyncio.gather(*(_do(app, *each) for each in by_account.items()))


async def _do(app: Perseat, account_id: UUID, jobs: list[tuple[str, UUID]]) -> None:
    """The jobs of one account, one after the other."""
    for kind, job_id in jobs:
        await getattr(tasks, kind)({"perseat": app}, str(account_id), str(job_id))


async def query(app: Perseat, sql: str, **values: object) -> list[Row[*tuple[Any, ...]]]:
    """One statement in the role of the workers, which sees all accounts; its rows, if any."""
    async with app.operators.begin() as uow:
        result = await (await uow.session.connection()).execute(text(sql), values)
        return list(result.all()) if result.returns_rows else []


@contextmanager
def statements(app: Perseat) -> Iterator[list[str]]:
    """All that is sent to the database but BEGIN and COMMIT."""
    sent: list[str] = []

    def remember(*args: Any) -> None:
        sent.append(args[2])

    engines = [app.tenants.engine.sync_engine, app.operators.engine.sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", remember)
    yield sent
    for engine in engines:
        event.remove(engine, "before_cursor_execute", remember)


async def as_superuser(app: Perseat, *statements: str) -> None:
    """What no role of ours may do, in one transaction: foreign keys do not look."""
    assert app.settings.database_url is not None
    engine = create_async_engine(app.settings.database_url.get_secret_value())
    async with engine.begin() as connection:
        for statement in ("SET LOCAL session_replication_role = replica", *statements):
            await connection.execute(text(statement))
    await engine.dispose()


def at_machine_time(app: Perseat, instant: datetime) -> Perseat:
    """The same with another clock of the machine: for leases and the outbox."""
    clock = FixedClock(instant)
    return replace(
        app,
        clock=clock,
        tenants=replace(app.tenants, clock=clock),
        operators=replace(app.operators, clock=clock),
    )


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


def phone(number: int) -> str:
    return f"+1415{number:07}"


def money(micros: int) -> str:
    return f"{to_decimal(micros):f}"


def dollars(value: str) -> int:
    return int(Decimal(value) * 1_000_000)
