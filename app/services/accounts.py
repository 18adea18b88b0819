"""Accounts: sign-up, a sandbox account's own clock, release from parking."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.events import EventKind
from app.domain.periods import local_date, zone
from app.domain.permissions import Actor, ActorRole
from app.domain.plans import Term
from app.domain.top_up_decisions import TopUpTrigger
from app.domain.users import clean_name
from app.models import Account, Credits, Invoice, Subscription
from app.services import users
from app.services.locks import any_account_locked
from app.store import invoices as invoice_store
from app.store import plans as plan_store
from app.store import run_accounts

FURTHEST = timedelta(days=366)
SIGN_UP = Actor("sign-up", ActorRole.OPS)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """`test_clock` makes it a sandbox account: its time stands there until it is advanced."""

    name: str
    plan_id: str
    administrator: users.NewUser
    billing_timezone: str = "UTC"
    term: Term = Term.MONTHLY
    may_go_negative: bool = False
    test_clock: datetime | None = None
    id: UUID = field(default_factory=new_id)


async def create_account(uow: UnitOfWork, new: NewAccount) -> Account:
    """P1: a trial with its plan, its first administrator (U3) and no credits."""
    plan = await plan_store.get(uow.session, new.plan_id)
    if plan is None:
        raise NotFound("plan", field="planId")
    if new.test_clock is not None and new.test_clock.tzinfo is None:
        raise InvalidInput("A test clock needs a UTC offset.", field="testClock")
    account = Account(
        id=new.id,
        name=clean_name(new.name, field="name"),
        status=AccountStatus.TRIAL,
        currency=plan.currency,
        billing_timezone=zone(new.billing_timezone).key,
        may_go_negative=new.may_go_negative,
        test_clock=new.test_clock,
        created_at=new.test_clock or uow.now(),
    )
    uow.session.add(account)
    await uow.session.flush()
    uow.tell(EventKind.ACCOUNT_CREATED, account.id, plan=plan.id, term=new.term)
    now = account.created_at
    uow.session.add_all(
        [
            Subscription(account_id=new.id, plan_id=plan.id, term=new.term, created_at=now),
            Credits(account_id=new.id),
        ]
    )
    await users.add_user(
        uow, account, plan.billing_policy, new.administrator, actor=SIGN_UP, first=True
    )
    return account


async def advance_test_clock(uow: UnitOfWork, account_id: UUID, to: datetime) -> Account:
    """Move a sandbox account's time forward; what falls due by then is billed by the workers.

    A closed one too: its last invoice may be collected for weeks.
    """
    account = await any_account_locked(uow, account_id)
    if account.test_clock is None:
        raise Refused("C5", "Only a sandbox account has a clock of its own.", field="accountId")
    if to.tzinfo is None or to <= account.test_clock:
        raise InvalidInput(
            "A clock only goes forward, to an instant with a UTC offset.", field="to"
        )
    if to - account.test_clock > FURTHEST:
        raise InvalidInput("A clock goes at most a year at once; go step by step.", field="to")
    account.test_clock = to
    uow.enqueue("bill_account", account_id)
    uow.enqueue("top_up", account_id, trigger=TopUpTrigger.CLOCK)
    return account


async def release_parked(
    uow: UnitOfWork, account_id: UUID, *, accept_unusual: bool = False
) -> Account | None:
    """Let billing try again after an operator has mended what parked the account, or has found
    that its unusual amount is right: that counts for this cut-off only.

    None if it is not parked: then there is nothing to do.
    """
    account = await any_account_locked(uow, account_id)
    if account.parked_at is None:
        return None
    if accept_unusual and account.next_bill_at is not None:
        period = local_date(account.next_bill_at, account.billing_timezone)
        await run_accounts.accept(uow.session, account_id, period)
    account.parked_at, account.parked_reason = None, None
    uow.enqueue("bill_account", account_id)
    return account


async def with_invoice(
    uow: UnitOfWork, account_id: UUID, invoice_id: str | None
) -> tuple[Account, Invoice | None]:
    """An account, locked, and one of its invoices if an id is given."""
    account = await any_account_locked(uow, account_id)
    if invoice_id is None:
        return account, None
    return account, await invoice_store.get(uow.session, account_id, UUID(invoice_id))
