"""Rules L1 to L6: conversion, additions, reuse, the minimum."""

import asyncio

import pytest

from app.bootstrap import Perseat
from app.domain.accounts import AccountStatus
from app.domain.errors import Conflict, Refused
from app.domain.plans import Component
from app.domain.users import UserStatus
from app.services import subscriptions
from tests.make import at, drain, make_company, query


async def test_one_of_two_users_who_want_the_last_free_licence_is_charged(app: Perseat) -> None:
    """L3, L5: both are counted under the account's lock."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.change((await company.people())[0], UserStatus.DELETED)

    await asyncio.gather(company.add(), company.add())

    assert await company.unbilled() == "35.00"
    assert (await company.charges())[1:] == [("L3", "[4,5)", "[2025-11-16,2025-12-01)", "35.00")]
    assert await company.licenses() == (4, 4, 0, 0)


@pytest.mark.parametrize("_", range(5))
async def test_deleting_and_adding_at_once_is_charged_in_the_order_of_the_history(
    app: Perseat, _: int
) -> None:
    """L5: delete then add costs nothing, add then delete is charged; nothing in between."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-16")
    leaver = (await company.people())[0]

    (joiner,), _done = await asyncio.gather(
        company.add(), company.change(leaver, UserStatus.DELETED)
    )

    sql = "SELECT user_id FROM user_states WHERE account_id = :id ORDER BY id DESC LIMIT 2"
    last = [row[0] for row in await query(app, sql, id=company.id)]
    assert sorted(last) == sorted([joiner.id, leaver.id])
    assert await company.unbilled() == ("0.00" if last[0] == joiner.id else "35.00")
    assert await company.licenses() == ((3, 3, 0, 0) if last[0] == joiner.id else (4, 3, 0, 1))


@pytest.mark.parametrize("status", [UserStatus.PAUSED, UserStatus.SUSPENDED])
async def test_paused_and_suspended_users_keep_their_licence(
    app: Perseat, status: UserStatus
) -> None:
    """L1, L6, U1: they occupy it, and they are converted and renewed like the others."""
    company = await make_company(app, users=3)
    await company.change((await company.people())[0], status)

    await company.convert()
    await company.change((await company.people())[1], status)
    await company.go_to("2025-12-01")

    assert await company.invoices() == {"2025-11-01": "210.00", "2025-12-01": "210.00"}


async def test_a_conversion_bills_the_minimum_at_least(app: Perseat) -> None:
    """L2: max(minimum, occupied), from the conversion day to the month's end."""
    company = await make_company(app, users=2, on="2025-12-23")
    await company.set_minimum(3)

    await company.convert()

    assert await company.charges() == [("L2", "[1,4)", "[2025-12-23,2026-01-01)", "60.96")]
    assert await company.licenses() == (3, 2, 3, 1)


async def test_a_conversion_needs_a_payment_method_unless_it_is_post_paid(app: Perseat) -> None:
    """L2, M8: prepaid means charged at once."""
    prepaid, post_paid = await make_company(app), await make_company(app)
    await post_paid.pay_afterwards(subscription=True)

    with pytest.raises(Refused) as refused:
        async with prepaid.begin() as uow:
            await subscriptions.convert_trial(uow, prepaid.id)
    async with post_paid.begin() as uow:
        _, invoice = await subscriptions.convert_trial(uow, post_paid.id)

    assert refused.value.rule == "L2"
    assert await prepaid.status() is AccountStatus.TRIAL
    assert invoice is not None
    assert (str(invoice.due_on), invoice.next_attempt_at) == (
        "2025-12-01",
        at("2025-12-01", "00:00"),
    )


async def test_a_trial_is_converted_once(app: Perseat) -> None:
    company = await make_company(app)
    await company.use_card("card_ok")

    async def convert() -> None:
        async with company.begin() as uow:
            await subscriptions.convert_trial(uow, company.id)

    results = await asyncio.gather(*(convert() for _ in range(4)), return_exceptions=True)
    await drain(app)

    assert sorted(type(each).__name__ for each in results) == ["Conflict"] * 3 + ["NoneType"]
    assert await company.invoices() == {"2025-11-01": "70.00"}
    with pytest.raises(Conflict):
        await convert()


async def test_a_trial_pays_nothing_for_whoever_is_added(app: Perseat) -> None:
    company = await make_company(app, users=5)

    await company.rent(Component.LOCAL_NUMBER, 2)
    await company.go_to("2026-01-15")

    assert await company.charges() == []
    assert await company.invoices() == {}
