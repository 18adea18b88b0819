"""P3, P7 of the invariants: what was given back over there by hand is booked here once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.errors import Conflict, InvalidInput
from app.domain.money import UNIT
from app.domain.top_ups import AutoTopUp
from app.models import Refund
from app.services import auto_top_up
from app.services.adopted_refunds import adopt_refunds
from app.services.verify import verify
from tests.make import Company, drain, make_company, money, query
from tests.services.paying import hear, invoice, refund, taken, taken_back
from tests.services.reconciling import LATER, book, found, reconciled, sandbox

NOTES = """SELECT number, amount + tax, tax, refundable, reason, actor FROM credit_notes
    WHERE account_id = :id ORDER BY number"""
STATUS = "SELECT status FROM payments WHERE account_id = :id ORDER BY id DESC LIMIT 1"


async def by_hand(company: Company, amount: int, key: UUID | None = None) -> str:
    """Somebody gives back a part of the newest charge; the charge's reference."""
    charge = await taken(company)
    body = {"charge": charge.reference, "amount": amount, "key": key and str(key)}
    async with sandbox(company.app) as counter:
        (await counter.post("/v1/refunds", json=body)).raise_for_status()
    return charge.reference


async def adopt(company: Company, reference: str, reason: str = "By hand") -> Sequence[Refund]:
    app = company.app
    _, rows = await adopt_refunds(app.operators, app.provider, reference, reason, actor="Finance")
    return rows


async def paid(app: Perseat, *, users: int = 1) -> tuple[Company, UUID]:
    company = await make_company(app, users=users)
    await company.convert()
    return company, (await invoice(company))[0]


async def test_what_went_back_of_an_invoice_is_a_credit_note(own_app: Perseat) -> None:
    """I3, I4, L5: once, though two adopt it at once and again; and clearing returns to zero."""
    company, _ = await paid(own_app)
    reference = await by_hand(company, 30 * UNIT)
    first = await reconciled(own_app)

    two = await asyncio.gather(*(adopt(company, reference) for _ in range(2)))
    between = await book(company, "CLEARING")
    again = await adopt(company, reference, "another reason")
    after = [await reconciled(own_app, later=count * LATER) for count in (2, 3)]

    assert [each.kind for each in found(first)] == ["REFUND"]
    assert "adoptRefunds" in found(first)[0].cure
    assert {each.id for rows in (*two, again) for each in rows} == {again[0].id}
    assert [tuple(row) for row in await query(own_app, NOTES, id=company.id)] == [
        (1, 30 * UNIT, 0, 30 * UNIT, "By hand", "Finance")
    ]
    (row,) = await company.invoice_rows()
    assert (row.status, money(row.paid), row.refundable) == ("PAID", "40.00", 0)
    assert (between, await book(company, "CLEARING")) == (40 * UNIT, 0)
    assert await book(company, "BANK") == 40 * UNIT
    assert [each.differences for each in after] == [[], []]
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_all_that_went_back_in_parts_makes_the_payment_refunded(app: Perseat) -> None:
    """I3: a part that our own database has lost is known by its key."""
    company, _ = await paid(app)
    key = new_id()
    reference = await by_hand(company, 30 * UNIT, key)
    first = await adopt(company, reference)
    await by_hand(company, 40 * UNIT)

    both = await adopt(company, reference, "The rest")
    heard = await hear(company, await taken(company))

    assert [each.id for each in first] == [key]
    assert [(each.amount, each.reason) for each in both] == [
        (30 * UNIT, "By hand"),
        (40 * UNIT, "The rest"),
    ]
    assert heard == []
    assert (await query(app, STATUS, id=company.id))[0][0] == "REFUNDED"
    assert (await invoice(company))[1] == "PAID"


async def test_what_was_owed_already_is_credited_once(app: Perseat) -> None:
    """I3: the credit note was there, and somebody gave it back over there; the rest is new."""
    company, invoice_id = await paid(app, users=2)
    sql = "SELECT id FROM charges WHERE account_id = :id AND invoice_id = :invoice"
    ((charge_id,),) = await query(app, sql, id=company.id, invoice=invoice_id)
    note = await company.credit(invoice_id, (charge_id, "50"))
    reference = await by_hand(company, 80 * UNIT)

    rows = await adopt(company, reference)

    assert sorted(each.amount for each in rows) == [30 * UNIT, 50 * UNIT]
    assert {each.reference for each in rows} == {rows[0].reference}
    assert [row[1] for row in await query(app, NOTES, id=company.id)] == [50 * UNIT, 30 * UNIT]
    assert note.id in {each.credit_note_id for each in rows}
    assert await book(company, "REFUNDS") == 0


