"""Charges: one per key for ever, with the first outcome, whatever is asked later."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Connection, Row

from uuid_utils.compat import uuid7

from app.sandbox import cards, events, switches
from app.sandbox.book import stamp
from app.sandbox.errors import Refusal, unknown_charge
from app.sandbox.orders import Failure, NewCharge, Reinstated, Resolution
from app.sandbox.switches import Mode, Operation

_INSERT = """
INSERT INTO charges (key, reference, customer, token, ordered, amount, currency, status,
    decline_code, notes, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    status: str
    amount: int
    decline_code: str | None = None


def make(db: Connection, order: NewCharge, now: datetime) -> Row:
    if order.key and (first := _asked_again(db, order)):
        return first
    outcome = _outcome(db, order, now)
    values = (
        order.key and str(order.key), f"ch_{uuid7().hex}", order.customer, order.token,
        order.amount, outcome.amount, order.currency, outcome.status, outcome.decline_code,
        json.dumps(order.notes), stamp(now),
    )  # fmt: skip
    row: Row = db.execute(_INSERT, values).fetchone()
    if outcome.status != "PENDING":
        events.record(db, f"charge.{outcome.status.lower()}", row, now)
    return row


def _asked_again(db: Connection, order: NewCharge) -> Row | None:
    """What the key stands for already; for other arguments it never stands."""
    row: Row | None = db.execute(
        "UPDATE charges SET asked = asked + 1 WHERE key = ? RETURNING *", (str(order.key),)
    ).fetchone()
    if row is None:
        return None
    meant = (row["customer"], row["token"], row["ordered"], row["currency"])
    if meant != (order.customer, order.token, order.amount, order.currency):
        raise Refusal(409, "key_reused", "This key was used for another charge.")
    return row


def _outcome(db: Connection, order: NewCharge, now: datetime) -> Outcome:
    switch = switches.take(db, order.customer, Operation.CHARGE, switches.OUTCOMES)
    mode = switch.mode if switch else None
    if switch and mode is Mode.WRONG_AMOUNT:
        return Outcome("SUCCEEDED", switch.amount or order.amount)
    if mode is Mode.SUCCESS:
        return Outcome("SUCCEEDED", order.amount)
    if mode is Mode.PENDING:
        return Outcome("PENDING", order.amount)
    if mode is Mode.AUTHENTICATION_REQUIRED:
        return Outcome("DECLINED", order.amount, "authentication_required")
    if switch:
        return Outcome("DECLINED", order.amount, switch.code or "card_declined")
    card = cards.find(order.token, now.date())
    code = "unknown_token" if card is None else card.decline_code
    return Outcome("DECLINED" if code else "SUCCEEDED", order.amount, code)


def get(db: Connection, name: str) -> Row:
    """By its key or its reference."""
    row: Row | None = db.execute(
        "SELECT * FROM charges WHERE key = ?1 OR reference = ?1", (name,)
    ).fetchone()
    if row is None:
        raise unknown_charge()
    return row


def look_up(db: Connection, name: str, now: datetime) -> Row | None:
    """None while a switch hides it: so often, or until it is so many seconds old."""
    row = get(db, name)
    late = switches.take(db, row["customer"], Operation.LOOK_UP, {Mode.LOOK_UP_LATE})
    if late is None:
        return row
    seen_at = datetime.fromisoformat(row["created_at"]) + timedelta(seconds=late.seconds or 0)
    return None if late.seconds is None or now < seen_at else row


def resolve(db: Connection, name: str, how: Resolution, now: datetime) -> Row:
    """What becomes of a pending one."""
    charge = get(db, name)
    if charge["status"] != "PENDING":
        raise Refusal(409, "not_pending", f"This charge is {charge['status']} already.")
    status = "DECLINED" if how.decline_code else "SUCCEEDED"
    row: Row = db.execute(
        "UPDATE charges SET status = ?, decline_code = ? WHERE id = ? RETURNING *",
        (status, how.decline_code, charge["id"]),
    ).fetchone()
    events.record(db, f"charge.{status.lower()}", row, now)
    return row


def fail_late(db: Connection, name: str, how: Failure, now: datetime) -> Row:
    """Take money back that had been captured."""
    charge = get(db, name)
    left = charge["amount"] - charge["taken_back"]
    if charge["status"] != "SUCCEEDED" or (how.amount or 1) > left:
        raise Refusal(409, "nothing_to_take", "So much is not captured by this charge.")
    row: Row = db.execute(
        "UPDATE charges SET taken_back = taken_back + ? WHERE id = ? RETURNING *",
        (how.amount or left, charge["id"]),
    ).fetchone()
    events.record(db, "charge.late_failure", row, now)
    return row


def reinstate(db: Connection, name: str, how: Reinstated, now: datetime) -> Row:
    """Return money that had been taken back: the dispute is won after all."""
    charge = get(db, name)
    amount = how.amount or charge["taken_back"]
    if not 0 < amount <= charge["taken_back"]:
        raise Refusal(409, "nothing_to_return", "So much of this charge is not taken back.")
    row: Row = db.execute(
        """UPDATE charges SET taken_back = taken_back - ?1, returned = returned + ?1
        WHERE id = ?2 RETURNING *""",
        (amount, charge["id"]),
    ).fetchone()
    events.record(db, "charge.reinstated", row, now)
    return row
