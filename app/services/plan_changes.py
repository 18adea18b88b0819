"""Plan and term of a subscription change (L7): an upgrade now, everything else at the renewal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain import plan_changes as rules
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.forecasts import Ground
from app.domain.invoices import Position
from app.domain.periods import local_date
from app.domain.permissions import Actor
from app.domain.plan_changes import Change, SubscriptionChangeKind
from app.domain.plans import PriceBook, Term
from app.domain.previews import Side, sides
from app.domain.subscriptions import Following, Rented
from app.domain.users import clean_reason
from app.models import Account, Subscription
from app.services import invoices, positions, subscriptions
from app.services.locks import account_locked, time_of
from app.services.subscription_changes import remember
from app.store import accounts as account_store
from app.store import plans as plan_store
from app.store import positions as position_store
from app.store import subscriptions as store


@dataclass(frozen=True, slots=True)
class PlanWish:
    """Another plan, another term, or both; what is left out stays as it is, or as it is planned."""

    plan_id: str | None = None
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """`effective_on`: since when all that was asked for holds; the charges are unbilled."""

    account: Account
    effective_on: date
    charge_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """A change of plan that nobody has made yet, and what it was decided upon."""

    change: Change
    effective_on: date
    position: Position
    prices: PriceBook
    today: date


async def change_plan(
    uow: UnitOfWork, account_id: UUID, wish: PlanWish, *, actor: Actor, reason: str | None = None
) -> Changed:
    """L7. In a trial everything holds at once, and costs nothing yet."""
    why = clean_reason(reason)
    account = await account_locked(uow, account_id)
    await subscriptions.catch_up(uow, account)
    row, wanted = await wanted_by(uow, account_id, wish)
    before = Following(row.plan_id, "", row.term)
    if row.current is None:
        return await _in_trial(uow, account, row, wanted, actor=actor, reason=why)
    decided = await decide(uow, account, wanted)
    after, kind = decided.change.subscription, decided.change.kind
    row.plan_id, row.priced_on, row.upgrades = after.plan_id, after.priced_on, after.upgrades
    row.next_plan_id = after.following.plan_id if after.following else None
    row.next_term = after.following.term if after.following else None
    if kind is not None:
        row.version += 1
        day = decided.today if after.plan_id != before.plan_id else decided.effective_on
        remember(uow, account, kind, (before, wanted), day, actor=actor, reason=why)
    await uow.session.flush()
    charge_ids = await invoices.post_charges(uow, account, decided.change.charges)
    return Changed(account, decided.effective_on, charge_ids)


async def wanted_by(
    uow: UnitOfWork, account_id: UUID, wish: PlanWish
) -> tuple[Subscription, Following]:
    """The subscription, and the plan and term that the wish names."""
    if wish.plan_id is None and wish.term is None:
        raise InvalidInput("Say which plan, which term, or both.", field="planId")
    row, plan = await store.with_plan(uow.session, account_id)
    planned = row.next_plan_id or row.plan_id
    other = await plan_store.get(uow.session, wish.plan_id or planned)
    if other is None:
        raise NotFound("plan", field="planId")
    rules.check_policy(plan.billing_policy, other.billing_policy)
    rules.check_currency(plan.currency, other.currency)
    return row, Following(other.id, other.name, wish.term or row.next_term or row.term)


async def decide(uow: UnitOfWork, account: Account, wanted: Following) -> Decided:
    """What the wish does to an account that is billed up to now, from the invoicing position."""
    today = local_date(time_of(uow, account), account.billing_timezone)
    due = account_store.due_of(account)
    position = (await positions.load(uow, [due]))[account.id]
    prices = await plan_store.price_book(uow.session, account.id)
    moment = [(account.id, due.cut_off, today)]
    paid = (await position_store.dearest(uow.session, moment)).get(account.id, {})
    rented = [replace(each, dearest=paid.get(each.component, 0)) for each in position.rented]
    s = position.subscription
    change = rules.change(s, wanted, prices, rented, today)
    after = change.subscription
    at_once = (after.plan_id, after.term) == (wanted.plan_id, wanted.term)
    return Decided(change, today if at_once else s.current.end, position, prices, today)


async def _in_trial(
    uow: UnitOfWork,
    account: Account,
    row: Subscription,
    wanted: Following,
    *,
    actor: Actor,
    reason: str | None,
) -> Changed:
    today = local_date(time_of(uow, account), account.billing_timezone)
    prices = await plan_store.price_book(uow.session, account.id)
    add_ons = await store.add_ons(uow.session, account.id)
    rented = [Rented(each.component, each.quantity) for each in add_ons]
    rules.check_sold(wanted, prices, rented, today)
    before = Following(row.plan_id, "", row.term)
    row.plan_id, row.term = wanted.plan_id, wanted.term
    if (before.plan_id, before.term) != (wanted.plan_id, wanted.term):
        row.version += 1
        kind = SubscriptionChangeKind.CHANGED
        remember(uow, account, kind, (before, wanted), today, actor=actor, reason=reason)
    await uow.session.flush()
    return Changed(account, today)


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """What a change of plan would do; nothing is changed by asking."""

    decided: Decided
    before: Side
    after: Side
    sentence: str
    currency: str


async def preview(uow: UnitOfWork, account_id: UUID, wish: PlanWish) -> PlanPreview:
    """What would be refused is refused; what is due is billed first, as the change would do."""
    account = await account_locked(uow, account_id)
    await subscriptions.catch_up(uow, account)
    row, wanted = await wanted_by(uow, account_id, wish)
    if row.current is None:
        raise Refused("L7", "A trial is free to choose: nothing would be charged.", field="planId")
    decided = await decide(uow, account, wanted)
    minimums = (await store.minimums(uow.session, [account_id]))[account_id]
    ground = Ground(decided.position, decided.prices, minimums, decided.today)
    before, after = sides(ground, rules.after(decided.position, decided.change))
    sentence = rules.tell(decided.position.subscription, decided.change, wanted, decided.today)
    return PlanPreview(decided, before, after, sentence, account.currency)
