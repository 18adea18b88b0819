"""Rule P2: prices change at renewals, for everybody or for the one account that negotiated."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from app.bootstrap import Perseat
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.money import LIMIT, UNIT
from app.domain.plans import Component, Term
from app.services.prices import NewPrice, set_list_price
from tests.make import as_superuser, dollars, make_company, money, query

LICENSE = Component.LICENSE


async def test_a_negotiated_price_counts_from_the_next_renewal(app: Perseat) -> None:
    """P2: who is added before it costs what the term began with."""
    company = await make_company(app)
    await company.convert()
    await company.go_to("2025-11-16")

    await company.negotiate(LICENSE, "60.00")
    await company.add()
    await company.go_to("2025-12-01")

    assert (await company.invoices())["2025-12-01"] == "155.00"  # 35.00, and 2 x 60.00


async def test_negotiated_in_a_trial_it_counts_from_the_conversion(app: Perseat) -> None:
    """P2, L2: also its stub."""
    company = await make_company(app, on="2025-11-16")
    await company.negotiate(LICENSE, "12.45")

    await company.convert()

    assert await company.invoices() == {"2025-11-16": "6.23"}


async def test_a_year_keeps_its_price(app: Perseat) -> None:
    """P2: negotiated in its middle, the true-up is at the old one, the renewal at the new one."""
    company = await make_company(app, on="2025-01-01")
    await company.convert(Term.ANNUAL)
    await company.go_to("2025-03-10")
    await company.negotiate(LICENSE, "600.00", date(2025, 6, 1), term=Term.ANNUAL)
    await company.go_to("2025-11-23")
    await company.add()
    await company.go_to("2026-01-01")

    assert await company.invoices() == {
        "2025-01-01": "756.00",
        "2025-12-01": "80.78",  # 756.00 x 39 of 365
        "2026-01-01": "1200.00",
    }


async def test_the_list_counts_again_when_a_price_is_given_back(app: Perseat) -> None:
    """P2: two effects in a row; the later word counts for one day."""
    company = await make_company(app)
    await company.negotiate(LICENSE, "50.00")
    await company.convert()
    await company.negotiate(LICENSE, "55.00", date(2025, 12, 1))
    await company.negotiate(LICENSE, "45.00", date(2025, 12, 1))
    await company.negotiate(LICENSE, None, date(2026, 1, 1))

    await company.go_to("2026-01-01")

    assert list((await company.invoices()).values()) == ["50.00", "45.00", "70.00"]


async def test_a_price_of_nothing_is_a_price(app: Perseat) -> None:
    """I4: a zero amount is a success, with an invoice that is paid."""
    company = await make_company(app)
    await company.negotiate(LICENSE, "0.00")
    await company.convert()

    await company.go_to("2025-12-01")

    assert await company.invoices() == {"2025-11-01": "0.00", "2025-12-01": "0.00"}
    assert {str(row.status) for row in await company.invoice_rows()} == {"PAID"}


async def test_nobody_else_pays_a_negotiated_price(app: Perseat) -> None:
    """P2: not even where both are billed in one chunk."""
    one, other = await make_company(app), await make_company(app)
    await one.negotiate(LICENSE, "10.00")
    for company in (one, other):
        await company.convert()

    assert await one.invoices() == {"2025-11-01": "10.00"}
    assert await other.invoices() == {"2025-11-01": "70.00"}


@pytest.mark.parametrize(
    "on", [date(2025, 11, 1), date(2025, 11, 16), date(2025, 1, 1), date(2040, 1, 1)]
)
async def test_what_is_paid_for_keeps_its_price(app: Perseat, on: date) -> None:
    """P2: a price in the past, from today on, or further off than any contract is refused."""
    company = await make_company(app)
    await company.convert()
    await company.go_to("2025-11-16")

    with pytest.raises(Refused) as refused:
        await company.negotiate(LICENSE, "60.00", on)

    assert (refused.value.rule, refused.value.field) == ("P2", "effectiveOn")


async def test_a_price_has_to_be_one(app: Perseat) -> None:
    """C4: not negative, not beyond what 64 bits hold, and of a plan that exists."""
    company = await make_company(app)
    for amount in (-1, LIMIT // UNIT + 1):
        with pytest.raises(InvalidInput):
            await company.negotiate(LICENSE, str(amount))
    with pytest.raises(NotFound):
        await company.negotiate(LICENSE, "1.00", plan="nothing")


async def test_the_list_changes_for_renewals(own_app: Perseat) -> None:
    """P2, edge of a long term: each renewal takes the price of its own first day."""
    company = await make_company(own_app, on="2030-01-01")
    await company.convert()

    async with own_app.operators.begin() as uow:
        new = NewPrice("upro", LICENSE, Term.MONTHLY, dollars("77.00"), date(2030, 2, 1))
        await set_list_price(uow, new)
    await company.add()
    await company.go_to("2030-02-01")

    assert (await company.invoices())["2030-02-01"] == "224.00"  # 70.00 for January, 2 x 77.00


async def test_the_list_never_changes_backwards(own_app: Perseat) -> None:
    """P2: not before the day after tomorrow; two who say the same at once make one price."""
    today = datetime.now(UTC).date()  # noqa: TID251 - as the machine has it
    new = NewPrice("upro", LICENSE, Term.MONTHLY, dollars("77.00"), today)

    with pytest.raises(Refused):
        async with own_app.operators.begin() as uow:
            await set_list_price(uow, new)

    new = NewPrice("upro", LICENSE, Term.MONTHLY, dollars("77.00"))

    async def change() -> None:
        async with own_app.operators.begin() as uow:
            await set_list_price(uow, new)

    await asyncio.gather(change(), change())

    rows = await query(
        own_app,
        """SELECT count(*) FROM prices WHERE plan_id = 'upro' AND component = 'LICENSE'
            AND term = 'MONTHLY'""",
    )
    assert rows[0][0] == 2


async def test_a_slip_of_the_pen_is_mended_before_its_day(own_app: Perseat) -> None:
    """P2: scheduled again for its day, a price is replaced; one before it ends where it begins."""

    async def change(amount: str, on: date) -> None:
        new = NewPrice("upro", LICENSE, Term.MONTHLY, dollars(amount), on)
        async with own_app.operators.begin() as uow:
            await set_list_price(uow, new)

    await change("7700.00", date(2030, 3, 1))
    await change("77.00", date(2030, 3, 1))
    await change("75.00", date(2030, 2, 1))

    rows = await query(
        own_app,
        """SELECT effective::text, amount FROM prices WHERE plan_id = 'upro'
            AND component = 'LICENSE' AND term = 'MONTHLY' ORDER BY effective""",
    )
    assert [(row[0], money(row[1])) for row in rows] == [
        ("[2020-01-01,2030-02-01)", "70.00"),
        ("[2030-02-01,2030-03-01)", "75.00"),
        ("[2030-03-01,)", "77.00"),
    ]


async def test_what_the_list_does_not_sell_keeps_its_negotiated_price(own_app: Perseat) -> None:
    """P2, P3: without it the renewal would have no price, and the account could not be billed."""
    await as_superuser(
        own_app, "DELETE FROM prices WHERE plan_id = 'upro' AND component = 'AI_VOICE_BOT'"
    )
    company = await make_company(own_app)
    await company.negotiate(Component.AI_VOICE_BOT, "30.00")
    await company.rent(Component.AI_VOICE_BOT, 1)
    await company.convert()

    with pytest.raises(Refused) as refused:
        await company.negotiate(Component.AI_VOICE_BOT, None)

    assert (refused.value.rule, refused.value.field) == ("P3", "amount")
    await company.go_to("2025-12-01")
    assert (await company.invoices())["2025-12-01"] == "100.00"
