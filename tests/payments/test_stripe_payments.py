"""Payments with Stripe, from the card to the paid invoice, by the services that workers use."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.clock import SystemClock
from app.services import charging
from app.store import settlements as store
from tests.make import Company, make_company, query
from tests.payments import stripes
from tests.services.paying import invoice, order_of, pay


@pytest.fixture(scope="module")
async def at_stripe(app: Perseat, localstripe: str) -> AsyncIterator[Perseat]:
    async with stripes.stripe_at(localstripe) as provider:
        yield replace(
            app,
            provider=provider,
            tenants=replace(app.tenants, provider=provider.name),
            operators=replace(app.operators, provider=provider.name),
        )


async def owing(at_stripe: Perseat, url: str, number: str) -> tuple[Company, UUID]:
    """A company that has converted with that card, and the payment that waits for a worker."""
    company = await make_company(at_stripe, on="2025-12-01")
    await company.start(card=await stripes.token_of(url, number))
    invoice_id, *_ = await invoice(company)
    return company, (await pay(company, invoice_id)).id


async def drive(company: Company, payment_id: UUID) -> tuple[str, str | None, str | None]:
    await charging.drive(company.app.operators, company.app.provider, company.id, payment_id)
    sql = "SELECT status, decline_code, reference FROM payments WHERE id = :id"
    (row,) = await query(company.app, sql, id=payment_id)
    return row[0], row[1], row[2]


async def taken(company: Company, payment_id: UUID) -> list[tuple[str, UUID]]:
    """What Stripe has of this payment, and whose it is by its own notes."""
    now = SystemClock().now()
    listed = company.app.provider.charges(now - timedelta(hours=1), now + timedelta(hours=1))
    ours = [each async for each in listed if each.key == payment_id]
    return [(each.reference, UUID(each.notes["account_id"])) for each in ours]


async def test_an_invoice_is_paid_at_stripe(at_stripe: Perseat, localstripe: str) -> None:
    """I6; P3 of the invariants: the charge there and the payment here name each other."""
    company, payment_id = await owing(at_stripe, localstripe, stripes.GOOD)

    status, _, reference = await drive(company, payment_id)

    assert status == "SUCCEEDED"
    assert [each.status for each in await company.invoice_rows()] == ["PAID"]
    assert await taken(company, payment_id) == [(reference, company.id)]


async def test_a_charge_without_an_answer_is_found_there(
    at_stripe: Perseat, localstripe: str
) -> None:
    """A3: who took the lease has charged and died; the next one looks before it asks."""
    company, payment_id = await owing(at_stripe, localstripe, stripes.GOOD)
    past = SystemClock().now() - timedelta(minutes=2)
    async with at_stripe.operators.begin() as uow:
        sent = await store.send(
            uow.session, company.id, payment_id, now=past, until=past + timedelta(minutes=1)
        )
    notes = {"account_id": str(company.id)}
    charge = await at_stripe.provider.charge(replace(order_of(payment_id, sent), notes=notes))

    outcome = await drive(company, payment_id)

    assert outcome == ("SUCCEEDED", None, charge.reference)
    assert await taken(company, payment_id) == [(charge.reference, company.id)]


@pytest.mark.parametrize(
    ("number", "code", "left"),
    [
        (stripes.DECLINED, "card_declined", "OPEN"),
        (stripes.WAITS_FOR_OWNER, "authentication_required", "PAST_DUE"),
    ],
)
async def test_a_decline_at_stripe_is_a_decline_here(
    at_stripe: Perseat, localstripe: str, number: str, code: str, left: str
) -> None:
    """I6: it is tried again later, but not if that needs the card's owner."""
    company, payment_id = await owing(at_stripe, localstripe, number)

    status, decline_code, _ = await drive(company, payment_id)

    assert (status, decline_code) == ("DECLINED", code)
    assert [each.status for each in await company.invoice_rows()] == [left]
