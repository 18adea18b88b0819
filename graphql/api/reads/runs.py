"""What is read of billing runs."""

from functools import cached_property
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from api.reads.reader import Reader
from app.store import (
    pages,
    run_views,
)


class RunsReads(Reader):
    @cached_property
    def billing_run(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        """Only operators see runs; to anybody else there are none."""

        async def read(session: AsyncSession, keys: list[Any]) -> dict[Any, Any]:
            if self._principal.account_id is not None:
                return {}
            return await pages.grouped(session, "billing_runs", keys, ("id",))

        return self._loader(read, ())

    @cached_property
    def run_counts(self) -> DataLoader[UUID, dict[str, int]]:
        return self._loader(run_views.counts, {})

    @cached_property
    def run_totals(self) -> DataLoader[UUID, list[Any]]:
        return self._loader(run_views.totals, ())

    @cached_property
    def run_causes(self) -> DataLoader[UUID, list[Any]]:
        return self._loader(run_views.causes, ())
