"""I3: refunds made by hand and refunds that fail late, what the two do to each other."""

from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.errors import Conflict
from app.domain.money import UNIT
from app.domain.users import Role
from app.services.verify import verify
from tests.letters import letters, text_of
from tests.make import Company, drain, make_company, query
from tests.services.paying import hear, invoice, pay, refund, taken
from tests.services.reconciling import (
    LATER,
    book,
    charged_elsewhere,
    found,
    name,
    reconciled,
    sandbox,
)
from tests.services.reconciling import adopt as adopt_charge
from tests.services.test_adopted_refunds import NOTES, adopt, by_hand
from tests.services.test_reinstatements import BACK, PAYMENTS, REFUNDS, fails, post

CHARGE = "SELECT id FROM charges WHERE account_id = :id AND invoice_id = :invoice"


async def credited(app: Perseat, net: str) -> tuple[Company, UUID]:
    """A company that has paid 140.00 and is owed a part of it: by which credit note."""
    company = await make_company(app, users=2)
    await company.convert()
    invoice_id = (await invoice(company))[0]
    ((charge_id,),) = await query(app, CHARGE, id=company.id, invoice=invoice_id)
    return company, (await company.credit(invoice_id, (charge_id, net))).id


async def test_what_is_given_by_hand_instead_of_a_refund_that_failed_is_credited_once(
    app: Perseat,
) -> None:
    """I3, P7: though nobody had heard yet that it failed."""
    company, note_id = await credited(app, "30")
    (refund_id,) = await refund(company, note_id)
    await drain(app)
    await fails(app, refund_id)
    reference = await by_hand(company, 30 * UNIT)

    rows = await adopt(company, reference)

    assert [(each.credit_note_id, each.amount) for each in rows] == [(note_id, 30 * UNIT)]
    assert [row[1] for row in await query(app, NOTES, id=company.id)] == [30 * UNIT]
    assert await book(company, "REFUNDS") == 0
    assert await hear(company, await taken(company)) == []


async def test_what_was_given_by_hand_and_fails_late_is_owed_again(own_app: Perseat) -> None:
    """I3, L5: each part of it, once, also from a list; and old news adopt it no second time."""
    company, _ = await credited(own_app, "30")
    old = await by_hand(company, 50 * UNIT)
    await adopt(company, old)
    (charge,) = [await taken(company)]
    await fails(own_app, charge.refunds[0].reference)

    first, second = [await reconciled(own_app, later=count * LATER) for count in (1, 2)]
    again = [await hear(company, each) for each in (charge, await taken(company))]

    (row,) = await company.invoice_rows()
    assert (found(first), found(second), again) == ([], [], [[], []])
    assert (row.status, row.paid, row.refundable) == ("PAID", 140 * UNIT, 50 * UNIT)
    assert {status for status, _ in await query(own_app, REFUNDS, id=company.id)} == {"FAILED"}
    assert await book(company, "CLEARING") == 0
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_credits_whose_refund_by_hand_fails_late_are_there_again(own_app: Perseat) -> None:
    """M5: nobody has the money, so the credits are theirs as before; who pays is told."""
    company = await make_company(own_app)
    await company.buy("25.00")
    await adopt(company, await by_hand(company, 25 * UNIT))
    gone = await company.balance()
    await fails(own_app, (await taken(company)).refunds[0].reference)

    heard = [await hear(company, await taken(company)) for _ in range(2)]
    await drain(own_app)
    row = await reconciled(own_app)

    assert (gone, await company.balance()) == ("0.00", "25.00")
    assert (heard, found(row)) == ([["refund settled"], []], [])
    assert await query(own_app, BACK, id=company.id) == [(25 * UNIT, 0, 25 * UNIT)]
    assert await query(own_app, PAYMENTS, id=company.id) == [("SUCCEEDED",)]
    assert (await book(company, "CLEARING"), await book(company, "BANK")) == (0, 25 * UNIT)
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_a_key_that_a_restore_has_lost_fails_late_with_all_its_parts(app: Perseat) -> None:
    """I3: of several rows only the first has the key."""
    company, _ = await credited(app, "30")
    key = new_id()
    await adopt(company, await by_hand(company, 50 * UNIT, key))
    await post(app, f"/v1/refunds/{key}/fail-late", code="lost_or_stolen_card")

    heard = [await hear(company, await taken(company)) for _ in range(2)]

    assert heard == [["refund settled"], []]
    assert sorted(await query(app, BACK, id=company.id)) == [
        (20 * UNIT, 20 * UNIT, 0),
        (30 * UNIT, 30 * UNIT, 0),
    ]


