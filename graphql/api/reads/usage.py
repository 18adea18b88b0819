"""What is read of usage: events, their sums by day, and rates."""

from functools import cached_property
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from api.reads.reader import Reader
from app.db.unit_of_work import UnitOfWork
from app.domain.ledger import TransferKind
from app.domain.rates import RateBook
from app.domain.usage_days import Breakdown, Row
from app.domain.usage_events import Settled
from app.models import LedgerTransfer
from app.services import rates
from app.store import (
    usage_days,
    usage_events,
    usage_stories,
)
from app.store.usage_stories import Deferred

_OF_USAGE = col(LedgerTransfer.kind) == TransferKind.USAGE


class UsageReads(Reader):
    @cached_property
    def deferral(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("usage_deferrals", ("account_id", "id"))

    @cached_property
    def account_rates(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("account_rates", ("account_id",))

    @cached_property
    def plan_rates(self) -> DataLoader[tuple[Any, ...], list[Any]]:
        return self._grouped("rates", ("plan_id",))

    @cached_property
    def rates(self) -> DataLoader[UUID, RateBook]:
        """What usage costs an account."""

        async def read(session: AsyncSession, keys: list[UUID]) -> dict[UUID, RateBook]:
            return await rates.rate_books(UnitOfWork(session, self._perseat.operators.clock), keys)

        return self._loader(read, None)

    @cached_property
    def usage_days(self) -> DataLoader[tuple[usage_days.Wanted, Breakdown], list[Row]]:
        """A page of 100 accounts, each with all breakdowns of two ranges, is read at once."""
        return self._loader(usage_days.sums, (), at_once=100 * len(Breakdown) * 2)

    @cached_property
    def usage_events(self) -> DataLoader[usage_events.Wanted, list[Any]]:
        return self._loader(usage_events.pages, ())

    @cached_property
    def usage_event(self) -> DataLoader[tuple[UUID, UUID], list[Any]]:
        return self._loader(usage_stories.by_ids, ())

    @cached_property
    def usage_corrections(self) -> DataLoader[tuple[UUID, UUID], list[Any]]:
        return self._loader(usage_stories.corrections, ())

    @cached_property
    def usage_debit(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("ledger_transfers", ("account_id", "reference"), _OF_USAGE)

    @cached_property
    def later_usage_debit(self) -> DataLoader[Deferred, Any]:
        return self._loader(usage_stories.later_debits, None)

    @cached_property
    def usage_invoices(self) -> DataLoader[UUID, list[Settled[UUID]]]:
        return self._loader(usage_stories.invoices, ())
