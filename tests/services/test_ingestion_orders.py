"""Rule M1: however the same events arrive, shuffled, repeated and in pieces, the end is the same.

So many orders by hand: PERSEAT_ORDERS=200 uv run pytest tests/services/test_ingestion_orders.py
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import cycle, islice, pairwise, product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bootstrap import Perseat
from app.domain.usage import Direction, Initiator, LineType, UsageEvent, UsageKind
from app.services.ingestion import Disposition, ingest
from tests.make import Company, at, make_company, query, sms

pytestmark = pytest.mark.long

EVENTS = 10_000
EXAMPLES = int(os.environ.get("PERSEAT_ORDERS", "4"))
AT_ONCE = 3
CELLS = list(product(UsageKind, Direction, LineType, Initiator))
ENDS = {
    "balance": "SELECT balance FROM credits WHERE account_id = :id",
    "events": """SELECT count(*), md5(string_agg(concat_ws('|', event_id, kind, direction,
            line_type, initiator, quantity, carrier, happened_at, rate, amount, included, fee_rate,
            fee, deferred), ',' ORDER BY event_id))
        FROM usage_events WHERE account_id = :id""",
    "days": """SELECT posted_on, happened_on, kind, direction, line_type, initiator, included,
            events, quantity, amount, fee
        FROM usage_days WHERE account_id = :id ORDER BY 1, 2, 3, 4, 5, 6, 7""",
    "deferred": """SELECT kind, day, amount, events FROM usage_deferrals
        WHERE account_id = :id ORDER BY kind""",
    "debits": "SELECT sum(amount) FROM ledger_transfers WHERE account_id = :id AND kind = 'USAGE'",
}


def month() -> list[UsageEvent]:
    """Every cell again and again, over days, with carriers and without."""
    began = at("2025-11-01", "00:00")
    turns = zip(cycle(CELLS), cycle((None, "att", "verizon")), strict=False)
    return [
        UsageEvent(
            f"event-{number}",
            *cell,
            1 + number % 7,
            began + timedelta(minutes=3 * number),
            carrier=carrier if cell[0] is not UsageKind.LOOKUP else None,
        )
        for number, (cell, carrier) in enumerate(islice(turns, EVENTS))
    ]


def batches(events: Sequence[UsageEvent], rng: Random) -> Iterator[list[UsageEvent]]:
    """Each event at least once, up to twice as many in all, in up to nine batches."""
    again = rng.sample(events, rng.randint(0, len(events)))
    order = rng.sample([*events, *again], len(events) + len(again))
    cuts = sorted(rng.sample(range(len(order)), rng.randint(0, 8)))
    for start, end in pairwise([0, *cuts, len(order)]):
        yield order[start:end]


async def report(company: Company, events: Sequence[UsageEvent]) -> list[Disposition]:
    async with company.app.operators.begin() as uow:
        batch = await ingest(uow, [(company.id, each) for each in events])
    return [each.disposition for each in batch.results]


async def end_of(company: Company) -> dict[str, list[tuple[Any, ...]]]:
    return {
        name: [tuple(row) for row in await query(company.app, sql, id=company.id)]
        for name, sql in ENDS.items()
    }


@pytest.fixture(scope="session")
async def in_order(app: Perseat) -> dict[str, list[tuple[Any, ...]]]:
    """What comes of the events in one batch, in their order."""
    company = await make_company(app, on="2025-11-25")
    said = await report(company, month())
    assert said == [Disposition.RECORDED] * EVENTS
    return await end_of(company)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.timeout(900)
async def test_the_order_of_events_does_not_matter(
    app: Perseat, in_order: dict[str, list[tuple[Any, ...]]], seed: int
) -> None:
    """M1, M2, M4: three batches at a time; each event is recorded by one of them."""
    rng = Random(seed)  # noqa: S311 - an order, not a secret
    company = await make_company(app, on="2025-11-25")
    gate = asyncio.Semaphore(AT_ONCE)

    async def send(events: list[UsageEvent]) -> list[Disposition]:
        async with gate:
            return await report(company, events)

    said = await asyncio.gather(*(send(each) for each in batches(month(), rng)))

    every = [each for one in said for each in one]
    assert every.count(Disposition.RECORDED) == EVENTS
    assert set(every) <= {Disposition.RECORDED, Disposition.DUPLICATE}
    assert await end_of(company) == in_order


async def test_ten_thousand_times_a_cent_and_a_half_are_exactly_150(app: Perseat) -> None:
    """C4, M3: an event each, in pieces; nothing is rounded on the way."""
    company = await make_company(app)
    events = [sms(1) for _ in range(EVENTS)]

    for start in range(0, EVENTS, 3_000):
        await report(company, events[start : start + 3_000])

    assert await company.balance() == "-150.00"
