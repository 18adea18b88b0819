"""What a change of people would cost: the invoicing function with it and without (L1 to L6)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.consequences import Step, losses, tell
from app.domain.departures import Attached
from app.domain.errors import InvalidInput
from app.domain.forecasts import Ground, in_force
from app.domain.licenses import Licenses
from app.domain.periods import local_date
from app.domain.permissions import Actor, check_may_manage
from app.domain.plans import POLICIES
from app.domain.previews import TARGETS, Action, Side, compare
from app.domain.subscriptions import Subscription
from app.domain.users import (
    NOT_ACTIVE,
    Access,
    Person,
    Role,
    UserStatus,
    access_of,
    check_change,
    check_last_administrator,
    without,
)
from app.models import Account, Plan, User
from app.services import departures, positions, subscriptions, users
from app.services.locks import account_locked, time_of
from app.store import accounts as account_store
from app.store import plans as plan_store
from app.store import subscriptions as subscription_store
from app.store import users as store


@dataclass(frozen=True, slots=True)
class Wish:
    """The change that is asked about. A user who is created has no id yet; `active` is theirs.

    `roles`: of a user who is created; the one to give or to take.
    """

    action: Action
    user_id: UUID | None = None
    roles: frozenset[Role] = frozenset()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Preview:
    """Both sides, what the person may do then, and a sentence. `version` is the user's.

    `leaves`: what a deletion lets go of; of its lists a new owner has to be named (R-15).
    `promised`: both sides without debt of usage, which goes on while somebody thinks.
    """

    wish: Wish
    version: int | None
    before: Side
    after: Side
    access_before: Access
    access_after: Access
    losses: list[str]
    leaves: Attached
    promised: tuple[Side, Side]
    sentence: str
    today: date
    is_billable: bool
    currency: str

    @property
    def can_be_undone(self) -> bool:
        return self.wish.action is not Action.DELETE


@dataclass(frozen=True, slots=True)
class _Who:
    """Somebody new has neither a row nor a `before`."""

    user: User | None
    before: Person | None
    after: Person


async def preview(uow: UnitOfWork, account_id: UUID, wish: Wish, *, actor: Actor) -> Preview:
    """What would be refused is refused. What is due is billed first, as the change would do."""
    account = await account_locked(uow, account_id)
    _, plan = await subscription_store.with_plan(uow.session, account_id)
    who = await _who(uow, account_id, plan, wish, actor)
    if account.parked_reason is None or _more(plan, who) > 0:
        await subscriptions.catch_up(uow, account)
    row, _ = await subscription_store.with_plan(uow.session, account_id)
    today = local_date(time_of(uow, account), account.billing_timezone)
    step = _step(wish, who, plan, subscriptions.as_terms(row, plan))
    (before, after), promised = await _sides(uow, account, plan, step, who.user, today)
    had = access_of(who.before.status, who.before.roles) if who.before else Access()
    has = access_of(who.after.status, who.after.roles)
    leaves = await _leaves(uow, account_id, wish)
    lost = losses(had, has, leaves)
    return Preview(
        wish=wish,
        version=who.user.version if who.user else None,
        before=before,
        after=after,
        access_before=had,
        access_after=has,
        losses=lost,
        leaves=leaves,
        promised=promised,
        sentence=tell(step, before, after, lost),
        today=today,
        is_billable=step.is_billable,
        currency=account.currency,
    )


def _more(plan: Plan, who: _Who) -> int:
    billable = POLICIES[plan.billing_policy].billable
    return (who.after.status in billable) - (
        who.before is not None and who.before.status in billable
    )


async def _leaves(uow: UnitOfWork, account_id: UUID, wish: Wish) -> Attached:
    if wish.action is not Action.DELETE or wish.user_id is None:
        return Attached()
    return await departures.attached(uow, account_id, wish.user_id)


def _step(wish: Wish, who: _Who, plan: Plan, subscription: Subscription | None) -> Step:
    policy = POLICIES[plan.billing_policy]
    return Step(
        wish.action,
        who.before.status if who.before else None,
        who.after.status,
        was_billable=who.before is not None and who.before.status in policy.billable,
        is_billable=who.after.status in policy.billable,
        prorates=policy.prorates,
        paid_until=subscription.current.last if subscription else None,
    )


async def _who(uow: UnitOfWork, account_id: UUID, plan: Plan, wish: Wish, actor: Actor) -> _Who:
    """Rules U1 to U6, as the mutations check them."""
    if wish.action is Action.CREATE:
        status = UserStatus.ACTIVE if wish.active else NOT_ACTIVE[plan.billing_policy]
        check_may_manage(actor, wish.roles, field="roles")
        return _Who(None, None, Person(status, wish.roles or frozenset({Role.AGENT})))
    if wish.user_id is None:
        raise InvalidInput("Say which user it is about.", field="userId")
    user, person = await users.person(uow, account_id, wish.user_id)
    check_may_manage(actor, {*person.roles, *wish.roles}, field="id")
    after = _after(person, wish)
    others = (await store.administrators(uow.session, account_id)).others(user.id)
    if wish.action not in TARGETS:
        check_last_administrator(person, after, others=others)
    elif after.status is not person.status:
        check_change(plan.billing_policy, person, after.status, others=others)
    return _Who(user, person, after)


def _after(person: Person, wish: Wish) -> Person:
    if wish.action in TARGETS:
        return replace(person, status=TARGETS[wish.action])
    if len(wish.roles) != 1:
        raise InvalidInput("Say which role.", field="role")
    if wish.action is Action.GRANT_ROLE:
        return replace(person, roles=person.roles | wish.roles)
    return replace(person, roles=without(person.roles, *wish.roles))


_Sides: TypeAlias = tuple[Side, Side]


async def _sides(
    uow: UnitOfWork, account: Account, plan: Plan, step: Step, user: User | None, today: date
) -> tuple[_Sides, _Sides]:
    """As things are, and without debt. A trial has no invoices to come; anything else has a
    position at its next cut-off."""
    minimums = (await subscription_store.minimums(uow.session, [account.id]))[account.id]
    billable = POLICIES[plan.billing_policy].billable
    if step.paid_until is None:
        occupied = await store.count(uow.session, account.id, billable)
        licenses = Licenses(0, occupied, in_force(minimums, today))
        more = replace(licenses, occupied=occupied + step.more)
        trial = Side(licenses, 0, []), Side(more, 0, [])
        return trial, trial
    due = account_store.due_of(account)
    position = (await positions.load(uow, [due]))[account.id]
    prices = await plan_store.price_book(uow.session, account.id)
    since = None
    if user is not None and step.more < 0:
        instant = await store.billable_since(uow.session, account.id, user.id, billable)
        since = local_date(instant, account.billing_timezone)
    ground = Ground(position, prices, minimums, today)
    debtless = replace(ground, position=replace(position, balance=max(0, position.balance)))
    return compare(ground, step.more, since), compare(debtless, step.more, since)
