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
from app.domain.burn import Spent
from app.domain.debts import DebtStory
from app.domain.ledger import TransferKind
from app.domain.licenses import Occupancy
from app.domain.payments import OPEN, Purpose
from app.domain.plans import PriceBook
from app.domain.rates import RateBook
from app.domain.usage_days import Breakdown, Row
from app.models import Charge, LedgerTransfer, Payment, UsageDeferral
from app.services import debt_stories, explanations, forecasts, rates
from app.services.api_keys import Principal
from app.services.explanations import Explained
from app.services.forecasts import Outlook
from app.store import (
    alerts,
    burn,
    credit_notes,
    entries,
    funds,
    holds,
    licenses,
    pages,
    passwords,
    plans,
    post_paid,
    ring_groups,
    run_views,
    summaries,
    usage_days,
    usage_events,
    usage_stories,
)
from app.store.licenses import Moment
from app.store.pages import Page
from app.store.usage_stories import Deferred

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
log = structlog.get_logger()
Month = tuple[UUID, date, date]


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
        self,
        read: Callable[[AsyncSession, list[Key]], Awaitable[dict[Key, Any]]],
        default: Any,
        *,
        at_once: int = 500,
    ) -> DataLoader[Key, Any]:
        async def load(keys: list[Key]) -> Sequence[Any]:
            async with self.session() as session:
                found = await read(session, keys)
            return [found.get(key, default) for key in keys]

        return Shared(load_fn=load, max_batch_size=at_once)

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
    def funds(self) -> DataLoader[Moment, Any]:
        return self._loader(funds.of, None)

    @cached_property
    def spent(self) -> DataLoader[Moment, Spent | None]:
        return self._loader(burn.spent, None)

    @cached_property
    def spend(self) -> DataLoader[burn.Span, list[Any]]:
        return self._loader(burn.totals, ())

    @cached_property
    def batch(self) -> DataLoader[entries.Debit, list[Any]]:
        return self._loader(entries.batches, ())

    @cached_property
    def open_payments(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        """For credits: there is one at most."""
        for_credits = col(Payment.purpose) != Purpose.INVOICE
        return self._grouped(
            "payments", ("account_id",), for_credits, col(Payment.status).in_(OPEN)
        )

    @cached_property
    def deferral(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("usage_deferrals", ("account_id", "id"))

    @cached_property
    def deferrals(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        """Recorded, and not posted yet."""
        return self._grouped(
            "usage_deferrals", ("account_id",), col(UsageDeferral.posted_at).is_(None)
        )

    @cached_property
    def open_holds(self) -> DataLoader[Moment, list[Any]]:
        return self._loader(holds.open_ones, ())

    @cached_property
    def alerts(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("credit_alerts", ("account_id",))

    @cached_property
    def last_crossed(self) -> DataLoader[tuple[UUID, UUID], Any]:
        return self._loader(alerts.last_crossed, None)

    @cached_property
    def entries(self) -> DataLoader[tuple[Page, UUID], list[Any]]:
        return self._by_page(
            lambda session, page, ids: entries.page(session, ids, page.first + 1, page.after)
        )

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
    def outlook(self) -> DataLoader[Moment, Outlook | None]:
        """An account's invoices to come, as things stand at its own time."""

        async def read(session: AsyncSession, keys: list[Moment]) -> dict[Moment, Outlook]:
            uow = UnitOfWork(session, self._perseat.operators.clock)
            found = await forecasts.outlooks(uow, dict(keys))
            return {key: found[key[0]] for key in keys if key[0] in found}

        return self._loader(read, None)

    @cached_property
    def debt_of_charge(self) -> DataLoader[tuple[UUID, UUID], DebtStory | None]:
        return self._loader(debt_stories.of_charges, None)

    @cached_property
    def debt(self) -> DataLoader[Moment, DebtStory | None]:
        return self._loader(debt_stories.present, None)

    @cached_property
    def dearest_month(self) -> DataLoader[Moment, int]:
        return self._loader(post_paid.dearest_months, 0)

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
        usage = col(LedgerTransfer.kind) == TransferKind.USAGE
        return self._grouped("ledger_transfers", ("account_id", "reference"), usage)

    @cached_property
    def later_usage_debit(self) -> DataLoader[Deferred, Any]:
        return self._loader(usage_stories.later_debits, None)

    @cached_property
    def usage_invoices(self) -> DataLoader[UUID, list[tuple[datetime, UUID]]]:
        return self._loader(usage_stories.invoices, ())

    @cached_property
    def count(self) -> DataLoader[tuple[Page, UUID], int]:
        return self._loader(pages.count, 0)

    @cached_property
    def page(self) -> DataLoader[tuple[Page, UUID], list[Any]]:
        """Pages of the same shape are one statement for all their accounts."""
        return self._by_page(pages.of_accounts)

    def _by_page(
        self, one: Callable[[AsyncSession, Page, list[UUID]], Awaitable[dict[UUID, list[Any]]]]
    ) -> DataLoader[tuple[Page, UUID], list[Any]]:
        async def read(session: AsyncSession, keys: list[tuple[Page, UUID]]) -> dict[Any, Any]:
            by_page: dict[Page, list[UUID]] = {}
            for page, account_id in keys:
                by_page.setdefault(page, []).append(account_id)
            found: dict[Any, Any] = {}
            for page, ids in by_page.items():
                rows = await one(session, page, ids)
                found |= {(page, each): rows[each] for each in ids}
            return found

        return self._loader(read, ())
