"""Rules U1, U3 to U6: the states of a user, what each allows, which change into which."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from app.domain.errors import Conflict, InvalidInput, Refused


class UserStatus(StrEnum):
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    SUSPENDED = "SUSPENDED"
    DEACTIVATED = "DEACTIVATED"
    DELETED = "DELETED"


class Role(StrEnum):
    ADMINISTRATOR = "ADMINISTRATOR"
    BILLING_ADMIN = "BILLING_ADMIN"
    SUPERVISOR = "SUPERVISOR"
    AGENT = "AGENT"


@dataclass(frozen=True, slots=True)
class Access:
    """Rule U1, one row of its table, without what also depends on the account: who is billed.

    `to_voicemail`: calls to the user's own line go to voicemail, if that is set, as nobody rings.
    """

    can_log_in: bool = False
    sees_reports: bool = False
    changes_settings: bool = False
    receives_calls: bool = False
    to_voicemail: bool = False
    makes_calls: bool = False
    rings_in_groups: bool = False
    is_notified: bool = False


_ALL = Access(
    can_log_in=True,
    sees_reports=True,
    changes_settings=True,
    receives_calls=True,
    makes_calls=True,
    rings_in_groups=True,
    is_notified=True,
)

ACCESS: Mapping[UserStatus, Access] = {
    UserStatus.ACTIVE: _ALL,
    UserStatus.PAUSED: replace(
        _ALL, receives_calls=False, to_voicemail=True, rings_in_groups=False
    ),
    UserStatus.SUSPENDED: Access(),
    UserStatus.DEACTIVATED: Access(),
    UserStatus.DELETED: Access(),
}
"""By state; of those who log in, only administrators change settings: see `access_of`."""


def access_of(status: UserStatus, roles: Collection[Role]) -> Access:
    """What a user of this state and these roles may do (U1)."""
    access = ACCESS[status]
    may_change = access.changes_settings and Role.ADMINISTRATOR in roles
    return replace(access, changes_settings=may_change)


_KEPT = (UserStatus.ACTIVE, UserStatus.PAUSED, UserStatus.SUSPENDED)

TRANSITIONS: Mapping[str, Mapping[UserStatus | None, frozenset[UserStatus]]] = {
    "LICENSE": {
        None: frozenset({UserStatus.ACTIVE, UserStatus.SUSPENDED}),
        **{status: frozenset({*_KEPT, UserStatus.DELETED} - {status}) for status in _KEPT},
    },
    "ACTIVE_USERS": {
        None: frozenset({UserStatus.ACTIVE, UserStatus.DEACTIVATED}),
        UserStatus.ACTIVE: frozenset({UserStatus.DEACTIVATED, UserStatus.DELETED}),
        UserStatus.DEACTIVATED: frozenset({UserStatus.ACTIVE, UserStatus.DELETED}),
    },
}
"""The changes that each billing policy knows, from None where a user is created.

There is no way out of DELETED (U5). The database checks each row of the history against it.
"""

NOT_ACTIVE: Mapping[str, UserStatus] = {
    "LICENSE": UserStatus.SUSPENDED,
    "ACTIVE_USERS": UserStatus.DEACTIVATED,
}
"""Rule U6: the state of a user who is created not active."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user as the rules of states see one."""

    status: UserStatus
    roles: frozenset[Role]

    @property
    def runs_the_account(self) -> bool:
        return Role.ADMINISTRATOR in self.roles and ACCESS[self.status].can_log_in


def check_change(policy: str, person: Person, target: UserStatus, *, others: int) -> None:
    """Rules U1, U3, U4 and U5. `others`: how many other administrators can log in."""
    _check_transition(policy, person.status, target)
    _check_role_is_gone(person, target)
    check_last_administrator(person, Person(target, person.roles), others=others)


def _check_transition(policy: str, current: UserStatus, target: UserStatus) -> None:
    if current is UserStatus.DELETED:
        raise Refused("U5", "A deleted user stays deleted; add a new user instead.", field="id")
    if target not in TRANSITIONS[policy].get(current, frozenset()):
        raise Refused(
            "U1",
            f"Users of this account cannot go from {current} to {target}: the account is billed "
            f"by {policy}.",
            field="id",
        )


