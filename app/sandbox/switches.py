"""Switches: what the sandbox is ordered to do wrong, for one customer or for all."""

import json
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from sqlite3 import Connection, Row
from typing import Annotated

from pydantic import Field, model_validator

from app.sandbox.book import stamp
from app.sandbox.orders import Amount, Body, Name

ALL = "*"
LONGEST = 60.0


class Operation(StrEnum):
    CUSTOMER = "customer"
    ATTACH = "attach"
    CHARGE = "charge"
    LOOK_UP = "look_up"
    REFUND = "refund"
    LIST = "list"


class Mode(StrEnum):
    SUCCESS = "success"
    DECLINE = "decline"
    AUTHENTICATION_REQUIRED = "authentication_required"
    PENDING = "pending"
    WRONG_AMOUNT = "wrong_amount"
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    RATE_LIMITED = "rate_limited"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    SLOW = "slow"
    LOOK_UP_LATE = "look_up_late"
    DUPLICATE_WEBHOOKS = "duplicate_webhooks"
    REORDERED_WEBHOOKS = "reordered_webhooks"
    LATE_WEBHOOKS = "late_webhooks"
    NO_WEBHOOKS = "no_webhooks"


OUTCOMES = frozenset(
    {Mode.SUCCESS, Mode.DECLINE, Mode.AUTHENTICATION_REQUIRED, Mode.PENDING, Mode.WRONG_AMOUNT}
)
WEBHOOKS = frozenset(mode for mode in Mode if mode.endswith("_webhooks"))
WIRE = frozenset(Mode) - OUTCOMES - WEBHOOKS - {Mode.LOOK_UP_LATE}


class Switch(Body):
    """`times` null: until it is switched off. `seconds`: how long it hangs, is slow or late.

    `code` is a decline's, `amount` what is captured, or given back, instead.
    """

    customer: Name = ALL
    operation: Annotated[Operation, Field(strict=False)] = Operation.CHARGE
    mode: Annotated[Mode, Field(strict=False)]
    times: Annotated[int, Field(ge=1)] | None = 1
    seconds: Annotated[float, Field(ge=0, le=LONGEST)] | None = None
    code: Name | None = None
    amount: Amount | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "Switch":
        if self.mode is Mode.WRONG_AMOUNT and self.amount is None:
            raise ValueError("wrong_amount needs the amount instead")
        return self


_PUT = """
INSERT OR REPLACE INTO switches (customer, operation, mode, times, seconds, code, amount, set_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_NEWEST = """
SELECT * FROM switches WHERE customer IN (?, '*') AND operation = ?
    AND mode IN (SELECT value FROM json_each(?)) ORDER BY customer = '*', set_at DESC LIMIT 1
"""
_USE = """
UPDATE switches SET times = times - 1 WHERE customer = ? AND operation = ? AND mode = ?
"""


def put(db: Connection, switch: Switch, now: datetime) -> None:
    db.execute(_PUT, (*switch.model_dump().values(), stamp(now)))


def clear(db: Connection, customer: str | None) -> None:
    """Those of one customer, or every one."""
    db.execute("DELETE FROM switches WHERE ?1 IS NULL OR customer = ?1", (customer,))


def listed(db: Connection) -> list[Switch]:
    return [_switch(row) for row in db.execute("SELECT * FROM switches ORDER BY set_at")]


def take(
    db: Connection, customer: str, operation: Operation, modes: Collection[Mode]
) -> Switch | None:
    """The newest that applies, a customer's own before everybody's; one of its times is used."""
    wanted = (customer, operation, json.dumps(sorted(modes)))
    row = db.execute(_NEWEST, wanted).fetchone()
    if row is None:
        return None
    key = (row["customer"], row["operation"], row["mode"])
    db.execute(_USE, key)
    db.execute("DELETE FROM switches WHERE times = 0")
    return _switch(row)


def _switch(row: Row) -> Switch:
    return Switch(**{name: row[name] for name in Switch.model_fields})
