"""Rules L1, L3, L4 and L6: the contracted minimum counts from a renewal on, never in mid-term."""

from datetime import date

import pytest

from app.bootstrap import Perseat
from app.domain.errors import InvalidInput, Refused
from app.domain.plans import Component, Term
from app.domain.users import UserStatus
from app.services.verify import verify
from tests.make import Company, drain, make_company, query


async def coming(company: Company) -> list[tuple[int, str]]:
    sql = """SELECT minimum, effective_on::text FROM minimum_licenses
        WHERE account_id = :id ORDER BY id"""
    return [tuple(row) for row in await query(company.app, sql, id=company.id)]


async def test_a_minimum_that_is_raised_counts_from_the_renewal(app: Perseat) -> None:
    """L1, L3, L6: until then a user beyond the 3 held is charged like any other."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-16")

    await company.set_minimum(5)
    await company.add()

    assert await company.licenses() == (4, 4, 0, 0)
    assert await company.unbilled() == "35.00"
    await company.go_to("2025-12-01")
    assert (await company.invoices())["2025-12-01"] == "385.00"
    assert await company.licenses() == (5, 4, 5, 1)


async def test_users_who_fill_the_minimum_of_their_term_cost_nothing(app: Perseat) -> None:
    """L1, L3: 5 are paid for since the term began."""
    company = await make_company(app, users=2)
    await company.set_minimum(5)
    await company.convert()
    await company.go_to("2025-11-16")

    await company.add(3)
    within = await company.unbilled()
    await company.add(1)

    assert (within, await company.unbilled()) == ("0.00", "35.00")


async def test_paused_and_suspended_users_fill_the_minimum(app: Perseat) -> None:
    """L1, L6: 1 active, 2 paused and 2 suspended are the five that are agreed."""
    company = await make_company(app, users=5)
    await company.set_minimum(5)
    for user, status in zip(await company.people(), 2 * ["PAUSED", "SUSPENDED"], strict=True):
        await company.change(user, UserStatus(status))
    await company.convert()

    await company.go_to("2025-12-01")

    assert await company.invoices() == {"2025-11-01": "350.00", "2025-12-01": "350.00"}
    assert await company.licenses() == (5, 5, 5, 0)


async def test_a_raised_minimum_is_no_true_up_and_waits_for_the_term(own_app: Perseat) -> None:
    """L4, L6, I7: a quarter from November; the minimum counts from February."""
    company = await make_company(own_app, users=3)
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-11-16")

    await company.set_minimum(10)
    await company.add()
    for month in ("2025-12-01", "2026-01-01", "2026-02-01"):
        await company.go_to(month)

    assert await coming(company) == [(10, "2026-02-01")]
    assert await company.invoices() == {
        "2025-11-01": "598.50",
        "2025-12-01": "166.97",
        "2026-02-01": "1995.00",
    }
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_an_add_on_does_not_charge_a_minimum_that_was_raised(app: Perseat) -> None:
    """L6, A1: the number is charged from its day, the licences not before the renewal."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-16")

    await company.set_minimum(10)
    await company.rent(Component.LOCAL_NUMBER, 1)

    assert await company.unbilled() == "2.50"


async def test_a_minimum_set_after_the_cut_off_counts_from_the_next_one(app: Perseat) -> None:
    """C5, L6: a late run bills what was in force at the cut-off."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.set_clock("2025-12-01", "03:00")

    await company.set_minimum(10)
    await drain(app)
    await company.go_to("2026-01-01")

    assert await company.invoices() == {
        "2025-11-01": "210.00",
        "2025-12-01": "210.00",
        "2026-01-01": "700.00",
    }


async def test_a_minimum_that_is_lowered_counts_from_the_next_renewal(app: Perseat) -> None:
    """L1, L5, L6: what is held stays held, and is free to be taken."""
    company = await make_company(app, users=2)
    await company.set_minimum(5)
    await company.convert()

    await company.set_minimum(0)
    now = await company.licenses()
    await company.go_to("2025-12-01")

    assert now == (5, 2, 5, 3)
    assert await company.licenses() == (2, 2, 0, 0)
    assert await company.invoices() == {"2025-11-01": "350.00", "2025-12-01": "140.00"}


async def test_minimums_can_be_agreed_for_several_renewals(app: Perseat) -> None:
    """L1: the latest that is effective counts; of two for one day, the one written later."""
    company = await make_company(app, users=1)
    await company.convert()
    for minimum, first in ((9, 2), (4, 1), (3, 1)):
        await company.set_minimum(minimum, date(2026, first, 1))

    for month in ("2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01"):
        await company.go_to(month)

    assert list((await company.invoices()).values()) == [
        "70.00",
        "70.00",
        "210.00",
        "630.00",
        "630.00",
    ]


@pytest.mark.parametrize("on", ["2025-11-01", "2025-11-30", "2025-12-01", "2026-02-02"])
async def test_a_minimum_begins_on_a_renewal(app: Perseat, on: str) -> None:
    """L1: neither in the past nor inside a paid term; here the next ones are February and May."""
    company = await make_company(app)
    await company.convert(Term.QUARTERLY)

    with pytest.raises(Refused) as refused:
        await company.set_minimum(5, date.fromisoformat(on))
    await company.set_minimum(5, date(2026, 5, 1))

    assert (refused.value.rule, refused.value.field) == ("L1", "effectiveOn")
    assert "2026-02-01" in refused.value.message


async def test_a_trial_has_its_minimum_from_the_conversion_on(app: Perseat) -> None:
    """L1, L2: not from before today."""
    company = await make_company(app, on="2025-12-23")

    with pytest.raises(Refused) as refused:
        await company.set_minimum(3, date(2025, 12, 22))
    await company.set_minimum(3)
    await company.convert()

    assert refused.value.field == "effectiveOn"
    assert (await company.invoices())["2025-12-23"] == "60.96"


@pytest.mark.parametrize("minimum", [-1, 100_001])
async def test_a_minimum_that_cannot_be_is_refused(app: Perseat, minimum: int) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        await company.set_minimum(minimum)

    assert refused.value.field == "minimum"
