"""Rule M4: the gate is before the spending, and what has happened is posted all the same."""

from typing import Any

import pytest

from app.bootstrap import Perseat
from app.domain.errors import Refused
from app.domain.usage import Initiator, UsageEvent
from app.services import usage
from app.services.usage import Disposition
from tests.make import make_company, money, sms

RECORDED, DUPLICATE, CONFLICT, INVALID = Disposition
AGENT: dict[str, Any] = {"initiator": Initiator.AGENT}


def said(batch: usage.Batch) -> list[Disposition]:
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
    assert money(batch.balance) == "-1.50"


async def test_a_closed_account_uses_nothing(app: Perseat) -> None:
    """P1."""
    company = await make_company(app)
    await company.convert()
    await company.set(status="CLOSED", next_bill_at=None)

    with pytest.raises(Refused) as refused:
        await company.record(sms())

    assert refused.value.rule == "P1"
