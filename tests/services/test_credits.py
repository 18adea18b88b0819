"""Rules M5 to M8: credits are bought, topped up, and cleared on the 1st."""

import asyncio
from datetime import timedelta

import pytest

from app.bootstrap import Perseat
from app.domain.credits import AutoTopUp, Refusal
from app.domain.errors import Conflict, InvalidInput, Refused
from app.domain.money import UNIT
from app.domain.plans import Term
from app.domain.usage import UsageKind
from app.payments.provider import Outcome
from app.payments.sandbox import SandboxProvider
from app.services import credits, payments
from app.store import payments as payment_store
from tests.make import Company, at, at_machine_time, drain, make_company, money, query, sms

ON = AutoTopUp(enabled=True)


async def configure(company: Company, rule: AutoTopUp = ON) -> None:
    async with company.begin() as uow:
        await credits.configure_auto_top_up(uow, company.id, rule)
    await drain(company.app)


async def decide(company: Company) -> credits.Decision:
    async with company.begin() as uow:
        return await credits.top_up_if_low(uow, company.id)


async def paid(company: Company) -> list[tuple[str, str, str]]:
    """Purpose, status and amount of the payments for credits."""
    sql = """SELECT purpose, status, amount FROM payments
        WHERE account_id = :id AND purpose <> 'INVOICE' ORDER BY id"""
    rows = await query(company.app, sql, id=company.id)
    return [(purpose, status, money(amount)) for purpose, status, amount in rows]


async def refusals(company: Company) -> list[str]:
    """Why it was not charged, without the moments before it was on and while one was charged."""
    sql = """SELECT reason FROM top_up_refusals WHERE account_id = :id
        AND reason NOT IN ('OFF', 'IN_FLIGHT') ORDER BY id"""
    return [row[0] for row in await query(company.app, sql, id=company.id)]


async def taken(company: Company) -> list[int]:
    """What the provider has taken for this account, by its own book."""
    provider = company.app.provider
    assert isinstance(provider, SandboxProvider)
    rows = await query(company.app, "SELECT id FROM payments WHERE account_id = :id", id=company.id)
    charged = await provider.charged()
    return sorted(charged[row[0]] for row in rows if row[0] in charged)


async def low(app: Perseat, *, card: str = "card_ok", on: str = "2025-11-01") -> Company:
    """A trial with a card, at a balance of zero, whose rule was switched on this moment."""
    company = await make_company(app, on=on)
    await company.use_card(card)
    await drain(app)
    async with company.begin() as uow:
        await credits.configure_auto_top_up(uow, company.id, ON)
    return company


async def test_credits_appear_when_the_payment_has_succeeded(app: Perseat) -> None:
    """M5: not before, and with a paid invoice of kind TOP_UP."""
    company = await make_company(app)
    await company.use_card("card_ok")

    async with company.begin() as uow:
        await credits.buy_credits(uow, company.id, 25 * UNIT)
    before = await company.balance(), await company.invoice_rows()
    await drain(app)

    (invoice,) = await company.invoice_rows()
    assert before == ("0.00", [])
    assert await company.balance() == "25.00"
    assert (invoice.kind, invoice.status, money(invoice.paid)) == ("TOP_UP", "PAID", "25.00")
    assert (await company.charges())[0][::3] == ("M5", "25.00")


async def test_a_purchase_that_is_declined_gives_nothing(app: Perseat) -> None:
    """M5: no credits, no invoice; the automatic top-up has nothing to do with it."""
    company = await make_company(app)
    await company.use_card("card_declined")

    async with company.begin() as uow:
        await credits.buy_credits(uow, company.id, 25 * UNIT)
    await drain(app)

    assert await paid(company) == [("PURCHASE", "DECLINED", "25.00")]
    assert (await company.balance(), await company.invoice_rows()) == ("0.00", [])
    assert await refusals(company) == []


