"""API keys: made once, shown once, stored as a hash; a request without one is nobody's."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.access import Permission, Principal, permitted
from app.domain.api_keys import (
    LONGEST_OVERLAP,
    SECRET_BYTES,
    USED_AGAIN_AFTER,
    Environment,
    KeyText,
    check_within,
    scopes_of,
    text_of,
)
from app.domain.errors import Conflict, InvalidInput, NotFound, Refused
from app.domain.events import EventKind
from app.domain.permissions import Actor, ActorRole
from app.domain.users import clean_name
from app.models import ApiKey, ApiKeyGrant
from app.models.api_keys import PLATFORM, KeyRole
from app.services.locks import account_locked, any_account_locked
from app.store import api_keys as store

ALL = frozenset(Permission)


@dataclass(frozen=True, slots=True)
class NewKey:
    """`scopes`: None for all that the role may; `expires_at`: None for never. `id`: what it will
    be known by."""

    role: KeyRole
    name: str
    scopes: Sequence[str] | None = None
    expires_at: datetime | None = None
    id: UUID = field(default_factory=new_id)


async def create_api_key(
    uow: UnitOfWork,
    account_id: UUID | None,
    new: NewKey,
    *,
    pepper: bytes,
    within: frozenset[Permission] = ALL,
) -> tuple[ApiKey, str]:
    """The key and its text, which nobody will see again. Operators' keys have no account.

    `within` is what whoever makes it may do: no key may do more.
    """
    if (new.role is KeyRole.OPS) != (account_id is None):
        raise InvalidInput("A key for operators has no account; any other has one.", field="role")
    environment = Environment.LIVE
    if account_id is not None:
        account = await account_locked(uow, account_id)
        environment = Environment.LIVE if account.test_clock is None else Environment.TEST
    return await _made(uow, account_id or PLATFORM, environment, new, pepper, within)


async def create_partner_key(
    uow: UnitOfWork,
    environment: Environment,
    new: NewKey,
    *,
    pepper: bytes,
    within: frozenset[Permission] = ALL,
) -> tuple[ApiKey, str]:
    """A partner's key that opens nothing until accounts are granted to it."""
    return await _made(uow, PLATFORM, environment, new, pepper, within)


async def _made(
    uow: UnitOfWork,
    owner: UUID,
    environment: Environment,
    new: NewKey,
    pepper: bytes,
    within: frozenset[Permission],
) -> tuple[ApiKey, str]:
    role = ActorRole(new.role)
    scopes = None if new.scopes is None else scopes_of(new.scopes, role)
    check_within(role, scopes, within)
    if new.expires_at is not None and new.expires_at <= uow.now():
        raise InvalidInput("A key ends in the future.", field="expiresAt")
    text = text_of(owner, environment, secrets.token_bytes(SECRET_BYTES))
    key = ApiKey(
        account_id=owner,
        id=new.id,
        role=new.role,
        environment=environment,
        name=clean_name(new.name, field="name"),
        scopes=None if scopes is None else sorted(scopes),
        digest=text.digest(pepper),
        last4=text.last4,
        created_at=uow.now(),
        expires_at=new.expires_at,
    )
    uow.session.add(key)
    await uow.session.flush()
    return key, text.text


async def get(uow: UnitOfWork, account_id: UUID, key_id: UUID) -> ApiKey:
    """Ended or not."""
    key = await uow.session.get(ApiKey, (account_id, key_id))
    if key is None:
        raise NotFound("API key", field="id")
    return key


async def principal_of(uow: UnitOfWork, text: KeyText, *, pepper: bytes) -> Principal | None:
    """Who holds this key; the unit of work's tenant is the account that the text names.

    A partner's key of the platform has no account yet: `granted_to` says which it may ask for.
    """
    now = uow.now()
    key = await store.by_digest(uow.session, text.account_id, text.digest(pepper), now)
    if key is None:
        return None
    if key.last_used_at is None or key.last_used_at <= now - USED_AGAIN_AFTER:
        await store.used(uow.session, key, now)
    roles = frozenset({ActorRole(key.role)})
    scopes = None if key.scopes is None else map(Permission, key.scopes)
    return Principal(
        key.id,
        key.name,
        roles,
        None if key.account_id == PLATFORM else key.account_id,
        permitted(roles, scopes),
        free_documents=True,
    )


