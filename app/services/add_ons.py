"""Add-ons (A1): added and removed like licences, and billed on the same path."""

from datetime import date
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import InvalidInput, Refused
from app.domain.periods import local_date
from app.domain.permissions import Actor
from app.domain.plans import Component
from app.models import AddOn, AddOnChange
from app.services import subscriptions
from app.services.locks import account_locked, time_of
from app.store import plans as plan_store
from app.store import subscriptions as store

QUANTITY_LIMIT = 100_000


async def add_add_on(
    uow: UnitOfWork, account_id: UUID, component: Component, quantity: int, *, actor: Actor
) -> AddOn:
    """Add units; beyond the held ones they are prorated in the middle of a term."""
    _check_quantity(quantity)
    return await _change(uow, account_id, component, quantity, actor=actor)


async def remove_add_on(
    uow: UnitOfWork, account_id: UUID, component: Component, quantity: int, *, actor: Actor
) -> AddOn:
    """Remove units: they are not renewed, and not refunded."""
    _check_quantity(quantity)
    return await _change(uow, account_id, component, -quantity, actor=actor)


def _check_quantity(quantity: int) -> None:
    if not 0 < quantity <= QUANTITY_LIMIT:
        raise InvalidInput(
            f"A quantity is a whole number from 1 to {QUANTITY_LIMIT:,}.", field="quantity"
        )


async def _change(
    uow: UnitOfWork, account_id: UUID, component: Component, quantity: int, *, actor: Actor
) -> AddOn:
    if component is Component.LICENSE:
        raise InvalidInput("Licences come and go with users.", field="kind")
    account = await account_locked(uow, account_id)
    await subscriptions.catch_up(uow, account)
    now = time_of(uow, account)
    if quantity > 0:
        today = local_date(now, account.billing_timezone)
        await _check_sold(uow, account_id, component, today)
    row = await store.add_on(uow.session, account_id, component)
    if row is None:
        row = AddOn(account_id=account_id, component=component, quantity=0, created_at=now)
        uow.session.add(row)
        await uow.session.flush()
    if not 0 <= row.quantity + quantity <= QUANTITY_LIMIT:
        raise Refused("A1", f"The account has {row.quantity} of these.", field="quantity")
    row.quantity += quantity
    uow.session.add(
        AddOnChange(
            account_id=account_id, component=component, quantity=quantity, at=now, actor=actor.name
        )
    )
    await uow.session.flush()
    await subscriptions.charge_additions(uow, account)
    return row


async def _check_sold(uow: UnitOfWork, account_id: UUID, component: Component, today: date) -> None:
    """An add-on without a price is refused now, not at the renewal: on the plan and term that
    there are, and on those that follow (L7). What is there already can always be removed."""
    row, plan = await store.with_plan(uow.session, account_id)
    prices = await plan_store.price_book(uow.session, account_id)
    wanted = [(plan.id, row.term, row.priced_on or today)]
    if row.next_plan_id and row.next_term and row.current and row.current.upper:
        wanted.append((row.next_plan_id, row.next_term, row.current.upper))
    try:
        for plan_id, term, day in wanted:
            prices.price(plan_id, component, term, day)
    except Refused as error:
        raise Refused(error.rule, error.message, field="kind") from None
