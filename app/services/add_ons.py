"""Add-ons (A1): added and removed like licences, and billed on the same path."""

from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import InvalidInput, Refused
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
    await _check_sold(uow, account_id, component)
    now = time_of(uow, account)
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


async def _check_sold(uow: UnitOfWork, account_id: UUID, component: Component) -> None:
    """An add-on without a price on this plan and term is refused now, not at the renewal."""
    row, plan = await store.with_plan(uow.session, account_id)
    prices = await plan_store.price_book(uow.session, account_id)
    start = row.priced_on or row.created_at.date()
    try:
        prices.price(plan.id, component, row.term, start)
    except Refused as error:
        raise Refused(error.rule, error.message, field="kind") from None
