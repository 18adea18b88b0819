"""A charge as it is there beside a payment as it is here, and what differs, kept for people."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.payments import PaymentStatus
from app.domain.reconciliation import (
    Difference,
    Ours,
    Theirs,
    as_json,
    compare,
)
from app.domain.spans import (
    Span,
)
from app.models import Reconciliation
from app.payments.provider import ACCOUNT, Charge, ChargeStatus
from app.store import comparisons
from app.store import reconciliation as store

Key: TypeAlias = tuple[UUID, UUID]
WORKER = "worker"


@dataclass
class Found:
    """What a comparison has come to so far."""

    charges: int = 0
    confirmed: int = 0
    differences: list[Difference] = field(default_factory=list)


def theirs(charge: Charge) -> Theirs:
    given = [each for each in charge.refunds if each.status is ChargeStatus.SUCCEEDED]
    return Theirs(
        reference=charge.reference,
        key=charge.key,
        account_id=account_of(charge),
        succeeded=charge.status is ChargeStatus.SUCCEEDED,
        amount=charge.amount,
        currency=charge.currency,
        created_at=charge.created_at,
        refunded=sum(each.amount for each in given),
        taken_back=charge.taken_back,
        refunds={each.key: each.amount for each in given if each.key},
    )


def account_of(charge: Charge) -> UUID | None:
    """Whose a charge is, by our notes; nobody's if it is none of ours."""
    with suppress(ValueError):
        return UUID(charge.notes.get(ACCOUNT, ""))
    return None


def ours(row: Any) -> Ours:
    return Ours(
        account_id=row.account_id,
        id=row.id,
        status=PaymentStatus(row.status),
        amount=row.amount,
        currency=row.currency,
        sent_at=row.sent_at,
        reference=row.reference,
        leased=row.leased,
        refunded=row.refunded,
        taken_back=row.taken_back,
        open_refunds=dict(zip(row.refund_ids, row.refund_amounts, strict=True)),
    )


async def name(uow: UnitOfWork, provider: str, charge: Charge) -> list[str]:
    """What differs about one charge, kept at once: operators need not wait for its day. What was
    named before is no news."""
    if await store.named(uow.session, provider, charge.reference):
        return []
    there = theirs(charge)
    rows = await comparisons.matching(uow.session, provider, [there], uow.now())
    here = rows.get(charge.reference)
    found = compare(there, ours(here) if here else None)
    if found:
        span = Span(charge.created_at, charge.created_at + timedelta(seconds=1))
        await keep(uow, provider, span, Found(1, 0, found))
    return [f"named as {each.kind}" for each in found]


async def keep(
    uow: UnitOfWork,
    provider: str,
    span: Span,
    found: Found,
    *,
    automatic: bool = False,
    asked: Key | None = None,
    actor: str = WORKER,
) -> Reconciliation:
    """`asked`: the payment after which there was no time to ask for more."""
    row = Reconciliation(
        id=new_id(),
        provider=provider,
        since=span.since,
        until=span.until,
        automatic=automatic,
        charges=found.charges,
        confirmed=found.confirmed,
        differences=[as_json(each) for each in found.differences],
        asked_account=asked and asked[0],
        asked_payment=asked and asked[1],
        actor=actor,
        created_at=uow.now(),
    )
    await store.keep(uow.session, row)
    counts = {"charges": row.charges, "confirmed": row.confirmed}
    span_of = {"provider": provider, "since": row.since, "until": row.until}
    uow.wrote("reconciliations", row.id, **span_of, **counts, differences=len(row.differences))
    return row
