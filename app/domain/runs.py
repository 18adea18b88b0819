"""Billing runs (C5, I2): what a plan says of an account, in bytes that are the same every time."""

import hashlib
import json
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from app.domain.charges import Charge
from app.domain.errors import InvalidInput
from app.domain.invoices import Bill
from app.domain.money import Micros
from app.domain.periods import Period


class RunMode(StrEnum):
    AUTOMATIC = "AUTOMATIC"
    MANUAL = "MANUAL"


class RunStatus(StrEnum):
    PLANNING = "PLANNING"
    PLANNED = "PLANNED"
    CHECKING = "CHECKING"
    POSTING = "POSTING"
    FINISHED = "FINISHED"
    STALE = "STALE"


class Outcome(StrEnum):
    """What a run has made of an account."""

    PENDING = "PENDING"
    PLANNED = "PLANNED"
    TO_PARK = "TO_PARK"
    RETRYING = "RETRYING"
    BILLED = "BILLED"
    NOTHING = "NOTHING"
    ALREADY_BILLED = "ALREADY_BILLED"
    PARKED = "PARKED"
    CHANGED = "CHANGED"


TO_PLAN = (Outcome.PENDING,)
TO_POST = (Outcome.PLANNED, Outcome.TO_PARK, Outcome.RETRYING)
SETTLED = (Outcome.BILLED, Outcome.NOTHING)


def check_period(period: date) -> None:
    """C2: a run is of one cut-off, the 1st of a month."""
    if period.day != 1:
        raise InvalidInput(
            f"A run is of a 1st: {period.replace(day=1)}, for example.", field="period"
        )


@lru_cache(maxsize=64)
def automatic_run(period: date, *, sandbox: bool) -> UUID:
    """There is one per cut-off, made by whoever needs it first: its id is known to all."""
    return uuid5(NAMESPACE_URL, f"perseat:run:{period}:{'sandbox' if sandbox else 'real'}")


def applying_run(plan: UUID) -> UUID:
    """A plan is applied once, however often that is asked for."""
    return uuid5(plan, "apply")


def document(bill: Bill, unbilled: Micros, currency: str, parks: str | None) -> dict[str, Any]:
    """All that a bill says, without ids and without the times of the run."""
    return {
        "kind": bill.kind.value,
        "period": _days(bill.period),
        "plan": bill.subscription.plan_id,
        "term": _days(bill.subscription.current),
        "closes": bill.closes,
        "currency": currency,
        "total": bill.total,
        "tax": bill.tax,
        "unbilled": unbilled,
        "clears": bill.clears,
        "charges": [_charge(each) for each in bill.charges],
        "parks": parks,
    }


def _days(period: Period | None) -> list[str] | None:
    return None if period is None else [period.start.isoformat(), period.end.isoformat()]


def _charge(charge: Charge) -> dict[str, Any]:
    return {
        "rule": charge.rule,
        "version": charge.version,
        "component": charge.component and charge.component.value,
        "description": charge.description,
        "inputs": dict(charge.inputs),
        "quantity": charge.result.quantity,
        "unit": charge.result.unit,
        "amount": charge.amount,
        "period": _days(charge.period),
        "slots": charge.slots and list(charge.slots),
    }


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def canonical(made: dict[str, Any]) -> bytes:
    """The same document is the same bytes: keys sorted, no blanks, integers only."""
    return _ENCODER.encode(made).encode()


def digest(made: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(made)).hexdigest()
