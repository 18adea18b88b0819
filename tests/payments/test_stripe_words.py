"""Amounts and objects of Stripe in the words of the port: pure, no server."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.money import CENT, UNIT
from app.payments import stripe_reading as reading
from app.payments.provider import ACCOUNT, ChargeStatus
from app.payments.stripe_amounts import NotChargeable, from_minor, to_minor

INTENT: dict[str, Any] = {
    "id": "pi_1",
    "amount": 7000,
    "currency": "usd",
    "created": 1_709_164_800,
    "status": "succeeded",
}


@pytest.mark.parametrize(
    ("micros", "currency", "minor"),
    [
        (70 * UNIT, "USD", 7000),
        (CENT, "EUR", 1),
        (500 * UNIT, "JPY", 500),
        (5 * UNIT, "ISK", 500),
        (5 * UNIT + 12 * CENT, "KWD", 5120),
    ],
)
def test_amounts_go_there_and_back(micros: int, currency: str, minor: int) -> None:
    """C4: an amount is the same on both sides, in integers."""
    assert to_minor(micros, currency) == minor
    assert from_minor(minor, currency) == micros


@pytest.mark.parametrize(
    ("micros", "currency"),
    [
        (CENT + 1, "USD"),
        (0, "USD"),
        (-CENT, "USD"),
        (UNIT // 2, "JPY"),
        (UNIT // 2, "ISK"),
        (UNIT // 1000, "KWD"),
        (UNIT, "UGX"),
    ],
)
def test_nothing_is_rounded_to_be_charged(micros: int, currency: str) -> None:
    """C4: one rounding function, and it is not here."""
    with pytest.raises(NotChargeable):
        to_minor(micros, currency)


@pytest.mark.parametrize(("month", "last"), [(2, 29), (4, 30), (12, 31)])
def test_a_card_is_good_to_the_end_of_its_month(month: int, last: int) -> None:
    method = {"brand": "visa", "last4": "4242", "exp_month": month, "exp_year": 2028}

    assert reading.card_of({"id": "pm_1", "card": method}).expires_on == date(2028, month, last)


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ({"status": "succeeded"}, ChargeStatus.SUCCEEDED, None),
        ({"status": "processing"}, ChargeStatus.PENDING, None),
        ({"status": "requires_action"}, ChargeStatus.PENDING, None),
        ({"status": "canceled"}, ChargeStatus.DECLINED, "authentication_required"),
        (
            {"status": "canceled", "cancellation_reason": "fraudulent"},
            ChargeStatus.DECLINED,
            "fraudulent",
        ),
        (
            {"status": "requires_payment_method", "last_payment_error": {"code": "expired_card"}},
            ChargeStatus.DECLINED,
            "expired_card",
        ),
    ],
)
def test_an_intent_in_each_of_its_states(
    told: dict[str, Any], status: ChargeStatus, code: str | None
) -> None:
    charge = reading.charge_of(INTENT | told, ())

    assert (charge.status, charge.decline_code) == (status, code)
    assert (charge.key, charge.notes, charge.currency) == (None, {}, "USD")
    assert charge.created_at == datetime(2024, 2, 29, tzinfo=UTC)


def test_a_charge_that_failed_after_its_success_was_taken_back() -> None:
    failed = INTENT | {"latest_charge": {"id": "ch_1", "status": "failed"}}

    charge = reading.charge_of(failed, ())

    assert (charge.status, charge.taken_back) == (ChargeStatus.SUCCEEDED, 70 * UNIT)


def test_a_refund_says_why_it_has_failed() -> None:
    """Days after it had succeeded, as far as Stripe could say then."""
    refund = {"id": "re_1", "amount": 500, "currency": "usd", "metadata": {}, "status": "failed"}

    found = reading.refund_of(refund | {"failure_reason": "lost_or_stolen_card"})

    assert (found.status, found.failure_code) == (ChargeStatus.DECLINED, "lost_or_stolen_card")


def test_what_was_received_is_what_was_charged() -> None:
    """F16: a wrong amount is told, so that somebody notices."""
    assert reading.charge_of(INTENT | {"amount_received": 6999}, ()).amount == 70 * UNIT - CENT


@pytest.mark.parametrize(
    ("told", "tried"),
    [
        ({"status": "requires_payment_method"}, False),
        ({"status": "requires_payment_method", "last_payment_error": {"code": "x"}}, True),
        ({"status": "canceled"}, False),
        ({"status": "canceled", "metadata": {reading.KEY: str(uuid4())}}, True),
        ({"status": "succeeded"}, True),
    ],
)
def test_an_abandoned_basket_is_no_charge(told: dict[str, Any], tried: bool) -> None:  # noqa: FBT001
    """P3 of the invariants: orphans are charges, and others may sell with the same account."""
    assert reading.was_tried(INTENT | told) is tried


KEY, COMPANY = uuid4(), uuid4()
OURS = {reading.KEY: str(KEY), ACCOUNT: str(COMPANY)}


@pytest.mark.parametrize(
    ("kind", "thing", "expected"),
    [
        ("payment_intent.succeeded", {"id": "pi_1", "metadata": OURS}, (KEY, COMPANY, "pi_1")),
        (
            "charge.refunded",
            {"id": "ch_1", "payment_intent": "pi_1", "metadata": OURS},
            (KEY, COMPANY, "pi_1"),
        ),
        (
            "refund.failed",
            {"id": "re_1", "payment_intent": "pi_1", "metadata": OURS},
            (KEY, COMPANY, "pi_1"),
        ),
        (
            "charge.dispute.closed",
            {"id": "dp_1", "payment_intent": "pi_1", "metadata": {}},
            (None, None, "pi_1"),
        ),
        ("payment_intent.created", {"id": "pi_2", "metadata": {reading.KEY: "7"}}, (None,) * 2),
        ("customer.updated", {"id": "cus_1", "metadata": OURS}, (None, None, None)),
        ("of.tomorrow", {}, (None, None, None)),
    ],
)
def test_an_event_tells_which_charge_to_look_up(
    kind: str, thing: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    """F18: kinds that nobody knows are events too."""
    created = int(datetime(2024, 2, 29, tzinfo=UTC).timestamp())
    told = {"id": "evt_1", "type": kind, "created": created, "data": {"object": thing}}

    event = reading.event_of(told)

    about = (event.key, event.account_id, event.reference)
    assert about[: len(expected)] == expected
    assert (event.id, event.kind) == ("evt_1", kind)
    assert event.occurred_at - datetime(2024, 2, 29, tzinfo=UTC) == timedelta(0)
