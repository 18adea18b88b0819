"""The shipped catalogue (P3): plans, prices and rate cards; data from its first day on.

Figures that a source prints are facts; every other figure is an example, and marked as one.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

from sqlalchemy.dialects.postgresql import Range, insert

from app.db.base import metadata
from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.money import CENT, UNIT, round_half_up
from app.domain.plans import BillingPolicy, Component, Term
from app.domain.usage import Cell, Direction, Initiator, LineType, UsageKind
from app.services import carrier_fees
from app.store import invoices as store

SINCE = date(2020, 1, 1)
PLANS = {
    "ipro": ("iPro", BillingPolicy.LICENSE),
    "upro": ("uPro", BillingPolicy.LICENSE),
    "xpro": ("xPro", BillingPolicy.LICENSE),
    "provider": ("Service Provider", BillingPolicy.ACTIVE_USERS),
}
MONTHLY = {
    Component.LICENSE: {"ipro": 40, "upro": 70, "xpro": 90, "provider": 40},
    Component.LOCAL_NUMBER: {"ipro": 6, "upro": 5, "xpro": 4, "provider": 5},
    Component.TOLL_FREE_NUMBER: {"ipro": 8, "upro": 7, "xpro": 6, "provider": 7},
    Component.INTERNATIONAL_NUMBER: {"ipro": 15, "upro": 14, "xpro": 12, "provider": 14},
    Component.LOCAL_PRESENCE: {"ipro": 60, "upro": 50, "xpro": 40, "provider": 50},
    Component.BRAND_REGISTRATION: dict.fromkeys(PLANS, 4),
    Component.CAMPAIGN_10DLC: dict.fromkeys(PLANS, 10),
    Component.AI_TEXT_BOT: dict.fromkeys(PLANS, 50),
    Component.VOICE_ANALYTICS: dict.fromkeys(PLANS, 30),
    Component.AI_VOICE_BOT: dict.fromkeys(PLANS, 100),
}
DISCOUNTS = {Term.MONTHLY: 0, Term.QUARTERLY: 5, Term.ANNUAL: 10}
"""Per cent off three or twelve monthly prices; examples."""

_LICENSED = ("ipro", "upro", "xpro")
SOURCED_PRICES = {(plan, c) for plan in _LICENSED for c in Component if c.value.startswith("LI")}
SOURCED_PRICES |= {(plan, Component.LOCAL_NUMBER) for plan in _LICENSED}
SOURCED_PRICES |= {(plan, Component.CAMPAIGN_10DLC) for plan in _LICENSED}

RATES = {
    UsageKind.CALL_MINUTE: {"ipro": "0.03", "upro": "0.025", "xpro": "0.02", "provider": "0.03"},
    UsageKind.SMS_SEGMENT: {"ipro": "0.018", "upro": "0.015", "xpro": "0.012", "provider": "0.018"},
    UsageKind.MMS_SEGMENT: {"ipro": "0.045", "upro": "0.04", "xpro": "0.035", "provider": "0.045"},
    UsageKind.LOOKUP: dict.fromkeys(PLANS, "0.002"),
}
INTERNATIONAL = 5
"""How many times the local rate; an example."""


def is_included(cell: Cell) -> bool:
    """M2: calls and texts on local lines that a consumer or a human agent started; on all plans.

    What is included later is what the cards say.
    """
    kind, _, line_type, initiator = cell
    return (
        kind is not UsageKind.LOOKUP
        and line_type is LineType.LOCAL
        and initiator in {Initiator.CONSUMER, Initiator.AGENT}
    )


def _is_sourced_rate(plan: str, cell: Cell) -> bool:
    kind, direction, line_type, initiator = cell
    local_out = (direction, line_type) == (Direction.OUTBOUND, LineType.LOCAL)
    automated_text = (plan, kind, initiator) == (
        "upro",
        UsageKind.SMS_SEGMENT,
        Initiator.AUTOMATION,
    )
    dialed = (plan, kind, initiator) == ("xpro", UsageKind.CALL_MINUTE, Initiator.POWER_DIALER)
    return (
        is_included(cell) or kind is UsageKind.LOOKUP or (local_out and (automated_text or dialed))
    )


def _price_rows(plan: str) -> Iterator[dict[str, Any]]:
    policy = PLANS[plan][1]
    terms = Term if policy is BillingPolicy.LICENSE else [Term.MONTHLY]
    for (component, by_plan), term in product(MONTHLY.items(), terms):
        full = by_plan[plan] * UNIT * term.months
        yield {
            "id": new_id(),
            "plan_id": plan,
            "component": component,
            "term": term,
            "effective": Range(SINCE, None),
            "amount": round_half_up(full * (100 - DISCOUNTS[term]), 100, step=CENT),
            "is_example": term is not Term.MONTHLY or (plan, component) not in SOURCED_PRICES,
        }


def _rate_rows(plan: str) -> Iterator[dict[str, Any]]:
    since = datetime.combine(SINCE, datetime.min.time(), UTC)
    for cell in product(UsageKind, Direction, LineType, Initiator):
        kind, direction, line_type, initiator = cell
        amount = int(Decimal(RATES[kind][plan]) * UNIT)
        if line_type is LineType.INTERNATIONAL and kind is not UsageKind.LOOKUP:
            amount *= INTERNATIONAL
        yield {
            "id": new_id(),
            "plan_id": plan,
            "kind": kind,
            "direction": direction,
            "line_type": line_type,
            "initiator": initiator,
            "effective": Range(since, None),
            "amount": 0 if is_included(cell) else amount,
            "is_example": not _is_sourced_rate(plan, cell),
            "included": is_included(cell),
        }


async def ship_catalogue(uow: UnitOfWork) -> list[str]:
    """Insert the shipped plans that are missing; what is there belongs to the operators."""
    plans = [
        {"id": plan, "name": name, "billing_policy": policy, "currency": "USD"}
        for plan, (name, policy) in PLANS.items()
    ]
    table = metadata.tables["plans"]
    connection = await uow.session.connection()
    new = [
        plan["id"]
        for plan in plans
        if (
            await connection.execute(
                insert(table).values(plan).on_conflict_do_nothing().returning(table.c.id)
            )
        ).first()
    ]
    for plan in new:
        await store.insert_rows(uow.session, "prices", list(_price_rows(plan)))
        await store.insert_rows(uow.session, "rates", list(_rate_rows(plan)))
    await carrier_fees.ship(uow)
    return new