def _check_role_is_gone(person: Person, target: UserStatus) -> None:
    """Rule U4: the role goes first, the user second."""
    if target is UserStatus.DEACTIVATED and Role.ADMINISTRATOR in person.roles:
        raise Refused(
            "U4", "Take the administrator role away before deactivating this user.", field="id"
        )


@dataclass(frozen=True, slots=True)
class Administrators:
    """Rule U3: those whose state lets them log in, and of these who have chosen a password."""

    invited: frozenset[UUID]
    able: frozenset[UUID]

    def others(self, user_id: UUID) -> int:
        """Who is there when this one goes. Whoever is invited cannot stand in for who logs in, and
        counts beside others who are invited: an account begins like that."""
        pool = self.able if user_id in self.able else self.invited
        return len(pool - {user_id})

    def without(self, user_id: UUID) -> "Administrators":
        return Administrators(self.invited - {user_id}, self.able - {user_id})


def check_last_administrator(before: Person, after: Person, *, others: int) -> None:
    """Rule U3; `others` is counted under the account's lock."""
    if before.runs_the_account and not after.runs_the_account and others == 0:
        raise Refused(
            "U3",
            "This is the last administrator who can log in. Make somebody else an "
            "administrator first; who is invited counts after choosing a password.",
            field="id",
        )


def without(roles: frozenset[Role], role: Role) -> frozenset[Role]:
    """U2: everybody has a role. Who loses the last one is an agent; an agent keeps that."""
    if roles == {role} == {Role.AGENT}:
        raise Refused("U2", "This is the only role: give another one first.", field="role")
    return roles - {role} or frozenset({Role.AGENT})


def check_version(expected: int | None, actual: int) -> None:
    """Optimistic concurrency: what the caller has seen must still be so."""
    if expected is not None and expected != actual:
        raise Conflict(
            f"This user has changed: version {expected} was expected, it is {actual} now. "
            "Read the user again, then decide.",
            field="expectedVersion",
        )


NAME_LIMIT = 200
_EMAIL = re.compile(r"[^@\s<>()\",;:\\]+@[^@\s<>()\",;:\\.]+(\.[^@\s<>()\",;:\\.]+)+")


def clean_name(value: str, *, field: str) -> str:
    """A name without outer spaces: not empty, at most 200 characters, no control characters."""
    name = " ".join(value.split())
    if not name:
        raise InvalidInput("A name must not be empty.", field=field)
    if len(name) > NAME_LIMIT or not name.isprintable():
        raise InvalidInput("A name is at most 200 printable characters.", field=field)
    return name


def name_key(first_name: str, last_name: str) -> str:
    """What a list of people is sorted and searched by: last name first, without case and accents.

    Letters that are no accented Latin ones stay as they are.
    """
    return search_key(f"{last_name} {first_name}")


def search_key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


REASON_LIMIT = 500


def clean_reason(value: str | None, *, field: str = "reason") -> str | None:
    """Why, in at most 500 printable characters; it is kept in the history."""
    if value is None or not (reason := " ".join(value.split())):
        return None
    if len(reason) > REASON_LIMIT or not reason.isprintable():
        raise InvalidInput(f"At most {REASON_LIMIT} printable characters.", field=field)
    return reason


def needed_reason(value: str | None, *, field: str = "reason") -> str:
    """The same, where nothing is done without one."""
    if (reason := clean_reason(value, field=field)) is None:
        raise InvalidInput("Say why; it is kept for those who ask later.", field=field)
    return reason


def clean_email(value: str, *, field: str = "email") -> str:
    """An e-mail address in lower case; mail systems that tell cases apart are extinct."""
    email = value.strip().lower()
    if len(email) > NAME_LIMIT or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise InvalidInput("An e-mail address looks like ada@example.com.", field=field)
    return email
