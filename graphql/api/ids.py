"""Global ids as GraphQL has them; the commands take the same ids."""

from uuid import UUID

import strawberry

from app.domain import ids
from app.domain.ids import decode, kind_of

__all__ = ["decode", "encode", "kind_of"]


def encode(kind: str, *of: UUID) -> strawberry.ID:
    return strawberry.ID(ids.encode(kind, *of))
