"""API keys: made once, shown once, stored as a hash; a request without one is nobody's."""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from sqlmodel import col, select

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.access import Principal, permitted
from app.domain.errors import InvalidInput, NotFound
from app.domain.permissions import ActorRole
from app.domain.users import clean_name
from app.models import ApiKey
from app.models.api_keys import PLATFORM, KeyRole
from app.services.locks import account_locked

PREFIX = "perseat"
_ACCOUNT_LENGTH = 22
_SECRET_LENGTH = 43


def _digest(text: str) -> str:
    """The key is 256 random bits: a fast hash is enough, and can be looked up."""
    return hashlib.sha256(text.encode()).hexdigest()


async def create_api_key(
    uow: UnitOfWork, account_id: UUID | None, role: KeyRole, name: str
) -> tuple[ApiKey, str]:
    """The key and its text, which nobody will see again. Operators' keys have no account."""
    if (role is KeyRole.OPS) != (account_id is None):
        raise InvalidInput("A key for operators has no account; any other has one.", field="role")
    if account_id is not None:
        await account_locked(uow, account_id)
    owner = account_id or PLATFORM
    account_text = urlsafe_b64encode(owner.bytes).decode().rstrip("=")
    text = f"{PREFIX}_{account_text}_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        account_id=owner,
        id=new_id(),
        role=role,
        name=clean_name(name, field="name"),
        digest=_digest(text),
        created_at=uow.now(),
    )
    uow.session.add(key)
    await uow.session.flush()
    return key, text


def account_in(text: str) -> UUID | None:
    """The account that a key's text names (PLATFORM for operators); None if it is no key."""
    head = len(PREFIX) + 1
    account, secret = text[head : head + _ACCOUNT_LENGTH], text[head + _ACCOUNT_LENGTH + 1 :]
    if not text.startswith(f"{PREFIX}_") or len(secret) != _SECRET_LENGTH:
        return None
    try:
        return UUID(bytes=urlsafe_b64decode(account + "=="))
    except ValueError:
        return None


async def principal_of(uow: UnitOfWork, text: str) -> Principal | None:
    """Who holds this key; the unit of work's tenant is the account that the text names."""
    query = select(ApiKey).where(
        col(ApiKey.account_id) == account_in(text),
        col(ApiKey.digest) == _digest(text),
        col(ApiKey.revoked_at).is_(None),
    )
    key = (await uow.session.exec(query)).first()
    if key is None:
        return None
    account_id = None if key.account_id == PLATFORM else key.account_id
    roles = frozenset({ActorRole(key.role)})
    return Principal(key.id, key.name, roles, account_id, permitted(roles))


async def revoke_api_key(uow: UnitOfWork, account_id: UUID | None, key_id: UUID) -> ApiKey:
    query = select(ApiKey).where(
        col(ApiKey.account_id) == (account_id or PLATFORM), col(ApiKey.id) == key_id
    )
    key = (await uow.session.exec(query)).first()
    if key is None:
        raise NotFound("API key", field="id")
    key.revoked_at = key.revoked_at or uow.now()
    return key
