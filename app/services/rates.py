"""Rates (M2, M3): what usage costs each account, read for many of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.plan_changes import PlanHistory
from app.domain.rates import AgreedRate, CarrierFees, RateBook, RateCard
from app.store import rates as store
from app.store import subscriptions


@dataclass(frozen=True, slots=True)
class RateData:
    """All that the rates of some accounts are made of."""

    histories: Mapping[UUID, PlanHistory]
    cards: Mapping[str, RateCard]
    fees: CarrierFees
    own: Mapping[UUID, Sequence[AgreedRate]]

    def books(self) -> dict[UUID, RateBook]:
        """Accounts that have only ever had one plan, and the list's rates, share its book."""
        plain = {
            each: RateBook(PlanHistory(each), self.cards, (), self.fees) for each in self.cards
        }
        return {
            id_: plain[history.first]
            if not history.changes and id_ not in self.own
            else RateBook(history, self.cards, self.own.get(id_, ()), self.fees)
            for id_, history in self.histories.items()
        }


async def rate_data(uow: UnitOfWork, account_ids: Sequence[UUID]) -> RateData:
    """Of each account that there is: five reads for any number of them."""
    histories = await subscriptions.plan_histories(uow.session, account_ids)
    plans = {plan for each in histories.values() for plan in each.plans}
    return RateData(
        histories,
        await store.rate_cards(uow.session, plans),
        await store.carrier_fees(uow.session),
        await store.negotiated(uow.session, account_ids),
    )


async def rate_books(uow: UnitOfWork, account_ids: Sequence[UUID]) -> dict[UUID, RateBook]:
    return (await rate_data(uow, account_ids)).books()


async def rate_book(uow: UnitOfWork, account_id: UUID) -> RateBook:
    return (await rate_books(uow, [account_id]))[account_id]
