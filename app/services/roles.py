"""Roles: given and taken by who may (U2); the last administrator keeps it (U3)."""

from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.events import EventKind
from app.domain.permissions import Actor, check_may_manage
from app.domain.users import Person, Role, check_last_administrator, check_version, without
from app.models import Account, RoleChange, User, UserRole
from app.services.locks import account_locked, time_of
from app.services.users import person
from app.store import users as store


async def grant_role(
    uow: UnitOfWork,
    account_id: UUID,
    user_id: UUID,
    role: Role,
    *,
    actor: Actor,
    expected_version: int | None = None,
) -> User:
    """Having it already is a success and no change."""
    account = await account_locked(uow, account_id, field="id")
    user, found = await person(uow, account_id, user_id)
    check_may_manage(actor, {*found.roles, role}, field="role")
    check_version(expected_version, user.version)
    if role not in found.roles:
        _change(uow, account, user, actor, granted={role})
    return user


async def revoke_role(
    uow: UnitOfWork,
    account_id: UUID,
    user_id: UUID,
    role: Role,
    *,
    actor: Actor,
    expected_version: int | None = None,
) -> User:
    """U3 holds for demotions as for deletions; who loses the last role is an agent from then on."""
    account = await account_locked(uow, account_id, field="id")
    user, found = await person(uow, account_id, user_id)
    check_may_manage(actor, {*found.roles, role}, field="role")
    check_version(expected_version, user.version)
    left = without(found.roles, role)
    if left == found.roles:
        return user
    others = (await store.administrators(uow.session, account_id)).others(user_id)
    check_last_administrator(found, Person(found.status, left), others=others)
    row = await uow.session.get(UserRole, (account_id, user_id, role))
    await uow.session.delete(row)
    _change(uow, account, user, actor, granted=left - found.roles, taken=role)
    return user


def _change(
    uow: UnitOfWork,
    account: Account,
    user: User,
    actor: Actor,
    *,
    granted: set[Role] | frozenset[Role],
    taken: Role | None = None,
) -> None:
    """The rows of what is granted, and the history of both."""
    changes = [(role, True) for role in granted] + ([(taken, False)] if taken else [])
    uow.session.add_all(
        UserRole(account_id=account.id, user_id=user.id, role=role) for role in granted
    )
    uow.session.add_all(
        RoleChange(
            account_id=account.id,
            user_id=user.id,
            role=role,
            granted=gained,
            at=time_of(uow, account),
            actor=actor.name,
        )
        for role, gained in changes
    )
    for role, gained in changes:
        changed = {"user_id": user.id, "role": role, "granted": gained}
        uow.tell(EventKind.USER_ROLE_CHANGED, account.id, **changed)
    user.version += 1
