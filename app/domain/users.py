"""Rules U1 to U4: the states of a user, what each allows, and who may leave the last chair."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import InvalidInput, Refused


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
    """Rule U1, one row of its table. `uses_settings` holds for administrators only."""

    can_log_in: bool
    sees_reports: bool
    receives_calls: bool
    makes_calls: bool
    rings_in_groups: bool
    is_notified: bool


ACCESS: Mapping[UserStatus, Access] = {
    UserStatus.ACTIVE: Access(
        can_log_in=True,
        sees_reports=True,
        receives_calls=True,
        makes_calls=True,
        rings_in_groups=True,
        is_notified=True,
    ),
    UserStatus.PAUSED: Access(
        can_log_in=True,
        sees_reports=True,
        receives_calls=False,
        makes_calls=True,
        rings_in_groups=False,
        is_notified=True,
    ),
    **{
        status: Access(
            can_log_in=False,
            sees_reports=False,
            receives_calls=False,
            makes_calls=False,
            rings_in_groups=False,
            is_notified=False,
        )
        for status in (UserStatus.SUSPENDED, UserStatus.DEACTIVATED, UserStatus.DELETED)
    },
}

_OPEN = {UserStatus.ACTIVE, UserStatus.PAUSED, UserStatus.SUSPENDED}

TRANSITIONS: Mapping[str, Mapping[UserStatus, frozenset[UserStatus]]] = {
    "LICENSE": {
        status: frozenset(_OPEN - {status} | {UserStatus.DELETED}) for status in sorted(_OPEN)
    },
    "ACTIVE_USERS": {
        UserStatus.ACTIVE: frozenset({UserStatus.DEACTIVATED, UserStatus.DELETED}),
        UserStatus.DEACTIVATED: frozenset({UserStatus.ACTIVE, UserStatus.DELETED}),
    },
}
"""The changes that each billing policy knows; there is no way out of DELETED (U5)."""

NOT_ACTIVE: Mapping[str, UserStatus] = {
    "LICENSE": UserStatus.SUSPENDED,
    "ACTIVE_USERS": UserStatus.DEACTIVATED,
}
"""Rule U6: the state of a user who is created not active."""


def check_transition(policy: str, current: UserStatus, target: UserStatus) -> None:
    if current is UserStatus.DELETED:
        raise Refused("U5", "A deleted user stays deleted; add a new user instead.", field="id")
    if target not in TRANSITIONS[policy].get(current, frozenset()):
        raise Refused(
            "U1",
            f"Users of this account cannot go from {current} to {target}: the account is billed "
            f"by {policy}.",
            field="id",
        )


@dataclass(frozen=True, slots=True)
class Person:
    """A user as the last-administrator rule sees one."""

    status: UserStatus
    roles: frozenset[Role]

    @property
    def runs_the_account(self) -> bool:
        return Role.ADMINISTRATOR in self.roles and ACCESS[self.status].can_log_in


def check_last_administrator(before: Person, after: Person, *, others: int) -> None:
    """Rule U3. `others`: how many other administrators can log in, counted under a lock."""
    if before.runs_the_account and not after.runs_the_account and others == 0:
        raise Refused(
            "U3",
            "This is the last administrator who can log in. Make somebody else an "
            "administrator first.",
            field="id",
        )


def check_deactivation(person: Person, target: UserStatus) -> None:
    """Rule U4: the role goes first, the user second."""
    if target is UserStatus.DEACTIVATED and Role.ADMINISTRATOR in person.roles:
        raise Refused(
            "U4", "Take the administrator role away before deactivating this user.", field="id"
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


REASON_LIMIT = 500


def clean_reason(value: str | None) -> str | None:
    """Why, in at most 500 printable characters; it is kept in the history."""
    if value is None or not (reason := " ".join(value.split())):
        return None
    if len(reason) > REASON_LIMIT or not reason.isprintable():
        raise InvalidInput("A reason is at most 500 printable characters.", field="reason")
    return reason


def clean_email(value: str, *, field: str = "email") -> str:
    """An e-mail address in lower case; mail systems that tell cases apart are extinct."""
    email = value.strip().lower()
    if len(email) > NAME_LIMIT or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise InvalidInput("An e-mail address looks like ada@example.com.", field=field)
    return email
