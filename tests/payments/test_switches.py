"""What the sandbox can be ordered to do wrong, and what its client makes of that."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.domain.money import UNIT
from app.payments.provider import Charge, ChargeStatus, Order, OutcomeUnknown
from app.payments.sandbox import SandboxProvider
from tests.payments.contract import Adapter, new_key
from tests.payments.sandboxes import SECRET

IMPATIENT = 0.5


async def switch(http: httpx.AsyncClient, customer: str, mode: str, **more: Any) -> None:
    body = {"customer": customer, "mode": mode, **more}
    (await http.put("/v1/switches", json=body)).raise_for_status()


async def found(sandbox: Adapter, order: Order) -> Charge | None:
    return await sandbox.provider.look_up(order.key, order.customer)


@pytest.mark.parametrize("mode", ["timeout", "error", "reset"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_no_answer_before_or_after_the_charge(
    http: httpx.AsyncClient, sandbox: Adapter, mode: str, moment: str
) -> None:
    """F16: the outcome is unknown; a look-up tells, and the same key gives one charge."""
    order = await sandbox.order()
    await switch(http, order.customer, f"{mode}_{moment}", seconds=0.1)

    with pytest.raises(OutcomeUnknown):
        await sandbox.provider.charge(order)
    meanwhile = await found(sandbox, order)
    again = await sandbox.provider.charge(order)

    assert meanwhile == (again if moment == "after" else None)
    assert (again.status, again.amount) == (ChargeStatus.SUCCEEDED, order.amount)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_who_hangs_for_long_is_not_waited_for(
    http: httpx.AsyncClient, sandbox: Adapter, moment: str
) -> None:
    order, hasty = await sandbox.order(), SandboxProvider(http, SECRET, patience=IMPATIENT)
    await switch(http, order.customer, f"timeout_{moment}", seconds=2)

    with pytest.raises(OutcomeUnknown, match="TimeoutError"):
        await hasty.charge(order)

    assert (await found(sandbox, order) is not None) == (moment == "after")


async def test_a_slow_answer_is_an_answer(http: httpx.AsyncClient, sandbox: Adapter) -> None:
    order = await sandbox.order()
    await switch(http, order.customer, "slow", seconds=0.1)

    assert (await sandbox.provider.charge(order)).status is ChargeStatus.SUCCEEDED


async def test_a_rate_limit_names_when_to_come_again(
    http: httpx.AsyncClient, sandbox: Adapter
) -> None:
    order = await sandbox.order()
    await switch(http, order.customer, "rate_limited", seconds=7, times=2)
    body = {"token": "card_ok", "customer": order.customer, "amount": UNIT, "currency": "USD"}

    answer = await http.post("/v1/charges", json=body)
    with pytest.raises(OutcomeUnknown, match="429 rate_limited"):
        await sandbox.provider.charge(order)

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert await found(sandbox, order) is None


@pytest.mark.parametrize(
    ("mode", "more", "code"),
    [
        ("decline", {"code": "do_not_honor"}, "do_not_honor"),
        ("decline", {}, "card_declined"),
        ("authentication_required", {}, "authentication_required"),
    ],
)
async def test_good_cards_can_be_declined(
    http: httpx.AsyncClient, sandbox: Adapter, mode: str, more: dict[str, Any], code: str
) -> None:
    """So often as is ordered, and a key keeps its outcome for ever."""
    order = await sandbox.order()
    await switch(http, order.customer, mode, **more)

    declined = await sandbox.provider.charge(order)
    after = await sandbox.provider.charge(replace(order, key=new_key()))

    assert (declined.status, declined.decline_code) == (ChargeStatus.DECLINED, code)
    assert await sandbox.provider.charge(order) == declined
    assert after.status is ChargeStatus.SUCCEEDED


async def test_a_bad_card_can_be_taken(http: httpx.AsyncClient, sandbox: Adapter) -> None:
    order = await sandbox.order(sandbox.declined)
    await switch(http, order.customer, "success", times=None)

    charges = [await sandbox.provider.charge(replace(order, key=new_key())) for _ in range(3)]

    assert {each.status for each in charges} == {ChargeStatus.SUCCEEDED}


@pytest.mark.parametrize("code", [None, "insufficient_funds"])
async def test_a_pending_charge_is_resolved_later(
    http: httpx.AsyncClient, sandbox: Adapter, code: str | None
) -> None:
    order = await sandbox.order()
    await switch(http, order.customer, "pending")
    pending = await sandbox.provider.charge(order)

    path = f"/v1/charges/{order.key}/resolve"
    answers = [await http.post(path, json={"decline_code": code}) for _ in range(2)]

    assert pending.status is ChargeStatus.PENDING
    assert [each.status_code for each in answers] == [200, 409]
    resolved = await found(sandbox, order)
    assert resolved is not None
    assert (resolved.status is ChargeStatus.DECLINED, resolved.decline_code) == (bool(code), code)
    assert await sandbox.provider.charge(order) == resolved


async def test_another_amount_can_be_captured(http: httpx.AsyncClient, sandbox: Adapter) -> None:
    """F16: what was captured is said, and the key still stands for what was ordered."""
    order = await sandbox.order()
    await switch(http, order.customer, "wrong_amount", amount=7 * UNIT)

    first, again = [await sandbox.provider.charge(order) for _ in range(2)]

    assert first == again
    assert first.amount == 7 * UNIT


async def test_a_look_up_can_lag_by_times(http: httpx.AsyncClient, sandbox: Adapter) -> None:
    """F16: None is no proof that nothing was charged."""
    order = await sandbox.order()
    await switch(http, order.customer, "look_up_late", operation="look_up", times=2)
    charge = await sandbox.provider.charge(order)

    assert [await found(sandbox, order) for _ in range(3)] == [None, None, charge]


async def test_a_look_up_can_lag_by_age(http: httpx.AsyncClient, sandbox: Adapter) -> None:
    order, late = await sandbox.order(), {"operation": "look_up", "times": None}
    await switch(http, order.customer, "look_up_late", seconds=60, **late)
    charge = await sandbox.provider.charge(order)
    young = await found(sandbox, order)
    await switch(http, order.customer, "look_up_late", seconds=0, **late)

    assert young is None
    assert await found(sandbox, order) == charge


@pytest.mark.parametrize("operation", ["customer", "attach", "look_up", "refund", "list"])
async def test_the_wire_can_break_anywhere(
    http: httpx.AsyncClient, sandbox: Adapter, operation: str
) -> None:
    order = await sandbox.order()
    charge, key = await sandbox.provider.charge(order), new_key()
    provider, everybody = sandbox.provider, "*" if operation in {"list", "customer"} else None

    async def listed() -> list[Charge]:
        return [each async for each in provider.charges(charge.created_at, charge.created_at)]

    asks = {
        "customer": lambda: provider.create_customer(key, "Ada Ltd"),
        "attach": lambda: provider.attach(order.customer, "card_ok"),
        "look_up": lambda: provider.look_up(order.key, order.customer),
        "refund": lambda: provider.refund(key, charge.reference, UNIT),
        "list": listed,
    }
    await switch(http, everybody or order.customer, "reset_after", operation=operation)

    with pytest.raises(OutcomeUnknown):
        await asks[operation]()
    await asks[operation]()

    refunds = 1 if operation == "refund" else 0
    final = await found(sandbox, order)
    assert final is not None
    assert len(final.refunds) == refunds


@pytest.mark.parametrize(("mode", "status"), [("decline", "DECLINED"), ("pending", "PENDING")])
async def test_refunds_can_fail_or_wait(
    http: httpx.AsyncClient, sandbox: Adapter, mode: str, status: str
) -> None:
    order, key = await sandbox.order(), new_key()
    charge = await sandbox.provider.charge(order)
    await switch(http, order.customer, mode, operation="refund")

    first, again = [
        await sandbox.provider.refund(key, charge.reference, 10 * UNIT) for _ in range(2)
    ]
    path = f"/v1/refunds/{key}/resolve"
    resolved = await http.post(path, json={"decline_code": "expired_card"})

    assert first == again
    assert first.status == status
    assert resolved.is_success == (mode == "pending")
    assert await _net(sandbox, order) == order.amount


async def _net(sandbox: Adapter, order: Order) -> int:
    assert isinstance(sandbox.provider, SandboxProvider)
    return (await sandbox.provider.charged())[order.key]


async def test_money_can_be_taken_back_late(http: httpx.AsyncClient, sandbox: Adapter) -> None:
    order = await sandbox.order(amount=70 * UNIT)
    charge = await sandbox.provider.charge(order)
    await sandbox.provider.refund(new_key(), charge.reference, 10 * UNIT)
    path = f"/v1/charges/{order.key}/fail-late"

    parts = [await http.post(path, json={"amount": 20 * UNIT})]
    net = await _net(sandbox, order)
    parts += [await http.post(path, json={}), await http.post(path, json={})]
    refund = await sandbox.provider.refund(new_key(), charge.reference, UNIT)

    assert [each.status_code for each in parts] == [200, 200, 409]
    assert net == 40 * UNIT
    assert (await http.get(f"/v1/charges/{order.key}")).json()["taken_back"] == 70 * UNIT
    assert refund.status is ChargeStatus.DECLINED


async def test_what_went_back_comes_back(http: httpx.AsyncClient, sandbox: Adapter) -> None:
    """A refund that fails after it had succeeded, and a dispute that is won after all."""
    order = await sandbox.order(amount=70 * UNIT)
    charge = await sandbox.provider.charge(order)
    key = new_key()
    await sandbox.provider.refund(key, charge.reference, 10 * UNIT)
    refund = f"/v1/refunds/{key}/fail-late"
    path = f"/v1/charges/{order.key}"
    await http.post(f"{path}/fail-late", json={"amount": 20 * UNIT})

    answers = [await http.post(refund, json=body) for body in ({"code": "lost"}, {})]
    answers += [
        await http.post(f"{path}/reinstate", json={"amount": amount})
        for amount in (5 * UNIT, 16 * UNIT, None)
    ]
    found = await sandbox.provider.look_up(order.key, order.customer)

    assert [each.status_code for each in answers] == [200, 409, 200, 409, 200]
    assert found is not None
    assert (found.taken_back, found.returned) == (0, 20 * UNIT)
    assert [(each.status, each.failure_code) for each in found.refunds] == [
        (ChargeStatus.DECLINED, "lost")
    ]
    assert await _net(sandbox, order) == order.amount


async def test_a_customers_own_switch_goes_first(http: httpx.AsyncClient, sandbox: Adapter) -> None:
    order, other = await sandbox.order(), await sandbox.order()
    await switch(http, "*", "decline", code="do_not_honor", times=2)
    await switch(http, order.customer, "decline", code="lost_card")

    charges = [
        await sandbox.provider.charge(replace(each, key=new_key()))
        for each in (order, order, other, other)
    ]

    codes = [each.decline_code for each in charges]
    assert codes == ["lost_card", "do_not_honor", "do_not_honor", None]


async def test_switches_are_listed_and_taken_back(
    http: httpx.AsyncClient, sandbox: Adapter
) -> None:
    customers = [await sandbox.customer() for _ in range(2)]
    for customer in customers:
        await switch(http, customer, "decline", times=None)

    def own(listed: httpx.Response) -> list[str]:
        return [
            each["customer"] for each in listed.json()["switches"] if each["customer"] in customers
        ]

    before = own(await http.get("/v1/switches"))
    await http.delete("/v1/switches", params={"customer": customers[0]})
    one = own(await http.get("/v1/switches"))
    await http.delete("/v1/switches")

    assert (before, one) == (customers, customers[1:])
    assert (await http.get("/v1/switches")).json() == {"switches": []}
