"""P3 of the invariants: what was adopted is found again, whoever asks; and whose it is."""

import asyncio

import orjson
import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.errors import Conflict, NotFound
from app.domain.money import UNIT
from app.domain.payments import Outcome, PaymentStatus, Purpose, Source, Told
from app.models import Payment
from app.payments.provider import ACCOUNT
from app.services import provider_events, reconciliation, refunds, settlements
from app.services.verify import verify
from app.store import refunds as refund_store
from tests.make import at_machine_time, drain, make_company, query
from tests.services.hearing import event, posted
from tests.services.paying import invoice, refund, unpaid
from tests.services.reconciling import (
    LATER,
    adopt,
    book,
    bought,
    by_hand,
    customer_of,
    name,
    reconciled,
    sandbox,
)

DECLINED = Outcome("card_declined")
PAYMENTS = "SELECT id, status FROM payments WHERE account_id = :id ORDER BY id"
NAMED = """SELECT difference ->> 'kind' AS kind, difference ->> 'payment' AS payment
    FROM reconciliations, jsonb_array_elements(differences) AS difference
    WHERE difference ->> 'reference' = :reference"""


async def hear(app: Perseat, told: dict[str, object]) -> str:
    """A webhook, from its body to its outcome."""
    heard = app.provider.verify(*posted(app, told))
    async with app.operators.begin() as uow:
        await provider_events.receive(uow, "sandbox", heard, orjson.dumps(told))
    await provider_events.process(app.operators, app.provider, heard.id)
    sql = "SELECT outcome FROM provider_events WHERE id = :id"
    ((outcome,),) = await query(app, sql, id=heard.id)
    return str(outcome)


async def lose(app: Perseat, reference: str) -> None:
    """A dispute that the customer has won."""
    async with sandbox(app) as counter:
        (await counter.post(f"/v1/charges/{reference}/fail-late", json={})).raise_for_status()


async def test_what_came_of_a_payment_with_a_new_id_is_heard(app: Perseat) -> None:
    """P6: an event of a key that was declined is of the payment that took the money."""
    company = await make_company(app)
    await company.use_card("card_ok")
    declined, charge = await bought(company, DECLINED)
    assert charge is not None
    await name(app, charge)
    payment = await adopt(app, charge.reference)
    await lose(app, charge.reference)

    by_key = event(declined, company.id, "charge.late_failure", reference=charge.reference)
    by_reference = event(None, None, "charge.late_failure", reference=charge.reference)
    heard = [await hear(app, each) for each in (by_key, by_key | {"id": "evt_again"}, by_reference)]
    await drain(app)

    sql = "SELECT payment_id, amount FROM late_failures WHERE account_id = :id"
    assert heard == ["BOOKED", "NOTHING_NEW", "NOTHING_NEW"]
    assert await query(app, sql, id=company.id) == [(payment.id, 10 * UNIT)]
    assert (payment.id != declined, await company.balance()) == (True, "0.00")


async def test_a_charge_by_hand_is_found_by_its_reference(own_app: Perseat) -> None:
    """I3, L5: a refund whose answer was lost, a dispute and every later reconciliation."""
    company = await unpaid(own_app)
    invoice_id, *_ = await invoice(company)
    notes = {ACCOUNT: str(company.id), "invoice": str(invoice_id)}
    paid = await by_hand(own_app, 49 * UNIT, await customer_of(company), **notes)
    lost = await by_hand(own_app, 8 * UNIT, "cus_by_hand")
    first = await reconciled(own_app)
    payments = [
        await adopt(own_app, paid.reference),
        await adopt(own_app, lost.reference, account_id=company.id),
    ]
    (refund_id,) = await refund(company, (await company.credit(invoice_id)).id)
    async with own_app.operators.begin() as uow:  # a worker that died when it had asked
        now = uow.now()
        await refund_store.send(uow.session, company.id, refund_id, now=now, until=now)
    await own_app.provider.refund(refund_id, paid.reference, 49 * UNIT)
    await refunds.drive(own_app.operators, own_app.provider, company.id, refund_id)
    await lose(own_app, lost.reference)
    told = event(None, None, "charge.late_failure", reference=lost.reference)
    heard = await hear(own_app, told)
    await drain(own_app)
    after = [await reconciled(own_app, later=count * LATER) for count in (1, 2)]

    assert [each.purpose for each in payments] == [Purpose.INVOICE, Purpose.PURCHASE]
    assert len(first.differences) == 2
    assert heard == "BOOKED"
    assert [(row.charges, row.confirmed, row.differences) for row in after] == [
        (3, 2, []),
        (3, 0, []),
    ]
    assert (await book(company, "CLEARING"), await book(company, "BANK")) == (0, 0)
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_a_charge_that_no_list_has_any_more_is_asked_for_by_its_reference(
    own_app: Perseat,
) -> None:
    """L5: what went back of it long after is confirmed; its customer is none of ours."""
    company = await unpaid(own_app)
    charge = await by_hand(own_app, 8 * UNIT, "cus_by_hand")
    await reconciled(own_app)
    await adopt(own_app, charge.reference, account_id=company.id)
    await lose(own_app, charge.reference)
    await hear(own_app, event(None, None, "charge.late_failure", reference=charge.reference))
    then = at_machine_time(own_app, own_app.clock.now() + 3 * LATER)
    since = own_app.clock.now() + LATER
    span = await reconciliation.span_of(then.operators, "sandbox", since, None)

    row = await reconciliation.reconcile(then.operators, then.provider, span, actor="test")

    assert (row.charges, row.confirmed, row.differences) == (0, 1, [])
    assert await book(company, "CLEARING") == 0


