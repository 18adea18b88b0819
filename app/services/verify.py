"""`perseat verify`: every invariant as a query, and every charge recomputed twice (I5)."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from app.db.unit_of_work import Transactions
from app.domain.facts import Facts
from app.domain.plans import PriceBook
from app.domain.recounts import recount, replayed
from app.services import rate_recounts, recounts
from app.store import plans
from app.store.invariants import Invariant
from app.store.verify import INVARIANTS

SHOWN = 20
PAGE = 1_000
FIRST = (UUID(int=0), UUID(int=0))
REPLAY = Invariant("every charge is what its derivation gives", "I5", "")
RERATED = Invariant("every event costs what the rates of its time say", "M3", "")
RECOUNT = Invariant("every charge is what the histories give", "I5", "")


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
    counts = {REPLAY: 0, RECOUNT: 0}
    shown: dict[Invariant, list[Finding]] = {REPLAY: [], RECOUNT: []}
    async for invariant, finding in _recomputed(transactions):
        counts[invariant] += 1
        shown[invariant] += [finding] if len(shown[invariant]) < SHOWN else []
    for invariant, count in counts.items():
        yield Checked(invariant, count, shown[invariant])
    wrong = [Finding(*each) async for each in rate_recounts.wrong(transactions)]
    yield Checked(RERATED, len(wrong), wrong[:SHOWN])


_CHARGES = text("""
    SELECT account_id, id FROM charges
    WHERE replaces IS NULL AND (account_id, id) > (:account_id, :id)
    ORDER BY account_id, id LIMIT :page
""")


async def _recomputed(transactions: Transactions) -> AsyncIterator[tuple[Invariant, Finding]]:
    """Page by page: what is remembered of a page is no more than where it ended."""
    last = FIRST
    while True:
        async with transactions.begin() as uow:
            connection = await uow.session.connection()
            values = {"account_id": last[0], "id": last[1], "page": PAGE}
            keys = [tuple(row) for row in await connection.execute(_CHARGES, values)]
            books = await plans.price_books(uow.session, list({each[0] for each in keys}))
            page = await recounts.load(uow.session, keys) if keys else []
        for facts in page:
            for found in _wrong(facts, books[facts.charge.account_id]):
                yield found
        if len(keys) < PAGE:
            return
        last = keys[-1]


def _wrong(facts: Facts, prices: PriceBook) -> Iterator[tuple[Invariant, Finding]]:
    charge = facts.charge
    if wrong := replayed(charge):
        yield REPLAY, Finding(charge.account_id, f"charge {charge.id}: {wrong}")
    if differences := recount(facts, prices).differences:
        yield RECOUNT, Finding(charge.account_id, f"charge {charge.id}: {'; '.join(differences)}")
