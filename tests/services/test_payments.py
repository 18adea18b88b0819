"""Rule I6: an invoice is charged on a visible ladder, or when somebody asks."""

import asyncio

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.accounts import AccountStatus
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.users import UserStatus
from app.services import charging, payments
from app.store import payments as store
from tests.make import drain, make_company, query
from tests.services.paying import attempts, invoice, pay, unpaid


async def test_a_failed_payment_climbs_the_ladder_and_then_the_account_is_past_due(
    app: Perseat,
) -> None:
    """I6: after 1, 3, 5 and 7 days, each announced on the invoice."""
    company = await unpaid(app)

    announced = []
    for day in ("11-10", "11-11", "11-14", "11-19", "11-26"):
        if day != "11-10":
            await company.go_to(f"2025-{day}")
        announced.append((await invoice(company))[1:])

    assert announced == [
        ("OPEN", "2025-11-11 12:00"),
        ("OPEN", "2025-11-14 12:00"),
        ("OPEN", "2025-11-19 12:00"),
        ("OPEN", "2025-11-26 12:00"),
        ("PAST_DUE", None),
    ]
    days = ("2025-11-10", "2025-11-11", "2025-11-14", "2025-11-19", "2025-11-26")
    assert await attempts(company) == [(day, "DECLINED") for day in days]
    assert await company.status() is AccountStatus.PAST_DUE


async def test_nothing_is_tried_before_its_day(app: Perseat) -> None:
    company = await unpaid(app)

    await company.go_to("2025-11-11", "11:59")

    assert await attempts(company) == [("2025-11-10", "DECLINED")]


async def test_who_pays_by_hand_does_not_use_up_the_ladder(app: Perseat) -> None:
    """I6: three clicks on a card without money put the next attempt off by a day each."""
    company = await unpaid(app)
    invoice_id, *_ = await invoice(company)

    for _ in range(6):
        await pay(company, invoice_id)
        await drain(app)

    assert (await invoice(company))[1:] == ("OPEN", "2025-11-11 12:00")


async def test_a_hard_decline_is_past_due_at_once_and_users_keep_their_states(
    app: Perseat,
) -> None:
    """I6."""
    company = await make_company(app, users=2)

    await company.convert(card="card_lost")
    await company.go_to("2025-11-30")

    assert (await invoice(company))[1:] == ("PAST_DUE", None)
    assert await attempts(company) == [("2025-11-01", "DECLINED")]
    assert await company.status() is AccountStatus.PAST_DUE
    assert [user.status for user in await company.people()] == [UserStatus.ACTIVE]


async def test_paying_by_hand_with_a_new_card_recovers_the_account(app: Perseat) -> None:
    """I6: past due is over when the last such invoice is paid."""
    company = await unpaid(app, card="card_lost")
    await company.go_to("2025-12-01")
    first, second = [row.id for row in await company.invoice_rows()]

    await company.use_card("card_ok")
    await pay(company, first)
    async with app.tenants.begin(company.id) as uow:
        open_payment = await store.open_for_invoice(uow.session, company.id, first)
    assert open_payment is not None
    await charging.drive(app.operators, app.provider, company.id, open_payment.id)
    between = await company.status()
    await pay(company, second)
    await drain(app)

    assert between is AccountStatus.PAST_DUE
    assert await company.status() is AccountStatus.PAID
    assert [row.status for row in await company.invoice_rows()] == ["PAID", "PAID"]
    assert await company.taken() == ["49.00", "70.00"]


async def test_a_new_card_is_tried_at_once(app: Perseat) -> None:
    """I6: what was declined with the old card does not wait for the next rung."""
    company = await unpaid(app)

    await company.use_card("card_ok")
    await drain(app)

    assert (await invoice(company))[1] == "PAID"
    assert await attempts(company) == [("2025-11-10", "DECLINED"), ("2025-11-10", "SUCCEEDED")]


async def test_a_decline_of_the_old_card_lets_the_new_one_be_tried(app: Perseat) -> None:
    """I6: a lost card would be past due at once, but it is not the card any more."""
    company = await make_company(app, on="2025-11-10")
    await company.start(card="card_lost")
    await payments.collect(app.operators, company.id, (await invoice(company))[0])

    await company.use_card("card_ok")
    await drain(app)

    assert await attempts(company) == [("2025-11-10", "DECLINED"), ("2025-11-10", "SUCCEEDED")]
    assert await company.status() is AccountStatus.PAID


