"""Global ids as GraphQL has them; the commands take the same ids."""

from uuid import UUID

import strawberry

from app.domain import ids
from app.domain.access import Principal, check_said
from app.domain.errors import NotFound
from app.domain.ids import ALONE, decode, kind_of, noun_of

__all__ = ["ALONE", "decode", "decode_for", "decode_if_given", "decode_within", "encode", "kind_of"]


def encode(kind: str, *of: UUID) -> strawberry.ID:
    return strawberry.ID(ids.encode(kind, *of))


def decode_for(who: Principal, kind: str, text: str, *, field: str) -> tuple[UUID, UUID]:
    """The account and the row; InvalidInput if it is of a granted account, and the request is for
    none or another one of them."""
    account_id, row = decode(kind, text, field=field)
    check_said(who, account_id, field=field)
    return account_id, row


def decode_within(account_id: UUID, kind: str, text: str, *, field: str) -> UUID:
    """The row of this account; what is another account's is not there."""
    owner, row = decode(kind, text, field=field)
    if owner != account_id:
        raise NotFound(noun_of(kind), field=field)
    return row


def decode_if_given(account_id: UUID, kind: str, text: str | None, *, field: str) -> UUID | None:
    return None if text is None else decode_within(account_id, kind, text, field=field)
