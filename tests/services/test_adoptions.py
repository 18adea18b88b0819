"""P3 of the invariants, F24: what the provider has taken and we have lost is booked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from app.bootstrap import Perseat, perseat
from app.db.types import new_id
from app.db.unit_of_work import SilentBell
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.money import UNIT
from app.domain.payments import Outcome, PaymentStatus, Purpose
from app.domain.reconciliation import Mismatch
from app.domain.top_ups import AutoTopUp
from app.models import Payment
from app.payments.provider import ACCOUNT
from app.payments.sandbox import SandboxProvider
from app.services import auto_top_up, top_ups
from app.services.verify import verify
from app.settings import Settings
from tests.make import Company, drain, make_company, money, query, sms
from tests.services.paying import invoice, unpaid
from tests.services.reconciling import (
    adopt,
    book,
    bought,
    charged_elsewhere,
    found,
    name,
    reconciled,
    sandbox,
)
from workers import tasks

DECLINED = Outcome("card_declined")


async def wrong(app: Perseat) -> list[str]:
    return [each.invariant.name async for each in verify(app.operators) if each.count]


async def steps(company: Company, payment: Payment) -> list[tuple[str, str, str, str]]:
    sql = """SELECT to_status, source, actor, reason FROM payment_steps
        WHERE account_id = :account AND payment_id = :id ORDER BY number"""
    rows = await query(company.app, sql, account=company.id, id=payment.id)
    return [tuple(row) for row in rows]


async def test_a_lost_charge_pays_its_invoice_once(own_app: Perseat) -> None:
    company = await unpaid(own_app)
    invoice_id, *_ = await invoice(company)
    charge = await charged_elsewhere(company, 49 * UNIT, invoice=str(invoice_id))
    await reconciled(own_app)

    two = await asyncio.gather(*(adopt(own_app, charge.reference) for _ in range(2)))
    again = await adopt(own_app, charge.reference)
    after = await reconciled(own_app)

    assert {each.id for each in (*two, again)} == {charge.key}
    assert (again.purpose, again.status) == (Purpose.INVOICE, PaymentStatus.SUCCEEDED)
    row = (await company.invoice_rows())[-1]
    assert (row.status, money(row.paid), row.next_attempt_at) == ("PAID", "49.00", None)
    source = ("RECONCILIATION", "Finance", "Lost by a restore")
    assert await steps(company, again) == [
        (status, *source) for status in ("CREATED", "SENT", "SUCCEEDED")
    ]
    assert (after.differences, after.confirmed) == ([], 0)
    assert (await book(company, "CLEARING"), await book(company, "BANK")) == (0, 49 * UNIT)
    await drain(own_app)
    assert await wrong(own_app) == []


@pytest.mark.parametrize("notes", ["none", "another amount", "of nobody", "nonsense"])
async def test_what_pays_no_invoice_becomes_credits(app: Perseat, notes: str) -> None:
    """Money that the customer must get value for, on a paid invoice of its own."""
    company = await unpaid(app)
    invoice_id, *_ = await invoice(company)
    named = {"another amount": str(invoice_id), "of nobody": str(new_id()), "nonsense": "x"}
    more = {"invoice": named[notes]} if notes in named else {}
    charge = await charged_elsewhere(company, 48 * UNIT, **more)
    await name(app, charge)

    payment = await adopt(app, charge.reference)
    await drain(app)

    assert (payment.purpose, await company.balance()) == (Purpose.PURCHASE, "48.00")
    top_up = (await company.invoice_rows())[-1]
    assert (top_up.kind, top_up.status, money(top_up.total)) == ("TOP_UP", "PAID", "48.00")
    assert payment.invoice_id == top_up.id


async def test_a_charge_whose_payment_was_declined_here_is_a_payment_of_its_own(
    app: Perseat,
) -> None:
    """What is declined is frozen, and may have the same reference."""
    company = await make_company(app)
    await company.use_card("card_ok")
    declined, charge = await bought(company, DECLINED)
    assert charge is not None
    await name(app, charge)

    payment = await adopt(app, charge.reference)
    again = await adopt(app, charge.reference)

    assert payment.id != declined
    assert (payment.id, payment.reference) == (again.id, charge.reference)
    assert await company.top_ups() == [
        ("PURCHASE", "DECLINED", "10.00"),
        ("PURCHASE", "SUCCEEDED", "10.00"),
    ]
    assert await company.balance() == "10.00"


async def test_a_charge_whose_payment_is_open_settles_it(app: Perseat) -> None:
    company = await make_company(app)
    await company.use_card("card_ok")
    payment_id, charge = await bought(company, None)
    assert charge is not None
    await name(app, charge)

    payment = await adopt(app, charge.reference)

    assert (payment.id, payment.status) == (payment_id, PaymentStatus.SUCCEEDED)
    assert (await steps(company, payment))[-1][1:3] == ("RECONCILIATION", "Finance")
    assert await company.balance() == "10.00"


async def test_what_cannot_be_adopted_says_why(app: Perseat) -> None:
    company = await make_company(app)
    await company.use_card("card_ok")
    good = await charged_elsewhere(company)
    nobody = await charged_elsewhere(company, **{ACCOUNT: ""})
    gone = await charged_elsewhere(company, **{ACCOUNT: str(new_id())})
    euros = await charged_elsewhere(company, 3 * UNIT + 1)
    refunded = await charged_elsewhere(company)
    await app.provider.refund(new_id(), refunded.reference, UNIT)
    for each in (good, nobody, gone, euros, refunded):
        await name(app, each)

    with pytest.raises(InvalidInput, match="Say why"):
        await adopt(app, good.reference, " ")
    with pytest.raises(InvalidInput, match="No reconciliation has named"):
        await adopt(app, "ch_of_nobody")
    with pytest.raises(Conflict, match="whose it is"):
        await adopt(app, nobody.reference)
    with pytest.raises(NotFound):
        await adopt(app, gone.reference)
    with pytest.raises(Conflict, match="whole cents"):
        await adopt(app, euros.reference)
    with pytest.raises(Conflict, match="went back"):
        await adopt(app, refunded.reference)
    async with sandbox(app) as counter:
        switch = {"operation": "list", "mode": "error_before", "customer": "*"}
        await counter.put("/v1/switches", json=switch)
        with pytest.raises(Conflict, match="does not answer"):
            await adopt(app, good.reference)

    assert await company.top_ups() == []


@asynccontextmanager
async def restored(app: Perseat, backup: str, folder: Path) -> AsyncIterator[Perseat]:
    """Perseat on the old copy, with the provider as it is by now."""
    assert app.settings.database_url is not None
    url = make_url(app.settings.database_url.get_secret_value()).set(database=backup)
    given = app.settings.model_dump() | {
        "database_url": url.render_as_string(hide_password=False),
        "data_folder": folder,
    }
    async with perseat(Settings.model_validate(given), bell=SilentBell()) as old:
        yield old


async def back_up(app: Perseat, server: str) -> str:
    """A copy of the database as it is now; nobody may be connected meanwhile."""
    assert app.settings.database_url is not None
    name = make_url(app.settings.database_url.get_secret_value()).database
    backup = f"backup_{new_id().hex}"
    await app.tenants.engine.dispose()
    await app.operators.engine.dispose()
    engine = create_async_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {backup} TEMPLATE {name}"))
    await engine.dispose()
    return backup


async def work(app: Perseat) -> None:
    """All that workers do when they start: what is due, what is low, what was left behind."""
    context = {"perseat": app}
    for _ in range(2):
        await tasks.collect_due(app)
        for each in await top_ups.low_accounts(app.operators, limit=100):
            async with app.operators.begin() as uow:
                await top_ups.top_up_if_low(uow, each, top_ups.LOOKED)
        await tasks.recover(context)
        await drain(app)


async def test_a_restored_database_that_the_provider_is_ahead_of(
    own_app: Perseat, server: str
) -> None:
    """F24: reconciliation lists what is lost, adopting books it, and nothing is charged again."""
    owing = await unpaid(own_app)
    low = await make_company(own_app, on="2025-11-10")
    await low.use_card("card_ok")
    async with low.begin() as uow:
        rule = AutoTopUp(enabled=True, threshold=10 * UNIT, amount=100 * UNIT)
        await auto_top_up.configure_auto_top_up(uow, low.id, rule)
    backup = await back_up(own_app, server)

    await owing.use_card("card_ok")  # the invoice is paid, and the credits are topped up
    await low.record(sms(1))
    await work(own_app)
    provider = own_app.provider
    assert isinstance(provider, SandboxProvider)
    before = await provider.charged()
    taken = await owing.taken(), await low.taken()

    async with restored(own_app, backup, own_app.settings.data_folder) as old:
        row = await reconciled(old)
        lost = [each for each in found(row) if each.kind is Mismatch.UNKNOWN_TO_US]
        for each in lost:
            assert each.reference is not None
            await adopt(old, each.reference)
        await Company(old, owing.id, "upro").use_card("card_ok")
        await work(old)
        after = await reconciled(old)
        again = Company(old, owing.id, "upro"), Company(old, low.id, "upro")
        paid = [(each.status, money(each.paid)) for each in await again[0].invoice_rows()]
        balance = await again[1].balance()
        problems = await wrong(old)

    assert taken == (["49.00"], ["100.00"])
    assert len(lost) == len(row.differences) == 2
    assert (after.differences, problems) == ([], [])
    assert await provider.charged() == before
    assert paid == [("PAID", "49.00")]
    assert balance == "100.00"
