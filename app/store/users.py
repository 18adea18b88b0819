"""Users, roles and states of one account."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.users import ACCESS, Administrators, Role, UserStatus
from app.models import Password, User, UserRole, UserState

_CAN_LOG_IN = [status for status, access in ACCESS.items() if access.can_log_in]


async def get(session: AsyncSession, account_id: UUID, user_id: UUID) -> User | None:
    query = select(User).where(col(User.account_id) == account_id, col(User.id) == user_id)
    return (await session.exec(query)).first()


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


async def some(
    session: AsyncSession, account_id: UUID, user_ids: Sequence[UUID]
) -> dict[UUID, User]:
    query = select(User).where(col(User.account_id) == account_id, col(User.id).in_(list(user_ids)))
    return {user.id: user for user in (await session.exec(query)).all()}


async def roles_of(
    session: AsyncSession, account_id: UUID, user_ids: Sequence[UUID]
) -> dict[UUID, frozenset[Role]]:
    query = select(UserRole.user_id, UserRole.role).where(
        col(UserRole.account_id) == account_id, col(UserRole.user_id).in_(list(user_ids))
    )
    found: dict[UUID, set[Role]] = {}
    for user_id, role in (await session.exec(query)).all():
        found.setdefault(user_id, set()).add(Role(role))
    return {user_id: frozenset(roles) for user_id, roles in found.items()}


async def administrators(session: AsyncSession, account_id: UUID) -> Administrators:
    """U3; ask under the account's lock."""
    query = (
        select(User.id, Password.chosen_at)
        .join(
            UserRole,
            (col(User.account_id) == col(UserRole.account_id))
            & (col(User.id) == col(UserRole.user_id)),
        )
        .outerjoin(
            Password,
            (col(User.account_id) == col(Password.account_id))
            & (col(User.id) == col(Password.user_id)),
        )
        .where(
            col(UserRole.account_id) == account_id,
            col(UserRole.role) == Role.ADMINISTRATOR,
            col(User.status).in_(_CAN_LOG_IN),
        )
    )
    rows = (await session.exec(query)).all()
    able = frozenset(user_id for user_id, chosen_at in rows if chosen_at is not None)
    return Administrators(frozenset(user_id for user_id, _ in rows), able)


_WHO_PAYS = text("""
    SELECT account_id, id FROM (
        SELECT u.account_id, u.id, r.role,
            bool_or(r.role = 'BILLING_ADMIN') OVER (PARTITION BY u.account_id) AS named
        FROM users u JOIN user_roles r ON r.account_id = u.account_id AND r.user_id = u.id
        WHERE u.account_id = ANY(:ids) AND u.status = ANY(:statuses)
          AND r.role IN ('ADMINISTRATOR', 'BILLING_ADMIN')
    ) AS people
    WHERE role = CASE WHEN named THEN 'BILLING_ADMIN' ELSE 'ADMINISTRATOR' END
    ORDER BY account_id, id
""")


async def who_pays(session: AsyncSession, account_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Who is told about money: billing admins who can log in; where there is none,
    administrators."""
    connection = await session.connection()
    values = {"ids": list(account_ids), "statuses": _CAN_LOG_IN}
    found: dict[UUID, list[UUID]] = {}
    for account_id, user_id in await connection.execute(_WHO_PAYS, values):
        found.setdefault(account_id, []).append(user_id)
    return found


async def count(session: AsyncSession, account_id: UUID, statuses: Iterable[UserStatus]) -> int:
    query = (
        select(func.count())
        .select_from(User)
        .where(col(User.account_id) == account_id, col(User.status).in_(sorted(statuses)))
    )
    return (await session.exec(query)).one()


async def billable_since(
    session: AsyncSession, account_id: UUID, user_id: UUID, billable: Iterable[UserStatus]
) -> datetime:
    """L4: when the user, who is billable now, last became so."""
    states = sorted(billable)
    query = select(func.max(UserState.at)).where(
        col(UserState.account_id) == account_id,
        col(UserState.user_id) == user_id,
        col(UserState.to_status).in_(states),
        col(UserState.from_status).is_(None) | col(UserState.from_status).not_in(states),
    )
    return (await session.exec(query)).one()
