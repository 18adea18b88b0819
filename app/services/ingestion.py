"""Ingestion (M1 to M4): whatever the door, one path. What was reported is rated, staged by COPY,
posted set-based and debited once per account, all in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import BillingError, InvalidInput, NotFound
from app.domain.money import Micros
from app.domain.usage import Rated, UsageEvent
from app.faults import Fault, reach
from app.models import Account
from app.services import deferrals
from app.services.debits import debit
from app.services.locks import accounts_locked
from app.services.metering import Meter, ground, meters, named
from app.store import staging

REQUEST_LIMIT = 1_000
BATCH_LIMIT = 100_000
SLICE = 2_000

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


@dataclass(frozen=True, slots=True)
class Batch:
    """`results` in the order of the reports; `costs`: what was debited from each account now."""

    results: list[Outcome]
    costs: Mapping[UUID, Micros]
    currencies: Mapping[UUID, str]

    @property
    def cost(self) -> Micros:
        return sum(self.costs.values())


async def record_usage(uow: UnitOfWork, account_id: UUID, events: Sequence[UsageEvent]) -> Batch:
    """The events of one account, few enough for one GraphQL request."""
    if not 0 < len(events) <= REQUEST_LIMIT:
        raise InvalidInput(f"A batch has 1 to {REQUEST_LIMIT:,} events.", field="events")
    return await ingest(uow, [(account_id, each) for each in events])


async def ingest(uow: UnitOfWork, reports: Sequence[Report]) -> Batch:
    """Post what has happened: no bad neighbour (M1) and no lack of credit (M4) rejects it.

    Rated and staged before the accounts are locked, because others wait for them; what has
    changed until they are is rated again. The clock is asked under the lock, so that no event is
    posted before a cut-off that was billed without it (M7).
    """
    if len(reports) > BATCH_LIMIT:
        raise InvalidInput(f"A batch has at most {BATCH_LIMIT:,} events.", field="events")
    events = [each for each in reports if isinstance(each, tuple)]
    ids = {account_id for account_id, _ in events}
    rows = await named(uow, events)
    before = await ground(uow, ids)
    results = await _stage(uow, reports, meters(before, rows, uow.now()))
    reach(Fault.USAGE_STAGED)
    accounts = await accounts_locked(uow, ids)
    under_lock = await ground(uow, ids)
    if under_lock != before:
        results = await _stage(uow, reports, meters(under_lock, rows, uow.now()))
    costs = await post_staged(uow, accounts, results)
    reach(Fault.USAGE_POSTED)
    return Batch(results, costs, {id_: each.currency for id_, each in accounts.items()})


async def _stage(
    uow: UnitOfWork, reports: Sequence[Report], by_account: Mapping[UUID, Meter]
) -> list[Outcome]:
    """What is said of each report, as long as its id is new."""
    results: list[Outcome] = []
    await staging.begin(uow.session)
    for start in range(0, len(reports), SLICE):
        rows = list(_rated(reports[start : start + SLICE], by_account, results))
        await staging.copy(uow.session, rows)
    return results


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


def _rated(
    reports: Sequence[Report], by_account: Mapping[UUID, Meter], results: list[Outcome]
) -> Iterator[tuple[Any, ...]]:
    """The rows to stage; what is said of each report is added to `results`."""
    for report in reports:
        position = len(results)
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
            yield _row(position, account_id, event, rated)


def _meter_of(by_account: Mapping[UUID, Meter], account_id: UUID, position: int) -> Meter:
    meter = by_account.get(account_id)
    if meter is None:
        raise NotFound("account", field=f"events.{position}.accountId")
    return meter


def _row(position: int, account_id: UUID, event: UsageEvent, rated: Rated) -> tuple[Any, ...]:
    """In the order of `staging.COLUMNS`."""
    return (
        position,
        account_id,
        event.source,
        event.event_id,
        event.kind,
        event.direction,
        event.line_type,
        event.initiator,
        event.quantity,
        event.user_id,
        event.line_id,
        event.carrier,
        event.hold_id,
        event.happened_at,
        rated.rate,
        rated.amount,
        rated.included,
        rated.fee_rate,
        rated.fee,
        rated.deferred,
    )


def _repeated(position: int, *, same: bool) -> Outcome:
    """M1: the same id again is one event and a success; with another body it is refused."""
    if same:
        return Outcome(Disposition.DUPLICATE)
    error = InvalidInput(
        "This id was used for an event with another body; give each event an id of its own, or "
        "correct the recorded one by adjustUsage.",
        field=f"events.{position}.id",
    )
    return Outcome(Disposition.CONFLICT, error=error)
