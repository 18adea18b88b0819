"""Calls and messages as history: recorded once, never changed, kept without a deleted user (U5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.communications import CommunicationKind
from app.domain.errors import InvalidInput, NotFound
from app.domain.usage import Direction
from app.domain.users import UserStatus
from app.models import Communication
from app.services.locks import account_locked, time_of
from app.store import contacts as contact_store
from app.store import lines as line_store
from app.store import users as user_store

CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NewCommunication:
    """`happened_at` None: now. What it costs is reported as usage (M1), not here."""

    kind: CommunicationKind
    direction: Direction
    line_id: UUID
    user_id: UUID | None = None
    contact_id: UUID | None = None
    happened_at: datetime | None = None


async def record_communication(
    uow: UnitOfWork, account_id: UUID, new: NewCommunication
) -> Communication:
    account = await account_locked(uow, account_id)
    now = time_of(uow, account)
    happened_at = new.happened_at or now
    if happened_at > now + CLOCK_SKEW:
        raise InvalidInput("A call or message has happened already.", field="happenedAt")
    if await line_store.get(uow.session, account_id, new.line_id) is None:
        raise NotFound("line", field="lineId")
    contact_id = new.contact_id
    if contact_id and not await contact_store.get(uow.session, account_id, contact_id):
        raise NotFound("contact", field="contactId")
    row = Communication(
        account_id=account_id,
        id=new_id(),
        kind=new.kind,
        direction=new.direction,
        line_id=new.line_id,
        user_id=await _still_there(uow, account_id, new.user_id),
        contact_id=contact_id,
        happened_at=happened_at,
    )
    uow.session.add(row)
    await uow.session.flush()
    return row


async def _still_there(uow: UnitOfWork, account_id: UUID, user_id: UUID | None) -> UUID | None:
    """A fact that is reported late is kept, but not tied to a user who was deleted since (U5)."""
    if user_id is None:
        return None
    user = await user_store.get(uow.session, account_id, user_id)
    if user is None:
        raise NotFound("user", field="userId")
    return None if user.status is UserStatus.DELETED else user_id
