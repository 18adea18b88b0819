"""Refunds that fail late and disputes won late (I3, I6): what is with us again is booked once."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.domain.accounts import AccountStatus
from app.domain.errors import Conflict, Refused
from app.domain.money import UNIT
from app.domain.refunds import Returned, parts_of
from app.domain.users import Role
from app.models import Invoice
from app.payments.provider import Charge
from app.services.verify import verify
from tests.letters import letters, text_of
from tests.make import Company, drain, make_company, query, sms
from tests.services.paying import hear, invoice, pay, refund, taken, taken_back
from tests.services.reconciling import LATER, book, found, reconciled, sandbox

REFUNDS = "SELECT status, failure_code FROM refunds WHERE account_id = :id ORDER BY id"
PAYMENTS = "SELECT status FROM payments WHERE account_id = :id ORDER BY id"
STEPS = "SELECT to_status, source FROM payment_steps WHERE account_id = :id ORDER BY number"
BACK = "SELECT amount, owed_back, to_credits FROM reinstatements WHERE account_id = :id ORDER BY id"


async def post(app: Perseat, path: str, **body: object) -> None:
    async with sandbox(app) as http:
        assert (await http.post(path, json=body)).is_success


async def paid(app: Perseat) -> tuple[Company, UUID]:
    """A company that has paid its first invoice."""
    company = await make_company(app)
    await company.convert()
    return company, (await invoice(company))[0]


async def refunded(app: Perseat) -> tuple[Company, UUID, UUID]:
    """All of the first invoice is credited and went back: company, credit note, refund."""
    company, invoice_id = await paid(app)
    note = await company.credit(invoice_id)
    (refund_id,) = await refund(company, note.id)
    await drain(app)
    return company, note.id, refund_id


async def fails(app: Perseat, refund_id: UUID | str) -> None:
    await post(app, f"/v1/refunds/{refund_id}/fail-late", code="expired_or_canceled_card")


def won(charge: Charge) -> Charge:
    """All that is taken back of it was returned."""
    return replace(charge, taken_back=0, returned=charge.returned + charge.taken_back)


async def test_a_refund_that_fails_late_is_owed_again(app: Perseat) -> None:
    """I3, I4: heard twice, booked once; the ledger moves it back, and the payment is not REFUNDED
    any more."""
    company, _, refund_id = await refunded(app)
    succeeded = await taken(company)
    await fails(app, refund_id)
    failed = await taken(company)

    heard = [await hear(company, each) for each in (failed, succeeded, failed)]

    (row,) = await company.invoice_rows()
    assert heard == [["refund settled"], [], []]
    assert await query(app, REFUNDS, id=company.id) == [("FAILED", "expired_or_canceled_card")]
    assert await query(app, PAYMENTS, id=company.id) == [("SUCCEEDED",)]
    assert (await query(app, STEPS, id=company.id))[-1] == ("SUCCEEDED", "WEBHOOK")
    assert (row.status, row.paid, row.refundable) == ("PAID", 70 * UNIT, 70 * UNIT)
    assert (await book(company, "REFUNDS"), await book(company, "CLEARING")) == (
        -70 * UNIT,
        70 * UNIT,
    )


async def test_two_who_hear_at_once_of_a_failed_refund_book_it_once(app: Perseat) -> None:
    company, _, refund_id = await refunded(app)
    await fails(app, refund_id)
    failed = await taken(company)

    heard = await asyncio.gather(*(hear(company, failed) for _ in range(5)))

    assert sorted(heard) == [[], [], [], [], ["refund settled"]]
    assert await query(app, BACK, id=company.id) == [(70 * UNIT, 70 * UNIT, 0)]


async def test_what_has_failed_is_given_back_when_somebody_asks_again(app: Perseat) -> None:
    """I3: by a refund of its own, with a key of its own; and it may fail again."""
    company, note_id, refund_id = await refunded(app)
    await fails(app, refund_id)
    await hear(company, await taken(company))

    (second,) = await refund(company, note_id)
    await drain(app)
    with pytest.raises(Refused):
        await refund(company, note_id)
    between = await query(app, REFUNDS, id=company.id)
    await fails(app, second)
    await hear(company, await taken(company))
    (third,) = await refund(company, note_id)
    await drain(app)

    (row,) = await company.invoice_rows()
    assert len({refund_id, second, third}) == 3
    assert [status for status, _ in between] == ["FAILED", "SUCCEEDED"]
    assert (row.paid, row.refundable) == (0, 0)
    assert (await query(app, PAYMENTS, id=company.id)) == [("REFUNDED",)]
    assert (await book(company, "REFUNDS"), await book(company, "CLEARING")) == (0, 0)


async def test_a_failed_refund_and_a_dispute_in_one_look(app: Perseat) -> None:
    """I3, I6: what came back was taken by the bank: nothing is owed to anybody."""
    company, _, refund_id = await refunded(app)
    await hear(company, replace(await taken(company), taken_back=70 * UNIT))
    untouched = await company.invoice_rows()
    await fails(app, refund_id)
    charge = taken_back(await taken(company), 70 * UNIT)

    heard = [await hear(company, charge) for _ in range(2)]

    (row,) = await company.invoice_rows()
    assert [each.paid for each in untouched] == [0]
    assert heard == [["refund settled", "taken back"], []]
    assert (row.status, row.paid, row.refundable) == ("PAID", 0, 0)
    assert (await book(company, "REFUNDS"), await book(company, "CLEARING")) == (0, 0)


async def test_reconciliation_hears_of_a_refund_that_failed(own_app: Perseat) -> None:
    """L5: also of one that it has confirmed; nothing is different afterwards, and verify agrees."""
    company, _, refund_id = await refunded(own_app)
    first = await reconciled(own_app)
    await fails(own_app, refund_id)

    second, third = await asyncio.gather(*(reconciled(own_app, later=2 * LATER) for _ in range(2)))
    again = await hear(company, await taken(company))

    assert (first.confirmed, first.differences) == (2, [])
    assert sorted((second.confirmed, third.confirmed)) == [0, 1]
    assert (second.differences, third.differences, again) == ([], [], [])
    assert await query(own_app, REFUNDS, id=company.id) == [("FAILED", "expired_or_canceled_card")]
    assert (await book(company, "CLEARING"), await book(company, "BANK")) == (0, 70 * UNIT)
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_a_dispute_that_is_won_pays_the_invoice_again(app: Perseat) -> None:
    """I6: the account recovers; old news of the loss change nothing any more."""
    company, _ = await paid(app)
    lost = taken_back(await taken(company), 70 * UNIT)
    await hear(company, lost)
    between = await company.status()

    heard = [await hear(company, each) for each in (won(lost), lost, won(lost))]

    (row,) = await company.invoice_rows()
    assert between is AccountStatus.PAST_DUE
    assert heard == [["returned"], [], []]
    assert (row.status, row.paid, row.refundable) == ("PAID", 70 * UNIT, 0)
    assert await company.status() is AccountStatus.PAID
    assert (await book(company, "RECEIVABLE"), await book(company, "CLEARING")) == (0, 70 * UNIT)


async def test_news_of_a_dispute_come_in_any_order(app: Perseat) -> None:
    """P6 of the invariants: lost, won, and half of it lost once more; all at once, five times."""
    company, _ = await paid(app)
    charge = await taken(company)
    lost = taken_back(charge, 70 * UNIT)
    half = replace(won(lost), taken_back=30 * UNIT)
    news = [charge, lost, won(lost), half] * 3

    await asyncio.gather(*(hear(company, each) for each in news))

    (row,) = await company.invoice_rows()
    assert (row.status, row.paid) == ("PAST_DUE", 40 * UNIT)
    assert await book(company, "CLEARING") == 40 * UNIT


async def test_what_was_won_before_its_loss_was_heard_of_is_no_loss(app: Perseat) -> None:
    """I6: the older news come last, and are known as older."""
    company, _ = await paid(app)
    lost = taken_back(await taken(company), 70 * UNIT)

    heard = [await hear(company, each) for each in (won(lost), lost)]

    assert heard == [["returned"], []]
    assert await query(app, BACK, id=company.id) == [(0, 0, 0)]
    assert [each.status for each in await company.invoice_rows()] == ["PAID"]


async def test_credits_that_were_paid_for_after_all_are_there_again(app: Perseat) -> None:
    """M5, M7: the debt of credits is lifted; a part first, then the rest."""
    company = await make_company(app)
    await company.convert()
    await company.buy("20")
    await company.record(sms(1_000))
    lost = taken_back(await taken(company), 20 * UNIT)
    await hear(company, lost)
    fallen = await company.balance()

    part = replace(lost, taken_back=5 * UNIT, returned=15 * UNIT)
    balances = []
    for each in (part, part, won(lost)):
        await hear(company, each)
        balances.append(await company.balance())

    assert (fallen, balances) == ("-15.00", ["0.00", "0.00", "5.00"])


async def test_what_was_paid_once_more_meanwhile_becomes_credits(app: Perseat) -> None:
    """I6, M5: the invoice asks for nothing any more. While it is being paid nothing is decided."""
    company, invoice_id = await paid(app)
    lost = taken_back(await taken(company), 70 * UNIT)
    await hear(company, lost)
    await pay(company, invoice_id)
    with pytest.raises(Conflict):
        await hear(company, won(lost))
    await drain(app)

    heard = await hear(company, won(lost))

    (row,) = await company.invoice_rows()
    assert heard == ["returned"]
    assert (row.status, row.paid, await company.balance()) == ("PAID", 70 * UNIT, "70.00")


async def test_what_was_owed_back_when_it_was_lost_is_owed_back_again(app: Perseat) -> None:
    """I3: the credit note promises it as before."""
    company, invoice_id = await paid(app)
    note = await company.credit(invoice_id)
    lost = taken_back(await taken(company), 70 * UNIT)
    await hear(company, lost)

    await hear(company, won(lost))
    (row,) = await company.invoice_rows()
    await refund(company, note.id)
    await drain(app)

    assert (row.status, row.paid, row.refundable) == ("PAID", 70 * UNIT, 70 * UNIT)
    assert (await book(company, "REFUNDS"), await book(company, "CLEARING")) == (0, 0)


async def test_what_was_given_up_is_made_up_for(app: Perseat) -> None:
    """I3: it was bad debt."""
    company, invoice_id = await paid(app)
    lost = taken_back(await taken(company), 70 * UNIT)
    await hear(company, lost)
    await company.give_up(invoice_id)
    between = await book(company, "BAD_DEBT")

    await hear(company, won(lost))

    assert [each.status for each in await company.invoice_rows()] == ["PAID"]
    assert (between, await book(company, "BAD_DEBT")) == (70 * UNIT, 0)


async def test_reconciliation_hears_of_disputes_lost_and_won(own_app: Perseat) -> None:
    """L5: who missed every webhook still has the provider's list."""
    company, _ = await paid(own_app)
    charge = await taken(company)
    await post(own_app, f"/v1/charges/{charge.key}/fail-late")
    lost = await reconciled(own_app)
    between = await company.status()
    await post(own_app, f"/v1/charges/{charge.key}/reinstate", amount=30 * UNIT)
    await post(own_app, f"/v1/charges/{charge.key}/reinstate")

    back = await reconciled(own_app, later=2 * LATER)

    assert (between, await company.status()) == (AccountStatus.PAST_DUE, AccountStatus.PAID)
    assert (lost.confirmed, back.confirmed, found(lost), found(back)) == (2, 1, [], [])
    assert (await book(company, "CLEARING"), await book(company, "BANK")) == (0, 70 * UNIT)
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_what_cannot_be_booked_stops_no_comparison(own_app: Perseat) -> None:
    """L5, P3: an invoice that says to be paid by less than it was can lose no more than that; it is
    named, and what is listed with it is confirmed."""
    company, invoice_id = await paid(own_app)
    charge = await taken(company)
    await company.buy("25.00")
    async with company.begin() as uow:
        row = await uow.session.get_one(Invoice, (company.id, invoice_id))
        row.paid, row.credited = row.paid - 40 * UNIT, row.credited + 40 * UNIT
    await post(own_app, f"/v1/charges/{charge.reference}/fail-late")

    run = await reconciled(own_app)

    assert [each.kind for each in found(run)] == ["TAKEN_BACK"]
    assert run.confirmed == 1