async def test_one_of_two_purchases_at_once_is_made(app: Perseat) -> None:
    """M6: one charge for credits at a time."""
    company = await make_company(app)
    await company.use_card("card_ok")

    async def buy() -> None:
        async with company.begin() as uow:
            await credits.buy_credits(uow, company.id, 25 * UNIT)

    results = await asyncio.gather(buy(), buy(), return_exceptions=True)
    await drain(app)

    assert sorted(type(each).__name__ for each in results) == ["Conflict", "NoneType"]
    assert await company.balance() == "25.00"
    with pytest.raises(Conflict):
        await asyncio.gather(buy(), buy())
    await drain(app)


@pytest.mark.parametrize("micros", [0, UNIT - 1, 100_000 * UNIT + 1, -UNIT])
async def test_credits_are_bought_for_a_sensible_amount(app: Perseat, micros: int) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        async with company.begin() as uow:
            await credits.buy_credits(uow, company.id, micros)

    assert refused.value.field == "amount"


async def test_twenty_deciders_of_one_moment_charge_once(app: Perseat) -> None:
    """M6: one in flight; the others record why they did not."""
    company = await low(app)

    decisions = await asyncio.gather(*(decide(company) for _ in range(20)))
    await drain(app)

    sql = "SELECT count(*) FROM top_up_refusals WHERE account_id = :id AND reason = 'IN_FLIGHT'"
    assert [each.refusal for each in decisions].count(Refusal.IN_FLIGHT) == 19
    assert [row[0] for row in await query(app, sql, id=company.id)] == [1]
    assert await paid(company) == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert await taken(company) == [100 * UNIT]
    assert await company.balance() == "100.00"


@pytest.mark.parametrize("_", range(8))
async def test_deciding_while_a_charge_settles_does_not_charge_again(app: Perseat, _: int) -> None:
    """M6, Lago 1962: the order is lock, open charge, balance; one charge per episode."""
    company = await low(app)
    payment = (await decide(company)).payment
    assert payment is not None
    now = company.app.clock.now()
    async with app.operators.begin() as uow:
        await payment_store.send(uow.session, company.id, payment.id, now=now, until=now)

    async def settle() -> None:
        async with app.operators.begin() as uow:
            await payments.settle(uow, company.id, payment.id, Outcome())

    await asyncio.gather(
        *(decide(company) for _ in range(3)),
        settle(),
        settle(),
        *(decide(company) for _ in range(3)),
    )
    await drain(app)

    assert await paid(company) == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert await company.balance() == "100.00"


async def test_a_deep_debt_is_one_charge_of_the_fewest_steps(app: Perseat) -> None:
    """M6, Lago 6177: -200 at a step of 100 is 300 at once, not three charges."""
    company = await low(app)
    await company.record(sms(100_000, kind=UsageKind.LOOKUP))

    await drain(app)

    assert await paid(company) == [("TOP_UP", "SUCCEEDED", "300.00")]
    assert await company.balance() == "100.00"


async def test_a_decline_switches_off_until_the_card_changes(app: Perseat) -> None:
    """M6: with a reason; asking again does not charge again; a new card brings it back."""
    company = await low(app, card="card_insufficient_funds")
    await drain(app)
    await company.record(sms(100))
    await drain(app)
    stopped = await decide(company)
    declined = await paid(company)

    await company.use_card("card_ok")
    await drain(app)

    assert declined == [("TOP_UP", "DECLINED", "100.00")]
    assert stopped.refusal is Refusal.DECLINED
    assert (await refusals(company))[0] == "DECLINED"
    assert (await paid(company))[1:] == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert await company.balance() == "98.50"


async def test_a_decline_switches_off_until_somebody_switches_on(app: Perseat) -> None:
    """M6."""
    company = await low(app, card="card_declined")
    await drain(app)

    await configure(company)

    assert await paid(company) == [("TOP_UP", "DECLINED", "100.00")] * 2
    assert (await decide(company)).refusal is Refusal.DECLINED


