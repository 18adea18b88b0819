"""Rule M6: more than three automatic top-ups within ten minutes are not normal, and stop."""

from datetime import datetime

import pytest

from app.bootstrap import Perseat
from app.domain.top_ups import Refusal
from tests.make import Company, at, drain, query, sms
from tests.services.topping import configure, decide, decisions, low, stopped


async def _use(company: Company, time: str, day: str = "2025-11-05") -> None:
    """105.00 of about a hundred: one more step is needed."""
    if (moment := at(day, time)) > await _now(company):
        await company.set_clock(day, f"{moment:%H:%M:%S}")
    await company.record(sms(7_000))
    await drain(company.app)


async def _now(company: Company) -> datetime:
    found: datetime = (
        await query(company.app, "SELECT test_clock FROM accounts WHERE id = :id", id=company.id)
    )[0][0]
    return found


async def _busy(app: Perseat) -> Company:
    """Three top-ups, the first at 12:00."""
    company = await low(app, on="2025-11-05")
    await drain(app)
    for minute in ("12:04", "12:09"):
        await _use(company, minute)
    return company


async def test_the_fourth_within_ten_minutes_opens_it(app: Perseat) -> None:
    """M6: it is not charged, the rule is off with a reason, and it stays so."""
    company = await _busy(app)
    before = await stopped(company), len(await company.top_ups())
    for minute in ("12:09:30", "12:30"):
        await _use(company, minute)

    assert before == ((True, None), 3)
    assert await stopped(company) == (False, "BREAKER")
    assert len(await company.top_ups()) == 3
    assert [row[1] for row in await decisions(company)].count("BREAKER") == 2  # the clock's too
    assert (await decide(company)).refusal is Refusal.BREAKER


async def test_after_ten_minutes_the_next_one_is_normal(app: Perseat) -> None:
    """M6: any ten minutes count, not those of the clock on the wall."""
    company = await _busy(app)

    await _use(company, "12:10")  # the first was ten minutes ago

    assert await company.top_ups() == [("TOP_UP", "SUCCEEDED", "100.00")] * 4
    assert await stopped(company) == (True, None)


async def test_a_declined_one_counts_too(app: Perseat) -> None:
    """M6: a card that is asked again and again is what the breaker is for."""
    company = await low(app, on="2025-11-05", card="card_declined")
    await drain(app)
    for _ in range(2):
        await configure(company)
    await configure(company)

    assert await company.top_ups() == [("TOP_UP", "DECLINED", "100.00")] * 3
    assert await stopped(company) == (False, "BREAKER")


async def test_what_people_buy_does_not_count(app: Perseat) -> None:
    company = await low(app, on="2025-11-05")
    await drain(app)
    for _ in range(4):
        await company.buy("25.00")
    await company.record(sms(13_000))

    await drain(app)

    assert (await company.top_ups())[-1] == ("TOP_UP", "SUCCEEDED", "100.00")


async def test_switching_it_on_again_closes_it_and_counts_anew(app: Perseat) -> None:
    """M6: who switches it on was told why it had stopped."""
    company = await _busy(app)
    await _use(company, "12:09")
    opened = await stopped(company)

    await configure(company)

    assert opened == (False, "BREAKER")
    assert await stopped(company) == (True, None)
    assert len(await company.top_ups()) == 4


async def test_a_new_card_does_not_close_it(app: Perseat) -> None:
    """M6: the card was not what was wrong."""
    company = await _busy(app)
    await _use(company, "12:09")

    await company.use_card("card_ok")
    await drain(app)

    assert await stopped(company) == (False, "BREAKER")
    assert len(await company.top_ups()) == 3


@pytest.mark.parametrize(("fourth", "number"), [("06:07:59", 3), ("06:08:00", 4)])
async def test_ten_minutes_are_ten_minutes_when_the_clocks_are_put_back(
    app: Perseat, fourth: str, number: int
) -> None:
    """C1: in New York it is 01:58 at the first and 01:02 at the second."""
    company = await low(app, on="2025-11-02", time="05:58", billing_timezone="America/New_York")
    await drain(app)

    for moment in ("06:02", "06:06", fourth):
        await _use(company, moment, "2025-11-02")

    assert len(await company.top_ups()) == number
    assert await stopped(company) == ((True, None) if number == 4 else (False, "BREAKER"))