async def test_both_are_told_to_who_looks_after_the_money(own_app: Perseat) -> None:
    """I3, I6: one letter each."""
    company, _, refund_id = await refunded(own_app)
    (person,) = await company.add(roles=frozenset({Role.BILLING_ADMIN}))
    await fails(own_app, refund_id)
    await hear(company, await taken(company))
    lost = taken_back(await taken(company), 70 * UNIT)
    for each in (lost, won(lost), won(lost)):
        await hear(company, each)
    await drain(own_app)

    texts = {each["Subject"]: text_of(each) for each in letters(own_app, person.email)}

    assert "expired or canceled card" in texts["A refund of 70.00 USD did not arrive"]
    assert "owe back of invoice INV-0001" in texts["A payment of 70.00 USD was returned to us"]


@pytest.mark.parametrize(
    ("amount", "due", "owed_back", "parts"),
    [
        (70, 70, 0, Returned(pays=70)),
        (70, 40, 30, Returned(pays=40, owed_back=30)),
        (70, 0, 30, Returned(owed_back=30, to_credits=40)),
        (50, 70, 30, Returned(pays=50)),
        (50, 0, 0, Returned(to_credits=50)),
    ],
)
def test_what_becomes_of_money_that_is_with_us_again(
    amount: int, due: int, owed_back: int, parts: Returned
) -> None:
    """I3, I6: never more or less than came."""
    assert parts_of(amount, due=due, owed_back=owed_back) == parts
    assert parts.total == amount
