"""Rules C1 to C3, L2 and L4 to L6: months, quarters and years, to the cent and to the local day."""

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.plans import Component, Term
from app.domain.users import UserStatus
from tests.make import make_company, money, query


@pytest.mark.parametrize(
    ("zone", "before", "cut_off", "day", "unbilled"),
    [
        ("Asia/Tokyo", "2025-11-30T14:59", "2025-11-30T15:00", "2025-11-16", "35.00"),
        ("America/Los_Angeles", "2025-12-01T07:59", "2025-12-01T08:00", "2025-11-15", "37.33"),
    ],
)
async def test_the_month_ends_at_local_midnight(
    app: Perseat, zone: str, before: str, cut_off: str, day: str, unbilled: str
) -> None:
    """C1: the cut-off's instant, and the local day of an addition at 16:00 UTC of the 15th."""
    company = await make_company(app, on="2025-11-10", billing_timezone=zone)
    await company.convert()
    await company.go_to("2025-11-15", "16:00")
    await company.add()
    added = (await company.charges())[-1]

    await company.go_to(*before.split("T"))
    early = await company.invoices()
    await company.go_to(*cut_off.split("T"))

    assert added == ("L3", "[2,3)", f"[{day},2025-12-01)", unbilled)
    assert list(early) == ["2025-11-10"]
    assert list(await company.invoices()) == ["2025-11-10", "2025-12-01"]


async def test_a_conversion_on_a_1st_has_no_stub(app: Perseat) -> None:
    """L2: the full month at once, and nothing twice (I7)."""
    company = await make_company(app)
    await company.convert()

    await company.go_to("2025-12-01")

    assert await company.charges() == [
        ("L2", "[1,2)", "[2025-11-01,2025-12-01)", "70.00"),
        ("L6", "[1,2)", "[2025-12-01,2026-01-01)", "70.00"),
    ]


async def test_a_quarterly_account_through_a_year(app: Perseat) -> None:
    """L2, L4 to L6: a stub, full terms, one true-up; a deletion is felt at the renewal."""
    company = await make_company(app, users=2, on="2025-01-15")
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-01-20")
    await company.add()
    await company.go_to("2025-03-10")
    await company.add(2)
    await company.go_to("2025-06-10")
    await company.change((await company.people())[0], UserStatus.DELETED)
    await company.go_to("2025-07-20")
    await company.add()

    await company.go_to("2026-01-05")

    assert await company.issued() == [
        (1, "INITIAL", "2025-01-15", "72.94"),
        (2, "RENEWAL", "2025-02-01", "624.24"),
        (3, "TRUE_UP", "2025-04-01", "233.12"),
        (4, "RENEWAL", "2025-05-01", "997.50"),
        (5, "RENEWAL", "2025-08-01", "997.50"),
        (6, "RENEWAL", "2025-11-01", "997.50"),
    ]


async def test_an_annual_account_through_a_leap_year(app: Perseat) -> None:
    """C2, C3: a term with 29 February has 366 days; additions come on true-ups of the months."""
    company = await make_company(app, on="2024-01-01")
    await company.convert(Term.ANNUAL)
    await company.go_to("2024-02-29")
    await company.add()
    await company.go_to("2024-12-31")
    await company.add()

    await company.go_to("2025-01-01")

    assert await company.charges() == [
        ("L2", "[1,2)", "[2024-01-01,2025-01-01)", "756.00"),
        ("L4", "[2,3)", "[2024-02-29,2025-01-01)", "634.13"),
        ("L4", "[3,4)", "[2024-12-31,2025-01-01)", "2.07"),
        ("L6", "[1,4)", "[2025-01-01,2026-01-01)", "2268.00"),
    ]
    assert [row[1:3] for row in await company.issued()] == [
        ("INITIAL", "2024-01-01"),
        ("TRUE_UP", "2024-03-01"),
        ("RENEWAL", "2025-01-01"),
    ]


@pytest.mark.parametrize(
    ("on", "stub", "added"), [("2024-02-29", "2.41", "2.41"), ("2025-02-28", "2.50", "2.50")]
)
async def test_the_last_day_of_february(app: Perseat, on: str, stub: str, added: str) -> None:
    """C3: 1 of 29 or of 28 days; then March follows."""
    company = await make_company(app, on=on)
    await company.convert()
    await company.add()

    assert [row[3] for row in await company.charges()] == [stub, added]
    await company.go_to(f"{on[:4]}-03-01", "00:00")
    assert (await company.invoices())[f"{on[:4]}-03-01"] == money(140_000_000 + _cents(added))


def _cents(amount: str) -> int:
    return int(amount.replace(".", "")) * 10_000


async def test_a_minimum_and_add_ons_are_renewed_together(app: Perseat) -> None:
    """L6, A1: max(minimum, occupied), and what was added and not removed."""
    company = await make_company(app, "xpro", users=2)
    await company.rent(Component.LOCAL_NUMBER, 50)
    await company.convert()
    await company.rent(Component.LOCAL_NUMBER, -20)

    await company.go_to("2025-12-01")

    assert await company.invoices() == {"2025-11-01": "380.00", "2025-12-01": "300.00"}


async def test_a_new_price_begins_with_the_next_term_and_old_invoices_stay(
    own_app: Perseat,
) -> None:
    """P2: the price of the term's first day holds for additions within the term."""
    company = await make_company(own_app)
    await company.convert()
    await company.go_to("2025-11-16")
    sql = """UPDATE prices SET effective = daterange(lower(effective), '2025-11-10')
        WHERE plan_id = 'upro' AND component = 'LICENSE' AND term = 'MONTHLY'"""
    await query(own_app, sql)
    sql = """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example)
        VALUES (:id, 'upro', 'LICENSE', 'MONTHLY', daterange('2025-11-10', NULL), 80000000,
            false)"""
    await query(own_app, sql, id=new_id())

    await company.add()
    unbilled = await company.unbilled()
    await company.go_to("2025-12-01")

    assert unbilled == "35.00"
    assert await company.invoices() == {"2025-11-01": "70.00", "2025-12-01": "195.00"}
