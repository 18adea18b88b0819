"""Who did what, why, from where, and what it changed: a chain in which nothing is changed unseen.

Each row is hashed with the hash of the row before it (S25, L6): who changes one has to change all
that follow, and the head that was sealed elsewhere. The rows of an account are one chain; what
concerns no account is a chain of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from app.domain.errors import InvalidInput

SECRET = "[secret]"  # noqa: S105 - what stands for one
PERSON = "[person]"
"""U3: what is deleted of a person is deleted everywhere, and here nothing can be deleted."""
_SECRETS = re.compile(r"password|secret|digest|hash|token|signature|(?<!dis)card", re.IGNORECASE)
_PERSONS = re.compile(
    r"^actor$|(first|last|legal)_?name|name_key|e?mail|phone|address|street|city|postal|bill_?to"
    r"|tax_?id|recipient",
    re.IGNORECASE,
)
_NAMED_PEOPLE = frozenset({"createContact", "contacts"})
"""Mutations and tables in which also a mere `name` is somebody's."""
_IN_TEXTS = (
    (re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), PERSON),
    (re.compile(r"(?<![\w+])\+\d{7,15}\b"), PERSON),
    (re.compile(r"(?<=://)([^\s?#]+\?)\S+"), rf"\g<1>{SECRET}"),
)
"""Addresses and telephone numbers, wherever somebody writes them; what URLs are asked with."""
MOST_ITEMS = 20
LONGEST = 500
REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Asker:
    """Who: a key or a user, and in which role."""

    id: UUID
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Whence:
    """From where somebody asks, where nobody is known by a key: what `Asked` has of it."""

    address: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody has asked for: an operation with its input, why, and from where.

    `request_id` is that of the answer and of the log's line; `address` is the caller's.
    """

    operation: str
    asker: Asker
    given: Mapping[str, Any]
    reason: str | None = None
    request_id: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Of one row: the columns that changed. `before` is empty for a new row, `after` for one that
    is gone."""

    table: str
    key: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def body_of(
    account_id: UUID, at: datetime, asked: Asked, changes: Sequence[Change]
) -> dict[str, Any]:
    """What is kept, readable without us; without secrets and without what is about people."""
    return {
        "account": str(account_id),
        "at": at.isoformat(),
        "operation": asked.operation,
        "actor": {"id": str(asked.asker.id), "name": asked.asker.name, "role": asked.asker.role},
        "reason": None if asked.reason is None else _text(asked.reason),
        "requestId": asked.request_id,
        "address": asked.address,
        "given": _told(asked.operation, asked.given),
        "changes": [
            {
                "table": each.table,
                "key": plain(each.key),
                "before": _told(each.table, each.before),
                "after": _told(each.table, each.after),
            }
            for each in changes[:MOST_ITEMS]
        ],
        "changed": len(changes),
    }


def _told(of: str, values: Mapping[str, Any]) -> Any:
    hidden = {"name": PERSON} if of in _NAMED_PEOPLE and values.get("name") else {}
    return {**plain(values), **hidden}


def plain(value: Any) -> Any:
    """As JSON; of long lists the beginning and how many more there were."""
    match value:
        case None | bool() | int():
            return value
        case Mapping():
            return {str(name): _named(str(name), each) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            items = [plain(each) for each in list(value)[:MOST_ITEMS]]
            more = len(value) - len(items)
            return [*items, f"and {more} more"] if more else items
    return _text(value)


def _text(value: Any) -> str:
    match value:
        case Enum():
            text = str(value.value)
        case date():
            text = value.isoformat()
        case Decimal():
            text = format(value, "f")
        case _:
            text = str(value)
    text = text[: 2 * LONGEST]
    for pattern, instead in _IN_TEXTS:
        text = pattern.sub(instead, text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _named(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _SECRETS.search(name):
        return SECRET
    return PERSON if _PERSONS.search(name) else plain(value)


def check_reason(text: str | None, *, field: str) -> str | None:
    """Without blanks around it; None if nothing was said."""
    reason = (text or "").strip()
    if len(reason) > REASON_LIMIT or not reason.isprintable():
        message = f"A reason is one line of at most {REASON_LIMIT} printable characters."
        raise InvalidInput(message, field=field)
    return reason or None
