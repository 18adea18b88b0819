"""What a run says of its accounts: planned, as planned, changed, or billed by another way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.domain.money import show
from app.domain.periods import local_date
from app.domain.runs import Outcome, RunStatus
from app.models import BillingRun
from app.services.bills import Judged
from app.services.posting import row_of
from app.store.accounts import Due, Standing
from app.store.run_accounts import Held

Row = dict[str, Any]


@dataclass
class Found:
    """Accounts of a chunk that are still ours; `settled`: what was billed for the cut-off."""

    run: BillingRun
    held: Mapping[UUID, Held]
    standing: Sequence[Standing]
    settled: Mapping[UUID, Any] = field(default_factory=dict)

    def _waits(self, each: Standing) -> bool:
        due, posting = each.due, self.run.status is RunStatus.POSTING
        if due is None or each.parked_reason is not None:
            return False
        here = local_date(due.cut_off, due.billing_timezone) == self.run.period
        return here and (each.passed or not posting)

    def due(self) -> list[Due]:
        """Who waits for the cut-off of the run."""
        return [each.due for each in self.standing if each.due is not None and self._waits(each)]

    def others(self) -> list[Standing]:
        return [each for each in self.standing if not self._waits(each)]


def planned(run: BillingRun, judged: Judged, _: Held) -> Row:
    """A plan can be read as a document; a run that posts at once keeps none."""
    status = Outcome.PLANNED if judged.parks is None else Outcome.TO_PARK
    row = row_of(judged, run.id, status)
    return {**row, "bill": judged.document() if run.dry_run else None}


def checked(run: BillingRun, judged: Judged, held: Held) -> Row:
    """The same beside the plan that the run applies."""
    row = planned(run, judged, held)
    return row if row["digest"] == held.digest else _changed(row, held)


def compared(
    run: BillingRun, judged: Sequence[Judged], held: Mapping[UUID, Held]
) -> tuple[list[Judged], list[Row]]:
    """Bills that are as they were planned, and rows for those that are not. What an operator
    retries has been mended: there is no plan to hold it against."""
    as_planned, changed = [], []
    for each in judged:
        mine = held[each.due.account_id]
        if mine.status is Outcome.RETRYING or mine.digest == each.digest():
            as_planned.append(each)
        else:
            changed.append(_changed(row_of(each, run.id, Outcome.CHANGED), mine))
    return as_planned, changed


def _changed(row: Row, held: Held) -> Row:
    before = held.total if held.planned_total is None else held.planned_total
    totals = f"planned {_shown(before)}, now {_shown(row['total'])}"
    if before == row["total"]:
        totals += ", of other charges"
    reason = f"{totals}; {row['reason']}" if row["reason"] else totals
    return {**row, "status": Outcome.CHANGED, "reason": reason[:500]}


def _shown(total: int | None) -> str:
    return "no bill" if total is None else show(total)


def elsewhere(found: Found) -> list[Row]:
    """Accounts that do not wait for the run's cut-off (any more)."""
    return [_elsewhere(found, each) for each in found.others()]


def _elsewhere(found: Found, standing: Standing) -> Row:
    held, settled = found.held[standing.account_id], found.settled.get(standing.account_id)
    row = {"account_id": standing.account_id, "run_id": found.run.id}
    if settled is None:
        return {**row, **_left(standing, held)}
    if found.run.dry_run:
        return {**row, "status": Outcome.ALREADY_BILLED}
    row |= {name: value for name, value in settled._mapping.items() if name != "account_id"}  # noqa: SLF001
    free = held.digest is None or held.status is Outcome.RETRYING
    if free or held.digest == settled.digest:
        return {**row, "status": Outcome.ALREADY_BILLED}
    return _changed({**row, "reason": None}, held)


def _left(standing: Standing, held: Held) -> Row:
    if standing.parked_reason is not None:
        again = held.status is Outcome.RETRYING
        status = Outcome.PARKED if again else Outcome.CHANGED
        return {"status": status, "reason": f"it is parked: {standing.parked_reason}"[:500]}
    over = standing.closed and standing.due is None
    reason = "it is closed" if over else "it does not wait for this cut-off"
    return {"status": Outcome.CHANGED, "reason": reason}
