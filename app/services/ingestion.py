"""Ingestion (M1 to M4): whatever the door, one path. What was reported is rated, staged by COPY,
posted set-based and debited once per account, all in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import BillingError, Conflict, InvalidInput, NotFound
from app.domain.money import Micros
from app.domain.usage import Rated, UsageEvent
from app.faults import Fault, reach
from app.models import Account
from app.services import deferrals
from app.services.debits import debit
from app.services.locks import accounts_locked
from app.services.metering import Meter, Named, ground, mark, meters, named
from app.store import staging

REQUEST_LIMIT = 1_000
BATCH_LIMIT = 100_000
SLICE = 250
"""After so many events others have their turn."""

Report: TypeAlias = tuple[UUID, UsageEvent] | BillingError
"""An event and its account; or what is wrong with what was sent instead of one."""


class Disposition(StrEnum):
    """M1. RECORDED and DUPLICATE are successes; CONFLICT: the id stands for another event."""

    RECORDED = "RECORDED"
    DUPLICATE = "DUPLICATE"
    CONFLICT = "CONFLICT"
    INVALID = "INVALID"


@dataclass(slots=True)
class Outcome:
    """What became of one report."""

    disposition: Disposition
    rated: Rated | None = None
    error: BillingError | None = None

    @property
    def later(self) -> Micros:
        """M2: what is debited at the day's end or on the next day; nothing of what is not new."""
        rated = self.rated if self.disposition is Disposition.RECORDED else None
        if rated is None:
            return 0
        return rated.fee + (rated.amount if rated.deferred else 0)


@dataclass(frozen=True, slots=True)
class Batch:
    """`results` in the order of the reports; `costs`: what was debited from each account now."""

    results: list[Outcome]
    costs: Mapping[UUID, Micros]
    currencies: Mapping[UUID, str]

    @property
    def cost(self) -> Micros:
        return sum(self.costs.values())

    @property
    def later(self) -> Micros:
        return sum(each.later for each in self.results)


async def record_usage(uow: UnitOfWork, account_id: UUID, events: Sequence[UsageEvent]) -> Batch:
    """The events of one account, few enough for one GraphQL request."""
    if not 0 < len(events) <= REQUEST_LIMIT:
        raise InvalidInput(f"A batch has 1 to {REQUEST_LIMIT:,} events.", field="events")
    return await ingest(uow, [(account_id, each) for each in events])


async def ingest(uow: UnitOfWork, reports: Sequence[Report]) -> Batch:
    """Post what has happened: no bad neighbour (M1) and no lack of credit (M4) rejects it."""
    return await post(uow, await stage(uow, reports))


@dataclass(slots=True)
class Staged:
    """`results`: what is said of each report, as long as its id is new and `mark` is the same."""

    reports: Sequence[Report]
    accounts: Collection[UUID]
    named: Named
    mark: Any
    results: list[Outcome]


async def stage(uow: UnitOfWork, reports: Sequence[Report]) -> Staged:
    """Rated and staged before the accounts are locked, because others wait for them."""
    if len(reports) > BATCH_LIMIT:
        raise InvalidInput(f"A batch has at most {BATCH_LIMIT:,} events.", field="events")
    events = [each for each in reports if isinstance(each, tuple)]
    ids = {account_id for account_id, _ in events}
    staged = Staged(reports, ids, await named(uow, events), await mark(uow, ids), [])
    await _rate(uow, staged)
    reach(Fault.USAGE_STAGED)
    return staged


async def post(uow: UnitOfWork, staged: Staged) -> Batch:
    """Under the accounts' locks; what has changed until they are held is rated again.

    The clock is asked under the lock, so that no event is posted before a cut-off that was billed
    without it (M7).
    """
    accounts = await accounts_locked(uow, staged.accounts)
    if await mark(uow, staged.accounts) != staged.mark:
        await _rate(uow, staged)
    costs = await post_staged(uow, accounts, staged.results)
    reach(Fault.USAGE_POSTED)
    currencies = {id_: each.currency for id_, each in accounts.items()}
    return Batch(staged.results, costs, currencies)


async def _rate(uow: UnitOfWork, staged: Staged) -> None:
    by_account = meters(await ground(uow, staged.accounts), staged.named, uow.now())
    staged.results.clear()
    await staging.begin(uow.session)
    await staging.copy(uow.session, _rated(staged.reports, by_account, staged.results))


async def post_staged(
    uow: UnitOfWork, accounts: Mapping[UUID, Account], results: list[Outcome]
) -> Mapping[UUID, Micros]:
    """What each account pays now; the results of what was known before are corrected."""
    batch_id = new_id()
    sums = await staging.post(uow.session, batch_id, uow.now())
    staged = sum(each.disposition is Disposition.RECORDED for each in results)
    if sum(each.events for each in sums) < staged:
        for position, same in (await staging.repeated(uow.session)).items():
            results[position] = _repeated(position, same=same)
    await deferrals.add(uow, accounts, sums)
    return await debit(uow, accounts, sums, batch_id)


async def _rated(
    reports: Sequence[Report], by_account: Mapping[UUID, Meter], results: list[Outcome]
) -> AsyncIterator[tuple[Any, ...]]:
    """The rows to stage; what is said of each report is added to `results`."""
    for position, report in enumerate(reports):
        if position % SLICE == 0:
            await asyncio.sleep(0)
        if isinstance(report, BillingError):
            results.append(Outcome(Disposition.INVALID, error=report))
            continue
        account_id, event = report
        try:
            rated = _meter_of(by_account, account_id, position).rate(event, f"events.{position}")
        except BillingError as error:
            results.append(Outcome(Disposition.INVALID, error=error))
        else:
            results.append(Outcome(Disposition.RECORDED, rated))
            yield staging.row(position, account_id, event, rated)


def _meter_of(by_account: Mapping[UUID, Meter], account_id: UUID, position: int) -> Meter:
    meter = by_account.get(account_id)
    if meter is None:
        raise NotFound("account", field=f"events.{position}.accountId")
    return meter


def _repeated(position: int, *, same: bool) -> Outcome:
    """M1: the same id again is one event and a success; with another body it is refused."""
    if same:
        return Outcome(Disposition.DUPLICATE)
    error = Conflict(
        "This id was used for an event with another body; give each event an id of its own, or "
        "correct the recorded one by adjustUsage.",
        field=f"events.{position}.id",
    )
    return Outcome(Disposition.CONFLICT, error=error)
