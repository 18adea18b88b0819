"""Rule I6: each invoice is charged once, on a visible ladder, whoever asks and however often."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.accounts import AccountStatus
from app.domain.errors import Conflict, InvalidInput, NotFound, Refused
from app.domain.users import UserStatus
from app.models import Payment
from app.payments.provider import Outcome
from app.payments.sandbox import SandboxProvider
from app.services import payments, subscriptions
from app.store import payments as store
from tests.make import Company, at_machine_time, drain, make_company, money, query
from workers import tasks

DECLINED = Outcome("insufficient_funds")
MINUTE = timedelta(minutes=1)


async def attempts(company: Company) -> list[tuple[str, str]]:
    """Day and outcome of each payment of an invoice."""
    sql = """SELECT created_at::date::text, status FROM payments
        WHERE account_id = :id AND purpose = 'INVOICE' ORDER BY id"""
    return [(day, status) for day, status in await query(company.app, sql, id=company.id)]


async def invoice(company: Company) -> tuple[UUID, str, str | None]:
    """Id, status and next attempt of the newest invoice."""
    row = (await company.invoice_rows())[-1]
    following = f"{row.next_attempt_at:%Y-%m-%d %H:%M}" if row.next_attempt_at else None
    return row.id, row.status, following


async def pay(company: Company, invoice_id: UUID) -> Payment:
    async with company.begin() as uow:
        return await payments.pay_invoice(uow, company.id, invoice_id)


async def send(
    company: Company, payment: Payment, now: datetime, *, lease: timedelta = MINUTE
) -> int:
    """Take the lease as a worker does before it asks the provider; its fence."""
    async with company.app.operators.begin() as uow:
        sent = await store.send(uow.session, company.id, payment.id, now=now, until=now + lease)
    assert sent is not None
    fence: int = sent.fence
    return fence


async def taken(company: Company) -> list[str]:
    """What the provider has taken for this account, by its own book."""
    provider = company.app.provider
    assert isinstance(provider, SandboxProvider)
    charged = await provider.charged()
    rows = await query(company.app, "SELECT id FROM payments WHERE account_id = :id", id=company.id)
    return sorted(money(charged[row[0]]) for row in rows if row[0] in charged)


async def unpaid(app: Perseat, *, card: str = "card_insufficient_funds") -> Company:
    """A company whose first invoice was declined on the 10th."""
    company = await make_company(app, on="2025-11-10")
    await company.convert(card=card)
    return company


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
    await payments.drive(app.operators, app.provider, company.id, open_payment.id)
    between = await company.status()
    await pay(company, second)
    await drain(app)

    assert between is AccountStatus.PAST_DUE
    assert await company.status() is AccountStatus.PAID
    assert [row.status for row in await company.invoice_rows()] == ["PAID", "PAID"]
    assert await taken(company) == ["49.00", "70.00"]


async def test_a_new_card_is_tried_at_once(app: Perseat) -> None:
    """I6: what was declined with the old card does not wait for the next rung."""
    company = await unpaid(app)

    await company.use_card("card_ok")
    await drain(app)

    assert (await invoice(company))[1] == "PAID"
    assert await attempts(company) == [("2025-11-10", "DECLINED"), ("2025-11-10", "SUCCEEDED")]


async def test_a_new_card_is_tried_at_once_also_where_it_is_tomorrow_already(app: Perseat) -> None:
    """C1, I6: due on the 11th in Tokyo, while it is the 10th in UTC."""
    company = await make_company(app, on="2025-11-10", time="20:00", billing_timezone="Asia/Tokyo")
    await company.convert(card="card_insufficient_funds")

    await company.use_card("card_ok")
    await drain(app)

    assert (await invoice(company))[1] == "PAID"


async def test_an_invoice_that_ten_pay_at_once_is_charged_once(app: Perseat) -> None:
    """I7, GitHub 2009: while one payment is open, it is the answer to all."""
    company = await unpaid(app)
    await company.use_card("card_ok")
    invoice_id, *_ = await invoice(company)

    found = await asyncio.gather(
        *(pay(company, invoice_id) for _ in range(10)),
        payments.collect(app.operators, company.id, invoice_id),
    )
    await drain(app)

    assert len({each.id for each in found if isinstance(each, Payment)}) == 1
    assert await taken(company) == ["49.00"]
    with pytest.raises(Conflict):
        await pay(company, invoice_id)


async def test_collecting_twice_at_once_makes_one_payment(app: Perseat) -> None:
    company = await unpaid(app)
    invoice_id, *_ = await invoice(company)
    await query(
        app,
        "UPDATE invoices SET next_attempt_at = created_at WHERE account_id = :id",
        id=company.id,
    )

    await asyncio.gather(
        *(payments.collect(app.operators, company.id, invoice_id) for _ in range(5))
    )

    assert [status for _, status in await attempts(company)] == ["DECLINED", "CREATED"]
    await drain(app)


async def test_a_payment_that_two_drive_is_asked_for_once(app: Perseat) -> None:
    """The lease: one of them asks the provider, the other goes away."""
    company = await unpaid(app)
    await company.use_card("card_ok")
    payment = await pay(company, (await invoice(company))[0])

    await asyncio.gather(
        *(payments.drive(app.operators, app.provider, company.id, payment.id) for _ in range(4))
    )
    await drain(app)

    rows = await query(
        app, "SELECT status, attempts, fence FROM payments WHERE id = :id", id=payment.id
    )
    assert [tuple(row) for row in rows] == [("SUCCEEDED", 1, 1)]
    assert await taken(company) == ["49.00"]


async def test_who_lost_the_lease_cannot_settle(app: Perseat) -> None:
    """A worker slept past its lease: its news are old, and booking them is refused."""
    company = await unpaid(app)
    await company.use_card("card_ok")
    payment = await pay(company, (await invoice(company))[0])
    now = app.clock.now()
    fences = [await send(company, payment, now), await send(company, payment, now + 2 * MINUTE)]

    settled = []
    for fence, outcome in ((1, DECLINED), (2, Outcome()), (2, DECLINED)):
        async with app.operators.begin() as uow:
            settled.append(await payments.settle(uow, company.id, payment.id, outcome, fence=fence))

    assert fences == [1, 2]
    assert settled == [False, True, False]
    assert (await invoice(company))[1] == "PAID"
    await drain(app)


async def test_settling_at_once_books_once(app: Perseat) -> None:
    """Happy path, webhook and operator at the same moment: one of them books."""
    company = await unpaid(app)
    await company.use_card("card_ok")
    payment = await pay(company, (await invoice(company))[0])
    await send(company, payment, app.clock.now())

    async def settle() -> bool:
        async with app.operators.begin() as uow:
            return await payments.settle(uow, company.id, payment.id, Outcome())

    settled = await asyncio.gather(*(settle() for _ in range(6)))
    await drain(app)

    assert sorted(settled) == [False] * 5 + [True]
    sql = "SELECT amount FROM ledger_transfers WHERE account_id = :id AND kind = 'PAYMENT'"
    assert [money(row[0]) for row in await query(app, sql, id=company.id)] == ["49.00"]


async def test_a_worker_that_died_after_asking_is_finished_by_the_janitor(app: Perseat) -> None:
    """P1, P3 of the invariants: the same key, so the provider charges once."""
    company = await unpaid(app)
    await company.use_card("card_ok")
    payment = await pay(company, (await invoice(company))[0])
    now = app.clock.now()
    await send(company, payment, now, lease=payments.LEASE)
    await app.provider.charge(payment.id, payment.amount, "USD", "card_ok")

    early = await payments.unsettled(app.operators, limit=100)
    later = at_machine_time(app, now + payments.LEASE + MINUTE)
    late = await payments.unsettled(later.operators, limit=100)
    await payments.drive(later.operators, later.provider, company.id, payment.id)
    await drain(app)

    assert (company.id, payment.id) not in early
    assert (company.id, payment.id) in late
    assert (await invoice(company))[1] == "PAID"
    assert await taken(company) == ["49.00"]


async def test_an_unknown_outcome_lets_nobody_charge_again(app: Perseat) -> None:
    """Kill Bill 1015: paying by hand meanwhile gives the payment that is open."""
    company = await make_company(app)
    await company.convert(card="card_answer_lost")
    invoice_id, *_ = await invoice(company)

    again = await pay(company, invoice_id)
    await payments.drive(app.operators, app.provider, company.id, again.id)
    unknown = await attempts(company)
    later = at_machine_time(app, app.clock.now() + MINUTE)
    await payments.drive(later.operators, later.provider, company.id, again.id)
    await drain(app)

    assert unknown == [("2025-11-01", "UNKNOWN")]
    assert await attempts(company) == [("2025-11-01", "SUCCEEDED")]
    assert await taken(company) == ["70.00"]


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


async def test_a_post_paid_invoice_waits_for_its_due_date(app: Perseat) -> None:
    """M8: 30 days, and no charge of a card before somebody asks for it."""
    company = await make_company(app)
    await company.set(post_paid_subscription=True)
    async with company.begin() as uow:
        await subscriptions.convert_trial(uow, company.id)
    await drain(app)

    row = (await company.invoice_rows())[0]

    assert (row.status, str(row.due_on), row.next_attempt_at) == ("OPEN", "2025-12-01", None)
    assert await attempts(company) == []


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
    company = await make_company(app)
    for token in ("card_ok", "card_declined", "card_ok"):
        await company.use_card(token)

    sql = "SELECT token, is_default FROM payment_methods WHERE account_id = :id ORDER BY id"
    rows = await query(app, sql, id=company.id)

    assert [tuple(row) for row in rows] == [
        ("card_ok", False),
        ("card_declined", False),
        ("card_ok", True),
    ]


async def test_what_was_charged_is_booked_although_the_account_was_closed(
    own_app: Perseat,
) -> None:
    """P3 of the invariants: money that the provider took never lies unbooked."""
    company = await make_company(own_app, on="2025-11-10")
    await company.convert(card="card_insufficient_funds")
    await company.use_card("card_ok")
    payment = await pay(company, (await invoice(company))[0])
    await company.set(status="CLOSED")

    await payments.drive(own_app.operators, own_app.provider, company.id, payment.id)

    assert (await attempts(company))[-1] == ("2025-11-10", "SUCCEEDED")
    assert (await invoice(company))[1] == "PAID"


async def test_a_closed_account_does_not_stop_the_collection_of_the_others(
    own_app: Perseat,
) -> None:
    """I6: one that fails does not stand before the others."""
    closed, company = await unpaid(own_app), await unpaid(own_app)
    await closed.set(status="CLOSED")
    await query(own_app, "UPDATE invoices SET next_attempt_at = created_at")

    await tasks.collect_due(own_app)

    assert [status for _, status in await attempts(company)] == ["DECLINED", "CREATED"]
