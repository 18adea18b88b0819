"""Rule I3: what was billed too much is taken back, and what of it was paid is owed."""

import asyncio
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.accounts import AccountStatus
from app.domain.errors import Conflict, InvalidInput, NotFound, Refused
from app.domain.plans import Component
from app.models import Invoice
from app.services import payments
from tests.make import Company, drain, make_company, money, query, sms
from tests.services.paying import attempts, pay, unpaid
from tests.services.test_taxes import book


async def last(company: Company) -> Invoice:
    return (await company.invoice_rows())[-1]


async def lines(company: Company, invoice_id: UUID) -> list[UUID]:
    """The charges of an invoice, in their order."""
    sql = """SELECT id FROM charges WHERE account_id = :id AND invoice_id = :invoice ORDER BY id"""
    return [row[0] for row in await query(company.app, sql, id=company.id, invoice=invoice_id)]


async def standing(company: Company) -> tuple[str, str, str, str]:
    """Status, paid, credited and owed back of the newest invoice."""
    row = await last(company)
    return row.status, money(row.paid), money(row.credited), money(row.refundable)


async def taxed(app: Perseat, *, card: str = "card_ok") -> Company:
    """An invoice of 75.00 and 14.25 of tax: a licence and a number."""
    company = await make_company(app)
    await company.rent(Component.LOCAL_NUMBER, 1)
    await company.set(tax_rate=190_000)
    await company.convert(card=card)
    return company


async def test_what_is_due_becomes_less_and_the_rest_is_collected(app: Perseat) -> None:
    """I3, I4: 10.00 net of the licence take 1.90 of its 13.30 of tax along."""
    company = await taxed(app, card="card_insufficient_funds")
    invoice = await last(company)
    licence, _ = await lines(company, invoice.id)

    note = await company.credit(invoice.id, (licence, "10.00"))
    between = await standing(company)
    await company.use_card("card_ok")
    await drain(app)

    assert (note.number, money(note.amount), money(note.tax)) == (1, "10.00", "1.90")
    assert (note.refundable, note.actor, note.reason) == (0, "test", "Too much")
    assert between == ("OPEN", "0.00", "11.90", "0.00")
    assert await standing(company) == ("PAID", "77.35", "11.90", "0.00")
    assert await company.taken() == ["77.35"]
    assert (await book(company, "REVENUE"), await book(company, "TAX")) == ("-65.00", "-12.35")


async def test_what_was_paid_is_owed_back(app: Perseat) -> None:
    """I4: the whole invoice is 89.25; REFUNDS is what we owe, the payment stays a payment."""
    company = await taxed(app)
    invoice = await last(company)
    licence, _ = await lines(company, invoice.id)

    first = await company.credit(invoice.id, (licence, "10.00"))
    second = await company.credit(invoice.id)

    assert [money(each.amount + each.tax) for each in (first, second)] == ["11.90", "77.35"]
    assert [money(each.refundable) for each in (first, second)] == ["11.90", "77.35"]
    assert await standing(company) == ("PAID", "89.25", "89.25", "89.25")
    books = [await book(company, name) for name in ("REFUNDS", "RECEIVABLE", "REVENUE", "TAX")]
    assert books == ["-89.25", "0.00", "0.00", "0.00"]


async def test_credited_first_and_paid_afterwards_nothing_is_owed_back(app: Perseat) -> None:
    """I4: and of a later credit everything is."""
    company = await taxed(app, card="card_insufficient_funds")
    invoice = await last(company)
    licence, number = await lines(company, invoice.id)
    await company.credit(invoice.id, (licence, "50.00"))
    await company.use_card("card_ok")
    await drain(app)

    note = await company.credit(invoice.id, (number, None), (licence, "1.00"))

    assert money(note.refundable) == money(note.amount + note.tax) == "7.14"
    assert await standing(company) == ("PAID", "29.75", "66.64", "7.14")


async def test_an_invoice_that_is_credited_whole_is_paid_and_its_account_recovers(
    app: Perseat,
) -> None:
    """I6: nothing is due, so nothing is collected and nobody is past due for it."""
    company = await unpaid(app, card="card_lost")
    before = await company.status()

    await company.credit((await last(company)).id)
    await company.go_to("2025-11-30")

    assert (before, await company.status()) == (AccountStatus.PAST_DUE, AccountStatus.PAID)
    assert await standing(company) == ("PAID", "0.00", "49.00", "0.00")
    assert await attempts(company) == [("2025-11-10", "DECLINED")]


