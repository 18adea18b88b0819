"""Usage (M3): the rates of accounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.periods import midnight
from app.domain.plan_changes import PlanHistory
from app.domain.usage import RateCard, Rated, UsageEvent, rate
from app.models import Account
from app.store import plans as plan_store
from app.store import subscriptions as subscription_store


@dataclass(frozen=True, slots=True)
class Rates:
    """M3: the card of the plan that the account had when the event happened."""

    plans: PlanHistory
    cards: Mapping[str, RateCard]

    def rate(self, event: UsageEvent, *, field: str) -> Rated:
        return rate(event, self.cards[self.plans.at(event.happened_at)], field=field)


async def rates_of(uow: UnitOfWork, accounts: Iterable[Account]) -> dict[UUID, Rates]:
    return {each.id: await _rates(uow, each) for each in accounts}


async def _rates(uow: UnitOfWork, account: Account) -> Rates:
    """C5: the plan of the next term counts from its 1st on, although that is not billed yet."""
    row, _ = await subscription_store.with_plan(uow.session, account.id)
    history = await subscription_store.plan_history(uow.session, row)
    if row.next_plan_id and row.ends_on is None and row.current and row.current.upper:
        history = history.then(
            midnight(row.current.upper, account.billing_timezone), row.next_plan_id
        )
    plans = {history.first, *(plan for _, plan in history.changes)}
    return Rates(history, await plan_store.rate_cards(uow.session, plans))
