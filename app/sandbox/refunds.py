"""Refunds: one per key for ever, and together never more than what is left of the charge."""

from datetime import datetime
from sqlite3 import Connection, Row

from uuid_utils.compat import uuid7

from app.sandbox import charges, events, switches
from app.sandbox.book import stamp
from app.sandbox.errors import Refusal
from app.sandbox.orders import NewRefund, Refused, Resolution
from app.sandbox.switches import Mode, Operation

_INSERT = """
INSERT INTO refunds (key, reference, charge, amount, status, created_at)
VALUES (?, ?, ?, ?, ?, ?) RETURNING *
"""
_GIVEN = """
SELECT coalesce(sum(amount), 0) FROM refunds WHERE charge = ? AND status <> 'DECLINED'
"""


def make(db: Connection, order: NewRefund, now: datetime) -> Row:
    """What cannot be given back is declined, and that is as final as the rest."""
    charge = charges.get(db, order.charge)
    if order.key and (first := _asked_again(db, order, charge)):
        return first
    status, amount = _outcome(db, charge, order.amount)
    key = order.key and str(order.key)
    values = (key, f"re_{uuid7().hex}", charge["id"], amount, status, stamp(now))
    row: Row = db.execute(_INSERT, values).fetchone()
    if status != "PENDING":
        events.record(db, f"refund.{status.lower()}", charge, now, refund=row)
    return row


def _asked_again(db: Connection, order: NewRefund, charge: Row) -> Row | None:
    row: Row | None = db.execute(
        "SELECT * FROM refunds WHERE key = ?", (str(order.key),)
    ).fetchone()
    if row is not None and (row["charge"], row["amount"]) != (charge["id"], order.amount):
        raise Refusal(409, "key_reused", "This key was used for another refund.")
    return row


def _outcome(db: Connection, charge: Row, amount: int) -> tuple[str, int]:
    given = db.execute(_GIVEN, (charge["id"],)).fetchone()[0]
    left = charge["amount"] - charge["taken_back"] - given
    if charge["status"] != "SUCCEEDED" or amount > left:
        return "DECLINED", amount
    modes = {Mode.SUCCESS, Mode.DECLINE, Mode.PENDING, Mode.WRONG_AMOUNT}
    switch = switches.take(db, charge["customer"], Operation.REFUND, modes)
    if switch and switch.mode is Mode.WRONG_AMOUNT:
        return "SUCCEEDED", min(switch.amount or amount, left)
    status = {Mode.DECLINE: "DECLINED", Mode.PENDING: "PENDING"}
    return status.get(switch.mode if switch else Mode.SUCCESS, "SUCCEEDED"), amount


def resolve(db: Connection, name: str, how: Resolution, now: datetime) -> Row:
    """What becomes of a pending one."""
    status = "DECLINED" if how.decline_code else "SUCCEEDED"
    row = _become(db, name, "PENDING", status, how.decline_code)
    if row is None:
        raise Refusal(409, "not_pending", "There is no such refund that is pending.")
    _tell(db, row, f"refund.{status.lower()}", now)
    return row


def fail_late(db: Connection, name: str, how: Refused, now: datetime) -> Row:
    """Have the money of one that had succeeded come back: the card's bank does not take it."""
    row = _become(db, name, "SUCCEEDED", "DECLINED", how.code)
    if row is None:
        raise Refusal(409, "not_succeeded", "There is no such refund that has succeeded.")
    _tell(db, row, "refund.failed", now)
    return row


def _become(db: Connection, name: str, before: str, status: str, code: str | None) -> Row | None:
    row: Row | None = db.execute(
        """UPDATE refunds SET status = ?1, failure_code = ?2
        WHERE (key = ?3 OR reference = ?3) AND status = ?4 RETURNING *""",
        (status, code, name, before),
    ).fetchone()
    return row


def _tell(db: Connection, refund: Row, kind: str, now: datetime) -> None:
    charge = db.execute("SELECT * FROM charges WHERE id = ?", (refund["charge"],)).fetchone()
    events.record(db, kind, charge, now, refund=refund)
