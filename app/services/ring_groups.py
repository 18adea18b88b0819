"""Ring groups: created, and filled with people in the order in which they are called (U7)."""

from collections.abc import Sequence
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.users import clean_name
from app.models import RingGroup
from app.services.assignments import check_assignable
from app.services.locks import account_locked, time_of
from app.store import ring_groups as store

MEMBER_LIMIT = 1_000


async def create_ring_group(
    uow: UnitOfWork, account_id: UUID, name: str, user_ids: Sequence[UUID] = ()
) -> RingGroup:
    name = clean_name(name, field="name")
    account = await account_locked(uow, account_id)
    if await store.by_name(uow.session, account_id, name):
        raise Conflict("The account has a ring group of this name.", field="name")
    group = RingGroup(
        account_id=account_id, id=new_id(), name=name, created_at=time_of(uow, account)
    )
    uow.session.add(group)
    await uow.session.flush()
    await _fill(uow, group, user_ids)
    return group


async def set_ring_group_members(
    uow: UnitOfWork, account_id: UUID, ring_group_id: UUID, user_ids: Sequence[UUID]
) -> RingGroup:
    """These people and nobody else, in this order; no one at all is allowed."""
    await account_locked(uow, account_id)
    group = await store.get(uow.session, account_id, ring_group_id)
    if group is None:
        raise NotFound("ring group", field="id")
    await _fill(uow, group, user_ids)
    return group


async def _fill(uow: UnitOfWork, group: RingGroup, user_ids: Sequence[UUID]) -> None:
    if len(user_ids) > MEMBER_LIMIT:
        raise InvalidInput(f"A ring group has at most {MEMBER_LIMIT:,} members.", field="userIds")
    places: dict[UUID, str] = {}
    for place, user_id in enumerate(user_ids):
        if user_id in places:
            raise InvalidInput("This user is named twice.", field=f"userIds.{place}")
        places[user_id] = f"userIds.{place}"
    people = {field: user_id for user_id, field in places.items()}
    await check_assignable(uow, group.account_id, people)
    await store.replace_members(uow.session, group.account_id, group.id, user_ids)
