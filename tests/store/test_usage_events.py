"""How many rows a page of usage events reads among very many: those of the page, and few more."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.bootstrap import Perseat
from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.store import usage_events
from app.store.pages import Page
from app.store.usage_events import Window
from tests.make import Company, as_superuser, at, make_company

ROWS = 50_000
SINCE = at("2025-01-01", "00:00")
RARE, OFTEN = new_id(), new_id()
FILL = """
    INSERT INTO usage_events (account_id, id, source, event_id, kind, direction, line_type,
        initiator, quantity, user_id, line_id, hold_id, happened_at, posted_at, rate, amount,
        included, fee_rate, fee, deferred, batch_id)
    SELECT '{account}', uuidv7(), CASE n WHEN 3 THEN 'old' ELSE CASE n % 5 WHEN 0 THEN '' ELSE
        'crm' END END, 'e' || n, CASE WHEN n = 3 OR {lookups} THEN 'LOOKUP' ELSE 'SMS_SEGMENT' END,
        'OUTBOUND', 'LOCAL', 'AGENT', 1, who, who, who, at, at, 0, 0, true, 0, 0, false, uuidv7()
    FROM (SELECT n, CASE WHEN n = 3 THEN uuid('{rare}') WHEN n % 2 = 0 THEN uuid('{often}') END
        AS who, timestamptz '{since}' + n * interval '10 minutes' AS at
        FROM generate_series(1, {rows}) AS n) AS each
"""
DAYS = """
    INSERT INTO usage_days (account_id, id, posted_on, happened_on, kind, direction, line_type,
        initiator, included, user_id, line_id, events, quantity, amount, fee)
    SELECT account_id, uuidv7(), (posted_at AT TIME ZONE 'UTC')::date,
        (happened_at AT TIME ZONE 'UTC')::date, kind, direction, line_type, initiator, included,
        user_id, line_id, count(*), sum(quantity), 0, 0
    FROM usage_events GROUP BY 1, 3, 4, 5, 6, 7, 8, 9, 10, 11
"""
READ = """SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
    WHERE relname = 'usage_events'"""


async def fill(app: Perseat) -> Company:
    """Two accounts; what is rare in the one is common in the other, so that counts of the whole
    table mislead."""
    company, other = await make_company(app), await make_company(app)
    values = {"rare": RARE, "often": OFTEN, "since": SINCE.isoformat()}
    await as_superuser(
        app,
        FILL.format(account=company.id, rows=ROWS, lookups="false", **values),
        FILL.format(account=other.id, rows=ROWS // 2, lookups="true", **values),
        DAYS,
        "ANALYZE usage_events",
        "ANALYZE usage_days",
    )
    return company


def day(number: int) -> datetime:
    return SINCE + timedelta(days=number)


CASES: list[tuple[dict[str, Any], Window, int, int]] = [
    ({}, Window(), 21, 21),
    ({"user_id": RARE}, Window(), 1, 1),
    ({"user_id": OFTEN}, Window(), 21, 21),
    ({"line_id": RARE}, Window(), 1, 1),
    ({"hold_id": RARE}, Window(), 1, 1),
    ({"source": "old"}, Window(), 1, 1),
    ({"source": "crm"}, Window(), 21, 21),
    ({"event_id": "e4000"}, Window(), 1, 1),
    ({"event_id": "nothing"}, Window(), 0, 0),
    ({"kind": "LOOKUP"}, Window(), 1, 1),
    ({"kind": "SMS_SEGMENT"}, Window(), 21, 21),
    ({"kind": "MMS_SEGMENT"}, Window(), 0, 0),
    ({"initiator": "AUTOMATION"}, Window(), 0, 0),
    ({"line_type": "LOCAL", "included": True}, Window(), 21, 42),
    ({"included": False}, Window(), 0, 0),
    ({"kind": "LOOKUP"}, Window(posted_from=day(30)), 0, 0),
    ({}, Window(posted_from=day(10), posted_before=day(11)), 21, 21),
    ({}, Window(happened_from=day(10), happened_before=day(11)), 21, 500),
    ({"included": False}, Window(happened_from=day(10), happened_before=day(11)), 0, 0),
]


async def test_a_page_reads_its_own_rows(own_app: Perseat) -> None:
    """For each filter: how many rows it finds, and how many it may read of 50,000; an operator,
    and an account behind its row security."""
    company = await fill(own_app)

    wrong = []
    for equals, window, found, most in CASES:
        page = Page("usage_events", 20, by=("posted_at", "id"), equals=tuple(equals.items()))
        for begin in (own_app.operators.begin, company.begin):
            rows, read = await _counted(begin(), (page, company.id, window))
            if len(rows) != found or read > most:
                wrong.append((equals, window, len(rows), read))

    assert wrong == []


async def _counted(
    begun: AbstractAsyncContextManager[UnitOfWork], wanted: tuple[Page, UUID, Window]
) -> tuple[list[Any], int]:
    async with begun as uow:
        connection = await uow.session.connection()
        before = (await connection.execute(text(READ))).scalar_one()
        rows = (await usage_events.pages(uow.session, [wanted]))[wanted]
        return rows, (await connection.execute(text(READ))).scalar_one() - before
