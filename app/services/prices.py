"""Prices change (P2): of the list for everybody, or for one account that has negotiated.

Nobody's current term gets dearer or cheaper: a price counts from the first renewal, or upgrade,
on or after its day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.money import LIMIT, Micros
from app.domain.periods import local_date
from app.domain.permissions import Actor
from app.domain.plans import Component, Term
from app.domain.users import clean_reason
from app.models import AccountPrice, Price
from app.services import subscriptions
from app.services.locks import account_locked, time_of
from app.store import plans as store
from app.store import subscriptions as subscription_store

FURTHEST = timedelta(days=3660)
EVERYWHERE = timedelta(days=2)
"""From now until a day begins that has begun nowhere on earth yet, however long this takes."""


@dataclass(frozen=True, slots=True)
class NewPrice:
    """Of one unit for one whole term, in micros; None gives the list's price back."""

    plan_id: str
    component: Component
    term: Term
    amount: Micros | None
    effective_on: date | None = None
    contract: str | None = None


async def set_negotiated_price(
    uow: UnitOfWork, account_id: UUID, new: NewPrice, *, actor: Actor
) -> AccountPrice:
    """P2: an account's own price. Without a day it counts from the next renewal on; in a trial,
    from the conversion on."""
    contract = clean_reason(new.contract, field="contract")
    _check_amount(new.amount)
    account = await account_locked(uow, account_id)
    await subscriptions.catch_up(uow, account)
    await currency_of(uow, new.plan_id)
    row, _ = await subscription_store.with_plan(uow.session, account_id)
    now = time_of(uow, account)
    today = local_date(now, account.billing_timezone)
    renewal = row.current.upper if row.current and row.current.upper else today
    effective_on = new.effective_on or renewal
    _check_day(effective_on, today if row.current is None else today + timedelta(days=1), today)
    await _check_listed(uow, new, effective_on)
    price = AccountPrice(
        account_id=account_id,
        plan_id=new.plan_id,
        component=new.component,
        term=new.term,
        effective_on=effective_on,
        amount=new.amount,
        contract=contract,
        at=now,
        actor=actor.name,
    )
    uow.session.add(price)
    await uow.session.flush()
    return price


async def set_list_price(uow: UnitOfWork, new: NewPrice) -> Price:
    """P2: the price of the list from a day on, which begins nowhere on earth before tomorrow.

    It holds until the next one that is scheduled; one that is scheduled for its day is replaced.
    """
    _check_amount(new.amount)
    await currency_of(uow, new.plan_id)
    today = uow.now().date()
    earliest = today + EVERYWHERE
    effective_on = new.effective_on or earliest
    _check_day(effective_on, earliest, today)
    if new.amount is None:
        raise InvalidInput("A price of the list has an amount.", field="amount")
    of = (new.plan_id, new.component, new.term)
    await store.lock_prices(uow.session, *of)
    if await store.replace_price(uow.session, *of, effective_on, new.amount) is None:
        until = await store.end_price(uow.session, *of, effective_on)
        price = Price(
            plan_id=new.plan_id,
            component=new.component,
            term=new.term,
            effective=Range(effective_on, until),
            amount=new.amount,
        )
        uow.session.add(price)
        await uow.session.flush()
    return await store.price_from(uow.session, *of, effective_on)


async def _check_listed(uow: UnitOfWork, new: NewPrice, day: date) -> None:
    """P3: what only this account is sold would have no price at the renewal."""
    listed = await store.price_list(uow.session)
    if new.amount is None and listed.find(new.plan_id, new.component, new.term, day) is None:
        raise Refused("P3", f"The list has no price for this on {day}.", field="amount")


async def currency_of(uow: UnitOfWork, plan_id: str) -> str:
    plan = await store.get(uow.session, plan_id)
    if plan is None:
        raise NotFound("plan", field="planId")
    return plan.currency


def _check_amount(amount: Micros | None) -> None:
    if amount is not None and not 0 <= amount <= LIMIT:
        raise InvalidInput("A price is 0.00 or more.", field="amount")


def _check_day(day: date, earliest: date, today: date) -> None:
    if not earliest <= day <= today + FURTHEST:
        raise Refused(
            "P2",
            f"A price changes from {earliest} on, and within ten years: what is paid for stays "
            "as it was bought.",
            field="effectiveOn",
        )
