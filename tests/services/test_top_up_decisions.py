"""Rule M6, its flight recorder: whoever asks why, or why not, finds what was seen and decided."""

import asyncio
from datetime import timedelta

from app.bootstrap import Perseat
from app.domain.money import UNIT
from app.domain.top_up_decisions import TopUpOutcome, TopUpTrigger
from app.domain.top_ups import AutoTopUp, Refusal
from app.services import charging, top_ups
from app.services.top_up_records import Cause
from tests.make import Company, at_machine_time, drain, make_company, money, query, sms
from tests.services.topping import configure, decide, decisions, low

USED, LOOKED = Cause(TopUpTrigger.USAGE), Cause(TopUpTrigger.TICK)


async def _ask(company: Company, cause: Cause) -> top_ups.Decision:
    async with company.begin() as uow:
        return await top_ups.top_up_if_low(uow, company.id, cause)


async def test_the_story_of_a_top_up_is_there_from_the_trigger_to_the_settlement(
    app: Perseat,
) -> None:
    """M6: what made somebody look is told by who made them look."""
    company = await make_company(app)
    await company.use_card("card_ok")
    await drain(app)
    await configure(company)
    await company.record(sms(6_000))
    await drain(app)
    await company.go_to("2025-11-02")

    assert await decisions(company) == [
        ("METHOD", "OFF", 1),
        ("RULE", "CHARGED", 1),
        ("SETTLED", "NOT_NEEDED", 1),
        ("USAGE", "CHARGED", 1),
        ("SETTLED", "NOT_NEEDED", 1),
        ("CLOCK", "NOT_NEEDED", 1),
    ]


async def test_what_was_seen_is_kept(app: Perseat) -> None:
    """M6: the balance, the rule, what the caps have left, and what the breaker counts."""
    company = await low(app)
    await drain(app)
    await company.record(sms(6_000))
    charged = await decide(company)
    refused = await decide(company)

    row = charged.recorded
    assert charged.payment is not None
    assert (row.outcome, money(row.balance), money(row.amount)) == ("CHARGED", "10.00", "100.00")
    assert row.payment_id == charged.payment.id
    assert row.seen is not None
    assert row.seen | {"threshold": 10 * UNIT, "amount": 100 * UNIT} == row.seen
    assert row.seen | {"charged_today": 100 * UNIT, "recent": 1} == row.seen
    assert refused.recorded.seen is not None
    assert refused.recorded.payment_id == charged.payment.id
    assert refused.recorded.seen["open_charge"] == "CREATED"
    assert refused.recorded.seen["charged_today"] == 200 * UNIT  # what is open counts


async def test_a_hot_account_does_not_fill_the_table(app: Perseat) -> None:
    """M6: while its charge is open each look is counted in one row, with the newest balance."""
    company = await low(app)
    await decide(company)

    for _ in range(10):
        await asyncio.gather(*(_ask(company, USED) for _ in range(10)))
    await company.record(sms(100))
    last = await _ask(company, LOOKED)

    assert await decisions(company) == [
        ("METHOD", "OFF", 1),
        ("USAGE", "CHARGED", 1),
        ("USAGE", "IN_FLIGHT", 101),
    ]
    assert last.recorded.triggers == {"USAGE": 100, "TICK": 1}
    assert (money(last.recorded.balance), money(last.recorded.last_balance)) == ("0.00", "-1.50")


async def test_what_is_seen_differently_is_a_row_of_its_own(app: Perseat) -> None:
    """M6: sent, unknown, settled: each is another thing to have decided about."""
    company = await low(app, card="card_answer_lost")
    payment = (await decide(company)).payment
    assert payment is not None
    await query(app, "UPDATE outbox SET done_at = now() WHERE account_id = :id", id=company.id)
    await decide(company)
    await charging.drive(app.operators, app.provider, company.id, payment.id)
    for _ in range(3):
        await decide(company)
    later = at_machine_time(app, app.clock.now() + timedelta(hours=1))
    await charging.drive(later.operators, later.provider, company.id, payment.id)
    await drain(app)

    sql = """SELECT outcome, seen ->> 'open_charge' FROM top_up_decisions
        WHERE account_id = :id AND outcome <> 'OFF' ORDER BY number"""
    assert [tuple(row) for row in await query(app, sql, id=company.id)] == [
        ("CHARGED", None),
        ("IN_FLIGHT", "CREATED"),
        ("IN_FLIGHT", "UNKNOWN"),
        ("NOT_NEEDED", None),
    ]


