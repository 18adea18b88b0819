"""Customers and their cards."""

from datetime import datetime
from sqlite3 import Connection
from typing import Any
from uuid import UUID

from app.sandbox import cards
from app.sandbox.errors import Refusal
from app.sandbox.orders import NewCard, NewCustomer

_PUT = """
INSERT INTO customers (key, reference, name) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET name = excluded.name
RETURNING reference, key, name
"""


def reference_of(key: UUID) -> str:
    return f"cus_{key.hex}"


def create(db: Connection, order: NewCustomer) -> dict[str, Any]:
    """The same for the same key, for ever; who has a new name is renamed."""
    row = db.execute(_PUT, (str(order.key), reference_of(order.key), order.name)).fetchone()
    return dict(row)


def listed(db: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute("SELECT * FROM customers ORDER BY name LIMIT 500")]


def attach(db: Connection, order: NewCard, now: datetime) -> dict[str, Any]:
    """Test cards are everybody's, so nothing is written: they are good for who is a customer."""
    known = db.execute("SELECT 1 FROM customers WHERE reference = ?", (order.customer,)).fetchone()
    if order.customer and not known:
        raise Refusal(404, "unknown_customer", f"There is no customer {order.customer}.")
    card = cards.find(order.token, now.date())
    if card is None:
        raise Refusal(404, "unknown_token", "There is no such test card: try card_ok.")
    return {
        "token": card.token,
        "brand": card.brand,
        "last4": card.last4,
        "expires_on": card.expires_on.isoformat(),
    }
