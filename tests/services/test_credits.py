"""Rules M4 and M5: credits are bought, and pay for usage only."""

import asyncio

import pytest

from app.bootstrap import Perseat
from app.domain.errors import Conflict, InvalidInput
from app.domain.money import UNIT
from app.services import credits
from tests.make import drain, make_company, money


async def test_credits_appear_when_the_payment_has_succeeded(app: Perseat) -> None:
    """M5: not before, and with a paid invoice of kind TOP_UP."""
    company = await make_company(app)
    await company.use_card("card_ok")

    async with company.begin() as uow:
        await credits.buy_credits(uow, company.id, 25 * UNIT)
    before = await company.balance(), await company.invoice_rows()
    await drain(app)

    (invoice,) = await company.invoice_rows()
    assert before == ("0.00", [])
    assert await company.balance() == "25.00"
    assert (invoice.kind, invoice.status, money(invoice.paid)) == ("TOP_UP", "PAID", "25.00")
    assert (await company.charges())[0][::3] == ("M5", "25.00")


async def test_a_purchase_that_is_declined_gives_nothing(app: Perseat) -> None:
    """M5: no credits, no invoice; the automatic top-up has nothing to do with it."""
    company = await make_company(app)
    await company.use_card("card_declined")

    async with company.begin() as uow:
        await credits.buy_credits(uow, company.id, 25 * UNIT)
    await drain(app)

    assert await company.top_ups() == [("PURCHASE", "DECLINED", "25.00")]
    assert (await company.balance(), await company.invoice_rows()) == ("0.00", [])
    assert await company.refusals() == []


async def test_one_of_two_purchases_at_once_is_made(app: Perseat) -> None:
    """M6: one charge for credits at a time."""
    company = await make_company(app)
    await company.use_card("card_ok")

    async def buy() -> None:
        async with company.begin() as uow:
            await credits.buy_credits(uow, company.id, 25 * UNIT)

    results = await asyncio.gather(buy(), buy(), return_exceptions=True)
    await drain(app)

    assert sorted(type(each).__name__ for each in results) == ["Conflict", "NoneType"]
    assert await company.balance() == "25.00"
    with pytest.raises(Conflict):
        await asyncio.gather(buy(), buy())
    await drain(app)


@pytest.mark.parametrize("micros", [0, UNIT - 1, 100_000 * UNIT + 1, -UNIT])
async def test_credits_are_bought_for_a_sensible_amount(app: Perseat, micros: int) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        async with company.begin() as uow:
            await credits.buy_credits(uow, company.id, micros)

    assert refused.value.field == "amount"


async def test_credits_pay_for_no_licence(app: Perseat) -> None:
    """M4."""
    company = await make_company(app)
    await company.convert()
    await company.buy("500")

    await company.go_to("2025-12-01")

    assert (await company.invoices())["2025-12-01"] == "70.00"
    assert await company.balance() == "500.00"
