"""What goes back in unusual orders (I3, I6): once, and every book agrees afterwards."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.domain.accounts import AccountStatus
from app.domain.errors import Refused
from app.domain.money import UNIT
from app.domain.payments import Source
from app.payments.provider import ChargeStatus, Refunded
from app.services import refunds
from app.services.verify import verify
from app.store import refunds as store
from tests.make import Company, at_machine_time, drain, make_company, query
from tests.services.paying import hear, invoice, pay, refund, taken, taken_back

BOOKS = {
    "what is receivable is what invoices ask for, and settled debts that wait for one",
    "bad debt is what was given up and has not been paid since",
    "what is owed back is what was paid and then credited",
    "no more of a payment goes back than was taken",
    "what is in clearing was taken and is not confirmed by the provider yet",
}


async def broken(company: Company) -> list[str]:
    """Invariants of the books that do not hold for this company."""
    found, left = [], set(BOOKS)
    async for checked in verify(company.app.operators):
        left.discard(checked.invariant.name)
        ours = checked.invariant.name in BOOKS
        if ours and any(each.account_id == company.id for each in checked.findings):
            found.append(checked.invariant.name)
        if not left:  # what comes after them recomputes every charge of every test
            break
    return found


async def credited(app: Perseat) -> tuple[Company, UUID, UUID]:
    """An invoice of 140.00 that was paid, with 40.00 of it credited."""
    company = await make_company(app, users=2)
    await company.convert()
    invoice_id = (await invoice(company))[0]
    sql = "SELECT id FROM charges WHERE account_id = :id AND invoice_id = :invoice"
    charge_id = (await query(app, sql, id=company.id, invoice=invoice_id))[0][0]
    note = await company.credit(invoice_id, (charge_id, "40"))
    return company, invoice_id, note.id


async def sent(company: Company, refund_id: UUID) -> None:
    """Its answer has not come, and nobody waits for it."""
    later = at_machine_time(company.app, company.app.clock.now() - timedelta(minutes=2))
    async with later.operators.begin() as uow:
        await store.send(uow.session, company.id, refund_id, now=uow.now(), until=uow.now())


async def answered(company: Company, refund_id: UUID, status: ChargeStatus, amount: int) -> bool:
    await sent(company, refund_id)
    answer = Refunded("re_answer", refund_id, status, amount)
    async with company.app.operators.begin() as uow:
        return await refunds.settle(uow, company.id, refund_id, answer, Source.ANSWER)


async def test_what_the_bank_has_taken_is_not_given_back_again(app: Perseat) -> None:
    """I3: what was owed back went with the dispute; asking for a refund of it is refused."""
    company, _, note_id = await credited(app)
    charge = await taken(company)
    await hear(company, taken_back(charge, 40 * UNIT))

    with pytest.raises(Refused):
        await refund(company, note_id)
    await drain(app)

    assert (await taken(company)).refunds == ()
    assert await broken(company) == []


async def test_a_refund_and_a_dispute_heard_at_once(app: Perseat) -> None:
    """I6: the answer of the refund was lost, and a part was disputed meanwhile."""
    company, _, note_id = await credited(app)
    (refund_id,) = await refund(company, note_id)
    charge = await taken(company)
    await sent(company, refund_id)
    await app.provider.refund(refund_id, charge.reference, 40 * UNIT)
    charge = await taken(company)

    await hear(company, taken_back(charge, 60 * UNIT))

    (row,) = await company.invoice_rows()
    assert (row.status, row.paid, row.refundable) == ("PAST_DUE", 40 * UNIT, 0)
    assert await broken(company) == []


async def test_a_dispute_while_a_refund_is_under_way(app: Perseat) -> None:
    """I3, I6: what is on its way back is not the bank's to take from what we owe back."""
    company, _, note_id = await credited(app)
    await refund(company, note_id)
    charge = await taken(company)

    await hear(company, taken_back(charge, 60 * UNIT))
    await drain(app)

    (row,) = await company.invoice_rows()
    assert (row.status, row.refundable) == ("PAST_DUE", 0)
    assert await broken(company) == []


async def test_a_dispute_of_all_while_a_refund_is_under_way(app: Perseat) -> None:
    """I3: the provider refuses the refund then, and nothing is owed back any more."""
    company, _, note_id = await credited(app)
    (refund_id,) = await refund(company, note_id)
    charge = await taken(company)

    await hear(company, taken_back(charge, charge.amount))
    seen = await broken(company)
    await answered(company, refund_id, ChargeStatus.DECLINED, 40 * UNIT)

    (row,) = await company.invoice_rows()
    assert (row.status, row.paid, row.refundable) == ("PAST_DUE", 0, 0)
    assert seen == await broken(company) == []


async def test_what_is_taken_back_of_what_was_given_up_is_bad_debt(app: Perseat) -> None:
    """I3, I6: nobody asked for the rest any more; who pays it pays all."""
    company, invoice_id, _ = await credited(app)
    charge = await taken(company)
    await hear(company, taken_back(charge, 70 * UNIT))
    await company.give_up(invoice_id)

    await hear(company, taken_back(charge, charge.amount))
    seen = await broken(company)
    await pay(company, invoice_id)
    await drain(app)

    assert seen == await broken(company) == []
    assert [each.status for each in await company.invoice_rows()] == ["PAID"]


async def test_what_was_given_up_and_paid_late_is_given_up_again(app: Perseat) -> None:
    """I3, I6: the one decision stands, and the account is not past due by it."""
    company, invoice_id, _ = await credited(app)
    await hear(company, taken_back(await taken(company), 70 * UNIT))
    await company.give_up(invoice_id)
    await pay(company, invoice_id)
    await drain(app)
    charge = await taken(company)

    await hear(company, taken_back(charge, charge.amount))
    await company.give_up(invoice_id)

    assert [each.status for each in await company.invoice_rows()] == ["UNCOLLECTIBLE"]
    assert await company.status() is AccountStatus.PAID
    assert await broken(company) == []
