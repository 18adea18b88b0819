"""Rule C1 far from UTC: a month is billed once, when it begins where the company is."""

import pytest

from app.bootstrap import Perseat
from tests.make import make_company
from tests.services.test_runs import run


@pytest.mark.parametrize(
    ("zone", "eve", "cut_off"),
    [
        ("Pacific/Kiritimati", "2025-11-30T09:59", "2025-11-30T10:00"),
        ("Asia/Kathmandu", "2025-11-30T18:14", "2025-11-30T18:15"),
        ("Pacific/Pago_Pago", "2025-12-01T10:59", "2025-12-01T11:00"),
    ],
)
async def test_a_month_is_billed_once_although_utc_is_in_another_one(
    app: Perseat, zone: str, eve: str, cut_off: str
) -> None:
    """C1, C5, I7: run at the local 1st, then on every day that is a 1st somewhere."""
    company = await make_company(app, on="2025-11-10", billing_timezone=zone)
    await company.convert()
    await company.go_to(*eve.split("T"))
    before = await company.issued()

    await company.set_clock(*cut_off.split("T"))
    billed = await run(app, only=[company.id])
    for later in ("2025-12-01T12:00", "2025-12-02T00:00", "2025-12-31T09:59"):
        await company.set_clock(*later.split("T"))
        billed += await run(app, only=[company.id])

    assert len(before) == billed == 1
    assert [row[1:3] for row in await company.issued()][1:] == [("RENEWAL", "2025-12-01")]


@pytest.mark.parametrize(
    ("zone", "changes", "prices"),
    [
        ("America/New_York", ("2026-03-08T05:30", "2026-03-09T04:30"), ("54.19", "51.94")),
        ("America/New_York", ("2026-11-01T04:30", "2026-11-02T04:30"), ("70.00", "70.00")),
        ("Australia/Lord_Howe", ("2026-04-04T13:30", "2026-04-05T14:00"), ("60.67", "58.33")),
    ],
)
async def test_days_are_counted_on_the_calendar_and_not_in_hours(
    app: Perseat, zone: str, changes: tuple[str, str], prices: tuple[str, str]
) -> None:
    """C1, C3: a day of 23, 25 or 24.5 hours is a day; half past midnight is the new one."""
    company = await make_company(
        app, on=f"{changes[0][:7]}-01", billing_timezone=zone, time="04:10"
    )
    await company.convert()

    for change in changes:
        await company.go_to(*change.split("T"))
        await company.add()

    added = [row[3] for row in await company.charges() if row[0] == "L3"]
    assert tuple(added) == prices
