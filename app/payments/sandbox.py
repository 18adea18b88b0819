"""The sandbox provider: no money, but a durable book of its own, outside our database.

Its test cards decide what happens. A charge is written to its file before it is answered, so a
process that dies in between has charged, as with a real provider.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

from app.domain.money import Micros
from app.payments.provider import Card, Outcome, OutcomeUnknown, UnknownCard

CARDS = {
    card.token: card
    for card in (
        Card("card_ok", "visa", "4242"),
        Card("card_declined", "visa", "0002"),
        Card("card_insufficient_funds", "visa", "9995"),
        Card("card_lost", "mastercard", "9987"),
        Card("card_answer_lost", "visa", "0119"),
    )
}
_DECLINES = {
    "card_declined": "card_declined",
    "card_insufficient_funds": "insufficient_funds",
    "card_lost": "card_lost",
}
_ANSWER_LOST = frozenset({"card_answer_lost"})
_SCHEMA = """
CREATE TABLE IF NOT EXISTS charges (
    key TEXT PRIMARY KEY, amount INTEGER NOT NULL, currency TEXT NOT NULL, token TEXT NOT NULL,
    decline_code TEXT, asked INTEGER NOT NULL DEFAULT 1
)
"""
_CHARGE = """
INSERT INTO charges (key, amount, currency, token, decline_code) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET asked = asked + 1
RETURNING amount, currency, token, decline_code, asked
"""


class SandboxProvider:
    """Charges are rows of an SQLite file at `path`; several processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def card(self, token: str) -> Card:
        if token not in CARDS:
            raise UnknownCard(token)
        return CARDS[token]

    async def charge(self, key: UUID, amount: Micros, currency: str, token: str) -> Outcome:
        row = await asyncio.to_thread(self._write, key, amount, currency, token)
        if row[:3] != (amount, currency, token):
            raise OutcomeUnknown("the key was used for another charge")
        if token in _ANSWER_LOST and row[4] == 1:
            raise OutcomeUnknown("the answer was lost on its way")
        return Outcome(decline_code=row[3])

    async def charged(self) -> dict[UUID, Micros]:
        """What was taken, by key: the provider's side of a reconciliation."""
        return await asyncio.to_thread(self._read)

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=30)
        connection.execute(_SCHEMA)
        return connection

    def _write(
        self, key: UUID, amount: Micros, currency: str, token: str
    ) -> tuple[int, str, str, str | None, int]:
        with closing(self._connect()) as connection, connection:
            values = (str(key), amount, currency, token, _DECLINES.get(token))
            row: tuple[int, str, str, str | None, int] = connection.execute(
                _CHARGE, values
            ).fetchone()
            return row

    def _read(self) -> dict[UUID, Micros]:
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT key, amount FROM charges WHERE decline_code IS NULL"
            ).fetchall()
        return {UUID(key): amount for key, amount in rows}
