"""Users: create one, and change what does not concern the bill (U2, U6)."""

from dataclasses import dataclass
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Conflict, NotFound, Refused
from app.domain.permissions import Actor, check_may_manage
from app.domain.plans import BillingPolicy
from app.domain.users import (
    NOT_ACTIVE,
    Person,
    Role,
    UserStatus,
    check_version,
    clean_email,
    clean_name,
    name_key,
)
from app.models import Account, LogIn, User, UserRole
from app.services import password_links, subscriptions, user_states
from app.services.locks import account_locked, time_of
from app.store import log_ins as log_in_store
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


async def create_user(uow: UnitOfWork, account_id: UUID, new: NewUser, *, actor: Actor) -> User:
    """Add a person; under L3 this may make an unbilled charge, in the same transaction."""
    check_may_manage(actor, new.roles, field="roles")
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
    actor: Actor,
    first: bool = False,
) -> User:
    """The rows of a new user, without their bill; `first`: the administrator of a sign-up."""
    prefix = "administrator." if first else ""
    email = clean_email(new.email, field=f"{prefix}email")
    if await store.by_email(uow.session, account.id, email):
        raise Conflict("A user of this account has that e-mail address.", field=f"{prefix}email")
    first_name = clean_name(new.first_name, field=f"{prefix}firstName")
    last_name = clean_name(new.last_name, field=f"{prefix}lastName")
    user = User(
        account_id=account.id,
        id=new_id(),
        first_name=first_name,
        last_name=last_name,
        name_key=name_key(first_name, last_name),
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
    key = log_in_store.key_of(email)
    uow.session.add(LogIn(account_id=account.id, user_id=user.id, address=key))
    user_states.record(uow, account, policy, user, None, user_states.Cause(actor))
    await password_links.invite(uow, account.id, user.id)
    await uow.session.flush()
    return user


async def get(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> User:
    """As it is now, deleted or not; what was loaded before is not asked for again."""
    user = await uow.session.get(User, (account_id, user_id))
    if user is None:
        raise NotFound("user", field="id")
    return user


async def person(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> tuple[User, Person]:
    """A user who is still there (U5)."""
    user = await store.get(uow.session, account_id, user_id)
    if user is None:
        raise NotFound("user", field="id")
    if user.status is UserStatus.DELETED:
        raise Refused("U5", "A deleted user stays deleted; add a new user instead.", field="id")
    return user, Person(user.status, await store.roles(uow.session, account_id, user_id))


@dataclass(frozen=True, slots=True)
class Details:
    """What is given is changed. `expected_version`: what the caller has seen must still be so."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    expected_version: int | None = None


async def update_user(
    uow: UnitOfWork, account_id: UUID, user_id: UUID, new: Details, *, actor: Actor
) -> User:
    """Names and address; the bill does not change. Giving what is there already is a success."""
    await account_locked(uow, account_id, field="id")
    user, found = await person(uow, account_id, user_id)
    check_may_manage(actor, found.roles, field="id")
    check_version(new.expected_version, user.version)
    before = (user.first_name, user.last_name, user.email)
    if new.first_name is not None:
        user.first_name = clean_name(new.first_name, field="firstName")
    if new.last_name is not None:
        user.last_name = clean_name(new.last_name, field="lastName")
    user.name_key = name_key(user.first_name, user.last_name)
    if new.email is not None:
        user.email = await _free_address(uow, user, new.email)
    if user.email != before[2]:
        await log_in_store.move(uow.session, account_id, user_id, user.email)
        await password_links.follow(uow, account_id, user_id)
    user.version += before != (user.first_name, user.last_name, user.email)
    return user


async def _free_address(uow: UnitOfWork, user: User, email: str) -> str:
    address = clean_email(email)
    other = await store.by_email(uow.session, user.account_id, address)
    if other is not None and other.id != user.id:
        raise Conflict("A user of this account has that e-mail address.", field="email")
    return address