async def granted_to(
    uow: UnitOfWork, key_id: UUID, environment: Environment | None
) -> frozenset[UUID]:
    """The accounts that a partner's key may ask for; those of the other world are none of it."""
    test = environment is Environment.TEST
    rows = await store.granted(uow.session, key_id)
    return frozenset(account_id for account_id, sandbox in rows if sandbox == test)


async def rotate_api_key(
    uow: UnitOfWork,
    account_id: UUID,
    key_id: UUID,
    overlap: timedelta,
    *,
    pepper: bytes,
    within: frozenset[Permission] = ALL,
) -> tuple[ApiKey, str]:
    """A new text; the one of before is good for the overlap, and the one before that is not."""
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput("The old text stays good for 0 to 168 hours.", field="overlapHours")
    key = await _in_force(uow, account_id, key_id)
    scopes = None if key.scopes is None else map(Permission, key.scopes)
    check_within(ActorRole(key.role), scopes, within)
    text = text_of(key.account_id, await _environment(uow, key), secrets.token_bytes(SECRET_BYTES))
    key.previous_digest, key.previous_ends_at = key.digest, uow.now() + overlap
    key.digest, key.last4 = text.digest(pepper), text.last4
    await uow.session.flush()
    _tell(uow, key)
    return key, text.text


def _tell(uow: UnitOfWork, key: ApiKey) -> None:
    """Whoever has something open with it is looked at again."""
    uow.tell(EventKind.API_KEY_CHANGED, key.account_id, api_key_id=key.id)


async def _in_force(uow: UnitOfWork, account_id: UUID, key_id: UUID) -> ApiKey:
    key = await store.for_update(uow.session, account_id, key_id)
    if key is None:
        raise NotFound("API key", field="id")
    if key.revoked_at is not None or (key.expires_at and key.expires_at <= uow.now()):
        raise Conflict("This key has ended; make a new one.", field="id")
    return key


async def _environment(uow: UnitOfWork, key: ApiKey) -> Environment:
    """Of a key of before there were two it is its account's."""
    if key.environment is not None or key.account_id == PLATFORM:
        return key.environment or Environment.LIVE
    account = await any_account_locked(uow, key.account_id)
    return Environment.LIVE if account.test_clock is None else Environment.TEST


async def revoke_api_key(uow: UnitOfWork, account_id: UUID | None, key_id: UUID) -> ApiKey:
    key = await store.for_update(uow.session, account_id or PLATFORM, key_id)
    if key is None:
        raise NotFound("API key", field="id")
    if key.revoked_at is None:
        key.revoked_at = uow.now()
        _tell(uow, key)
    return key


async def grant_api_key(uow: UnitOfWork, account_id: UUID, key_id: UUID, *, actor: Actor) -> ApiKey:
    """Let a partner's key work for an account of its world; granting twice is granting once."""
    account = await account_locked(uow, account_id)
    key = await _partners(uow, key_id)
    if (key.environment is Environment.TEST) != (account.test_clock is not None):
        raise Refused(
            "S19", "A test key is for sandbox accounts, a live key for the others.", field="id"
        )
    if await store.grant(uow.session, account_id, key_id) is None:
        grant = ApiKeyGrant(
            account_id=account_id,
            id=new_id(),
            key_id=key_id,
            actor=actor.name,
            created_at=uow.now(),
        )
        uow.session.add(grant)
        await uow.session.flush()
    return key


async def revoke_grant(uow: UnitOfWork, account_id: UUID, key_id: UUID) -> ApiKey:
    """At its next request the key knows the account no more."""
    await any_account_locked(uow, account_id)
    key = await _partners(uow, key_id)
    grant = await store.grant(uow.session, account_id, key_id)
    if grant is not None:
        grant.revoked_at = uow.now()
        _tell(uow, key)
    return key


async def _partners(uow: UnitOfWork, key_id: UUID) -> ApiKey:
    """The unit of work sees all accounts: the key is none of the granted one."""
    key = await store.for_update(uow.session, PLATFORM, key_id)
    if key is None or key.role is not KeyRole.PARTNER:
        raise NotFound("API key", field="id")
    return key
