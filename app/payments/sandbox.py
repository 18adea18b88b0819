"""The sandbox provider: no money, but a durable book of its own, outside our database.

Its test cards decide what happens. A charge is written to its file before it is answered, so a
process that dies in between has charged, as with a real provider.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from app.domain.money import Micros
from app.payments.provider import (
    Card,
    Charge,
    ChargeStatus,
    ForgedWebhook,
    Order,
    OutcomeUnknown,
    ProviderEvent,
    Refunded,
    UnknownCard,
)

GOOD_UNTIL = date(2030, 12, 31)

CARDS = {
    card.token: card
    for card in (
        Card("card_ok", "visa", "4242", GOOD_UNTIL),
        Card("card_declined", "visa", "0002", GOOD_UNTIL),
        Card("card_insufficient_funds", "visa", "9995", GOOD_UNTIL),
        Card("card_lost", "mastercard", "9987", GOOD_UNTIL),
        Card("card_answer_lost", "visa", "0119", GOOD_UNTIL),
    )
}
_DECLINES = {
    "card_declined": "card_declined",
    "card_insufficient_funds": "insufficient_funds",
    "card_lost": "lost_card",
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

    name = "sandbox"
    keeps_keys: timedelta | None = None

    async def create_customer(self, key: UUID, name: str) -> str:
        return f"{key}:{name}"[:36]

    async def attach(self, customer: str, token: str) -> Card:
        if token not in CARDS or not customer:
            raise UnknownCard(token)
        return CARDS[token]

    async def charge(self, order: Order) -> Charge:
        row = await asyncio.to_thread(
            self._write, order.key, order.amount, order.currency, order.token
        )
        if row[:3] != (order.amount, order.currency, order.token):
            raise OutcomeUnknown("the key was used for another charge")
        if order.token in _ANSWER_LOST and row[4] == 1:
            raise OutcomeUnknown("the answer was lost on its way")
        return self._charge(order.key, row)

    async def look_up(self, key: UUID, customer: str) -> Charge | None:
        row = await asyncio.to_thread(self._find, key)
        return self._charge(key, row) if row and customer else None

    async def refund(self, key: UUID, charge: str, amount: Micros) -> Refunded:
        return Refunded(charge, key, ChargeStatus.SUCCEEDED, amount)

    async def charges(self, since: datetime, until: datetime) -> AsyncIterator[Charge]:
        for _ in range(int(since > until)):
            yield self._charge(UUID(int=0), (0, "", "", None, 0))

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        raise ForgedWebhook(f"{len(body)} {len(headers)}")

    async def close(self) -> None:
        return

    def _charge(self, key: UUID, row: tuple[int, str, str, str | None, int]) -> Charge:
        status = ChargeStatus.DECLINED if row[3] else ChargeStatus.SUCCEEDED
        return Charge(f"ch_{key.hex}", key, status, row[0], row[1], datetime.now(UTC), row[3])  # noqa: TID251

    def _find(self, key: UUID) -> tuple[int, str, str, str | None, int] | None:
        sql = "SELECT amount, currency, token, decline_code, asked FROM charges WHERE key = ?"
        with closing(self._connect()) as connection:
            row: tuple[int, str, str, str | None, int] | None = connection.execute(
                sql, (str(key),)
            ).fetchone()
            return row

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
