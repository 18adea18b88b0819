"""Rates (M2, M3): what usage costs each account, read for many of them at once."""

from collections.abc import Sequence
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.rates import RateBook
from app.store import rates as store
from app.store import subscriptions


async def rate_books(uow: UnitOfWork, account_ids: Sequence[UUID]) -> dict[UUID, RateBook]:
    """The rates of each account that there is: five reads for any number of them."""
    histories = await subscriptions.plan_histories(uow.session, account_ids)
    plans = {plan for each in histories.values() for plan in each.plans}
    cards = await store.rate_cards(uow.session, plans)
    fees = await store.carrier_fees(uow.session)
    own = await store.negotiated(uow.session, account_ids)
    return {
        id_: RateBook(history, cards, own.get(id_, ()), fees) for id_, history in histories.items()
    }


async def rate_book(uow: UnitOfWork, account_id: UUID) -> RateBook:
    return (await rate_books(uow, [account_id]))[account_id]
