"""Links that set a password (U6): made when their mail is written, told once, kept as a digest."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from argon2 import PasswordHasher

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import CLOSED, AccountStatus
from app.domain.errors import NotFound, Refused
from app.domain.passwords import LINK_LIFE, Activation, Standing, check_link, may_have_link
from app.domain.permissions import Actor, check_may_manage
from app.domain.users import ACCESS
from app.models import Account, Password, PasswordLink, User
from app.services import opaque
from app.services.locks import account_locked, any_account_locked
from app.store import passwords as store
from app.store import users as user_store
from app.store.passwords import Invitee

_FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True, slots=True)
class NewLink:
    """`token` is told here, once, and never stored."""

    id: UUID
    person: Invitee
    token: str = field(repr=False)


async def invite(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> None:
    """A new user's random password, and a link on its way.

    The password is 256 random bits that are forgotten here. What cannot be guessed needs no slow
    hash, so that adding a thousand users costs no minute.
    """
    hashed = _FAST.hash(secrets.token_urlsafe(32))
    uow.session.add(Password(account_id=account_id, user_id=user_id, hash=hashed))
    uow.enqueue("invite", account_id, user_id=str(user_id))


async def send_link(uow: UnitOfWork, account_id: UUID, user_id: UUID, *, actor: Actor) -> User:
    """A new link is on its way; the older one ends now."""
    await account_locked(uow, account_id)
    user = await user_store.get(uow.session, account_id, user_id)
    if user is None:
        raise NotFound("user", field="userId")
    roles = await user_store.roles(uow.session, account_id, user_id)
    check_may_manage(actor, roles, field="userId")
    check_link((await invitee(uow, account_id, user_id)).standing)
    await store.end_open_link(uow.session, account_id, user_id, uow.now())
    uow.enqueue("invite", account_id, user_id=str(user_id))
    return user


async def follow(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> None:
    """To another address: whoever has the old one has no link any more; an invitation goes on."""
    await uow.session.flush()
    await store.end_open_link(uow.session, account_id, user_id, uow.now())
    standing = (await invitee(uow, account_id, user_id)).standing
    if standing.activation is Activation.INVITED and may_have_link(standing):
        uow.enqueue("invite", account_id, user_id=str(user_id))


async def new_link(
    uow: UnitOfWork, account_id: UUID, user_id: UUID, *, requested: bool = False
) -> NewLink:
    """The older link of the user ends. `requested` by the user, who may read in a closed account.

    Raises what `check_link` and a closed account raise.
    """
    account = await (any_account_locked if requested else account_locked)(uow, account_id)
    person = await invitee(uow, account_id, user_id)
    check_link(person.standing)
    check_open(account, person.standing)
    link = NewLink(new_id(), person, opaque.make(account_id))
    now = uow.now()
    await store.end_open_link(uow.session, account_id, user_id, now)
    uow.session.add(
        PasswordLink(
            account_id=account_id,
            id=link.id,
            user_id=user_id,
            digest=opaque.digest(link.token),
            created_at=now,
            expires_at=now + LINK_LIFE,
        )
    )
    await uow.session.flush()
    return link


def check_open(account: Account, standing: Standing) -> None:
    """P1: people of a closed account log in and read; nobody is let in who was not before."""
    if account.status is AccountStatus.CLOSED and not ACCESS[standing.status].can_log_in:
        raise Refused("P1", CLOSED)


async def invitee(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> Invitee:
    found = await store.invitees(uow.session, [(account_id, user_id)])
    if not found:
        raise NotFound("user", field="userId")
    return found[account_id, user_id]


async def let_in(uow: UnitOfWork, account_id: UUID, user_ids: Sequence[UUID]) -> None:
    """After the administrator's step: whoever has chosen a password is told, the first time."""
    keys = [(account_id, user_id) for user_id in user_ids]
    found = await store.invitees(uow.session, keys) if keys else {}
    for person in found.values():
        standing = person.standing
        if standing.activation is Activation.DONE and standing.times_let_in == 1:
            uow.enqueue("tell_activated", account_id, user_id=str(person.user_id))