async def test_what_became_credits_goes_back_as_credits(own_app: Perseat) -> None:
    """I3, I6: a dispute was won when its invoice was paid once more, and somebody gives the first
    payment back: the invoice stays paid. If that fails late they are credits again."""
    company = await make_company(own_app)
    await company.convert()
    charge = await taken(company)
    await post(own_app, f"/v1/charges/{charge.reference}/fail-late")
    await hear(company, await taken(company))
    await pay(company, (await invoice(company))[0])
    await drain(own_app)
    await post(own_app, f"/v1/charges/{charge.reference}/reinstate")
    await reconciled(own_app)
    balances = [await company.balance()]

    await post(own_app, "/v1/refunds", charge=charge.reference, amount=50 * UNIT)
    rows = await adopt(company, charge.reference)
    balances.append(await company.balance())
    first = [each.invariant.name async for each in verify(own_app.operators) if each.count]
    await fails(own_app, rows[0].reference or "")
    row = await reconciled(own_app, later=2 * LATER)
    balances.append(await company.balance())

    (issued,) = await company.invoice_rows()
    assert balances == ["70.00", "20.00", "70.00"]
    assert [(each.credit_note_id, each.amount) for each in rows] == [(None, 50 * UNIT)]
    assert (issued.status, issued.paid, issued.credited) == ("PAID", 70 * UNIT, 0)
    assert (first, found(row)) == ([], [])
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_credits_that_a_payment_has_become_are_taken_back_as_credits(
    own_app: Perseat,
) -> None:
    """I3, I6, M7: a dispute is won when its invoice was paid once more and refunded, and then lost
    again: the invoice was paid without that money, only the credits go."""
    company = await make_company(own_app)
    (person,) = await company.add(roles=frozenset({Role.BILLING_ADMIN}))
    await company.convert()
    charge = await taken(company)
    await post(own_app, f"/v1/charges/{charge.reference}/fail-late")
    await hear(company, await taken(company))
    invoice_id = (await invoice(company))[0]
    await pay(company, invoice_id)
    await drain(own_app)
    await post(own_app, f"/v1/charges/{charge.reference}/reinstate")
    await reconciled(own_app)
    note = await company.credit(invoice_id)
    await refund(company, note.id)
    await drain(own_app)
    balances = [await company.balance()]

    await post(own_app, f"/v1/charges/{charge.reference}/fail-late", amount=30 * UNIT)
    row = await reconciled(own_app, later=2 * LATER)
    balances.append(await company.balance())
    await post(own_app, f"/v1/charges/{charge.reference}/fail-late")
    await reconciled(own_app, later=3 * LATER)
    balances.append(await company.balance())
    await drain(own_app)

    (issued,) = await company.invoice_rows()
    assert balances == ["140.00", "110.00", "0.00"]
    assert (issued.status, issued.paid, issued.refundable) == ("PAID", 0, 0)
    assert (found(row), await book(company, "CLEARING")) == ([], 0)
    texts = {each["Subject"]: text_of(each) for each in letters(own_app, person.email)}
    assert "so 30.00 USD of it had become" in texts["A payment of 30.00 USD was taken back"]
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_a_charge_whose_refund_has_failed_is_all_there(app: Perseat) -> None:
    """P3: it can be adopted; one whose refund may still go out cannot."""
    company = await make_company(app)
    charge = await charged_elsewhere(company)
    async with sandbox(app) as counter:
        order = {"charge": charge.reference, "amount": charge.amount}
        made = (await counter.post("/v1/refunds", json=order)).json()
    await name(app, charge)
    with pytest.raises(Conflict, match="went back already"):
        await adopt_charge(app, charge.reference)
    await fails(app, made["reference"])

    payment = await adopt_charge(app, charge.reference)

    assert (payment.status, await company.balance()) == ("SUCCEEDED", "5.00")