async def test_a_person_says_whose_a_charge_is(app: Perseat) -> None:
    """F24: also twice, and at once; of two who name two companies one is refused."""
    company, other = await unpaid(app), await make_company(app)
    charge = await by_hand(app)
    await name(app, charge)

    with pytest.raises(Conflict, match="accountId"):
        await adopt(app, charge.reference)
    with pytest.raises(NotFound) as nobody:
        await adopt(app, charge.reference, account_id=new_id())
    owners = [company, other, company, other]
    found = await asyncio.gather(
        *(adopt(app, charge.reference, account_id=each.id) for each in owners),
        return_exceptions=True,
    )
    again = await adopt(app, charge.reference)
    await drain(app)

    adopted = [each for each in found if isinstance(each, Payment)]
    refused = [each for each in found if isinstance(each, Conflict)]
    assert nobody.value.field == "accountId"
    assert (len(adopted), {each.field for each in refused}) == (2, {"accountId"})
    assert {each.id for each in adopted} == {again.id}
    balances = sorted([await company.balance(), await other.balance()])
    assert balances == ["0.00", "5.00"]


@pytest.mark.parametrize("how", ["notes", "customer"])
async def test_nobody_is_given_the_charge_of_another(app: Perseat, how: str) -> None:
    """P3: what the charge itself says holds."""
    company, other = await unpaid(app), await make_company(app)
    notes = {ACCOUNT: str(company.id)} if how == "notes" else {}
    customer = await customer_of(company) if how == "customer" else ""
    charge = await by_hand(app, 5 * UNIT, customer, **notes)
    await name(app, charge)

    with pytest.raises(Conflict, match="another account's") as refused:
        await adopt(app, charge.reference, account_id=other.id)
    payment = await adopt(app, charge.reference, account_id=company.id)
    await drain(app)

    assert refused.value.field == "accountId"
    assert (payment.account_id, payment.status) == (company.id, PaymentStatus.SUCCEEDED)
    assert (await other.balance(), await company.balance()) == ("0.00", "5.00")


async def test_what_was_said_not_to_be_taken_is_named_and_adopted(app: Perseat) -> None:
    """P3, P4: the provider tells it first to a webhook; the invoice is paid by what it has."""
    company = await make_company(app)
    await company.convert(card="card_answer_lost")
    await drain(app)
    ((lost, said),) = await query(app, PAYMENTS, id=company.id)
    async with app.operators.begin() as uow:
        told = Told(Source.OPERATOR, "Finance", "Not seen over there")
        await settlements.resolve(uow, company.id, lost, Outcome("not_taken"), told)
    charge = await app.provider.look_up(lost, await customer_of(company))
    assert charge is not None

    events = [event(lost, company.id, reference=charge.reference) for _ in range(2)]
    heard = [await hear(app, each) for each in events]
    (named,) = await query(app, NAMED, reference=charge.reference)
    payment = await adopt(app, charge.reference, "It was taken after all")
    after = await hear(app, event(lost, company.id, reference=charge.reference))
    await drain(app)

    assert said == "UNKNOWN"
    assert heard == ["BOOKED", "NOTHING_NEW"]
    assert (named.kind, named.payment) == ("TAKEN_AFTER_DECLINE", str(lost))
    assert (payment.purpose, after) == (Purpose.INVOICE, "NOTHING_NEW")
    assert (await invoice(company))[1:] == ("PAID", None)
    assert [each.status for each in await query(app, PAYMENTS, id=company.id)] == [
        "DECLINED",
        "SUCCEEDED",
    ]
    assert await company.taken() == ["70.00"]
