"""Ring groups and their members, in their order."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select as rows
from sqlalchemy import text, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.base import metadata
from app.models import RingGroup


async def get(session: AsyncSession, account_id: UUID, ring_group_id: UUID) -> RingGroup | None:
    query = select(RingGroup).where(
        col(RingGroup.account_id) == account_id, col(RingGroup.id) == ring_group_id
    )
    return (await session.exec(query)).first()


async def by_name(session: AsyncSession, account_id: UUID, name: str) -> RingGroup | None:
    query = select(RingGroup).where(
        col(RingGroup.account_id) == account_id, col(RingGroup.name) == name
    )
    return (await session.exec(query)).first()


_CLEAR = text("""
    DELETE FROM ring_group_members
    WHERE account_id = :account_id AND ring_group_id = :ring_group_id
""")
_FILL = text("""
    INSERT INTO ring_group_members (account_id, ring_group_id, user_id, position)
    SELECT :account_id, :ring_group_id, user_id, position
    FROM unnest(CAST(:user_ids AS uuid[])) WITH ORDINALITY AS members (user_id, position)
""")


async def replace_members(
    session: AsyncSession, account_id: UUID, ring_group_id: UUID, user_ids: Sequence[UUID]
) -> None:
    """The users become the members, in this order; nobody else stays one."""
    connection = await session.connection()
    group = {"account_id": account_id, "ring_group_id": ring_group_id}
    await connection.execute(_CLEAR, group)
    await connection.execute(_FILL, {**group, "user_ids": list(user_ids)})


async def members(
    session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], list[Any]]:
    """By (account, ring group): the rows of the users who are members, in their order."""
    member, user = metadata.tables["ring_group_members"], metadata.tables["users"]
    query = (
        rows(user, member.c.ring_group_id)
        .join(member, (member.c.account_id == user.c.account_id) & (member.c.user_id == user.c.id))
        .where(tuple_(member.c.account_id, member.c.ring_group_id).in_(list(keys)))
        .order_by(member.c.position)
    )
    found: dict[tuple[UUID, UUID], list[Any]] = {key: [] for key in keys}
    connection = await session.connection()
    for row in await connection.execute(query):
        found[row.account_id, row.ring_group_id].append(row)
    return found
