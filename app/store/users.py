"""Users, roles and states of one account."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.users import ACCESS, Role, UserStatus
from app.models import User, UserRole

_CAN_LOG_IN = [status for status, access in ACCESS.items() if access.can_log_in]


async def get(session: AsyncSession, account_id: UUID, user_id: UUID) -> User | None:
    query = select(User).where(col(User.account_id) == account_id, col(User.id) == user_id)
    return (await session.exec(query)).first()


async def statuses(
    session: AsyncSession, account_id: UUID, user_ids: Iterable[UUID]
) -> dict[UUID, UserStatus]:
    """The state of each of the users that there are."""
    query = select(User.id, User.status).where(
        col(User.account_id) == account_id, col(User.id).in_(list(user_ids))
    )
    return {user_id: UserStatus(status) for user_id, status in await session.exec(query)}


async def by_email(session: AsyncSession, account_id: UUID, email: str) -> User | None:
    query = select(User).where(
        col(User.account_id) == account_id,
        col(User.email) == email,
        col(User.status) != UserStatus.DELETED,
    )
    return (await session.exec(query)).first()


async def roles(session: AsyncSession, account_id: UUID, user_id: UUID) -> frozenset[Role]:
    query = select(UserRole.role).where(
        col(UserRole.account_id) == account_id, col(UserRole.user_id) == user_id
    )
    return frozenset(Role(role) for role in (await session.exec(query)).all())


async def other_administrators(session: AsyncSession, account_id: UUID, user_id: UUID) -> int:
    """U3: how many administrators besides this one can log in; count under the account's lock."""
    query = (
        select(func.count())
        .select_from(UserRole)
        .join(
            User,
            (col(User.account_id) == col(UserRole.account_id))
            & (col(User.id) == col(UserRole.user_id)),
        )
        .where(
            col(UserRole.account_id) == account_id,
            col(UserRole.role) == Role.ADMINISTRATOR,
            col(UserRole.user_id) != user_id,
            col(User.status).in_(_CAN_LOG_IN),
        )
    )
    return (await session.exec(query)).one()


async def count(session: AsyncSession, account_id: UUID, statuses: Iterable[UserStatus]) -> int:
    query = (
        select(func.count())
        .select_from(User)
        .where(col(User.account_id) == account_id, col(User.status).in_(sorted(statuses)))
    )
    return (await session.exec(query)).one()
