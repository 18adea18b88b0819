"""Users: create, change, and the one path by which a state changes (U1 to U6)."""

from dataclasses import dataclass
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.departures import Departure
from app.domain.errors import Conflict, NotFound
from app.domain.plans import POLICIES, BillingPolicy
from app.domain.users import (
    NOT_ACTIVE,
    Person,
    Role,
    UserStatus,
    check_deactivation,
    check_last_administrator,
    check_transition,
    clean_email,
    clean_name,
    clean_reason,
)
from app.models import Account, User, UserRole, UserState
from app.services import departures, subscriptions
from app.services.locks import account_locked, time_of
from app.store import subscriptions as subscription_store
from app.store import users as store


@dataclass(frozen=True, slots=True)
class NewUser:
    """U6: there is no password here; a user who is not active is activated later."""

    first_name: str
    last_name: str
    email: str
    roles: frozenset[Role] = frozenset({Role.AGENT})
    active: bool = True


async def create_user(uow: UnitOfWork, account_id: UUID, new: NewUser, *, actor: str) -> User:
    """Add a person; under L3 this may make an unbilled charge, in the same transaction."""
    account = await account_locked(uow, account_id)
    await subscriptions.catch_up(uow, account)
    _, plan = await subscription_store.with_plan(uow.session, account_id)
    user = await add_user(uow, account, plan.billing_policy, new, actor=actor)
    await subscriptions.charge_additions(uow, account)
    return user


async def add_user(
    uow: UnitOfWork,
    account: Account,
    policy: BillingPolicy,
    new: NewUser,
    *,
    actor: str,
    first: bool = False,
) -> User:
    """The rows of a new user, without their bill; `first`: the administrator of a sign-up."""
    prefix = "administrator." if first else ""
    email = clean_email(new.email, field=f"{prefix}email")
    if await store.by_email(uow.session, account.id, email):
        raise Conflict("A user of this account has that e-mail address.", field=f"{prefix}email")
    user = User(
        account_id=account.id,
        id=new_id(),
        first_name=clean_name(new.first_name, field=f"{prefix}firstName"),
        last_name=clean_name(new.last_name, field=f"{prefix}lastName"),
        email=email,
        status=UserStatus.ACTIVE if new.active or first else NOT_ACTIVE[policy],
        created_at=time_of(uow, account),
    )
    uow.session.add(user)
    await uow.session.flush()
    roles = new.roles | {Role.ADMINISTRATOR} if first else new.roles or {Role.AGENT}
    uow.session.add_all(
        UserRole(account_id=account.id, user_id=user.id, role=role) for role in sorted(roles)
    )
    _record(uow, account, user, None, actor, None)
    await uow.session.flush()
    return user


def _record(
    uow: UnitOfWork,
    account: Account,
    user: User,
    before: UserStatus | None,
    actor: str,
    reason: str | None,
) -> None:
    uow.session.add(
        UserState(
            account_id=account.id,
            user_id=user.id,
            from_status=before,
            to_status=user.status,
            version=user.version,
            at=time_of(uow, account),
            actor=actor,
            reason=reason,
        )
    )


async def _person(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> tuple[User, Person]:
    user = await store.get(uow.session, account_id, user_id)
    if user is None:
        raise NotFound("user", field="id")
    return user, Person(user.status, await store.roles(uow.session, account_id, user_id))


async def change_status(
    uow: UnitOfWork,
    account_id: UUID,
    user_id: UUID,
    target: UserStatus,
    *,
    actor: str,
    reason: str | None = None,
    departure: Departure | None = None,
) -> User:
    """Activate, pause, suspend, deactivate or delete; being there already is a success.

    `departure`: what becomes of the contact lists of a user who is deleted (R-15).
    """
    reason = clean_reason(reason)
    account = await account_locked(uow, account_id)
    user, person = await _person(uow, account_id, user_id)
    if user.status is target and target is not UserStatus.DELETED:
        return user
    _, plan = await subscription_store.with_plan(uow.session, account_id)
    billable = POLICIES[plan.billing_policy].billable
    counts_more = target in billable and user.status not in billable
    if counts_more:
        await subscriptions.catch_up(uow, account)
    check_transition(plan.billing_policy, user.status, target)
    check_deactivation(person, target)
    others = await store.other_administrators(uow.session, account_id, user_id)
    check_last_administrator(person, Person(target, person.roles), others=others)
    if target is UserStatus.DELETED:
        await departures.release(uow, account_id, user_id, departure or Departure())
    user.status, before = target, user.status
    user.version += 1
    _record(uow, account, user, before, actor, reason)
    await uow.session.flush()
    if counts_more:
        await subscriptions.charge_additions(uow, account)
    return user


async def update_user(
    uow: UnitOfWork,
    account_id: UUID,
    user_id: UUID,
    *,
    first_name: str | None = None,
    last_name: str | None = None,
    email: str | None = None,
) -> User:
    """Change what is given; the bill does not change."""
    await account_locked(uow, account_id)
    user, person = await _person(uow, account_id, user_id)
    if person.status is UserStatus.DELETED:
        raise NotFound("user", field="id")
    if first_name is not None:
        user.first_name = clean_name(first_name, field="firstName")
    if last_name is not None:
        user.last_name = clean_name(last_name, field="lastName")
    if email is not None:
        address = clean_email(email)
        other = await store.by_email(uow.session, account_id, address)
        if other is not None and other.id != user.id:
            raise Conflict("A user of this account has that e-mail address.", field="email")
        user.email = address
    user.version += 1
    return user


async def grant_role(uow: UnitOfWork, account_id: UUID, user_id: UUID, role: Role) -> User:
    await account_locked(uow, account_id)
    user, person = await _person(uow, account_id, user_id)
    if person.status is UserStatus.DELETED:
        raise NotFound("user", field="id")
    if role not in person.roles:
        uow.session.add(UserRole(account_id=account_id, user_id=user_id, role=role))
        user.version += 1
    return user


async def revoke_role(uow: UnitOfWork, account_id: UUID, user_id: UUID, role: Role) -> User:
    """U3 holds for demotions as for deletions; a user without any role is left as an agent."""
    await account_locked(uow, account_id)
    user, person = await _person(uow, account_id, user_id)
    if person.status is UserStatus.DELETED:
        raise NotFound("user", field="id")
    if role not in person.roles:
        return user
    left = person.roles - {role} or {Role.AGENT}
    others = await store.other_administrators(uow.session, account_id, user_id)
    check_last_administrator(person, Person(person.status, frozenset(left)), others=others)
    row = await uow.session.get(UserRole, (account_id, user_id, role))
    await uow.session.delete(row)
    if not person.roles - {role} and role is not Role.AGENT:
        uow.session.add(UserRole(account_id=account_id, user_id=user_id, role=Role.AGENT))
    user.version += 1
    return user
