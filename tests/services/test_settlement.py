"""Rule I6: whatever workers do at once or leave undone, a payment is made and booked once."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.bootstrap import Perseat
from app.domain.errors import Conflict
from app.domain.payments import Outcome
from app.models import Payment
from app.services import charging, payments, settlements
from app.store import settlements as settlement_store
from tests.make import Company, at_machine_time, drain, make_company, money, query
from tests.services.paying import attempts, invoice, order_of, pay, unpaid
from workers import tasks

DECLINED = Outcome("insufficient_funds")
MINUTE = timedelta(minutes=1)


async def send(
    company: Company, payment: Payment, now: datetime, *, lease: timedelta = MINUTE
) -> Any:
    """Take the lease as a worker does before it asks the provider: its fence and the rest."""
    async with company.app.operators.begin() as uow:
        sent = await settlement_store.send(
            uow.session, company.id, payment.id, now=now, until=now + lease
        )
    assert sent is not None
    return sent


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
    assert await company.taken() == ["49.00"]
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
        *(charging.drive(app.operators, app.provider, company.id, payment.id) for _ in range(4))
    )
    await drain(app)

    rows = await query(
        app, "SELECT status, attempts, fence FROM payments WHERE id = :id", id=payment.id
    )
    assert [tuple(row) for row in rows] == [("SUCCEEDED", 1, 1)]
    assert await company.taken() == ["49.00"]


async def test_who_lost_the_lease_cannot_settle(app: Perseat) -> None:
    """A worker slept past its lease: its news are old, and booking them is refused."""
    company = await unpaid(app)
    await company.use_card("card_ok")
    payment = await pay(company, (await invoice(company))[0])
    now = app.clock.now()
    fences = [(await send(company, payment, each)).fence for each in (now, now + 2 * MINUTE)]

    settled = []
    for fence, outcome in ((1, DECLINED), (2, Outcome()), (2, DECLINED)):
        async with app.operators.begin() as uow:
            settled.append(
                await settlements.settle(uow, company.id, payment.id, outcome, fence=fence)
            )

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
            return await settlements.settle(uow, company.id, payment.id, Outcome())

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
    sent = await send(company, payment, now, lease=charging.LEASE)
    await app.provider.charge(order_of(payment.id, sent))

    early = await charging.unsettled(app.operators, limit=100)
    later = at_machine_time(app, now + charging.LEASE + MINUTE)
    late = await charging.unsettled(later.operators, limit=100)
    await charging.drive(later.operators, later.provider, company.id, payment.id)
    await drain(app)

    assert (company.id, payment.id) not in early
    assert (company.id, payment.id) in late
    assert (await invoice(company))[1] == "PAID"
    assert await company.taken() == ["49.00"]


async def test_an_unknown_outcome_lets_nobody_charge_again(app: Perseat) -> None:
    """Kill Bill 1015: paying by hand meanwhile gives the payment that is open."""
    company = await make_company(app)
    await company.convert(card="card_answer_lost")
    invoice_id, *_ = await invoice(company)

    again = await pay(company, invoice_id)
    await charging.drive(app.operators, app.provider, company.id, again.id)
    unknown = await attempts(company)
    later = at_machine_time(app, app.clock.now() + MINUTE)
    await charging.drive(later.operators, later.provider, company.id, again.id)
    await drain(app)

    assert unknown == [("2025-11-01", "UNKNOWN")]
    assert await attempts(company) == [("2025-11-01", "SUCCEEDED")]
    assert await company.taken() == ["70.00"]


async def test_what_was_charged_is_booked_although_the_account_was_closed(
    own_app: Perseat,
) -> None:
    """P3 of the invariants: money that the provider took never lies unbooked."""
    company = await make_company(own_app, on="2025-11-10")
    await company.convert(card="card_insufficient_funds")
    await company.use_card("card_ok")
    payment = await pay(company, (await invoice(company))[0])
    await company.set(status="CLOSED", next_bill_at=None)

    await charging.drive(own_app.operators, own_app.provider, company.id, payment.id)

    assert (await attempts(company))[-1] == ("2025-11-10", "SUCCEEDED")
    assert (await invoice(company))[1] == "PAID"


async def test_a_closed_account_does_not_stop_the_collection_of_the_others(
    own_app: Perseat,
) -> None:
    """I6: one that fails does not stand before the others."""
    closed, company = await unpaid(own_app), await unpaid(own_app)
    await closed.set(status="CLOSED", next_bill_at=None)
    await query(own_app, "UPDATE invoices SET next_attempt_at = created_at")

    await tasks.collect_due(own_app)

    assert [status for _, status in await attempts(company)] == ["DECLINED", "CREATED"]