async def test_the_ladder_goes_on_for_what_is_left(app: Perseat) -> None:
    """I6: the next attempt asks for less."""
    company = await unpaid(app)
    invoice = await last(company)
    (charge,) = await lines(company, invoice.id)

    await company.credit(invoice.id, (charge, "9.00"))
    await company.go_to("2025-11-11")

    sql = "SELECT amount FROM payments WHERE account_id = :id ORDER BY id"
    assert [money(row[0]) for row in await query(app, sql, id=company.id)] == ["49.00", "40.00"]


async def test_two_at_once_never_take_the_same_cent(app: Perseat) -> None:
    """I3: ten notes of 10.00 on a line of 70.00: seven are issued, with numbers without a gap."""
    company = await taxed(app)
    invoice = await last(company)
    licence, _ = await lines(company, invoice.id)

    done = await asyncio.gather(
        *(company.credit(invoice.id, (licence, "10.00")) for _ in range(10)),
        return_exceptions=True,
    )

    issued = [each for each in done if not isinstance(each, BaseException)]
    assert sorted(each.number for each in issued) == list(range(1, 8))
    assert sum(each.tax for each in issued) == 13_300_000
    assert all(isinstance(each, Refused) for each in done if each not in issued)


async def test_while_a_payment_is_open_nothing_is_credited(app: Perseat) -> None:
    """I3: it was intended for what is due now."""
    company = await make_company(app)
    await company.start()
    invoice = await last(company)
    await payments.collect(app.operators, company.id, invoice.id)

    with pytest.raises(Conflict, match="under way"):
        await company.credit(invoice.id)
    await drain(app)
    note = await company.credit(invoice.id)

    assert money(note.refundable) == "70.00"


async def test_days_that_are_credited_stay_paid_for(app: Perseat) -> None:
    """L5, I7: a licence of which everything was credited is held to the end of the month."""
    company = await make_company(app, users=3)
    await company.convert()
    before = await company.licenses()
    await company.delete((await company.people())[0])

    await company.credit((await last(company)).id)
    await company.add()

    assert before == (3, 3, 0, 0)
    assert await company.licenses() == (3, 3, 0, 0)
    assert await company.unbilled() == "0.00"


async def test_previous_debt_takes_back_the_revenue_of_usage(app: Perseat) -> None:
    """M7: 12.50 of usage; the credits stay at zero."""
    company = await make_company(app, may_go_negative=True)
    await company.convert()
    await company.record(sms(1_000))
    await company.go_to("2025-12-01")
    invoice = await last(company)
    charges = await lines(company, invoice.id)

    note = await company.credit(invoice.id, (charges[-1], "5.00"))

    assert money(note.amount) == "5.00"
    assert await book(company, "USAGE_REVENUE") == "-10.00"
    assert await book(company, "REVENUE") == "-140.00"
    assert await company.balance() == "0.00"


async def test_what_cannot_be_credited(app: Perseat) -> None:
    """I3: credits that were bought, what is not there, an account's stranger, and no reason."""
    company, other = await taxed(app), await taxed(app)
    await company.buy("25")
    initial, top_up = await company.invoice_rows()
    stranger = (await lines(other, (await last(other)).id))[0]

    with pytest.raises(Refused) as refused:
        await company.credit(top_up.id)
    for missing in (new_id(), (await last(other)).id):
        with pytest.raises(NotFound):
            await company.credit(missing)
    with pytest.raises(NotFound):
        await company.credit(initial.id, (stranger, None))
    for reason in ("", " \t", "x" * 501):
        with pytest.raises(InvalidInput) as invalid:
            await company.credit(initial.id, reason=reason)
        assert invalid.value.field == "reason"

    assert refused.value.rule == "I3"
    assert (
        await query(app, "SELECT * FROM credit_notes WHERE account_id = :id", id=company.id) == []
    )


async def test_a_closed_account_is_still_corrected_and_still_pays(app: Perseat) -> None:
    """P1: it is over, but what it owes is owed, and what was too much is taken back."""
    company = await unpaid(app)
    invoice = await last(company)
    (charge,) = await lines(company, invoice.id)
    await company.set(status="CLOSED", next_bill_at=None)

    await company.credit(invoice.id, (charge, "9.00"))
    await company.go_to("2025-11-11")
    await company.use_card("card_ok")
    await pay(company, invoice.id)
    await drain(app)

    assert await standing(company) == ("PAID", "40.00", "9.00", "0.00")
    assert await company.status() is AccountStatus.CLOSED
