"""Corrections of usage (M1, M7, I3): a difference at the event's own rate, in the open period."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.adjustments import Adjustment, Corrections, Known, Name
from app.domain.errors import BillingError, Conflict, InvalidInput
from app.domain.usage import Rated
from app.domain.usage import UsageEvent as Reported
from app.domain.users import needed_reason
from app.models import UsageEvent
from app.services.ingestion import REQUEST_LIMIT, Batch, Disposition, Outcome, post_staged
from app.services.locks import any_account_locked
from app.store import adjustments as store
from app.store import staging


async def adjust_usage(uow: UnitOfWork, account_id: UUID, wishes: Sequence[Adjustment]) -> Batch:
    """One after the other: a finalised invoice stays as it is, the next one has the difference.

    The same id again with the same quantity is a success, whatever was corrected since.
    """
    if not 0 < len(wishes) <= REQUEST_LIMIT:
        raise InvalidInput(f"1 to {REQUEST_LIMIT:,} corrections.", field="adjustments")
    account = await any_account_locked(uow, account_id)
    names = {name for each in wishes for name in (each.name, each.original)}
    rows = await store.families(uow.session, account_id, names)
    events = {row.id: row for row in rows if row.adjusts is None}
    results: list[Outcome] = []
    await staging.begin(uow.session)
    staged = _differences(wishes, _corrections(rows), events, results)
    await staging.copy(uow.session, staged, staging.COLUMNS)
    costs = await post_staged(uow, {account_id: account}, results)
    return Batch(results, costs, {account_id: account.currency})


def _corrections(rows: Sequence[UsageEvent]) -> Corrections[UUID]:
    totals: dict[UUID, int] = {}
    known: dict[Name, Known[UUID]] = {}
    for row in rows:
        root = row.adjusts or row.id
        totals[root] = totals.get(root, 0) + row.quantity
        name = (row.source, row.event_id)
        known[name] = Known(root, totals[root], corrects=row.adjusts is not None)
    return Corrections(known, totals)


def _differences(
    wishes: Sequence[Adjustment],
    corrections: Corrections[UUID],
    events: Mapping[UUID, UsageEvent],
    results: list[Outcome],
) -> Iterator[tuple[Any, ...]]:
    """The rows to stage; what is said of each wish is added to `results`."""
    for position, wish in enumerate(wishes):
        where = f"adjustments.{position}"
        try:
            reason = needed_reason(wish.reason, field=f"{where}.reason")
            found = corrections.difference(wish, where)
        except BillingError as error:
            conflict = isinstance(error, Conflict)
            said = Disposition.CONFLICT if conflict else Disposition.INVALID
            results.append(Outcome(said, error=error))
            continue
        if found is None:
            results.append(Outcome(Disposition.DUPLICATE))
            continue
        event = events[found[0]]
        rated = _rated(event, found[1])
        results.append(Outcome(Disposition.RECORDED, rated))
        said_now = _corrected(event, wish, found[1])
        yield (*staging.row(position, event.account_id, said_now, rated), event.id, reason)


def _rated(event: UsageEvent, difference: int) -> Rated:
    """M3: by the rates that the event was recorded with."""
    return Rated(
        event.rate,
        event.rate * difference,
        event.included,
        event.fee_rate,
        event.fee_rate * difference,
        event.deferred,
    )


def _corrected(event: UsageEvent, wish: Adjustment, difference: int) -> Reported:
    """As if the difference had been reported then, by the name of the correction."""
    return Reported(
        wish.event_id,
        event.kind,
        event.direction,
        event.line_type,
        event.initiator,
        difference,
        event.happened_at,
        _text(event.user_id),
        wish.source,
        _text(event.line_id),
        event.carrier,
        _text(event.hold_id),
    )


def _text(row_id: UUID | None) -> str | None:
    return None if row_id is None else str(row_id)
