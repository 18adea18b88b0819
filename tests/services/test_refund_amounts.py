"""I3, L5: a refund that has come to another amount over there has a way out, for a person."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.domain.errors import InvalidInput, Refused
from app.domain.money import UNIT
from app.domain.payments import Source
from app.payments.provider import ChargeStatus
from app.services import reconciliation, refunds
from app.services.verify import verify
from tests.make import Company, at_machine_time, drain, make_company, query
from tests.services.paying import hear, invoice, refund, taken
from tests.services.reconciling import LATER, book, found, reconciled, sandbox
from tests.services.test_adopted_refunds import adopt

REFUNDS = "SELECT status, amount, failure_code FROM refunds WHERE account_id = :id ORDER BY id"
DAY = timedelta(days=1)


async def refunded(app: Perseat, **switch: object) -> tuple[Company, UUID]:
    """70.00 were paid and credited, and are asked to go back; the credit note."""
    company = await make_company(app)
    await company.convert()
    note = await company.credit((await invoice(company))[0])
    await order(company, **switch)
    await refund(company, note.id)
    await drain(app)
    return company, note.id


async def order(company: Company, **switch: object) -> None:
    """Of the provider, for the next refund."""
    body = {"operation": "refund", "mode": "wrong_amount", **switch}
    customer = (await taken(company)).customer
    async with sandbox(company.app) as counter:
        put = await counter.put("/v1/switches", json={**body, "customer": customer})
    put.raise_for_status()


async def wrong(app: Perseat) -> list[str]:
    return [each.invariant.name async for each in verify(app.operators) if each.count]


@pytest.mark.parametrize("instead", [30 * UNIT, UNIT])
async def test_it_is_named_and_adopted_and_the_rest_is_asked_for_again(
    own_app: Perseat, instead: int
) -> None:
    company, note_id = await refunded(own_app, amount=instead)
    waits = await query(own_app, REFUNDS, id=company.id)
    (named,) = found(await reconciled(own_app))
    charge = await taken(company)

    two = await asyncio.gather(*(adopt(company, charge.reference) for _ in range(2)))
    (rest,) = await refund(company, note_id)
    await drain(own_app)
    after = await reconciled(own_app, later=2 * LATER)

    assert waits == [("UNKNOWN", 70 * UNIT, None)]
    assert (named.kind, named.ours, named.theirs) == ("REFUND_AMOUNT", 70 * UNIT, instead)
    assert "adoptRefunds" in named.cure
    assert [[each.amount for each in rows] for rows in two] == [[instead]] * 2
    assert await query(own_app, REFUNDS, id=company.id) == [
        ("FAILED", 70 * UNIT, "other_amount"),
        ("SUCCEEDED", instead, None),
        ("SUCCEEDED", 70 * UNIT - instead, None),
    ]
    assert rest not in {each.id for rows in two for each in rows}
    assert (found(after), await hear(company, await taken(company))) == ([], [])
    assert (await book(company, "REFUNDS"), await book(company, "CLEARING")) == (0, 0)
    assert await wrong(own_app) == []


async def test_more_than_was_asked_for_is_credited_too(own_app: Perseat) -> None:
    """I3: 40.00 of 70.00 were to go back, and all did."""
    company = await make_company(own_app)
    await company.convert()
    sql = "SELECT id, invoice_id FROM charges WHERE account_id = :id"
    ((charge_id, invoice_id),) = await query(own_app, sql, id=company.id)
    note = await company.credit(invoice_id, (charge_id, "40"))
    await order(company, amount=70 * UNIT)
    await refund(company, note.id)
    await drain(own_app)

    rows = await adopt(company, (await taken(company)).reference)
    with pytest.raises(Refused):
        await refund(company, note.id)

    assert sorted(each.amount for each in rows) == [30 * UNIT, 40 * UNIT]
    (row,) = await company.invoice_rows()
    assert (row.status, row.paid, row.refundable, row.credited) == ("PAID", 0, 0, 70 * UNIT)
    await drain(own_app)
    assert await wrong(own_app) == []


async def test_of_an_old_charge_it_is_named_too(own_app: Perseat) -> None:
    """L5: its charge is in no list of these days; it is asked for by itself."""
    company, _ = await refunded(own_app, amount=30 * UNIT)
    now = own_app.clock.now() + 40 * DAY
    then = at_machine_time(own_app, now)
    span = await reconciliation.span_of(then.operators, then.provider.name, now - DAY, now)

    row = await reconciliation.reconcile(then.operators, then.provider, span, actor="test")

    assert [(each.kind, each.account_id) for each in found(row)] == [("REFUND_AMOUNT", company.id)]


async def test_one_that_is_refused_needs_nobody(app: Perseat) -> None:
    """I3: nothing has gone back."""
    company, _ = await refunded(app, mode="decline")

    with pytest.raises(InvalidInput, match="Nothing of this charge"):
        await adopt(company, (await taken(company)).reference)

    ((status, *_),) = await query(app, REFUNDS, id=company.id)
    assert status == "FAILED"


async def test_what_was_not_given_back_may_be_over_any_amount(app: Perseat) -> None:
    """I3: that it was declined is all that counts."""
    company, _ = await refunded(app, mode="pending")
    (waits,) = (await taken(company)).refunds
    assert waits.key is not None
    declined = replace(waits, status=ChargeStatus.DECLINED, amount=UNIT)
    before = await query(app, REFUNDS, id=company.id)

    async with app.operators.begin() as uow:
        settled = await refunds.settle(uow, company.id, waits.key, declined, Source.WEBHOOK)

    assert (before[0][0], settled) == ("UNKNOWN", True)
    assert await query(app, REFUNDS, id=company.id) == [("FAILED", 70 * UNIT, None)]
