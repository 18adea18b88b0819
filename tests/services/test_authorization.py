"""Rule M4: the gate is before the spending, and what has happened is posted all the same."""

from typing import Any

import pytest

from app.bootstrap import Perseat
from app.domain.errors import Refused
from app.domain.usage import Initiator, UsageEvent
from app.services import ingestion, usage
from app.services.ingestion import Disposition
from tests.make import at, make_company, money, sms

RECORDED, DUPLICATE, CONFLICT, INVALID = Disposition
AGENT: dict[str, Any] = {"initiator": Initiator.AGENT}


def said(batch: ingestion.Batch) -> list[Disposition]:
    return [each.disposition for each in batch.results]


@pytest.mark.parametrize(
    ("change", "more", "quantity", "allowed", "projected"),
    [
        ({}, {}, 100, True, "0.00"),
        ({}, {}, 101, False, "-0.015"),
        ({}, AGENT, 1_000_000, True, "1.50"),
        ({"may_go_negative": True}, {}, 101, True, "-0.015"),
        ({"post_paid_usage": True}, {}, 101, True, "-0.015"),
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
    if change:
        await company.set(**change)
    event: UsageEvent = sms(quantity, **more)

    async with company.begin() as uow:
        answer = await usage.authorize_usage(uow, company.id, event.cell, quantity)

    assert (answer.allowed, money(answer.projected_balance)) == (allowed, projected)
    assert answer.reason == (None if allowed else "INSUFFICIENT_CREDITS")
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
