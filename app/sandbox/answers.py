"""How the sandbox shows charges and refunds, and its list of all of them."""

import json
from collections.abc import Sequence
from sqlite3 import Connection, Row
from typing import Any

from app.sandbox.book import stamp
from app.sandbox.orders import Window

_LIST = """
SELECT * FROM charges WHERE created_at >= ? AND created_at < ? AND id > ? ORDER BY id LIMIT ?
"""
_REFUNDS = """
SELECT * FROM refunds WHERE charge IN (SELECT value FROM json_each(?)) ORDER BY id
"""


def charge_of(row: Row, refunds: Sequence[Row] = ()) -> dict[str, Any]:
    names = (
        "reference", "key", "customer", "status", "amount", "currency", "decline_code",
        "taken_back", "returned", "created_at",
    )  # fmt: skip
    shown = {name: row[name] for name in names}
    notes = json.loads(row["notes"])
    return {**shown, "notes": notes, "refunds": [refund_of(each) for each in refunds]}


def refund_of(row: Row) -> dict[str, Any]:
    names = ("reference", "key", "status", "amount", "failure_code", "created_at")
    return {name: row[name] for name in names}


def shown(db: Connection, charges: Sequence[Row]) -> list[dict[str, Any]]:
    """Charges with their refunds."""
    ids = json.dumps([row["id"] for row in charges])
    refunds: dict[int, list[Row]] = {}
    for refund in db.execute(_REFUNDS, (ids,)):
        refunds.setdefault(refund["charge"], []).append(refund)
    return [charge_of(row, refunds.get(row["id"], ())) for row in charges]


def one(db: Connection, charge: Row) -> dict[str, Any]:
    return shown(db, [charge])[0]


def page(db: Connection, window: Window) -> dict[str, Any]:
    """Oldest first; `next` is the cursor of what follows."""
    span = (stamp(window.since), stamp(window.until))
    rows = db.execute(_LIST, (*span, window.after, window.limit)).fetchall()
    following = rows[-1]["id"] if len(rows) == window.limit else None
    return {"charges": shown(db, rows), "next": following}
