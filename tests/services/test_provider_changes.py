"""Another payment provider from now on: nothing of the old one is charged, and nothing is stuck."""

from dataclasses import replace

import pytest

from app.bootstrap import Perseat
from app.domain.errors import Refused
from app.domain.money import UNIT
from app.domain.users import Role
from app.models import PaymentMethod
from app.payments.provider import Card
from app.services import charging, credits, payment_methods, refunds, subscriptions
from tests.letters import letters, text_of
from tests.make import Company, as_superuser, drain, make_company, query
from tests.services.paying import invoice, pay, refund

OLD = "sandbox"
NEW = "the_new_one"
PAYMENTS = """SELECT status, attempts, lease_until > now() FROM payments
    WHERE account_id = :id ORDER BY id"""


def after(app: Perseat) -> Perseat:
    """The same with another provider; the cards that it knows are none."""
    return replace(
        app,
        tenants=replace(app.tenants, provider=NEW),
        operators=replace(app.operators, provider=NEW),
    )


def moved(company: Company) -> Company:
    return replace(company, app=after(company.app))


async def methods(company: Company) -> list[PaymentMethod]:
    async with company.begin() as uow:
        return list(await payment_methods.of_account(uow, company.id))


async def add(company: Company, *, default: bool = True) -> None:
    """A card of the new provider."""
    (old,) = await methods(company)
    card = Card("pm_1", "visa", "4242", old.expires_on) if old.expires_on else None
    assert card is not None
    async with company.begin() as uow:
        await payment_methods.add_payment_method(uow, NEW, company.id, card, default=default)


async def test_a_stored_method_of_the_old_provider_is_no_method(app: Perseat) -> None:
    """M5, I6, L2: nothing is charged, and what is said names what to do."""
    company, trial = await make_company(app), await make_company(app)
    await company.convert(card="card_insufficient_funds")
    await trial.use_card("card_ok")
    invoice_id = (await invoice(company))[0]
    later, trial = moved(company), moved(trial)

    with pytest.raises(Refused, match="addPaymentMethod"):
        await pay(later, invoice_id)
    with pytest.raises(Refused, match="addPaymentMethod"):
        async with later.begin() as uow:
            await credits.buy_credits(uow, company.id, 10 * UNIT)
    with pytest.raises(Refused, match="addPaymentMethod"):
        async with trial.begin() as uow:
            await subscriptions.convert_trial(uow, trial.id)
    with pytest.raises(Refused, match=f"{NEW} charges now") as refused:
        async with later.begin() as uow:
            await payment_methods.set_default(uow, company.id, (await methods(company))[0].id)

    assert refused.value.field == "id"
    assert len(await query(app, PAYMENTS, id=company.id)) == 1


async def test_who_has_no_method_any_more_is_told_so(own_app: Perseat) -> None:
    """I6: by the same letter as without any method, when something is to be collected."""
    company = await make_company(own_app, on="2025-11-10")
    await company.convert()
    (person,) = await company.add(roles=frozenset({Role.BILLING_ADMIN}))
    later = moved(company)

    await later.go_to("2025-12-01")
    await drain(later.app)

    (mail,) = [each for each in letters(own_app, person.email) if "past due" in each["Subject"]]
    assert "there is no payment method" in " ".join(text_of(mail).split())
    assert (await invoice(company))[1:] == ("PAST_DUE", None)
    assert [each[0] for each in await query(own_app, PAYMENTS, id=company.id)] == ["SUCCEEDED"]


@pytest.mark.parametrize("default", [True, False])
async def test_the_first_method_of_the_new_provider_is_charged(
    app: Perseat,
    default: bool,  # noqa: FBT001
) -> None:
    """I6: whether it was to be the default or not; the old one may be removed, or chosen again when
    the old provider is back."""
    company = await make_company(app)
    await company.use_card("card_ok")
    later = moved(company)
    await add(later, default=default)

    (new, old) = await methods(company)
    assert (new.provider, new.is_default, old.provider, old.is_default) == (NEW, True, OLD, False)
    async with company.begin() as uow:
        back = await payment_methods.set_default(uow, company.id, old.id)
    assert back.is_default


async def test_what_takes_the_place_of_a_removed_method_can_be_charged(app: Perseat) -> None:
    company = await make_company(app)
    await company.use_card("card_ok")
    later = moved(company)
    await add(later)
    (new, _) = await methods(company)

    async with later.begin() as uow:
        await payment_methods.remove(uow, company.id, new.id)

    assert [(each.provider, each.is_default) for each in await methods(company)] == [(OLD, False)]


async def test_a_payment_without_a_customer_at_the_provider_waits_for_a_person(
    app: Perseat,
) -> None:
    """P4 of the invariants: it is looked at by the ladder, and nothing else waits for it."""
    company = await make_company(app)
    await company.convert()
    note = await company.credit((await invoice(company))[0])
    async with company.begin() as uow:
        payment = await credits.buy_credits(uow, company.id, 10 * UNIT)
    (refund_id,) = await refund(company, note.id)
    customer = f"account_id = '{company.id}'"
    await as_superuser(app, f"DELETE FROM payment_customers WHERE {customer}")  # noqa: S608

    await charging.drive(app.operators, app.provider, company.id, payment.id)
    await refunds.drive(app.operators, app.provider, company.id, refund_id)
    unsettled = await charging.unsettled(app.operators, limit=1000)

    reasons = (
        """SELECT reason FROM payment_steps WHERE account_id = :id AND to_status = 'UNKNOWN'"""
    )
    assert (company.id, payment.id) not in unsettled
    assert (await query(app, PAYMENTS, id=company.id))[1][:2] == ("UNKNOWN", 1)
    assert "no customer" in (await query(app, reasons, id=company.id))[0][0]
    assert await query(app, "SELECT status FROM refunds WHERE id = :id", id=refund_id) == [
        ("SUCCEEDED",)
    ]