async def test_who_switched_off_stays_off_with_a_new_card(app: Perseat) -> None:
    company = await low(app, card="card_declined")
    await drain(app)
    await configure(company, AutoTopUp(enabled=False))

    await company.use_card("card_ok")
    await drain(app)

    assert (await decide(company)).refusal is Refusal.OFF
    assert await company.balance() == "0.00"


async def test_without_a_card_it_waits_for_one_and_says_so(app: Perseat) -> None:
    """M6."""
    company = await make_company(app)
    await configure(company)
    said = await refusals(company)

    await company.use_card("card_ok")
    await drain(app)

    assert said == ["NO_PAYMENT_METHOD"]
    assert await company.balance() == "100.00"


@pytest.mark.parametrize(
    ("zone", "evening", "midnight"),
    [
        ("UTC", "2025-11-05T23:59", "2025-11-06T00:00"),
        ("Asia/Tokyo", "2025-11-05T14:59", "2025-11-05T15:00"),
        ("America/Los_Angeles", "2025-11-06T07:59", "2025-11-06T08:00"),
    ],
)
async def test_a_cap_holds_until_the_local_day_is_over(
    app: Perseat, zone: str, evening: str, midnight: str
) -> None:
    """M6, C1: the refusal has its reason, once, and the charge follows at local midnight."""
    company = await make_company(app, on="2025-11-05", billing_timezone=zone)
    await company.use_card("card_ok")
    await configure(company, AutoTopUp(enabled=True, daily_cap=100 * UNIT))
    await company.record(sms(6_000))
    await drain(app)

    await company.go_to(*evening.split("T"))
    before = await paid(company)
    await company.go_to(*midnight.split("T"))

    assert before == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert await refusals(company) == ["DAILY_CAP"]
    assert await paid(company) == before * 2


async def test_the_monthly_cap_holds_until_the_1st(app: Perseat) -> None:
    """M6."""
    company = await low(app, on="2025-11-05")
    rule = AutoTopUp(enabled=True, daily_cap=100 * UNIT, monthly_cap=100 * UNIT)
    await configure(company, rule)
    await company.set_clock("2025-11-30")
    await company.record(sms(6_000))
    await drain(app)
    before = await refusals(company)

    await company.go_to("2025-12-01", "00:00")

    assert before == ["MONTHLY_CAP"]
    assert await paid(company) == [("TOP_UP", "SUCCEEDED", "100.00")] * 2


async def test_post_paid_usage_is_not_topped_up_but_invoiced(app: Perseat) -> None:
    """M8: the rule cannot be switched on, one that was on is refused, and the month is billed."""
    company = await low(app)
    await company.set(post_paid_usage=True)
    await drain(app)
    with pytest.raises(Refused) as refused:
        await configure(company)
    await company.convert()
    await company.record(sms(1_000))

    await company.go_to("2025-12-01")

    assert refused.value.rule == "M8"
    assert await refusals(company) == ["POST_PAID"]
    assert await paid(company) == []
    assert (await company.invoices())["2025-12-01"] == "85.00"
    assert [row[0] for row in await company.charges()] == ["L2", "L6", "M8"]


async def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_key(app: Perseat) -> None:
    """P1 to P4 of the invariants: UNKNOWN, nothing else is charged meanwhile, then one success."""
    company = await low(app, card="card_answer_lost")
    await drain(app)
    unknown = await paid(company), await company.balance(), (await decide(company)).refusal

    later = at_machine_time(app, app.clock.now() + timedelta(hours=1))
    for account_id, payment_id in await payments.unsettled(later.operators, limit=100):
        await payments.drive(later.operators, later.provider, account_id, payment_id)
    await drain(app)

    assert unknown == ([("TOP_UP", "UNKNOWN", "100.00")], "0.00", Refusal.IN_FLIGHT)
    assert await paid(company) == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert await taken(company) == [100 * UNIT]
    assert await company.balance() == "100.00"


