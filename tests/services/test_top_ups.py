"""Rule M6: one charge for each episode, within its caps, and a reason whenever there is none."""

import asyncio
from datetime import timedelta

import pytest

from app.bootstrap import Perseat
from app.domain.errors import Refused
from app.domain.money import UNIT
from app.domain.payments import Outcome
from app.domain.top_ups import AutoTopUp, Refusal
from app.domain.usage import UsageKind
from app.services import charging, settlements, top_ups
from app.store import settlements as settlement_store
from tests.make import at_machine_time, drain, make_company, money, query, sms
from tests.services.topping import configure, decide, low


async def test_twenty_deciders_of_one_moment_charge_once(app: Perseat) -> None:
    """M6: one in flight; the others record why they did not."""
    company = await low(app)

    decisions = await asyncio.gather(*(decide(company) for _ in range(20)))
    await drain(app)

    sql = """SELECT sum(times::int)
        FROM top_up_decisions, jsonb_each_text(triggers) AS by (name, times)
        WHERE account_id = :id AND outcome = 'IN_FLIGHT'"""
    assert [each.refusal for each in decisions].count(Refusal.IN_FLIGHT) == 19
    assert [row[0] for row in await query(app, sql, id=company.id)] == [20]
    assert await company.top_ups() == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert await company.taken() == ["100.00"]
    assert await company.balance() == "100.00"


@pytest.mark.parametrize("_", range(8))
async def test_deciding_while_a_charge_settles_does_not_charge_again(app: Perseat, _: int) -> None:
    """M6: the order is lock, open charge, balance; one charge per episode."""
    company = await low(app)
    payment = (await decide(company)).payment
    assert payment is not None
    now = company.app.clock.now()
    async with app.operators.begin() as uow:
        await settlement_store.send(uow.session, company.id, payment.id, now=now, until=now)

    async def settle() -> None:
        async with app.operators.begin() as uow:
            await settlements.settle(uow, company.id, payment.id, Outcome())

    await asyncio.gather(
        *(decide(company) for _ in range(3)),
        settle(),
        settle(),
        *(decide(company) for _ in range(3)),
    )
    await drain(app)

    assert await company.top_ups() == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert await company.balance() == "100.00"


async def test_a_deep_debt_is_one_charge_of_the_fewest_steps(app: Perseat) -> None:
    """M6: -200 at a step of 100 is 300 at once, not three charges."""
    company = await low(app)
    await company.record(sms(100_000, kind=UsageKind.LOOKUP))

    await drain(app)

    assert await company.top_ups() == [("TOP_UP", "SUCCEEDED", "300.00")]
    assert await company.balance() == "100.00"


async def test_a_decline_switches_off_until_the_card_changes(app: Perseat) -> None:
    """M6: with a reason; asking again does not charge again; a new card brings it back."""
    company = await low(app, card="card_insufficient_funds")
    await drain(app)
    await company.record(sms(100))
    await drain(app)
    stopped = await decide(company)
    declined = await company.top_ups()

    await company.use_card("card_ok")
    await drain(app)

    assert declined == [("TOP_UP", "DECLINED", "100.00")]
    assert stopped.refusal is Refusal.DECLINED
    assert (await company.refusals())[0] == "DECLINED"
    assert (await company.top_ups())[1:] == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert await company.balance() == "98.50"


async def test_a_decline_switches_off_until_somebody_switches_on(app: Perseat) -> None:
    """M6."""
    company = await low(app, card="card_declined")
    await drain(app)

    await configure(company)

    assert await company.top_ups() == [("TOP_UP", "DECLINED", "100.00")] * 2
    assert (await decide(company)).refusal is Refusal.DECLINED


async def test_a_decline_of_the_old_card_lets_the_new_one_be_tried(app: Perseat) -> None:
    """M6: the card was changed while the old one was being charged."""
    company = await low(app, card="card_declined")
    payment = (await decide(company)).payment
    assert payment is not None

    await company.use_card("card_ok")
    await drain(app)

    assert await company.top_ups() == [
        ("TOP_UP", "DECLINED", "100.00"),
        ("TOP_UP", "SUCCEEDED", "100.00"),
    ]
    assert await company.balance() == "100.00"


async def test_a_decline_does_not_say_why_what_was_switched_off_is_off(app: Perseat) -> None:
    """M6: who switched off while the card was being charged stays off."""
    company = await low(app, card="card_declined")
    await decide(company)

    await configure(company, AutoTopUp(enabled=False))
    await company.use_card("card_ok")
    await drain(app)

    assert await company.top_ups() == [("TOP_UP", "DECLINED", "100.00")]
    assert (await decide(company)).refusal is Refusal.OFF


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
    said = await company.refusals()

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
    before = await company.top_ups()
    await company.go_to(*midnight.split("T"))

    assert before == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert await company.refusals() == ["DAILY_CAP"]
    assert await company.top_ups() == before * 2


