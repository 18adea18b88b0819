"""Subscriptions: conversion (L2), additions in the middle of a term (L3), the minimum (L1)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.db.unit_of_work import UnitOfWork
from app.domain import invoices as rules
from app.domain import subscriptions as terms
from app.domain.accounts import AccountStatus
from app.domain.errors import AccountParked, Conflict, InvalidInput, Refused
from app.domain.events import EventKind
from app.domain.forecasts import in_force
from app.domain.periods import Period, local_date, month_of, next_cut_off
from app.domain.permissions import Actor
from app.domain.plans import POLICIES, Component, Term
from app.domain.users import clean_reason
from app.models import Account, Invoice, MinimumLicenses, Plan, Subscription
from app.services import invoices, runs
from app.services.locks import account_locked, time_of
from app.services.payment_intents import NO_METHOD
from app.store import payment_methods, positions
from app.store import plans as plan_store
from app.store import subscriptions as store
from app.store import users as user_store

MINIMUM_LIMIT = 100_000


async def convert_trial(
    uow: UnitOfWork, account_id: UUID, *, term: Term | None = None
) -> tuple[Account, Invoice | None]:
    """L2: the trial becomes paid now, and the initial invoice is charged at once.

    Without a user to bill there is no invoice; an account that is prepaid needs a payment method.
    """
    account = await account_locked(uow, account_id)
    if account.status is not AccountStatus.TRIAL:
        raise Conflict("This account was converted before.", field="accountId")
    method = await payment_methods.default_method(uow.session, account_id, provider=uow.provider)
    if method is None and not account.post_paid_subscription:
        raise Refused(
            "L2",
            f"The conversion is charged at once. {NO_METHOD}",
            field="accountId",
        )
    row, plan = await store.with_plan(uow.session, account_id)
    row.term = term or row.term
    now = time_of(uow, account)
    today = local_date(now, account.billing_timezone)
    subscription = terms.started(
        plan.id, plan.name, row.term, today, prorates=POLICIES[plan.billing_policy].prorates
    )
    row.current = Range(subscription.current.start, subscription.current.end)
    row.priced_on = subscription.priced_on
    row.version += 1
    account.status = AccountStatus.PAID
    account.next_bill_at = next_cut_off(now, account.billing_timezone)
    account.version += 1
    await uow.session.flush()
    uow.tell(EventKind.ACCOUNT_CONVERTED, account_id, plan=plan.id, term=row.term)
    charges = terms.whole_term(
        subscription,
        await plan_store.price_book(uow.session, account_id),
        await rented(uow, account, plan, today),
        "L2",
    )
    if not charges:
        return account, None
    invoice = await invoices.issue(
        uow, account, rules.InvoiceKind.INITIAL, month_of(today), charges, issued_on=today
    )
    return account, invoice


async def rented(uow: UnitOfWork, account: Account, plan: Plan, on: date) -> list[terms.Rented]:
    """What the account wants and holds on a day, licences first, as things stand now."""
    billable = POLICIES[plan.billing_policy].billable
    occupied = await user_store.count(uow.session, account.id, billable)
    add_ons = await store.add_ons(uow.session, account.id)
    moment = [(account.id, time_of(uow, account), on)]
    minimums = await store.minimums(uow.session, [account.id])
    held = (await positions.held(uow.session, moment)).get(account.id, {})
    licenses = terms.Rented(
        Component.LICENSE,
        occupied,
        held.get(Component.LICENSE, 0),
        minimum=in_force(minimums[account.id], on),
    )
    others = [
        terms.Rented(each.component, each.quantity, held.get(each.component, 0)) for each in add_ons
    ]
    return [licenses, *others]


def as_terms(row: Subscription, plan: Plan) -> terms.Subscription | None:
    """The subscription as the rules see it; None for a trial."""
    if row.current is None or row.current.lower is None or row.current.upper is None:
        return None
    return terms.Subscription(
        plan.id,
        plan.name,
        row.term,
        Period(row.current.lower, row.current.upper),
        POLICIES[plan.billing_policy].prorates,
        priced_on=row.priced_on or row.current.lower,
        upgrades=row.upgrades,
        ends=row.ends_on is not None,
    )


async def catch_up(uow: UnitOfWork, account: Account) -> None:
    """Before anything is added: bill what is due, so that no addition is older than a bill."""
    if account.parked_reason is not None:
        raise AccountParked(account.parked_reason)
    await runs.bill_locked_account(uow, account)
    if account.status is AccountStatus.CLOSED:
        raise Refused("P1", "This account is closed.", field="accountId")


async def charge_additions(uow: UnitOfWork, account: Account) -> None:
    """L3, A1: what exceeds the held units becomes held now and an unbilled charge."""
    row, plan = await store.with_plan(uow.session, account.id)
    subscription = as_terms(row, plan)
    if subscription is None:
        return
    today = local_date(time_of(uow, account), account.billing_timezone)
    prices = await plan_store.price_book(uow.session, account.id)
    found = [
        terms.addition(subscription, prices, each, today)
        for each in await rented(uow, account, plan, today)
    ]
    charges = [charge for charge in found if charge is not None]
    await invoices.post_charges(uow, account, charges)


@dataclass(frozen=True, slots=True)
class NewMinimum:
    """L1: a contracted floor. Without `effective_on` it counts from the next renewal on."""

    minimum: int
    effective_on: date | None = None
    contract: str | None = None


async def set_minimum_licenses(
    uow: UnitOfWork, account_id: UUID, new: NewMinimum, *, actor: Actor
) -> Account:
    """L1, L6: it takes effect at a renewal only; in a trial, at the conversion."""
    if not 0 <= new.minimum <= MINIMUM_LIMIT:
        raise InvalidInput(f"A minimum is 0 to {MINIMUM_LIMIT:,} licences.", field="minimum")
    contract = clean_reason(new.contract, field="contract")
    account = await account_locked(uow, account_id)
    await catch_up(uow, account)
    row, plan = await store.with_plan(uow.session, account_id)
    subscription = as_terms(row, plan)
    now = time_of(uow, account)
    today = local_date(now, account.billing_timezone)
    current = subscription.current if subscription else None
    effective_on = new.effective_on or (current.end if current else today)
    terms.check_effective(effective_on, current, row.term, today)
    uow.session.add(
        MinimumLicenses(
            account_id=account_id,
            minimum=new.minimum,
            effective_on=effective_on,
            contract=contract,
            at=now,
            actor=actor.name,
        )
    )
    row.version += 1
    await uow.session.flush()
    return account
