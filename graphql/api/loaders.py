"""DataLoaders: what many objects of an answer need is read in one statement."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from app.bootstrap import Perseat
from app.db.unit_of_work import UnitOfWork
from app.domain.licenses import Occupancy
from app.domain.plans import PriceBook
from app.models import Charge
from app.services import explanations, forecasts
from app.services.api_keys import Principal
from app.services.explanations import Explained
from app.services.forecasts import Outlook
from app.store import (
    credit_notes,
    licenses,
    pages,
    passwords,
    plans,
    ring_groups,
    run_views,
    summaries,
)
from app.store.licenses import Moment
from app.store.pages import Page

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
log = structlog.get_logger()
Month = tuple[UUID, date, date, datetime, datetime]


class Shared(DataLoader[Key, Value]):
    """What one field waits for others may wait for too: that one of them is cancelled, because
    its neighbour has failed, is no matter to the others."""

    async def load(self, key: Key) -> Value:
        return await asyncio.shield(super().load(key))


class Loaders:
    """An operator's reads see all accounts, anybody else's the one account of their key."""

    def __init__(self, perseat: Perseat, principal: Principal) -> None:
        self._perseat = perseat
        self._principal = principal
        self._turn = asyncio.Lock()
        self._transaction = AsyncExitStack()
        self._session: AsyncSession | None = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """The one transaction that the request reads in; what wants it waits for its turn.

        A reader that is cancelled, because another field has failed, leaves a connection in the
        middle of a statement: the next one begins anew.
        """
        async with self._turn:
            try:
                yield self._session or await self._begin()
            except BaseException as error:
                await self._end(error)
                raise

    async def _begin(self) -> AsyncSession:
        mine = self._principal.account_id
        source = self._perseat.operators if mine is None else self._perseat.tenants
        uow = await self._transaction.enter_async_context(source.begin(mine))
        self._session = uow.session
        return uow.session

    async def _end(self, error: BaseException | None = None) -> None:
        """What was read is read: a connection that breaks on its way back is no error of it."""
        self._session = None
        try:
            await self._transaction.__aexit__(type(error) if error else None, error, None)
        except Exception as broken:  # noqa: BLE001
            log.warning("api.reading_ended_badly", reason=str(broken))
        except asyncio.CancelledError:
            if error is None:
                raise

    @asynccontextmanager
    async def silent(self) -> AsyncIterator[None]:
        """While something is changed nothing is read, so that a request needs one connection at a
        time; what has been read before is forgotten."""
        async with self._turn:
            await self._end()
            for name, kept in list(vars(self).items()):
                if isinstance(kept, DataLoader):
                    delattr(self, name)
            yield

    def _loader(
        self, read: Callable[[AsyncSession, list[Key]], Awaitable[dict[Key, Any]]], default: Any
    ) -> DataLoader[Key, Any]:
        async def load(keys: list[Key]) -> Sequence[Any]:
            async with self.session() as session:
                found = await read(session, keys)
            return [found.get(key, default) for key in keys]

        return Shared(load_fn=load, max_batch_size=500)

    def _grouped(
        self, table: str, by: tuple[str, ...], *conditions: Any
    ) -> DataLoader[tuple[UUID, ...], list[Any]]:
        async def read(session: AsyncSession, keys: list[tuple[UUID, ...]]) -> dict[Any, Any]:
            return await pages.grouped(session, table, keys, by, *conditions)

        return self._loader(read, ())

    @cached_property
    def account(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("accounts", ("id",))

    @cached_property
    def user(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("users", ("account_id", "id"))

    @cached_property
    def invoice(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("invoices", ("account_id", "id"))

    @cached_property
    def payment(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("payments", ("account_id", "id"))

    @cached_property
    def top_up_decisions(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("top_up_decisions", ("account_id", "payment_id"))

    @cached_property
    def roles(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("user_roles", ("account_id", "user_id"))

    @cached_property
    def line(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("lines", ("account_id", "id"))

    @cached_property
    def ring_group(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("ring_groups", ("account_id", "id"))

    @cached_property
    def ring_group_members(self) -> DataLoader[tuple[UUID, UUID], list[Any]]:
        return self._loader(ring_groups.members, ())

    @cached_property
    def contact(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("contacts", ("account_id", "id"))

    @cached_property
    def contact_list(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("contact_lists", ("account_id", "id"))

    @cached_property
    def invitee(self) -> DataLoader[tuple[UUID, ...], passwords.Invitee | None]:
        return self._loader(passwords.invitees, None)

    @cached_property
    def invoice_charges(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("charges", ("account_id", "invoice_id"))

    @cached_property
    def creditable(self) -> DataLoader[tuple[Any, ...], int]:
        return self._loader(credit_notes.creditable, 0)

    @cached_property
    def credit_note(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("credit_notes", ("account_id", "id"))

    @cached_property
    def credit_notes(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("credit_notes", ("account_id", "invoice_id"))

    @cached_property
    def credit_note_lines(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("credit_note_lines", ("account_id", "credit_note_id"))

    @cached_property
    def charge(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("charges", ("account_id", "id"))

    @cached_property
    def decision(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("invoice_decisions", ("account_id", "invoice_id"))

    @cached_property
    def replacing(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("invoice_decisions", ("account_id", "replacement_id"))

    @cached_property
    def explained(self) -> DataLoader[tuple[UUID, UUID], Explained | None]:
        return self._loader(explanations.explain, None)

    @cached_property
    def unbilled_charges(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("charges", ("account_id",), col(Charge.invoice_id).is_(None))

    @cached_property
    def credits(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("credits", ("account_id",))

    @cached_property
    def add_ons(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("add_ons", ("account_id",))

    @cached_property
    def payment_methods(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("payment_methods", ("account_id",))

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

    @cached_property
    def plan_prices(self) -> DataLoader[tuple[Any, ...], list[Any]]:
        return self._grouped("prices", ("plan_id",))

    @cached_property
    def subscription(self) -> DataLoader[UUID, Any]:
        return self._loader(summaries.subscriptions, None)

    @cached_property
    def users_by_status(self) -> DataLoader[UUID, dict[str, int]]:
        return self._loader(summaries.users_by_status, {})

    @cached_property
    def licenses_held(self) -> DataLoader[tuple[UUID, date], int]:
        return self._loader(summaries.licenses_held, 0)

    @cached_property
    def users_by_status_at(self) -> DataLoader[tuple[UUID, datetime], dict[str, int]]:
        return self._loader(licenses.statuses_at, {})

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

        async def read(session: AsyncSession, keys: list[Moment]) -> dict[Moment, Outlook]:
            uow = UnitOfWork(session, self._perseat.operators.clock)
            found = await forecasts.outlooks(uow, dict(keys))
            return {key: found[key[0]] for key in keys if key[0] in found}

        return self._loader(read, None)

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

    @cached_property
    def count(self) -> DataLoader[tuple[Page, UUID], int]:
        return self._loader(pages.count, 0)

    @cached_property
    def page(self) -> DataLoader[tuple[Page, UUID], list[Any]]:
        """Pages of the same shape are one statement for all their accounts."""

        async def read(session: AsyncSession, keys: list[tuple[Page, UUID]]) -> dict[Any, Any]:
            by_page: dict[Page, list[UUID]] = {}
            for page, account_id in keys:
                by_page.setdefault(page, []).append(account_id)
            found: dict[Any, Any] = {}
            for page, ids in by_page.items():
                rows = await pages.of_accounts(session, page, ids)
                found |= {(page, each): rows[each] for each in ids}
            return found

        return self._loader(read, ())
