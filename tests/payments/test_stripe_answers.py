"""What each answer of Stripe comes to, on a server that says it word for word."""

from datetime import timedelta

import pytest

from app.clock import SystemClock
from app.db.types import new_id
from app.domain.money import UNIT
from app.payments.provider import ACCOUNT, ChargeStatus, OutcomeUnknown
from app.payments.stripe_reading import KEY
from tests.payments.contract import new_key
from tests.payments.raw_server import resets, says
from tests.payments.stripe_answers import (
    INTENT,
    INTENTS,
    NOW,
    ORDER,
    error,
    intent,
    listed,
    stripe_that,
)


async def test_a_charge_is_asked_for_by_its_key() -> None:
    """P1 of the invariants."""
    async with stripe_that({f"POST {INTENTS}": [says(200, intent("succeeded"))]}) as (
        provider,
        raw,
    ):
        await provider.charge(ORDER)

    (asked,) = raw.asked
    assert asked.headers["idempotency-key"] == str(ORDER.key)
    assert (asked.fields["amount"], asked.fields["currency"]) == ("7000", "usd")
    assert (asked.fields["confirm"], asked.fields["off_session"]) == ("true", "true")
    assert asked.fields["metadata[account_id]"] == ORDER.notes[ACCOUNT]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, "insufficient_funds"),
        ({"code": "expired_card"}, "expired_card"),
        ({"code": "authentication_required"}, "authentication_required"),
    ],
)
async def test_a_decline_is_told_by_its_closest_code(facts: dict[str, str], code: str) -> None:
    failed = intent("requires_payment_method", last_payment_error=facts)
    refused = says(402, {"error": {"type": "card_error", "payment_intent": failed, **facts}})
    async with stripe_that({f"POST {INTENTS}": [refused]}) as (provider, raw):
        charge = await provider.charge(ORDER)

    assert (charge.status, charge.decline_code) == (ChargeStatus.DECLINED, code)
    assert (charge.reference, charge.key) == ("pi_1", ORDER.key)
    assert len(raw.asked) == 1


@pytest.mark.parametrize(
    "facts",
    [{"code": "amount_too_small"}, {"code": "resource_missing", "param": "payment_method"}],
)
async def test_what_stripe_will_never_charge_is_declined(facts: dict[str, str]) -> None:
    """Its log has the request, if nothing else."""
    refused = says(400, error(**facts), "request-id: req_1")
    async with stripe_that({f"POST {INTENTS}": [refused]}) as (provider, _):
        charge = await provider.charge(ORDER)

    assert (charge.status, charge.decline_code) == (ChargeStatus.DECLINED, facts["code"])
    assert charge.reference == "req_1"


async def test_what_stripe_does_not_know_yet_is_pending() -> None:
    async with stripe_that({f"POST {INTENTS}": [says(200, intent("processing"))]}) as (
        provider,
        _,
    ):
        assert (await provider.charge(ORDER)).status is ChargeStatus.PENDING


async def test_what_cannot_be_cancelled_is_unknown() -> None:
    """P3 of the invariants: it may have succeeded in between."""
    state = says(400, error(code="payment_intent_unexpected_state"))
    routes = {
        f"POST {INTENTS}": [says(200, intent("requires_action"))],
        f"POST {INTENT}/cancel": [state],
    }
    async with stripe_that(routes) as (provider, _):
        with pytest.raises(OutcomeUnknown):
            await provider.charge(ORDER)


async def test_a_charge_on_the_second_page_is_found() -> None:
    other = intent("succeeded", id="pi_2", metadata={})
    pages = [
        listed(other, url=INTENTS, has_more=True),
        listed(intent("succeeded"), url=INTENTS),
    ]
    async with stripe_that({f"GET {INTENTS}": pages}) as (provider, raw):
        found = await provider.look_up(ORDER.key, "cus_1")

    assert found is not None
    assert found.reference == "pi_1"
    assert [each.fields.get("starting_after") for each in raw.asked] == [None, "pi_2"]
    assert {each.fields["customer"] for each in raw.asked} == {"cus_1"}