async def test_a_refusal_at_a_cap_is_told_again_when_the_balance_has_fallen(
    app: Perseat,
) -> None:
    """M6: nothing stops silently, and asking again is no news."""
    company = await low(app, on="2025-11-05")
    await configure(company, AutoTopUp(enabled=True, daily_cap=100 * UNIT))
    sql = """SELECT balance, at FROM top_up_decisions
        WHERE account_id = :id AND outcome = 'DAILY_CAP' ORDER BY number"""

    for day in ("2025-11-06", "2025-11-07", "2025-11-08"):
        await company.set_clock(day)
        await company.record(sms(14_000))
        for _ in range(3):
            await decide(company)
            await company.record(sms(1))
    await company.set_clock("2025-11-10")
    await decide(company)
    await decide(company)

    told = await query(app, sql, id=company.id)
    assert [(money(row[0]), row[1].day) for row in told] == [
        ("-110.00", 6),
        ("-320.045", 7),
        ("-530.09", 8),
        ("-530.135", 10),
    ]


async def test_who_never_switched_it_on_is_told_nothing(app: Perseat) -> None:
    company = await make_company(app)
    await company.use_card("card_ok")
    await company.record(sms(1_000))

    assert (await decide(company)).refusal is Refusal.OFF
    assert await company.refusals() == []


async def test_the_monthly_cap_holds_until_the_1st(app: Perseat) -> None:
    """M6."""
    company = await low(app, on="2025-11-05")
    rule = AutoTopUp(enabled=True, daily_cap=100 * UNIT, monthly_cap=100 * UNIT)
    await configure(company, rule)
    await company.set_clock("2025-11-30")
    await company.record(sms(6_000))
    await drain(app)
    before = await company.refusals()

    await company.go_to("2025-12-01", "00:00")

    assert before == ["MONTHLY_CAP"]
    assert await company.top_ups() == [("TOP_UP", "SUCCEEDED", "100.00")] * 2


async def test_post_paid_usage_is_not_topped_up_but_invoiced(app: Perseat) -> None:
    """M8: the rule cannot be switched on, one that was on is refused, and the month is billed."""
    company = await low(app)
    await company.pay_afterwards(usage=True)
    await drain(app)
    with pytest.raises(Refused) as refused:
        await configure(company)
    await company.convert()
    await company.record(sms(1_000))

    await company.go_to("2025-12-01")

    assert refused.value.rule == "M8"
    assert await company.refusals() == ["POST_PAID"]
    assert await company.top_ups() == []
    assert (await company.invoices())["2025-12-01"] == "85.00"
    assert [row[0] for row in await company.charges()] == ["L2", "L6", "M8"]


async def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_key(app: Perseat) -> None:
    """P1 to P4 of the invariants: UNKNOWN, nothing else is charged meanwhile, then one success."""
    company = await low(app, card="card_answer_lost")
    await drain(app)
    unknown = await company.top_ups(), await company.balance(), (await decide(company)).refusal

    later = at_machine_time(app, app.clock.now() + timedelta(hours=1))
    for account_id, payment_id in await charging.unsettled(later.operators, limit=100):
        await charging.drive(later.operators, later.provider, account_id, payment_id)
    await drain(app)

    assert unknown == ([("TOP_UP", "UNKNOWN", "100.00")], "0.00", Refusal.IN_FLIGHT)
    assert await company.top_ups() == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert await company.taken() == ["100.00"]
    assert await company.balance() == "100.00"


async def test_who_is_low_is_found_although_nobody_rang(own_app: Perseat) -> None:
    """M6: the condition is durable; a charge that is open or above the threshold hides it."""
    company, other = await low(own_app), await make_company(own_app)
    await query(own_app, "UPDATE outbox SET done_at = now()")

    found = await top_ups.low_accounts(own_app.operators, limit=10)
    await decide(company)
    after = await top_ups.low_accounts(own_app.operators, limit=10)

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
        for account_id in await top_ups.low_accounts(own_app.operators, limit=1):
            async with own_app.operators.begin() as uow:
                await top_ups.top_up_if_low(uow, account_id)

    assert await stuck.refusals() == ["NO_PAYMENT_METHOD"]
    assert await company.top_ups() == [("TOP_UP", "CREATED", "100.00")]


async def test_a_closed_account_that_is_low_is_no_error_of_the_tick(own_app: Perseat) -> None:
    """M6: it is refused with its reason, and the accounts behind it are looked at."""
    company = await low(own_app)
    await company.convert()
    await company.record(sms(100_000))
    await company.set(status="CLOSED", next_bill_at=None)

    decisions = [
        await decide(company) for _ in await top_ups.low_accounts(own_app.operators, limit=10)
    ]

    assert [each.refusal for each in decisions] in ([], [Refusal.CLOSED])
