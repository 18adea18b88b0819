"""Running balances: right on every page, and the last page costs as much as the first."""

from itertools import accumulate
from typing import Any

import pytest
from sqlalchemy import event

from app.bootstrap import Perseat
from app.domain.usage import LineType
from app.services import runs
from app.store import entries
from tests.make import Company, as_superuser, make_company, money, query, sms

NUMBER = 10_000
PAGE = 100
_MANY = """
    WITH made AS (
        INSERT INTO ledger_transfers (account_id, id, debit, credit, amount, kind, reference,
            effective_at)
        SELECT :id, uuidv7(), CASE WHEN n % 7 = 0 THEN 'RECEIVABLE' ELSE 'CREDITS' END,
            CASE WHEN n % 7 = 0 THEN 'CREDITS' ELSE 'USAGE_REVENUE' END, n * 10000,
            CASE WHEN n % 7 = 0 THEN 'TOP_UP' ELSE 'USAGE' END, uuidv7(),
            timestamptz '2025-11-01T00:00Z' + n / 100 * interval '1 hour'
        FROM generate_series(1, :number) n
        RETURNING CASE WHEN credit = 'CREDITS' THEN amount ELSE -amount END AS moved
    )
    UPDATE credits SET balance = (SELECT sum(moved) FROM made) WHERE account_id = :id
"""
_SMALL = """
    INSERT INTO ledger_transfers (account_id, id, debit, credit, amount, kind, reference,
        effective_at)
    SELECT md5('a' || n)::uuid, uuidv7(), 'CREDITS', 'USAGE_REVENUE', 10000, 'USAGE',
        uuidv7(), now()
    FROM generate_series(1, 2000) n, generate_series(1, 5)
"""


@pytest.fixture
async def busy(own_app: Perseat) -> Company:
    """With 10,000 entries, a hundred of them at each instant, and another company's beside."""
    company = await make_company(own_app)
    other = await make_company(own_app)
    for each in (company, other):
        await query(own_app, _MANY, id=each.id, number=NUMBER)
    await as_superuser(own_app, _SMALL, "ANALYZE ledger_transfers")
    return company


async def _page(company: Company, after: Any = None) -> list[Any]:
    async with company.begin() as uow:
        key = None if after is None else (after.id, after.before)
        return (await entries.page(uow.session, [company.id], PAGE, key))[company.id]


async def test_every_page_has_the_right_balances(busy: Company) -> None:
    """M4: whatever is newer; and the newest one is the balance of now."""
    found: list[Any] = []
    while page := await _page(busy, found[-1] if found else None):
        found += page

    oldest_first = found[::-1]
    assert len(found) == NUMBER
    assert [row.after for row in oldest_first] == [*accumulate(row.moved for row in oldest_first)]
    ids = [row.id for row in oldest_first]
    assert ids == sorted(ids)


async def test_the_last_page_reads_no_more_than_the_first(busy: Company) -> None:
    """By what the database says that it has read."""
    sql = "SELECT id FROM ledger_transfers WHERE account_id = :id ORDER BY id"
    ids = [row[0] for row in await query(busy.app, sql, id=busy.id)]

    for after in (None, (ids[NUMBER // 2], 0), (ids[PAGE], 0)):
        (plan,) = await _plans(busy, after)
        assert sum(_rows_read(plan["Plan"])) <= PAGE + 1


async def test_what_comes_later_changes_no_page_that_is_read(busy: Company) -> None:
    """M4: a cursor keeps its place and its balance."""
    first = await _page(busy)
    before = await _page(busy, first[-1])

    await busy.record(sms(100))

    assert [row.after for row in await _page(busy, first[-1])] == [row.after for row in before]
    newest = (await _page(busy))[0]
    assert (newest.before, newest.moved) == (first[0].after, -1_500_000)


async def _plans(company: Company, after: Any) -> list[Any]:
    """The plan of the page's own statement, executed."""
    engine = company.app.tenants.engine.sync_engine

    def explain(*args: Any) -> tuple[str, Any]:
        _, _, statement, parameters, *_ = args
        if "generate" in statement or "ledger_transfers" not in statement:
            return statement, parameters
        return f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters

    event.listen(engine, "before_cursor_execute", explain, retval=True)
    try:
        async with company.begin() as uow:
            connection = await uow.session.connection()
            values = {"ids": [company.id], "count": PAGE, "last": entries.LAST, "anchor": None}
            if after is not None:
                values |= {"last": after[0], "anchor": after[1]}
            found = await connection.execute(entries._PAGE, values)  # noqa: SLF001
            return [row[0][0] for row in found.all()]
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def _rows_read(plan: dict[str, Any]) -> list[int]:
    """Of the ledger: what each scan has found or thrown away."""
    own = 0
    if plan.get("Relation Name") == "ledger_transfers":
        own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return [own, *(n for each in plan.get("Plans", ()) for n in _rows_read(each))]


async def test_a_settlement_leaves_zero_also_where_the_run_posts_the_last_day(app: Perseat) -> None:
    """M2, M7: what was debited of the month comes before what clears it."""
    company = await make_company(app)
    await company.convert()
    await company.set_clock("2025-11-30")
    await company.record(sms(100, line_type=LineType.INTERNATIONAL))
    await company.set_clock("2025-12-01", "00:00")

    await runs.bill_account(app.operators, company.id)

    page = [(row.kind, money(row.moved), money(row.after)) for row in await _page(company)]
    assert page == [("DEBT", "7.50", "0.00"), ("INTERNATIONAL_USAGE", "-7.50", "-7.50")]
