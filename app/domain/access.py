"""Who may do what: one table of permissions and roles, and no for everything that it does not name.

A permission is also a scope: what a key may do is what its role may, of it what its scopes name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from app.domain.errors import BillingError, InvalidInput, NotFound
from app.domain.permissions import STAFF, Actor, ActorRole, pseudonym
from app.domain.users import Role


class Permission(StrEnum):
    """The text is what scopes are called."""

    CATALOGUE_READ = "catalogue:read"
    ACCOUNT_READ = "account:read"
    CONTRACT_READ = "contract:read"
    USERS_READ = "users:read"
    TELEPHONY_READ = "telephony:read"
    USAGE_READ = "usage:read"
    CREDITS_READ = "credits:read"
    INVOICES_READ = "invoices:read"
    PAYMENTS_READ = "payments:read"
    KEYS_READ = "keys:read"
    EVENTS_READ = "events:read"
    WEBHOOKS_READ = "webhooks:read"
    USERS_WRITE = "users:write"
    TELEPHONY_WRITE = "telephony:write"
    USAGE_WRITE = "usage:write"
    MONEY_WRITE = "money:write"
    KEYS_WRITE = "keys:write"
    WEBHOOKS_WRITE = "webhooks:write"
    CLOCK_ADVANCE = "clock:advance"
    CONTRACT_WRITE = "contract:write"
    CATALOGUE_WRITE = "catalogue:write"
    ACCOUNTS_CREATE = "accounts:create"
    INVOICES_CORRECT = "invoices:correct"
    PAYMENTS_RESOLVE = "payments:resolve"
    TOP_UPS_RERUN = "top-ups:rerun"
    BILLING_RUN = "billing:run"
    RECONCILE = "payments:reconcile"
    AUDIT_READ = "audit:read"
    KEYS_GRANT = "keys:grant"


P = Permission
OPS, ADMINISTRATOR, BILLING_ADMIN, PARTNER, SUPERVISOR, AGENT = (
    ActorRole.OPS,
    ActorRole.ADMINISTRATOR,
    ActorRole.BILLING_ADMIN,
    ActorRole.PARTNER,
    ActorRole.SUPERVISOR,
    ActorRole.AGENT,
)
_ANY = frozenset(ActorRole)
_OPS = frozenset({OPS})
_ADMINISTRATORS = _OPS | {ADMINISTRATOR}
_MONEY = _ADMINISTRATORS | {BILLING_ADMIN}
_PROVISIONERS = _ADMINISTRATORS | {PARTNER}
_BOOKS = _MONEY | {PARTNER}

GRANTED: Mapping[Permission, frozenset[ActorRole]] = {
    P.CATALOGUE_READ: _ANY,
    P.ACCOUNT_READ: _ANY,
    P.CONTRACT_READ: _BOOKS,
    P.USERS_READ: _BOOKS | {SUPERVISOR},
    P.TELEPHONY_READ: _ANY,
    P.USAGE_READ: _BOOKS | {SUPERVISOR},
    P.CREDITS_READ: _BOOKS,
    P.INVOICES_READ: _BOOKS,
    P.PAYMENTS_READ: _BOOKS,
    P.KEYS_READ: _ADMINISTRATORS,
    P.EVENTS_READ: _BOOKS,
    P.WEBHOOKS_READ: _PROVISIONERS,
    P.USERS_WRITE: _PROVISIONERS,
    P.TELEPHONY_WRITE: _PROVISIONERS,
    P.USAGE_WRITE: _PROVISIONERS,
    P.MONEY_WRITE: _MONEY,
    P.KEYS_WRITE: _ADMINISTRATORS,
    P.WEBHOOKS_WRITE: _PROVISIONERS,
    P.CLOCK_ADVANCE: _PROVISIONERS,
    P.CONTRACT_WRITE: _OPS,
    P.CATALOGUE_WRITE: _OPS,
    P.ACCOUNTS_CREATE: _OPS,
    P.INVOICES_CORRECT: _OPS,
    P.PAYMENTS_RESOLVE: _OPS,
    P.TOP_UPS_RERUN: _OPS,
    P.BILLING_RUN: _OPS,
    P.RECONCILE: _OPS,
    P.AUDIT_READ: _ADMINISTRATORS,
    P.KEYS_GRANT: _OPS,
}
"""Supervisors and agents work with the product; what it costs is no business of theirs."""

_RANK = (OPS, ADMINISTRATOR, PARTNER, BILLING_ADMIN, SUPERVISOR, AGENT)


def permitted(
    roles: Iterable[ActorRole], scopes: Iterable[Permission] | None = None
) -> frozenset[Permission]:
    """What roles may do together; with scopes, only what they name."""
    held = frozenset(roles)
    wanted = frozenset(Permission if scopes is None else scopes)
    return frozenset(each for each in wanted if held & GRANTED.get(each, frozenset()))


NOWHERE = UUID(int=2**128 - 1)
"""No account: that of a partner's key which has several and did not say for which it asks."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `account_id` is None for an operator, who belongs to no company.

    `id` is the key's or the user's. Only people have a session. `granted` are the accounts that a
    partner's key may ask for, one at each request. Whoever may not send `free_documents` sends only
    those that are ours.
    """

    id: UUID
    name: str
    roles: frozenset[ActorRole]
    account_id: UUID | None
    permissions: frozenset[Permission]
    session_id: UUID | None = None
    granted: frozenset[UUID] = frozenset()
    free_documents: bool = False

    @property
    def role(self) -> ActorRole:
        """The one that lets the most be done."""
        return min(self.roles, key=_RANK.index, default=AGENT)

    @property
    def pseudonym(self) -> str:
        """For what is kept for ever: of a person, who can be deleted, only the id (S33)."""
        is_key = self.session_id is None
        return f"{self.role.lower()} key {self.name}" if is_key else pseudonym(self.id)

    @property
    def actor(self) -> Actor:
        """Who does it, by the rules and for the history."""
        return Actor(self.pseudonym, self.role, _beyond(self.permissions))


def _beyond(held: frozenset[Permission]) -> frozenset[Role]:
    """Who runs or pays for the company is managed by who may do as much: else a key of few scopes
    would open all the rest, by a person whom it makes."""
    running = frozenset(Role) - STAFF
    return frozenset(each for each in running if not permitted({ActorRole(each)}) <= held)


NOBODY = Principal(UUID(int=0), "nobody", frozenset(), NOWHERE, frozenset())
"""Who has not said who they are: of an account that there is not, with no permission at all."""


class Unknown(BillingError):
    """Nothing without a key or a session, but for logging in."""

    code = "UNAUTHENTICATED"

    def __init__(self) -> None:
        super().__init__("Log in, or send an API key: `Authorization: Bearer ...`.")


class Forbidden(BillingError):
    """Not without a permission; says who has it."""

    code = "FORBIDDEN"

    def __init__(self, permission: Permission, role: ActorRole) -> None:
        able = ", ".join(each for each in _RANK if each in GRANTED[permission])
        super().__init__(
            f"This needs the permission {permission}, which you have not: {_article(role)} {role} "
            + (
                "may have it, but not with the scopes of this key."
                if role in GRANTED[permission]
                else f"may not do it. Who may: {able}."
            )
        )


class AnotherAccount(InvalidInput):
    """Of a partner's accounts one is asked for at a time."""

    def __init__(self, *, field: str | None = None) -> None:
        super().__init__(
            "Say for which account you ask: send its id in the header `Perseat-Account`.",
            field=field,
        )


def _article(role: ActorRole) -> str:
    return "an" if role[0] in "AO" else "a"


def require(principal: Principal, permission: Permission) -> None:
    if permission not in principal.permissions:
        raise Forbidden(permission, principal.role)


def check_account(principal: Principal, account_id: UUID, *, field: str) -> None:
    """Another company's account does not exist; of several granted ones one is asked for."""
    if principal.account_id in {None, account_id}:
        return
    check_said(principal, account_id, field=field)
    raise NotFound("account", field=field)


def check_said(principal: Principal, account_id: UUID, *, field: str) -> None:
    """Of what was granted, and is not what the request is for, it is told how to ask for it; what
    is anybody else's is not there, as ever."""
    if account_id in principal.granted - {principal.account_id}:
        raise AnotherAccount(field=field)


def asking_for(principal: Principal, account_id: UUID | None, *, field: str) -> Principal:
    """For one of what was granted, where the request names it in its address; the header, which
    may not name another one, does the same."""
    if principal.account_id != NOWHERE or not principal.granted:
        return principal
    if account_id is None:
        raise AnotherAccount(field=field)
    if account_id not in principal.granted:
        raise NotFound("account", field=field)
    return replace(principal, account_id=account_id)
