"""Events: each change of a charge or refund, kept for ever, and what is to be delivered of them.

A delivery that is `held_for` a customer is overtaken by that customer's next event.
"""

import json
from datetime import datetime, timedelta
from sqlite3 import Connection, Row
from typing import Any

from uuid_utils.compat import uuid7

from app.sandbox import answers, switches
from app.sandbox.book import stamp
from app.sandbox.switches import Mode, Operation, Switch

DUPLICATES = 2
HELD, LATE = 5.0, 60.0
KEPT = timedelta(days=3)
"""What could not be delivered for so long is only kept."""

_EVENT = """
INSERT INTO events (name, kind, body, occurred_at) VALUES (?, ?, ?, ?) RETURNING id
"""
_DELIVERY = "INSERT INTO deliveries (event, due_at, held_for) VALUES (?, ?, ?)"
_RELEASE = "UPDATE deliveries SET due_at = ?, held_for = NULL WHERE held_for = ?"
_DUE = """
SELECT d.id, d.attempts, e.name, e.body FROM deliveries d JOIN events e ON e.id = d.event
WHERE d.due_at <= ? AND e.occurred_at > ? ORDER BY d.due_at, d.id LIMIT 1
"""


def record(
    db: Connection, kind: str, charge: Row, now: datetime, *, refund: Row | None = None
) -> None:
    """In the transaction of the change that it tells of."""
    name = f"evt_{uuid7().hex}"
    data: dict[str, Any] = answers.charge_of(charge)
    if refund is not None:
        data["refund"] = answers.refund_of(refund)
    body = {"id": name, "type": kind, "timestamp": stamp(now), "data": data}
    row = db.execute(_EVENT, (name, kind, json.dumps(body), stamp(now))).fetchone()
    switch = switches.take(db, charge["customer"], Operation.CHARGE, switches.WEBHOOKS)
    _plan(db, row["id"], charge["customer"], switch, now)


def _plan(db: Connection, event: int, customer: str, switch: Switch | None, now: datetime) -> None:
    mode, copies, wait, held_for = switch.mode if switch else None, 1, 0.0, None
    if mode is Mode.NO_WEBHOOKS:
        return
    if mode is Mode.DUPLICATE_WEBHOOKS:
        copies = DUPLICATES
    if switch and mode is Mode.LATE_WEBHOOKS:
        wait = LATE if switch.seconds is None else switch.seconds
    overtaken = db.execute(_RELEASE, (stamp(now + timedelta(microseconds=1)), customer)).rowcount
    if switch and mode is Mode.REORDERED_WEBHOOKS and not overtaken:
        wait, held_for = HELD if switch.seconds is None else switch.seconds, customer
    due_at = stamp(now + timedelta(seconds=wait))
    db.executemany(_DELIVERY, [(event, due_at, held_for)] * copies)


def next_due(db: Connection, now: datetime) -> Row | None:
    row: Row | None = db.execute(_DUE, (stamp(now), stamp(now - KEPT))).fetchone()
    return row


def delivered(db: Connection, delivery: int, answer: str, again_at: datetime | None) -> None:
    """What came of an attempt; without `again_at` it was the last."""
    db.execute(
        """UPDATE deliveries SET answer = ?, attempts = attempts + 1, due_at = ?, held_for = NULL
        WHERE id = ?""",
        (answer, again_at and stamp(again_at), delivery),
    )


def page(db: Connection, after: int, limit: int) -> dict[str, Any]:
    """Events as they happened, each with what became of its deliveries."""
    rows = db.execute(
        """SELECT e.id, e.body, (SELECT json_group_array(json_object('attempts', d.attempts,
            'answer', d.answer, 'due_at', d.due_at)) FROM deliveries d WHERE d.event = e.id
            ) AS deliveries
        FROM events e WHERE e.id > ? ORDER BY e.id LIMIT ?""",
        (after, limit),
    ).fetchall()
    shown = [
        {**json.loads(row["body"]), "deliveries": json.loads(row["deliveries"])} for row in rows
    ]
    return {"events": shown, "next": rows[-1]["id"] if len(rows) == limit else None}
