"""Rates change (M3, P2): of a plan's card, or for one account that has negotiated.

From now on or from an instant to come, never from one that is past: what was rated stays rated.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import InvalidInput, Refused
from app.domain.money import LIMIT, Micros, show
from app.domain.permissions import Actor
from app.domain.rates import Cells, changed
from app.domain.usage import QUANTITY_LIMIT
from app.domain.users import clean_reason, needed_reason
from app.models import AccountRate
from app.services.locks import account_locked, time_of
from app.services.prices import currency_of
from app.store import invoices as invoice_store
from app.store import rates as store

FURTHEST = timedelta(days=3660)
HIGHEST = LIMIT // QUANTITY_LIMIT
"""So that no event, however it is corrected, costs more than can be billed."""


@dataclass(frozen=True, slots=True)
class NewRate:
    """Of one unit of these cells, in micros. `included`: recorded as part of the plan, for 0.

    For an account None gives the plan's rates back, and no plan means each that it will have.
    """

    plan_id: str | None
    cells: Cells
    amount: Micros | None
    included: bool = False
    effective_at: datetime | None = None
    why: str | None = None
    """The reason, or the contract of an account."""


async def set_rate(uow: UnitOfWork, new: NewRate, *, actor: Actor) -> list[UUID]:
    """M3: the plan's rate from an instant on, until the next one that is scheduled; one that is
    scheduled for this very instant is replaced. The ids of what is new or another."""
    reason = needed_reason(new.why)
    _check_amount(new)
    if new.plan_id is None or new.amount is None:
        raise InvalidInput("A rate of a card has a plan and an amount.", field="amount")
    await currency_of(uow, new.plan_id)
    await store.lock_card(uow.session, new.plan_id)
    now = uow.now()
    at = _instant(new.effective_at, now, "the machine, which cards follow")
    rows = await store.card(uow.session, new.plan_id, since=at)
    change = changed(rows, new.cells, at)
    if not change.begin and not change.replace:
        raise Refused(
            "M2",
            "All that these fields name is included, or has no rate: name one cell by all four "
            "fields to change what is included.",
            field="planId",
        )
    said = {
        "amount": new.amount,
        "included": new.included,
        "reason": reason,
        "actor": actor.name,
        "at": now,
        "is_example": False,
    }
    await store.replace(uow.session, change.replace, said)
    await store.end(uow.session, change.end, at)
    begun = [_row(new.plan_id, cell, at, until, said) for cell, until in change.begin]
    await invoice_store.insert_rows(uow.session, "rates", begun)
    return [*change.replace, *(row["id"] for row in begun)]


def _row(
    plan_id: str, cell: tuple[str, ...], at: datetime, until: datetime | None, said: dict[str, Any]
) -> dict[str, Any]:
    names = ("kind", "direction", "line_type", "initiator")
    effective = f"[{at.isoformat()},{until.isoformat() if until else ''})"
    cells = dict(zip(names, cell, strict=True))
    return {"id": new_id(), "plan_id": plan_id, "effective": effective, **cells, **said}


async def set_negotiated_rate(
    uow: UnitOfWork, account_id: UUID, new: NewRate, *, actor: Actor
) -> AccountRate:
    """P2: an account's own rate; of two that reach a cell, the later one counts."""
    given = needed_reason if new.amount is None else clean_reason
    contract = given(new.why, field="contract")  # nobody takes rates back by leaving things out
    _check_amount(new)
    account = await account_locked(uow, account_id)
    if new.plan_id is not None:
        await currency_of(uow, new.plan_id)
    now = time_of(uow, account)
    cells = new.cells
    agreed = AccountRate(
        account_id=account_id,
        plan_id=new.plan_id,
        kind=cells.kind,
        direction=cells.direction,
        line_type=cells.line_type,
        initiator=cells.initiator,
        amount=new.amount,
        included=new.included,
        effective_at=_instant(new.effective_at, now, "the account"),
        contract=contract,
        at=now,
        actor=actor.name,
    )
    uow.session.add(agreed)
    await uow.session.flush()
    return agreed


def _check_amount(new: NewRate) -> None:
    if new.amount is not None and not 0 <= new.amount <= HIGHEST:
        raise InvalidInput(f"A rate is 0.00 to {show(HIGHEST)}.", field="amount")
    if new.included and new.amount != 0:
        raise InvalidInput("What is included has the rate 0.", field="included")


def _instant(wanted: datetime | None, now: datetime, clock: str) -> datetime:
    at = wanted or now
    if not now <= at <= now + FURTHEST:
        raise Refused(
            "M3",
            f"A rate changes now ({now:%Y-%m-%d %H:%M:%S} UTC by the clock of {clock}) or later, "
            "and within ten years: what was rated stays rated.",
            field="effectiveAt",
        )
    return at