async def test_tax_goes_back_with_what_was_taxed(app: Perseat) -> None:
    """I4: to the cent, and all of it when all is gone."""
    company = await make_company(app, users=3)
    await company.set(tax_rate=190_000)
    await company.convert()
    total = (await company.invoice_rows())[0].total
    reference = await by_hand(company, 10_030_000)
    await adopt(company, reference)
    (first,) = await query(app, NOTES, id=company.id)
    await by_hand(company, total - 10_030_000)
    await adopt(company, reference)

    notes = await query(app, NOTES, id=company.id)
    (row,) = await company.invoice_rows()
    assert (money(first[1]), money(first[2])) == ("10.03", "1.60")
    assert (sum(each[1] for each in notes), sum(each[2] for each in notes)) == (total, row.tax)
    assert await book(company, "TAX") == 0


async def test_a_partly_paid_invoice_asks_for_as_much_as_before(app: Perseat) -> None:
    """I4, I6: what is due does not change; what was paid and is gone is no revenue."""
    company, _ = await paid(app)
    charge = await taken(company)
    await hear(company, taken_back(charge, 20 * UNIT))
    reference = await by_hand(company, 30 * UNIT)

    await adopt(company, reference)

    (row,) = await company.invoice_rows()
    due = row.total - row.paid - row.credited + row.refundable
    assert (row.status, money(row.paid), money(due)) == ("PAST_DUE", "20.00", "20.00")
    assert await book(company, "RECEIVABLE") == 20 * UNIT


async def test_credits_that_went_back_are_taken_from_the_balance(app: Perseat) -> None:
    """M5, M6, M7: below zero if they were used, and nothing is charged again for it."""
    company = await make_company(app)
    await company.buy("25.00")
    async with company.begin() as uow:
        rule = AutoTopUp(enabled=True, threshold=10 * UNIT, amount=100 * UNIT)
        await auto_top_up.configure_auto_top_up(uow, company.id, rule)
    await drain(app)
    reference = await by_hand(company, 25 * UNIT)

    rows = [await adopt(company, reference) for _ in range(2)]
    await drain(app)

    async with company.begin() as uow:
        rule = await auto_top_up.current_rule(uow, company.id)
    assert await company.balance() == "0.00"
    assert (rule.enabled, rule.stopped) == (False, "OFF")
    assert [[(each.credit_note_id, each.amount) for each in some] for some in rows] == [
        [(None, 25 * UNIT)]
    ] * 2
    assert (await query(app, STATUS, id=company.id))[0][0] == "REFUNDED"
    assert await company.taken() == ["0.00"]
    assert await book(company, "CLEARING") == 0


async def test_what_cannot_be_booked_says_why(app: Perseat) -> None:
    company, invoice_id = await paid(app)
    charge = await taken(company)
    with pytest.raises(InvalidInput, match="adopt the charge first"):
        await adopt(company, "ch_of_nobody")
    with pytest.raises(InvalidInput, match="Nothing of this charge"):
        await adopt(company, charge.reference)
    with pytest.raises(InvalidInput, match="Say why"):
        await adopt(company, charge.reference, " ")
    await by_hand(company, 30 * UNIT)
    note = await company.credit(invoice_id)
    await refund(company, note.id)
    with pytest.raises(Conflict, match="under way"):
        await adopt(company, charge.reference)
    await drain(app)  # more than is left is refused over there, and fails
    rows = await adopt(company, charge.reference)
    async with sandbox(app) as counter:
        switch = {"operation": "look_up", "mode": "error_before", "customer": "*"}
        await counter.put("/v1/switches", json=switch)
        with pytest.raises(Conflict, match="does not answer"):
            await adopt(company, charge.reference)

    assert [(each.credit_note_id, each.amount) for each in rows] == [(note.id, 30 * UNIT)]


async def test_what_went_back_twice_is_for_the_provider_to_say(app: Perseat) -> None:
    """P7: a bank that takes all of what was given back in part."""
    company, _ = await paid(app)
    charge = await taken(company)
    reference = await by_hand(company, 30 * UNIT)
    await hear(company, taken_back(charge, charge.amount))

    with pytest.raises(Conflict, match="More went back"):
        await adopt(company, reference)
