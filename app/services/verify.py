"""`perseat verify`: every invariant as a query, and every charge recomputed (I5)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.unit_of_work import Transactions
from app.domain.charges import replay
from app.store.invariants import Invariant
from app.store.verify import INVARIANTS

SHOWN = 20
PAGE = 5_000
REPLAY = Invariant("every charge is what its derivation gives", "I5", "")


@dataclass(frozen=True, slots=True)
class Finding:
    account_id: UUID | None
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One invariant; `findings` names up to SHOWN of the `count` rows that break it."""

    invariant: Invariant
    count: int
    findings: list[Finding]


async def verify(transactions: Transactions) -> AsyncIterator[Checked]:
    """Check one invariant after the other, each from committed data of its own instant."""
    for invariant in INVARIANTS:
        async with transactions.begin() as uow:
            connection = await uow.session.connection()
            values = {"now": uow.now()} if ":now" in invariant.query else {}
            rows = (await connection.execute(text(invariant.query), values)).all()
        findings = [Finding(row[0], row[1]) for row in rows[:SHOWN]]
        yield Checked(invariant, len(rows), findings)
    wrong = [finding async for finding in _replayed(transactions)]
    yield Checked(REPLAY, len(wrong), wrong[:SHOWN])


_CHARGES = text("""
    SELECT account_id, id, rule, amount, derivation FROM charges
    WHERE CAST(:account_id AS uuid) IS NULL OR (account_id, id) > (:account_id, :id)
    ORDER BY account_id, id LIMIT :page
""")


async def _replayed(transactions: Transactions) -> AsyncIterator[Finding]:
    last: tuple[UUID | None, UUID | None] = (None, None)
    while True:
        async with transactions.begin() as uow:
            connection = await uow.session.connection()
            values = {"account_id": last[0], "id": last[1], "page": PAGE}
            rows = (await connection.execute(_CHARGES, values)).all()
        for row in rows:
            if (amount := _recomputed(row)) != row.amount:
                yield Finding(row.account_id, f"charge {row.id}: {row.amount}, again {amount}")
        if len(rows) < PAGE:
            return
        last = (rows[-1].account_id, rows[-1].id)


def _recomputed(row: Any) -> int | str:
    """The amount by the rule's version that made it, or why there is none."""
    try:
        return replay(row.rule, row.derivation["version"], row.derivation["inputs"]).amount
    except (KeyError, ValueError, ZeroDivisionError) as error:
        return f"impossible ({error!r})"
