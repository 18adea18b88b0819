"""C5: nobody has worked for months; then real workers start, and each month gets its own bill."""

from datetime import date

import pytest

from app.bootstrap import Perseat
from app.domain.plans import Term
from app.domain.users import UserStatus
from app.services.verify import verify
from tests.make import Company, at, make_company, query, sms
from tests.workers.conftest import StartWorker
from tests.workers.test_workers import all_paid, until

pytestmark = pytest.mark.long

PERIODS = """SELECT number, kind, lower(period), upper(period), issued_on FROM invoices
    WHERE account_id = :id ORDER BY number"""
PAYMENTS = """SELECT count(*), count(DISTINCT invoice_id) FROM payments
    WHERE status = 'SUCCEEDED'"""


async def _two_behind(app: Perseat) -> Company:
    """Monthly. Somebody left in December; each month has a debt of its own."""
    company = await make_company(app, users=3, on="2025-10-23", may_go_negative=True)
    await company.start()
    await company.set_clock("2025-10-30")
    await company.add()
    await company.record(sms(1000, happened_at=at("2025-10-29")))
    await company.set_clock("2025-11-20")
    await company.record(sms(2000, happened_at=at("2025-11-20")))
    (leaver,) = (await company.people())[-1:]
    await company.change(leaver, UserStatus.DELETED)
    await company.set_clock("2025-12-02")
    await company.record(sms(4000, happened_at=at("2025-12-02")))
    return company


async def _three_behind(app: Perseat) -> Company:
    """A quarter that began on 1 December, seen on 1 March, over a year's end and in Kiritimati."""
    company = await make_company(
        app, users=2, on="2025-11-16", billing_timezone="Pacific/Kiritimati"
    )
    await company.start(Term.QUARTERLY)
    for day in ("2025-12-10", "2026-01-20", "2026-02-10"):
        await company.set_clock(day)
        await company.record(sms(1000, happened_at=at(day)))
    await company.set_clock("2026-02-28", "10:00")
    return company


@pytest.mark.parametrize("workers", [1, 2])
async def test_late_workers_bill_each_month_once_and_as_of_its_own_1st(
    own_app: Perseat, start_worker: StartWorker, workers: int
) -> None:
    """C5, M7: two cut-offs, and four over a year's end; started once, or twice at once."""
    first, second = await _two_behind(own_app), await _three_behind(own_app)
    assert len(await first.issued()) == len(await second.issued()) == 1

    for _ in range(workers):
        start_worker()
    await until(lambda: all_paid(own_app))

    assert await first.issued() == [
        (1, "INITIAL", "2025-10-23", "60.96"),
        (2, "RENEWAL", "2025-11-01", "299.52"),
        (3, "RENEWAL", "2025-12-01", "240.00"),
    ]
    assert await first.balance() == "-60.00"
    assert await second.issued() == [
        (1, "INITIAL", "2025-11-17", "62.06"),
        (2, "RENEWAL", "2025-12-01", "399.00"),
        (3, "TRUE_UP", "2026-01-01", "15.00"),
        (4, "TRUE_UP", "2026-02-01", "15.00"),
        (5, "RENEWAL", "2026-03-01", "414.00"),
    ]
    assert [tuple(row) for row in await query(own_app, PERIODS, id=second.id)][2:] == [
        (3, "TRUE_UP", date(2026, 1, 1), date(2026, 2, 1), date(2026, 1, 1)),
        (4, "TRUE_UP", date(2026, 2, 1), date(2026, 3, 1), date(2026, 2, 1)),
        (5, "RENEWAL", date(2026, 3, 1), date(2026, 4, 1), date(2026, 3, 1)),
    ]
    assert [tuple(row) for row in await query(own_app, PAYMENTS)] == [(8, 8)]
    assert [c.findings async for c in verify(own_app.operators) if c.count] == []
