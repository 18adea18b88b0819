"""Rule M3, proved: what was rated stays rated, and what the rates do not give is named."""

from datetime import timedelta

import pytest

from app.bootstrap import Perseat
from app.domain.usage import UsageEvent
from app.services import rate_recounts
from tests.make import Company, at, make_company, query, sms
from tests.services.test_rate_changes import change, negotiate, new


async def told(app: Perseat) -> list[str]:
    return [what async for _, what in rate_recounts.wrong(app.operators)]


async def record(company: Company, event: UsageEvent) -> int:
    return (await company.record(event)).cost


async def test_at_one_instant_there_may_be_two_rates(own_app: Perseat) -> None:
    """M3, P2: the clock of a sandbox stands; what came before the agreement stays as it was."""
    company = await make_company(own_app)

    costs = [await record(company, sms(1))]
    await negotiate(company, new(9_000, plan_id=None))
    costs.append(await record(company, sms(1)))

    assert costs == [15_000, 9_000]
    assert await told(own_app) == []


async def test_so_may_there_be_two_plans(own_app: Perseat) -> None:
    """M3, L7."""
    company = await make_company(own_app)
    await company.convert()

    costs = [await record(company, sms(1))]
    await company.change_plan("xpro")
    costs.append(await record(company, sms(1)))

    assert costs == [15_000, 12_000]
    assert await told(own_app) == []


async def test_a_sandbox_that_is_ahead_is_not_rated_again(own_app: Perseat) -> None:
    """M3: the card changes today, and the account is in a year that has not come."""
    later = own_app.clock.now() + timedelta(days=300)
    company = await make_company(own_app, on=str(later.date()))

    costs = [await record(company, sms(1, happened_at=later - timedelta(days=1)))]
    await change(own_app, new(20_000))
    costs.append(await record(company, sms(1, happened_at=later - timedelta(days=1))))

    assert costs == [15_000, 20_000]
    assert await told(own_app) == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE rates SET amount = 16000 WHERE amount = 15000",
            "rated 0.015, fee 0.003, the rates give 0.016, fee 0.003",
        ),
        (
            "UPDATE carrier_fees SET amount = 4000 WHERE amount = 3000",
            "rated 0.015, fee 0.003, the rates give 0.015, fee 0.004",
        ),
        (
            """UPDATE rates SET effective = tstzrange('2025-11-02Z', NULL)
            WHERE plan_id = 'upro' AND amount = 15000""",
            "The plan had no rate for SMS_SEGMENT OUTBOUND LOCAL AUTOMATION on 2025-11-01",
        ),
        (
            "UPDATE rates SET amount = 0, included = true WHERE amount = 15000",
            "rated 0.015, fee 0.003, the rates give 0.00 included, fee 0.003",
        ),
    ],
)
async def test_a_card_that_was_changed_behind_its_events_is_named(
    own_app: Perseat, statement: str, words: str
) -> None:
    """M3: with the event, and both figures."""
    company = await make_company(own_app)
    await company.record(sms(2, "a-1", carrier="att", happened_at=at("2025-11-01", "11:00")))

    await query(own_app, statement)

    (found,) = await told(own_app)
    assert found.startswith("event a-1: ")
    assert words in found
