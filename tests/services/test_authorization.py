"""Rule M4: the gate is before the spending, and what has happened is posted all the same."""

from typing import Any

import pytest

from app.bootstrap import Perseat
from app.domain.authorizations import Denial
from app.domain.errors import InvalidInput, Refused
from app.domain.usage import Initiator, LineType, UsageEvent
from app.services import ingestion
from app.services.ingestion import Disposition
from tests.holding import ask
from tests.make import at, make_company, money, sms

RECORDED, DUPLICATE, CONFLICT, INVALID = Disposition
AGENT: dict[str, Any] = {"initiator": Initiator.AGENT}
AFTERWARDS: dict[str, object] = {"post_paid_usage": True}


def said(batch: ingestion.Batch) -> list[Disposition]:
    return [each.disposition for each in batch.results]


@pytest.mark.parametrize(
    ("change", "more", "quantity", "allowed", "projected"),
    [
        ({}, {}, 100, True, "0.00"),
        ({}, {}, 101, False, "-0.015"),
        ({}, AGENT, 1_000_000, True, "1.50"),
        ({"may_go_negative": True}, {}, 101, True, "-0.015"),
        (AFTERWARDS, {}, 101, True, "-0.015"),
    ],
    ids=["enough", "too little", "included", "may go negative", "post-paid"],
)
async def test_the_gate_says_yes_or_no_before_the_spending(
    app: Perseat,
    change: dict[str, object],
    more: dict[str, Any],
    quantity: int,
    allowed: bool,  # noqa: FBT001
    projected: str,
) -> None:
    """M4: at a balance of 1.50 and 0.015 each; included traffic of agents never stops."""
    company = await make_company(app)
    await company.buy("1.50")
    if change == AFTERWARDS:
        await company.pay_afterwards(usage=True)
    elif change:
        await company.set(**change)
    event: UsageEvent = sms(quantity, **more)

    answer = await ask(company, event)

    assert (answer.allowed, money(answer.projected_balance)) == (allowed, projected)
    assert answer.denial == (None if allowed else Denial.INSUFFICIENT_CREDITS)
    assert await company.balance() == "1.50"


async def test_what_has_happened_is_posted_although_the_gate_says_no(app: Perseat) -> None:
    """M4."""
    company = await make_company(app)

    batch = await company.record(sms(100))

    assert said(batch) == [RECORDED]
    assert await company.balance() == "-1.50"


async def test_a_closed_account_used_only_what_happened_before(app: Perseat) -> None:
    """P1, M4: whenever it is reported; a trial that is cancelled is closed at once."""
    company = await make_company(app, on="2025-11-10")
    await company.cancel()
    await company.set_clock("2025-11-12")

    batch = await company.record(
        sms(happened_at=at("2025-11-10", "11:59")), sms(happened_at=at("2025-11-10"))
    )

    assert said(batch) == [RECORDED, INVALID]
    refusal = batch.results[1].error
    assert isinstance(refusal, Refused)
    assert (refusal.rule, refusal.field) == ("P1", "events.1.happenedAt")
    assert await company.balance() == "-0.015"


async def test_the_lines_of_one_question_are_allowed_together_or_not_at_all(app: Perseat) -> None:
    """M4: a campaign is not sent by halves."""
    company = await make_company(app)
    await company.buy("2.00")
    local, free = sms(100), sms(10, line_type=LineType.TOLL_FREE)

    both = await ask(company, local, free)
    alone = await ask(company, local)

    assert [money(each) for each in both.costs] == ["1.50", "0.15"]
    assert (both.allowed, money(both.projected_balance)) == (True, "0.35")
    assert (await ask(company, local, *[free] * 4)).denial is Denial.INSUFFICIENT_CREDITS
    assert (await ask(company, local, free, sms(10**6, **AGENT))).allowed
    assert alone.allowed


@pytest.mark.parametrize("number", [0, 101])
async def test_a_question_has_some_lines_and_not_too_many(app: Perseat, number: int) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        await ask(company, *[sms()] * number)

    assert refused.value.field == "usage"


@pytest.mark.parametrize("quantity", [0, -1, 10**6 + 1])
async def test_a_quantity_that_no_event_may_have_is_no_question(
    app: Perseat, quantity: int
) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        await ask(company, sms(), sms(quantity))

    assert refused.value.field == "usage.1.quantity"


async def test_agents_go_on_in_debt(app: Perseat) -> None:
    """M4: and what is metered stops."""
    company = await make_company(app)
    await company.record(sms(100))

    assert (await ask(company, sms(1000, **AGENT))).allowed
    assert (await ask(company, sms())).denial is Denial.INSUFFICIENT_CREDITS


async def test_nothing_is_asked_for_by_who_is_closed(app: Perseat) -> None:
    """P1: by its status, or because its cancelled term is over and the run is late; not even
    what is included."""
    company, gone = await make_company(app), await make_company(app)
    for each in (company, gone):
        await each.convert()
    await company.set(status="CLOSED")
    await gone.cancel()
    await gone.set_clock("2025-12-01", "00:00")

    for each in (company, gone):
        assert (await ask(each, sms(**AGENT))).denial is Denial.ACCOUNT_CLOSED


async def test_a_past_due_account_may_spend_what_it_has(app: Perseat) -> None:
    """I6: users keep their states, and credits are paid for already."""
    company = await make_company(app)
    await company.convert()
    await company.buy("10")
    await company.set(status="PAST_DUE")

    assert (await ask(company, sms())).allowed