@pytest.mark.parametrize(
    ("kind", "quantity", "invoice"),
    [
        (UsageKind.SMS_SEGMENT, 1, "70.02"),
        (UsageKind.SMS_SEGMENT, 2_482, "107.23"),
        (UsageKind.LOOKUP, 1, "70.00"),
        (UsageKind.LOOKUP, 7, "70.01"),
    ],
)
async def test_previous_debt_below_a_cent_goes_to_exactly_zero(
    app: Perseat, kind: UsageKind, quantity: int, invoice: str
) -> None:
    """M7, C4: rounded once, when it is invoiced; the rest is an entry of its own."""
    company = await make_company(app)
    await company.convert()
    await company.record(sms(quantity, kind=kind))

    await company.go_to("2025-12-01")

    assert (await company.invoices())["2025-12-01"] == invoice
    assert await company.balance() == "0.00"


async def test_a_late_event_belongs_to_the_next_period(app: Perseat) -> None:
    """M7: posted after the cut-off, before a late run, although it happened in November."""
    company = await make_company(app)
    await company.convert()
    await company.record(sms(100))
    await company.set_clock("2025-12-01", "04:00")
    await company.record(sms(1_000, happened_at=at("2025-11-30", "23:59")))

    await drain(app)
    december, balance = (await company.invoices())["2025-12-01"], await company.balance()
    await company.go_to("2026-01-01")

    assert (december, balance) == ("71.50", "-15.00")
    assert (await company.invoices())["2026-01-01"] == "85.00"
    assert await company.balance() == "0.00"


async def test_debt_is_invoiced_also_when_a_long_term_does_not_renew(app: Perseat) -> None:
    """M7: on an invoice of that 1st."""
    company = await make_company(app)
    await company.convert(Term.ANNUAL)
    await company.record(sms(100))

    await company.go_to("2025-12-01")

    rows = [(row.kind, money(row.total)) for row in await company.invoice_rows()]
    assert rows == [("INITIAL", "756.00"), ("TRUE_UP", "1.50")]
    assert await company.balance() == "0.00"


async def test_credits_pay_for_no_licence(app: Perseat) -> None:
    """M4."""
    company = await make_company(app)
    await company.convert()
    await company.buy("500")

    await company.go_to("2025-12-01")

    assert (await company.invoices())["2025-12-01"] == "70.00"
    assert await company.balance() == "500.00"


async def test_who_is_low_is_found_although_nobody_rang(own_app: Perseat) -> None:
    """M6: the condition is durable; a charge that is open or above the threshold hides it."""
    company, other = await low(own_app), await make_company(own_app)
    await query(own_app, "UPDATE outbox SET done_at = now()")

    found = await credits.low_accounts(own_app.operators, limit=10)
    await decide(company)
    after = await credits.low_accounts(own_app.operators, limit=10)

    assert (found, after) == ([company.id], [])
    assert other.id not in found


async def test_an_account_that_cannot_be_charged_does_not_hide_the_next_one(
    own_app: Perseat,
) -> None:
    """M6: nothing stops silently, not behind a page full of refusals either."""
    stuck = await make_company(own_app)
    await configure(stuck)
    company = await low(own_app)
    await query(own_app, "UPDATE outbox SET done_at = now()")

    for _ in range(3):
        for account_id in await credits.low_accounts(own_app.operators, limit=1):
            async with own_app.operators.begin() as uow:
                await credits.top_up_if_low(uow, account_id)

    assert await refusals(stuck) == ["NO_PAYMENT_METHOD"]
    assert await paid(company) == [("TOP_UP", "CREATED", "100.00")]


async def test_a_closed_account_that_is_low_is_no_error_of_the_tick(own_app: Perseat) -> None:
    """M6: it is refused with its reason, and the accounts behind it are looked at."""
    company = await low(own_app)
    await company.convert()
    await company.record(sms(100_000))
    await company.set(status="CLOSED")

    decisions = [
        await decide(company) for _ in await credits.low_accounts(own_app.operators, limit=10)
    ]

    assert [each.refusal for each in decisions] in ([], [Refusal.CLOSED])