async def test_what_decides_differently_is_never_lost(app: Perseat) -> None:
    """M6: to and fro between two refusals is a row each time."""
    company = await low(app, on="2025-11-05")
    caps = AutoTopUp(enabled=True, daily_cap=100 * UNIT)
    await configure(company, caps)
    await company.record(sms(6_000))
    for _ in range(3):
        await company.set(post_paid_usage=True)
        assert (await decide(company)).refusal is Refusal.POST_PAID
        await company.set(post_paid_usage=False)
        assert (await decide(company)).refusal is Refusal.DAILY_CAP

    found = [outcome for _, outcome, _ in await decisions(company)]
    assert found[-6:] == ["POST_PAID", "DAILY_CAP"] * 3


async def test_a_new_day_is_a_new_look(app: Perseat) -> None:
    """M6, C1: at most one row a day for what stays as it is."""
    company = await make_company(app, billing_timezone="Pacific/Kiritimati")
    await configure(company)
    for hour in ("13:00", "14:00", "15:00"):  # it is the next day there from 10:00 UTC on
        await company.go_to("2025-11-01", hour)
    await company.go_to("2025-11-02", "09:59")
    before = await decisions(company)
    await company.go_to("2025-11-02", "10:00")

    assert before == [("RULE", "NO_PAYMENT_METHOD", 5)]
    assert await decisions(company) == [*before, ("CLOCK", "NO_PAYMENT_METHOD", 1)]


async def test_deciders_at_once_number_their_decisions_without_a_gap(app: Perseat) -> None:
    company = await low(app)

    await asyncio.gather(*(_ask(company, USED) for _ in range(20)))
    await drain(app)

    sql = "SELECT number FROM top_up_decisions WHERE account_id = :id ORDER BY number"
    numbers = [row[0] for row in await query(app, sql, id=company.id)]
    assert numbers == [*range(1, len(numbers) + 1)]


async def test_each_outcome_that_is_no_success_is_a_refusal() -> None:
    """M6: what the API calls a refusal, and what the recorder does, are the same."""
    assert {each.refusal for each in TopUpOutcome} == {None, *Refusal}


async def test_whoever_is_refused_for_a_reason_that_has_gone_is_looked_at_again(
    own_app: Perseat,
) -> None:
    """M6: nobody rang when the flag was taken back; the tick finds the account."""
    company = await low(own_app)
    await company.set(post_paid_usage=True)
    await drain(own_app)
    stands = await top_ups.low_accounts(own_app.operators, limit=10)

    await company.set(post_paid_usage=False)

    assert stands == []
    assert await top_ups.low_accounts(own_app.operators, limit=10) == [company.id]


async def test_a_card_that_was_missing_once_is_no_reason_for_ever(own_app: Perseat) -> None:
    """M6: refused without a card, then at a cap, and the next day somebody looks."""
    company = await make_company(own_app, on="2025-11-05")
    await company.use_card("card_ok")
    await configure(company, AutoTopUp(enabled=True, daily_cap=100 * UNIT))
    await company.record(sms(6_000))
    await query(own_app, "UPDATE payment_methods SET is_default = false")
    await drain(own_app)
    without = await top_ups.low_accounts(own_app.operators, limit=10)
    await query(own_app, "UPDATE payment_methods SET is_default = true")
    capped = await decide(company)

    assert without == []
    assert capped.refusal is Refusal.DAILY_CAP
    assert await top_ups.low_accounts(own_app.operators, limit=10) == [company.id]