async def test_only_charges_that_may_be_of_the_key_are_read() -> None:
    """P3 of the invariants: who was charged a thousand times is not read whole for each look."""
    key = new_id()
    made = SystemClock().now().timestamp()
    async with stripe_that({f"GET {INTENTS}": [listed(url=INTENTS)]}) as (provider, raw):
        found = await provider.look_up(key, "cus_1")

    assert found is None
    assert abs(made - 86_400 - int(raw.asked[0].fields["created[gte]"])) < 60


async def test_a_second_page_that_fails_ends_the_list_in_doubt() -> None:
    """P3 of the invariants: half a list would make orphans of the rest."""
    pages = [listed(intent("succeeded"), url=INTENTS, has_more=True), resets]
    async with stripe_that({f"GET {INTENTS}": pages}) as (provider, _):
        charges = provider.charges(NOW - timedelta(days=1), NOW + timedelta(days=1))

        assert (await anext(charges)).reference == "pi_1"
        with pytest.raises(OutcomeUnknown):
            await anext(charges)


async def test_lost_disputes_were_taken_back() -> None:
    """One that is still open is not lost; one that is won was returned."""
    charge = {"id": "ch_1", "status": "succeeded", "disputed": True}
    disputes = [
        {"id": "dp_1", "amount": 2000, "status": "lost"},
        {"id": "dp_2", "amount": 1000, "status": "under_review"},
        {"id": "dp_3", "amount": 500, "status": "won"},
    ]
    routes = {
        f"GET {INTENTS}": [listed(intent("succeeded", latest_charge=charge), url=INTENTS)],
        "GET /v1/disputes": [listed(*disputes, url="/v1/disputes")],
    }
    async with stripe_that(routes) as (provider, raw):
        found = await provider.look_up(ORDER.key, "cus_1")

    assert found is not None
    assert (found.status, found.taken_back) == (ChargeStatus.SUCCEEDED, 20 * UNIT)
    assert found.returned == 5 * UNIT
    assert raw.asked[-1].fields["charge"] == "ch_1"


async def test_a_refund_is_found_when_its_key_is_forgotten() -> None:
    """P7 of the invariants: Stripe keeps keys for a day and refunds for ever."""
    key = new_key()
    refund = {"id": "re_1", "amount": 2000, "currency": "usd", "status": "pending"}
    refund["metadata"] = {KEY: str(ORDER.key), "perseat_refund": str(key)}
    charge = {"id": "ch_1", "status": "succeeded", "refunds": {"data": [refund]}}
    charged = says(200, intent("succeeded", latest_charge=charge))
    async with stripe_that({f"GET {INTENT}": [charged]}) as (provider, raw):
        found = await provider.refund(key, "pi_1", 20 * UNIT)

    assert (found.reference, found.key, found.status) == ("re_1", key, ChargeStatus.PENDING)
    assert [each.route for each in raw.asked] == [f"GET {INTENT}"]


async def test_only_what_was_charged_in_that_time_is_listed() -> None:
    """P3 of the invariants: also if the server does not look at the time, and sells otherwise."""
    now, early = int(NOW.timestamp()), int((NOW - timedelta(days=1)).timestamp())
    things = [
        intent("succeeded", created=now),
        intent("succeeded", id="pi_2", created=early),
        intent("requires_payment_method", id="pi_3", metadata={}),
    ]
    async with stripe_that({f"GET {INTENTS}": [listed(*things, url=INTENTS)]}) as (provider, raw):
        charges = provider.charges(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
        found = [each.reference async for each in charges]

    assert found == ["pi_1"]
    assert int(raw.asked[0].fields["created[gte]"]) < now < int(raw.asked[0].fields["created[lt]"])
