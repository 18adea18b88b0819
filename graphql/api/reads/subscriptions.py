"""What is read of plans, terms and licences."""

from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from api.reads.reader import Reader, Shared
from app.db.unit_of_work import UnitOfWork
from app.domain.licenses import Occupancy
from app.domain.plans import PriceBook
from app.services import forecasts
from app.services.forecasts import Outlook
from app.store import (
    licenses,
    plans,
    summaries,
)
from app.store.licenses import Moment

Month = tuple[UUID, date, date]


class SubscriptionsReads(Reader):
    @cached_property
    def add_ons(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("add_ons", ("account_id",))

    @cached_property
    def plan_prices(self) -> DataLoader[tuple[Any, ...], list[Any]]:
        return self._grouped("prices", ("plan_id",))

    @cached_property
    def subscription(self) -> DataLoader[UUID, Any]:
        return self._loader(summaries.subscriptions, None)

    @cached_property
    def licenses_held(self) -> DataLoader[tuple[UUID, date], int]:
        return self._loader(summaries.licenses_held, 0)

    @cached_property
    def minimum(self) -> DataLoader[tuple[UUID, date], int]:
        return self._loader(licenses.minimums_on, 0)

    @cached_property
    def licenses_paid(self) -> DataLoader[tuple[UUID, date, date], list[Any]]:
        return self._loader(licenses.paid, ())

    @cached_property
    def occupancy(self) -> DataLoader[tuple[UUID, datetime], dict[date, Occupancy]]:
        return self._loader(licenses.occupancy, {})

    @cached_property
    def beyond_held(self) -> DataLoader[tuple[UUID, datetime], list[Any]]:
        return self._loader(licenses.beyond_held, ())

    @cached_property
    def account_prices(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("account_prices", ("account_id",))

    @cached_property
    def outlook(self) -> DataLoader[Moment, Outlook | None]:
        """An account's invoices to come, as things stand at its own time."""

        async def load(keys: list[Moment]) -> list[Outlook | None]:
            accounts = await self.account.load_many([key[:1] for key in keys])
            rows = {row.id: row for found in accounts for row in found}.values()
            async with self.session() as session:
                uow = UnitOfWork(session, self._perseat.operators.clock)
                found = await forecasts.outlooks(uow, rows, dict(keys))
            return [found.get(key[0]) for key in keys]

        return Shared(load_fn=load, max_batch_size=500)

    @cached_property
    def prices(self) -> DataLoader[UUID, PriceBook]:
        """Of an account: its own prices over the list."""
        return self._loader(plans.price_books, PriceBook([]))

    @cached_property
    def month(self) -> DataLoader[Month, Any]:
        async def read(session: AsyncSession, keys: list[Month]) -> dict[Any, Any]:
            by_period: dict[tuple[date, date], list[Month]] = {}
            for key in keys:
                by_period.setdefault((key[1], key[2]), []).append(key)
            found: dict[Any, Any] = {}
            for wanted in by_period.values():
                rows = await summaries.months(session, wanted)
                found |= {key: rows[key[0]] for key in wanted}
            return found

        return self._loader(read, None)
