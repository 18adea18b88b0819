"""Rule U2: who may do what to whom. One table, and no for everything that it does not name."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.errors import Refused
from app.domain.users import Role


class ActorRole(StrEnum):
    """The roles of users, and two of keys: an operator's, and a partner's within one account."""

    OPS = "OPS"
    PARTNER = "PARTNER"
    ADMINISTRATOR = "ADMINISTRATOR"
    BILLING_ADMIN = "BILLING_ADMIN"
    SUPERVISOR = "SUPERVISOR"
    AGENT = "AGENT"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something; `name` is what the history keeps of it.

    `beyond` are roles that the scopes of a key put out of its reach.
    """

    name: str
    role: ActorRole
    beyond: frozenset[Role] = frozenset()


_PSEUDONYM = re.compile(r"user ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_EVERYBODY = frozenset(Role)
STAFF = frozenset({Role.SUPERVISOR, Role.AGENT})
_NOBODY: frozenset[Role] = frozenset()

MANAGES: Mapping[ActorRole, frozenset[Role]] = {
    ActorRole.OPS: _EVERYBODY,
    ActorRole.ADMINISTRATOR: _EVERYBODY,
    ActorRole.PARTNER: STAFF,
    ActorRole.BILLING_ADMIN: _NOBODY,
    ActorRole.SUPERVISOR: _NOBODY,
    ActorRole.AGENT: _NOBODY,
}
"""Users with which roles an actor may add, change and delete; and which roles give and take.

A partner provisions staff: who runs or pays for the company is the company's own business.
"""


def check_may_manage(actor: Actor, roles: Collection[Role], *, field: str) -> None:
    """Rule U2 for a user who has these roles, or is to get them."""
    allowed = MANAGES[actor.role]
    if not allowed:
        raise Refused("U2", "Only administrators add users or change them.", field=field)
    if beyond := sorted(set(roles) - allowed):
        raise Refused(
            "U2",
            f"A {actor.role.lower()} may not manage users with the role {beyond[0]}; "
            "an administrator may.",
            field=field,
        )
    if beyond := sorted(set(roles) & actor.beyond):
        raise Refused(
            "S4",
            f"With its scopes this key may not manage users with the role {beyond[0]}: they may do "
            "what it may not. Use a key that may do all of that.",
            field=field,
        )


def pseudonym(user_id: UUID) -> str:
    """What histories keep of who did something: nobody's name outlives them there (S33)."""
    return f"user {user_id}"


def user_in(actor: str) -> UUID | None:
    """Whose pseudonym it is; None for a key, a program or a part of ours."""
    found = _PSEUDONYM.fullmatch(actor)
    return UUID(found[1]) if found else None
