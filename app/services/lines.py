"""Lines: created, and given to somebody, to a ring group or to nobody (U7)."""

from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Conflict, NotFound
from app.domain.lines import LineChanges, LineSettings, settings_after
from app.domain.phones import clean_phone
from app.models import Line
from app.services.assignments import check_assignable
from app.services.locks import account_locked, time_of
from app.store import lines as store
from app.store import ring_groups as ring_group_store


async def create_line(
    uow: UnitOfWork, account_id: UUID, number: str, settings: LineChanges
) -> Line:
    """Add a line; what it costs is an add-on's business (A1)."""
    number = clean_phone(number, field="number")
    account = await account_locked(uow, account_id)
    if await store.by_number(uow.session, account_id, number):
        raise Conflict("The account has a line with this number.", field="number")
    after = await _checked(uow, account_id, LineSettings(), settings)
    line = Line(
        account_id=account_id,
        id=new_id(),
        number=number,
        owner_id=after.owner_id,
        ring_group_id=after.ring_group_id,
        voicemail=after.voicemail,
        created_at=time_of(uow, account),
    )
    uow.session.add(line)
    await uow.session.flush()
    return line


async def update_line(
    uow: UnitOfWork, account_id: UUID, line_id: UUID, changes: LineChanges
) -> Line:
    await account_locked(uow, account_id)
    line = await store.get(uow.session, account_id, line_id)
    if line is None:
        raise NotFound("line", field="id")
    before = LineSettings(line.owner_id, line.ring_group_id, line.voicemail)
    after = await _checked(uow, account_id, before, changes)
    line.owner_id, line.ring_group_id = after.owner_id, after.ring_group_id
    line.voicemail = after.voicemail
    await uow.session.flush()
    return line


async def _checked(
    uow: UnitOfWork, account_id: UUID, before: LineSettings, changes: LineChanges
) -> LineSettings:
    """The settings afterwards; the people and the ring group in them are there."""
    await check_assignable(uow, account_id, {"ownerId": changes.get("owner_id")})
    ring_group_id = changes.get("ring_group_id")
    if ring_group_id and not await ring_group_store.get(uow.session, account_id, ring_group_id):
        raise NotFound("ring group", field="ringGroupId")
    return settings_after(before, changes)
