"""Holds (M4): credits are set aside for a campaign, and drawn by the events reported for it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Conflict, NotFound, Refused
from app.domain.holds import HoldStatus, NewHold, check_expiry, check_room, status
from app.domain.money import Micros
from app.domain.permissions import Actor
from app.models import Account, UsageHold
from app.services import idempotency
from app.services.locks import account_locked, any_account_locked, time_of
from app.store import holds as store


def fingerprint(new: NewHold, lines: Sequence[Mapping[str, Any]]) -> str:
    body = {"reference": new.reference, "expires_at": new.expires_at, "lines": lines}
    return idempotency.digest("hold", body)


async def same(uow: UnitOfWork, account: Account, new: NewHold, request: str) -> UsageHold | None:
    """The open hold of this reference, if it was asked for in the same way; under the lock."""
    hold = await store.of_reference(uow.session, account.id, new.reference)
    if hold is None:
        return None
    if status_of(hold, time_of(uow, account)) is HoldStatus.EXPIRED:
        hold.released_at = hold.expires_at
        await uow.session.flush()
        return None
    if hold.request != request:
        raise Conflict(
            "This reference stands for an open hold of other usage; release that one, or give "
            "this campaign a reference of its own.",
            field="hold.reference",
        )
    return hold


async def make(
    uow: UnitOfWork, account: Account, new: NewHold, request: str, amount: Micros, *, actor: Actor
) -> UsageHold:
    """Set the amount aside; the caller has locked the account, and has found it available."""
    now = time_of(uow, account)
    check_room(await store.count_open(uow.session, account.id, now))
    hold = UsageHold(
        account_id=account.id,
        id=new_id(),
        reference=new.reference,
        request=request,
        amount=amount,
        actor=actor.name,
        created_at=now,
        expires_at=new.expires_at,
    )
    uow.session.add(hold)
    await uow.session.flush()
    return hold


async def release(uow: UnitOfWork, account_id: UUID, hold_id: UUID) -> UsageHold:
    """What it still holds is available again. What is over already is left as it is."""
    account = await any_account_locked(uow, account_id)
    hold = await get(uow, account_id, hold_id)
    if status_of(hold, time_of(uow, account)) is HoldStatus.OPEN:
        hold.released_at = time_of(uow, account)
    return hold


async def extend(
    uow: UnitOfWork, account_id: UUID, hold_id: UUID, expires_at: datetime
) -> UsageHold:
    """Only an open one: what has expired may be spent by now, and is asked for anew."""
    account = await account_locked(uow, account_id)
    hold, now = await get(uow, account_id, hold_id), time_of(uow, account)
    if status_of(hold, now) is not HoldStatus.OPEN:
        raise Refused("M4", "This hold is over; authorise the usage again.", field="id")
    check_expiry(expires_at, hold.created_at, now, field="expiresAt")
    if expires_at < hold.expires_at:
        raise Refused("M4", "A hold is only made longer; release it to end it.", field="expiresAt")
    hold.expires_at = expires_at
    return hold


async def draw(uow: UnitOfWork, sums: Sequence[tuple[UUID, UUID, Micros]]) -> None:
    """What was posted for holds, (account, hold, amount) each, in the events' transaction.

    Carriers' fees are not drawn: no estimate knows them. The accounts are locked.
    """
    if sums:
        await store.draw(uow.session, sums)


async def get(uow: UnitOfWork, account_id: UUID, hold_id: UUID, *, field: str = "id") -> UsageHold:
    hold = await store.get(uow.session, account_id, hold_id)
    if hold is None:
        raise NotFound("hold", field=field)
    return hold


async def some(uow: UnitOfWork, account_id: UUID, ids: Iterable[str | None]) -> Sequence[UsageHold]:
    """Those of these ids that there are; what is no id at all is none."""
    found = {hold_id for text in ids if text and (hold_id := _uuid(text))}
    return await store.some(uow.session, account_id, found) if found else []


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def status_of(hold: UsageHold, now: datetime) -> HoldStatus:
    return status(hold.expires_at, hold.released_at, now)
