"""Rule A1: add-ons are rented like licences."""

import asyncio

import pytest

from app.bootstrap import Perseat
from app.domain.errors import InvalidInput, Refused
from app.domain.plans import Component
from tests.make import as_superuser, make_company, query

NUMBER = Component.LOCAL_NUMBER
BOT = Component.AI_VOICE_BOT


async def test_an_add_on_in_the_middle_of_a_month_is_prorated_and_then_renewed(
    app: Perseat,
) -> None:
    """A1, L3: 15 of 30 days now, and a full month beside it on the 1st."""
    company = await make_company(app, "xpro")
    await company.convert()
    await company.go_to("2025-11-16")

    await company.rent(NUMBER, 3)

    assert await company.unbilled() == "6.00"
    assert (await company.charges())[1:] == [("A1", "[1,4)", "[2025-11-16,2025-12-01)", "6.00")]
    await company.go_to("2025-12-01")
    assert (await company.invoices())["2025-12-01"] == "108.00"


async def test_what_is_removed_is_not_refunded_not_renewed_and_can_be_taken_again(
    app: Perseat,
) -> None:
    """A1, L5: 10 numbers are paid for until the month ends."""
    company = await make_company(app)
    await company.rent(NUMBER, 10)
    await company.convert()
    await company.go_to("2025-11-16")

    await company.rent(NUMBER, -8)
    await company.rent(NUMBER, 5)
    assert await company.unbilled() == "0.00"
    await company.rent(NUMBER, 4)
    assert await company.unbilled() == "2.50"
    await company.rent(NUMBER, -11)
    await company.go_to("2025-12-01")

    assert await company.invoices() == {"2025-11-01": "120.00", "2025-12-01": "72.50"}


async def test_a_conversion_charges_the_add_ons_of_the_trial(app: Perseat) -> None:
    """L2: a stub for them as well."""
    company = await make_company(app, on="2025-12-23")
    await company.rent(NUMBER, 2)

    await company.convert()

    assert [row[::3] for row in await company.charges()] == [("L2", "20.32"), ("A1", "2.90")]


async def test_add_ons_of_a_long_term_are_trued_up_from_their_days(app: Perseat) -> None:
    """A1, L4: 13.50 a quarter for a number; the newest additions, each from its own day."""
    company = await make_company(app, term="QUARTERLY", on="2025-10-01")
    await company.rent(NUMBER, 1)
    await company.convert()
    for day in ("2025-10-10", "2025-10-20"):
        await company.go_to(day)
        await company.rent(NUMBER, 1)

    await company.go_to("2025-11-01")

    assert (await company.charges())[2:] == [
        ("A1", "[2,3)", "[2025-10-10,2026-01-01)", "12.86"),
        ("A1", "[3,4)", "[2025-10-20,2026-01-01)", "11.31"),
    ]
    assert (await company.invoices())["2025-11-01"] == "24.17"


async def test_an_add_on_that_came_and_went_before_the_true_up_costs_nothing(
    app: Perseat,
) -> None:
    """L4: only the excess at the cut-off is compared."""
    company = await make_company(app, term="ANNUAL")
    await company.convert()
    await company.go_to("2025-11-10")

    await company.rent(BOT, 2)
    await company.rent(BOT, -2)
    await company.go_to("2025-12-01")

    assert list(await company.invoices()) == ["2025-11-01"]


async def test_add_ons_are_prorated_also_where_users_are_only_counted(app: Perseat) -> None:
    """A1, P4: of an account billed by active users only the licences wait for the cut-off."""
    company = await make_company(app, "provider")
    await company.convert()
    await company.go_to("2025-11-16")

    await company.add()
    await company.rent(NUMBER, 2)

    assert await company.unbilled() == "5.00"
    await company.go_to("2025-12-01")
    assert (await company.invoices())["2025-12-01"] == "95.00"


async def test_units_added_by_two_at_once_are_charged_once_each(app: Perseat) -> None:
    """I7: their rectangles do not overlap."""
    company = await make_company(app)
    await company.convert()

    await asyncio.gather(*(company.rent(NUMBER, 1) for _ in range(5)))

    slots = [row[1] for row in await company.charges() if row[0] == "A1"]
    assert slots == [f"[{unit},{unit + 1})" for unit in range(1, 6)]
    rows = await query(app, "SELECT quantity FROM add_ons WHERE account_id = :id", id=company.id)
    assert [row[0] for row in rows] == [5]


