"""Rules L1, L3, L4 and L6: the contracted minimum, and what happens when it is changed."""

import pytest

from app.bootstrap import Perseat
from app.domain.errors import InvalidInput
from app.domain.plans import Component, Term
from app.services import subscriptions
from app.services.verify import verify
from tests.make import Company, drain, make_company


async def set_minimum(company: Company, minimum: int) -> None:
    async with company.begin() as uow:
        await subscriptions.set_minimum_licenses(uow, company.id, minimum)


async def summary(company: Company) -> tuple[int, int, int, int]:
    async with company.begin() as uow:
        found = await subscriptions.license_summary(uow, company.id)
    return found.held, found.occupied, found.minimum, found.available


async def test_users_above_a_raised_minimum_are_charged_once_each(app: Perseat) -> None:
    """L3, I7: held 3, minimum 5; of users 4 to 7 the last two cost 35.00 each, and an add-on that
    is added then charges none of them again."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-16")
    await set_minimum(company, 5)

    unbilled = []
    for _ in range(4):
        await company.add()
        unbilled.append(await company.unbilled())
    await company.rent(Component.LOCAL_NUMBER, 1)

    assert unbilled == ["0.00", "0.00", "35.00", "70.00"]
    assert await company.unbilled() == "72.50"
    await company.go_to("2025-12-01")
    assert (await company.invoices())["2025-12-01"] == "567.50"


async def test_users_above_a_raised_minimum_are_trued_up_once_each(own_app: Perseat) -> None:
    """L4, I7: held 1, minimum 2, three users; the next 1st charges one, the 1st after it none.

    Nothing is wrong with the one whom the minimum covers and the renewal will bill.
    """
    company = await make_company(own_app)
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-11-16")
    await set_minimum(company, 2)
    await company.add(2)

    await company.go_to("2025-12-01")
    await company.go_to("2026-01-01")

    assert (await company.charges())[1:] == [("L4", "[2,3)", "[2025-11-16,2026-02-01)", "166.97")]
    assert list(await company.invoices()) == ["2025-11-01", "2025-12-01"]
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_users_who_fill_a_minimum_that_was_raised_cost_nothing_yet(app: Perseat) -> None:
    """L1, L3, L6: 4 users do not exceed max(minimum 10, held 3); the 10 are billed on the 1st."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-16")

    await set_minimum(company, 10)
    await company.add()

    assert await company.unbilled() == "0.00"
    await company.go_to("2025-12-01")
    assert (await company.invoices())["2025-12-01"] == "700.00"


async def test_an_add_on_does_not_charge_a_minimum_that_was_raised(app: Perseat) -> None:
    """L6, A1: the number is charged from its day, the licences not before the renewal."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-16")

    await set_minimum(company, 10)
    await company.rent(Component.LOCAL_NUMBER, 1)

    assert await company.unbilled() == "2.50"


async def test_a_minimum_that_was_raised_is_no_true_up(app: Perseat) -> None:
    """L4: occupied is compared with held; the minimum is billed at the renewal (L6)."""
    company = await make_company(app, users=3, term="QUARTERLY")
    await company.convert()
    await company.go_to("2025-11-16")

    await set_minimum(company, 10)
    await company.go_to("2025-12-01")

    assert await company.invoices() == {"2025-11-01": "598.50"}


async def test_a_minimum_set_after_the_cut_off_counts_from_the_next_one(app: Perseat) -> None:
    """C5, L6: a late run bills what was in force at the cut-off."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.set_clock("2025-12-01", "03:00")

    await set_minimum(company, 10)
    await drain(app)

    assert (await company.invoices())["2025-12-01"] == "210.00"


async def test_a_minimum_that_is_lowered_counts_from_the_next_renewal(app: Perseat) -> None:
    """L1, L5, L6."""
    company = await make_company(app, users=2)
    await set_minimum(company, 5)
    await company.convert()

    await set_minimum(company, 0)
    free = await summary(company)
    await company.go_to("2025-12-01")

    assert free == (5, 2, 0, 3)
    assert await company.invoices() == {"2025-11-01": "350.00", "2025-12-01": "140.00"}


@pytest.mark.parametrize("minimum", [-1, 100_001])
async def test_a_minimum_that_cannot_be_is_refused(app: Perseat, minimum: int) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        await set_minimum(company, minimum)

    assert refused.value.field == "minimum"
