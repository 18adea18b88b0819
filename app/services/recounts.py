"""Charges with what the histories say of them (I5), as the rules of a recount see them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.facts import Afterwards, Credits, Facts, Floor, Paid, PaidTerm, Posted, Upgrade
from app.domain.periods import Period
from app.domain.plans import BillingPolicy, Component, Term
from app.store import facts as store


async def load(session: AsyncSession, keys: store.Keys) -> list[Facts]:
    """One read for any number of charges; those that are not there or not visible are left out."""
    return [_facts(row) for row in await store.of_charges(session, keys)]


def _posted(row: Any) -> Posted:
    derivation = row.derivation
    return Posted(
        account_id=row.account_id,
        id=row.id,
        rule=row.rule,
        version=derivation["version"],
        inputs=derivation["inputs"],
        steps=derivation["steps"],
        description=row.description,
        component=row.component and Component(row.component),
        quantity=row.quantity,
        amount=row.amount,
        period=row.period and Period(row.period.lower, row.period.upper),
        slots=row.slots and (row.slots.lower, row.slots.upper),
        posted_at=row.posted_at,
        issued_at=row.issued_at,
        upgrade=row.upgrade,
    )


def _facts(row: Any) -> Facts:
    return Facts(
        charge=_posted(row),
        timezone=row.billing_timezone,
        currency=row.currency,
        customer_since=row.customer_since,
        day=row.day,
        plan_id=row.plan_id,
        plan_name=row.plan_name,
        policy=BillingPolicy(row.billing_policy),
        term=Term(row.plan_term),
        priced_on=row.priced_on,
        upgrade=_upgrade(row),
        paid_term=_paid_term(row),
        statuses=row.statuses or {},
        units=(row.inclusive, row.strict),
        held=(row.alone, row.settled),
        dearest=row.dearest or 0,
        additions=_additions(row.additions or ()),
        floor=_floor(row),
        is_imported=row.is_imported,
        credits=_credits(row),
        paid=_paid(row),
        afterwards=_afterwards(row),
    )


def _additions(days: Sequence[tuple[str, int]]) -> list[tuple[date, int]]:
    return [(date.fromisoformat(day), number) for day, number in days]


def _paid_term(row: Any) -> PaidTerm | None:
    if row.term_period is None:
        return None
    period = Period(row.term_period.lower, row.term_period.upper)
    return PaidTerm(period, row.term_posted_at, row.term_rule)


def _upgrade(row: Any) -> Upgrade | None:
    if row.change_id is None:
        return None
    return Upgrade(
        id=row.change_id,
        plan_id=row.from_plan_id,
        plan_name=row.from_plan_name,
        priced_on=row.priced_before,
        at=row.changed_at,
        actor=row.changed_by,
        reason=row.changed_for,
    )


def _floor(row: Any) -> Floor | None:
    if row.minimum is None:
        return None
    return Floor(row.minimum, row.effective_on, row.contract, row.floor_at)


def _credits(row: Any) -> Credits | None:
    if row.rule not in {"M7", "M8"}:
        return None
    return Credits(row.opening, row.added, row.balance, row.late, row.since, row.turn)


def _afterwards(row: Any) -> Afterwards | None:
    if not row.post_paid:
        return None
    return Afterwards(row.agreed_at, row.agreed_in, row.agreed_for, row.agreed_by)


def _paid(row: Any) -> Paid | None:
    if row.payment_id is None:
        return None
    return Paid(
        id=row.payment_id,
        amount=row.payment_amount,
        step=row.payment_step,
        balance=row.balance,
        created_at=row.payment_created_at,
        settled_at=row.payment_settled_at,
    )
