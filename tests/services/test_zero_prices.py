"""Rule I4: what costs nothing is a success, and it is identified like everything else (I7)."""

from app.bootstrap import Perseat
from app.domain.plans import Component
from app.domain.users import UserStatus
from app.services.verify import verify
from tests.make import make_company


async def test_a_free_licence_is_added_freed_taken_and_renewed_once(own_app: Perseat) -> None:
    """L3, L5, I7: 0.00 charges hold licences like dear ones, and leave none unbilled."""
    company = await make_company(own_app, users=2)
    await company.negotiate(Component.LICENSE, "0.00")
    await company.convert()
    await company.go_to("2025-11-10")
    (user,) = await company.add()
    await company.change(user, UserStatus.DELETED)
    await company.add()

    await company.go_to("2025-12-01")

    assert await company.charges() == [
        ("L2", "[1,3)", "[2025-11-01,2025-12-01)", "0.00"),
        ("L3", "[3,4)", "[2025-11-10,2025-12-01)", "0.00"),
        ("L6", "[1,4)", "[2025-12-01,2026-01-01)", "0.00"),
    ]
    assert {str(row.status) for row in await company.invoice_rows()} == {"PAID"}
    assert [c.findings async for c in verify(own_app.operators) if c.count] == []


async def test_leaving_a_free_plan_on_its_first_day_costs_the_other_plan_once(
    own_app: Perseat,
) -> None:
    """L7, I7: from 0.00 to 70.00 on the day of the conversion, then the renewal."""
    company = await make_company(own_app, "ipro", users=2)
    await company.negotiate(Component.LICENSE, "0.00", plan="ipro")
    await company.convert()

    await company.change_plan("upro")
    await company.add()
    await company.go_to("2025-12-01")
    await company.go_to("2025-12-02")

    assert [(row[0], row[3]) for row in await company.charges()] == [
        ("L2", "0.00"),
        ("L7", "140.00"),
        ("L3", "70.00"),
        ("L6", "210.00"),
    ]
    assert await company.invoices() == {"2025-11-01": "0.00", "2025-12-01": "420.00"}
    assert [c.findings async for c in verify(own_app.operators) if c.count] == []


async def test_who_came_and_went_for_nothing_leaves_no_charge_behind(own_app: Perseat) -> None:
    """I1: a free add-on is on the next invoice although it is not renewed."""
    company = await make_company(own_app)
    await company.negotiate(Component.LOCAL_NUMBER, "0.00")
    await company.convert()
    await company.rent(Component.LOCAL_NUMBER, 3)
    await company.rent(Component.LOCAL_NUMBER, -3)

    await company.go_to("2025-12-01")

    assert await company.unbilled() == "0.00"
    assert [c.findings async for c in verify(own_app.operators) if c.count] == []