async def test_a_new_card_is_tried_at_once_also_where_it_is_tomorrow_already(app: Perseat) -> None:
    """C1, I6: due on the 11th in Tokyo, while it is the 10th in UTC."""
    company = await make_company(app, on="2025-11-10", time="20:00", billing_timezone="Asia/Tokyo")
    await company.convert(card="card_insufficient_funds")

    await company.use_card("card_ok")
    await drain(app)

    assert (await invoice(company))[1] == "PAID"


async def test_without_a_card_a_renewal_is_past_due_and_cannot_be_paid(app: Perseat) -> None:
    """I6."""
    company = await make_company(app)
    await company.convert()
    await query(
        app, "UPDATE payment_methods SET is_default = false WHERE account_id = :id", id=company.id
    )

    await company.go_to("2025-12-01")
    invoice_id, status, following = await invoice(company)
    with pytest.raises(Refused) as refused:
        await pay(company, invoice_id)

    assert (status, following, refused.value.rule) == ("PAST_DUE", None, "I6")
    assert await company.status() is AccountStatus.PAST_DUE


async def test_a_post_paid_invoice_is_charged_when_it_is_due(app: Perseat) -> None:
    """M8: after 30 days, at local midnight, and not before."""
    company = await make_company(app, billing_timezone="Asia/Tokyo")
    await company.pay_afterwards(subscription=True)
    await company.convert()

    _, *before = await invoice(company)
    await company.go_to("2025-11-30", "14:59")
    early = await attempts(company)
    await company.go_to("2025-11-30", "15:00")

    assert (before, early) == (["OPEN", "2025-11-30 15:00"], [])
    assert await attempts(company) == [("2025-11-30", "SUCCEEDED")]
    assert [row.status for row in await company.invoice_rows()] == ["PAID", "OPEN"]


async def test_who_has_left_still_owes_the_last_invoice(app: Perseat) -> None:
    """I3, I6: the ladder goes on for a closed account, and it stays closed."""
    company = await unpaid(app)
    await company.set(status="CLOSED", next_bill_at=None)

    await company.go_to("2025-11-11")
    await company.use_card("card_ok")
    await drain(app)

    assert await attempts(company) == [
        ("2025-11-10", "DECLINED"),
        ("2025-11-11", "DECLINED"),
        ("2025-11-11", "SUCCEEDED"),
    ]
    assert (await invoice(company))[1] == "PAID"
    assert await company.status() is AccountStatus.CLOSED


async def test_the_ladder_of_a_closed_account_ends_as_any_other(app: Perseat) -> None:
    """I6: the invoice is past due, the account stays closed."""
    company = await unpaid(app, card="card_lost")
    await company.set(status="CLOSED", next_bill_at=None)

    await company.go_to("2025-11-30")

    assert (await invoice(company))[1:] == ("PAST_DUE", None)
    assert await company.status() is AccountStatus.CLOSED


async def test_an_invoice_of_another_account_is_not_there(app: Perseat) -> None:
    company, other = await unpaid(app), await unpaid(app)
    stranger = (await invoice(other))[0]

    for invoice_id in (stranger, new_id()):
        with pytest.raises(NotFound) as missing:
            await pay(company, invoice_id)
        assert missing.value.noun == "invoice"


async def test_a_token_that_the_provider_does_not_know_is_refused(app: Perseat) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        await company.use_card("4242424242424242")

    assert refused.value.field == "token"


async def test_the_newest_card_is_the_one_that_is_charged(app: Perseat) -> None:
    """A card that comes again is the same one, also when two clicks bring it at once."""
    company = await make_company(app)
    for token in ("card_ok", "card_declined"):
        await company.use_card(token)
    await asyncio.gather(*(company.use_card("card_ok") for _ in range(3)))

    sql = "SELECT token, is_default FROM payment_methods WHERE account_id = :id ORDER BY id"
    rows = await query(app, sql, id=company.id)

    assert [tuple(row) for row in rows] == [
        ("card_ok", True),
        ("card_declined", False),
    ]
