"""Rules L3 to L5: who comes and goes leaves a licence behind, and whoever comes next takes it."""

from app.bootstrap import Perseat
from app.domain.plans import Component, Term
from app.domain.users import UserStatus
from tests.make import make_company


async def test_who_comes_and_goes_on_one_day_is_charged_once(app: Perseat) -> None:
    """L3, L5: to the month's end; three more who do the same take the licence that is there."""
    company = await make_company(app, users=2)
    await company.convert()
    await company.go_to("2025-11-16")

    for _ in range(4):
        (user,) = await company.add()
        await company.change(user, UserStatus.DELETED)
    unbilled = await company.unbilled()
    await company.go_to("2025-12-01")

    assert unbilled == "35.00"
    assert await company.invoices() == {"2025-11-01": "140.00", "2025-12-01": "175.00"}


async def test_whoever_left_before_the_others_came_is_not_charged_for_them(app: Perseat) -> None:
    """L5: gone and come on one day, in this order, costs nothing."""
    company = await make_company(app, users=2)
    await company.convert()
    await company.go_to("2025-11-16")

    await company.change((await company.people())[0], UserStatus.DELETED)
    await company.add()

    assert await company.unbilled() == "0.00"


async def test_what_was_trued_up_is_taken_again_and_nothing_is_given_back(app: Perseat) -> None:
    """L4, L5, A1: charged on 1 December; gone, come back, and fewer still: no 1 January."""
    company = await make_company(app)
    await company.rent(Component.LOCAL_NUMBER, 2)
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-11-10")
    (user,) = await company.add()
    await company.rent(Component.LOCAL_NUMBER, 1)
    await company.go_to("2025-12-05")
    await company.change(user, UserStatus.DELETED)
    await company.rent(Component.LOCAL_NUMBER, -3)
    await company.go_to("2025-12-10")
    await company.add()
    await company.rent(Component.LOCAL_NUMBER, 1)

    await company.go_to("2026-02-01")

    assert [row[1:] for row in await company.issued()] == [
        ("INITIAL", "2025-11-01", "228.00"),
        ("TRUE_UP", "2025-12-01", "192.84"),
        ("RENEWAL", "2026-02-01", "413.25"),
    ]
