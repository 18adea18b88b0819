"""Refunds and late failures (I3, I6): what goes back goes once, and every book agrees."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.domain.accounts import AccountStatus
from app.domain.errors import Refused
from app.domain.events import EventKind
from app.domain.ids import encode
from app.domain.live import INVOICES
from app.domain.money import UNIT
from app.domain.users import Role
from app.payments.provider import ChargeStatus
from app.services import refunds
from app.store import payments as payment_store
from app.store import refunds as store
from tests.letters import letters, text_of
from tests.make import Company, at_machine_time, drain, make_company, money, query, sms
from tests.services.paying import hear, invoice, pay, refund, taken, taken_back, unpaid
from tests.services.reconciling import sandbox

REFUNDS = """SELECT status, lease_until < now() + interval '11 seconds' FROM refunds
    WHERE account_id = :id"""
BOOK = """SELECT coalesce(sum(CASE WHEN debit = :book THEN amount ELSE -amount END), 0)::bigint
    FROM ledger_transfers WHERE account_id = :id AND :book IN (debit, credit)"""


async def book(company: Company, name: str) -> str:
    return money((await query(company.app, BOOK, id=company.id, book=name))[0][0])


async def paid(app: Perseat, *, users: int = 1) -> tuple[Company, UUID]:
    """A company that has paid its first invoice."""
    company = await make_company(app, users=users)
    await company.convert()
    return company, (await invoice(company))[0]


async def test_a_credit_note_of_a_paid_invoice_goes_back_to_the_card(app: Perseat) -> None:
    """I3, I4: the payment is refunded, the invoice owes nothing back, no book keeps anything."""
    company, invoice_id = await paid(app)
    note = await company.credit(invoice_id)

    (refund_id,) = await refund(company, note.id)
    owed = await book(company, "REFUNDS")
    await drain(app)

    charge = await taken(company)
    (row,) = await company.invoice_rows()
    statuses = await query(app, "SELECT status FROM payments WHERE account_id = :id", id=company.id)
    assert [(each.key, each.amount) for each in charge.refunds] == [(refund_id, 70 * UNIT)]
    assert (row.status, row.paid, row.refundable) == ("PAID", 0, 0)
    assert [each[0] for each in statuses] == ["REFUNDED"]
    assert (owed, await book(company, "REFUNDS")) == ("-70.00", "0.00")
    assert await book(company, "CLEARING") == "0.00"
    told = "SELECT data FROM events WHERE account_id = :id AND kind = 'refund.succeeded'"
    ((data,),) = await query(app, told, id=company.id)
    assert INVOICES.subject(EventKind.REFUND_SUCCEEDED, data) == encode(
        "invoice", company.id, invoice_id
    )


async def test_two_who_refund_at_once_give_it_back_once(app: Perseat) -> None:
    """I3: and asking again later is refused, because nothing is owed."""
    company, invoice_id = await paid(app)
    note = await company.credit(invoice_id)

    found = await asyncio.gather(
        *(refund(company, note.id) for _ in range(5)), return_exceptions=True
    )
    await drain(app)
    with pytest.raises(Refused):
        await refund(company, note.id)

    assert len([each for each in found if isinstance(each, list)]) == 1
    assert all(isinstance(each, list | Refused) for each in found)
    assert [each.amount for each in (await taken(company)).refunds] == [70 * UNIT]


async def test_what_was_not_paid_is_not_given_back(app: Perseat) -> None:
    company = await unpaid(app)
    note = await company.credit((await invoice(company))[0])

    with pytest.raises(Refused) as refused:
        await refund(company, note.id)

    assert refused.value.field == "creditNoteId"


async def test_a_part_goes_back_and_then_the_rest(app: Perseat) -> None:
    """I3: a payment is REFUNDED when all of it was given back, and not before."""
    company, invoice_id = await paid(app, users=2)
    sql = "SELECT id FROM charges WHERE account_id = :id AND invoice_id = :invoice"
    ((charge_id,),) = await query(app, sql, id=company.id, invoice=invoice_id)
    parts = [await company.credit(invoice_id, (charge_id, amount)) for amount in ("50", None)]

    seen = []
    for note in parts:
        await refund(company, note.id)
        await drain(app)
        rows = await query(app, "SELECT status FROM payments WHERE account_id = :id", id=company.id)
        seen.append((rows[0][0], [each.amount // UNIT for each in (await taken(company)).refunds]))

    assert seen == [("SUCCEEDED", [50]), ("REFUNDED", [50, 90])]


async def test_a_refund_whose_answer_was_lost_is_looked_up(app: Perseat) -> None:
    """P1 of the invariants: the worker died after the provider had given back."""
    company, invoice_id = await paid(app)
    (refund_id,) = await refund(company, (await company.credit(invoice_id)).id)
    later = at_machine_time(app, app.clock.now() - timedelta(minutes=2))
    async with later.operators.begin() as uow:
        await store.send(uow.session, company.id, refund_id, now=uow.now(), until=uow.now())
    charge = await taken(company)
    await app.provider.refund(refund_id, charge.reference, charge.amount)

    left = await refunds.unsettled(app.operators, limit=500)
    await refunds.drive(app.operators, app.provider, company.id, refund_id)

    assert (company.id, refund_id) in left
    assert [each.amount for each in (await taken(company)).refunds] == [70 * UNIT]
    assert await book(company, "CLEARING") == "0.00"
    await drain(app)


async def test_a_refund_that_the_provider_thinks_about_is_looked_at_by_the_ladder(
    app: Perseat,
) -> None:
    """P4 of the invariants: neither done nor failed, and asked about later, not all the time."""
    company, invoice_id = await paid(app)
    sql = "SELECT reference FROM payment_customers WHERE account_id = :id"
    ((customer,),) = await query(app, sql, id=company.id)
    async with sandbox(app) as http:
        switch = {"mode": "pending", "operation": "refund", "customer": customer}
        assert (await http.put("/v1/switches", json=switch)).is_success
        (refund_id,) = await refund(company, (await company.credit(invoice_id)).id)
        await drain(app)
        ((waiting, soon),) = await query(app, REFUNDS, id=company.id)
        assert (await http.post(f"/v1/refunds/{refund_id}/resolve", json={})).is_success

    later = at_machine_time(app, app.clock.now() + timedelta(minutes=1))
    await refunds.drive(later.operators, later.provider, company.id, refund_id)

    ((done, _),) = await query(app, REFUNDS, id=company.id)
    assert (waiting, soon, done) == ("UNKNOWN", True, "SUCCEEDED")
    assert await book(company, "CLEARING") == "0.00"


async def test_an_invoice_whose_payment_is_taken_back_is_past_due_again(app: Perseat) -> None:
    """I6: not collected by itself; paid by hand the account recovers."""
    company, invoice_id = await paid(app)
    charge = await taken(company)

    first = await hear(company, taken_back(charge, charge.amount))
    again = await hear(company, taken_back(charge, charge.amount))
    await company.go_to("2025-11-20")
    (row,) = await company.invoice_rows()
    between = await company.status()
    await pay(company, invoice_id)
    await drain(app)

    assert (first, again) == (["taken back"], [])
    assert (row.status, row.paid, row.next_attempt_at) == ("PAST_DUE", 0, None)
    assert between is AccountStatus.PAST_DUE
    assert await company.status() is AccountStatus.PAID
    assert [each.status for each in await company.invoice_rows()] == ["PAID"]
    assert await book(company, "CLEARING") == "70.00"


async def test_credits_that_were_not_paid_for_after_all_are_a_debt(app: Perseat) -> None:
    """M5, M7: used already, so the balance is below zero, and the next 1st asks for it."""
    company = await make_company(app)
    await company.convert()
    await company.buy("20")
    await company.record(sms(1_000))
    charge = await taken(company)

    await hear(company, taken_back(charge, charge.amount))
    fallen = await company.balance()
    await company.go_to("2025-12-01")
    sql = "SELECT amount FROM charges WHERE account_id = :id AND rule = 'M7'"

    assert fallen == "-15.00"
    assert [money(row[0]) for row in await query(app, sql, id=company.id)] == ["15.00"]


async def test_what_is_taken_back_of_what_was_owed_back_is_owed_no_more(app: Perseat) -> None:
    """I3, I6: the bank was faster than our refund."""
    company, invoice_id = await paid(app)
    await company.credit(invoice_id)
    charge = await taken(company)

    await hear(company, taken_back(charge, charge.amount))

    (row,) = await company.invoice_rows()
    assert (row.status, row.paid, row.refundable) == ("PAID", 0, 0)
    assert await company.status() is AccountStatus.PAID
    assert await book(company, "REFUNDS") == "0.00"


async def test_no_more_is_taken_back_than_was_left(app: Perseat) -> None:
    """I3, I6: a bank that takes all of what was given back in part takes the rest, in our books."""
    company, invoice_id = await paid(app)
    sql = "SELECT id FROM charges WHERE account_id = :id AND invoice_id = :invoice"
    ((charge_id,),) = await query(app, sql, id=company.id, invoice=invoice_id)
    await refund(company, (await company.credit(invoice_id, (charge_id, "30"))).id)
    await drain(app)
    charge = await taken(company)

    heard = [await hear(company, taken_back(charge, charge.amount)) for _ in range(2)]

    (row,) = await company.invoice_rows()
    assert heard == [["taken back"], []]
    assert (row.status, row.paid, row.refundable) == ("PAST_DUE", 0, 0)
    assert await book(company, "CLEARING") == "0.00"


async def test_what_is_heard_five_times_in_any_order_is_booked_once(app: Perseat) -> None:
    """P6 of the invariants: before our own answer, at once and again."""
    company = await unpaid(app)
    await company.use_card("card_ok")
    payment = await pay(company, (await invoice(company))[0])
    await drain(app)
    charge = await taken(company)
    half = taken_back(charge, charge.amount // 2 // 10_000 * 10_000)
    news = [charge, half, taken_back(charge, charge.amount), half, charge]

    await asyncio.gather(*(hear(company, each) for each in news))

    async with app.tenants.begin(company.id) as uow:
        row = await payment_store.get(uow.session, company.id, payment.id)
    assert row is not None
    assert charge.status is ChargeStatus.SUCCEEDED
    sql = "SELECT sum(amount)::bigint FROM late_failures WHERE account_id = :id"
    assert (await query(app, sql, id=company.id))[0][0] == charge.amount
    assert await book(company, "CLEARING") == "0.00"


async def test_a_payment_taken_back_is_told_to_who_looks_after_the_money(own_app: Perseat) -> None:
    """I6: one letter each, and no second one for the same."""
    company, _ = await paid(own_app)
    (person,) = await company.add(roles=frozenset({Role.BILLING_ADMIN}))
    charge = await taken(company)
    for _ in range(2):
        await hear(company, taken_back(charge, charge.amount))
    await drain(own_app)

    mails = [each for each in letters(own_app, person.email) if "taken back" in each["Subject"]]

    assert len(mails) == 1
    assert "INV-0001 is past due again" in text_of(mails[0])