async def test_more_than_there_are_cannot_be_removed(app: Perseat) -> None:
    company = await make_company(app)
    await company.rent(NUMBER, 2)

    for component, quantity in ((NUMBER, 3), (BOT, 1)):
        with pytest.raises(Refused) as refused:
            await company.rent(component, -quantity)
        assert (refused.value.rule, refused.value.field) == ("A1", "quantity")

    rows = await query(app, "SELECT quantity FROM add_ons WHERE account_id = :id", id=company.id)
    assert [row[0] for row in rows] == [2]


@pytest.mark.parametrize(
    ("component", "quantity", "field"),
    [(Component.LICENSE, 1, "kind"), (NUMBER, 100_001, "quantity")],
)
async def test_what_is_no_addition_is_refused(
    app: Perseat, component: Component, quantity: int, field: str
) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        await company.rent(component, quantity)

    assert refused.value.field == field


async def test_an_add_on_without_a_price_is_refused_when_it_is_added(own_app: Perseat) -> None:
    """P3: not at the renewal, where it would park the account."""
    company = await make_company(own_app)
    await company.convert()
    sql = "UPDATE prices SET effective = '[2020-01-01,2025-01-01)' WHERE component = 'AI_VOICE_BOT'"
    await query(own_app, sql)

    with pytest.raises(Refused) as refused:
        await company.rent(BOT, 1)

    assert (refused.value.rule, refused.value.field) == ("P3", "kind")


async def test_an_add_on_that_the_planned_plan_does_not_sell_is_refused(own_app: Perseat) -> None:
    """P3, L7: it would have no price at the renewal, and the account could not be billed."""
    await as_superuser(
        own_app, "DELETE FROM prices WHERE plan_id = 'ipro' AND component = 'AI_VOICE_BOT'"
    )
    company = await make_company(own_app, "xpro")
    await company.convert()
    await company.change_plan("ipro")

    with pytest.raises(Refused, match="ipro has no") as refused:
        await company.rent(BOT, 1)

    assert (refused.value.rule, refused.value.field) == ("P3", "kind")
    await company.change_plan("xpro")
    await company.rent(BOT, 1)


async def test_what_is_not_sold_any_more_can_be_removed(own_app: Perseat) -> None:
    """P3, A1: that is how an account without a price for it gets out."""
    company = await make_company(own_app, "xpro")
    await company.rent(BOT, 1)
    await as_superuser(
        own_app, "DELETE FROM prices WHERE plan_id = 'xpro' AND component = 'AI_VOICE_BOT'"
    )

    await company.rent(BOT, -1)

    await company.convert()
    assert await company.invoices() == {"2025-11-01": "90.00"}


async def test_in_a_trial_todays_price_counts(own_app: Perseat) -> None:
    """P2, P3: negotiated after the first day of the trial, it is sold from then on."""
    await as_superuser(
        own_app, "DELETE FROM prices WHERE plan_id = 'xpro' AND component = 'AI_VOICE_BOT'"
    )
    company = await make_company(own_app, "xpro")
    await company.go_to("2025-11-16")
    await company.negotiate(BOT, "30.00")

    await company.rent(BOT, 1)

    await company.convert()
    assert await company.invoices() == {"2025-11-16": "60.00"}  # 45.00 and 15.00


async def test_more_than_can_be_billed_is_refused(app: Perseat) -> None:
    """C4: at once or at the conversion, in a sentence; nothing is rented then."""
    trial = await make_company(app)
    await trial.negotiate(NUMBER, "999999999.00")
    await trial.rent(NUMBER, 90_000)
    with pytest.raises(Refused, match="would come to") as refused:
        await trial.convert()
    assert refused.value.rule == "C4"

    paid = await make_company(app)
    await paid.negotiate(NUMBER, "999999999.00")
    await paid.convert()
    with pytest.raises(Refused, match="would come to"):
        await paid.rent(NUMBER, 90_000)

    assert await paid.unbilled() == "0.00"
    await paid.rent(NUMBER, 1)
    assert await paid.unbilled() == "999999999.00"
