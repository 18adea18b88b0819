"""What every adapter of the port `app.payments.provider` promises."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from app.clock import SystemClock
from app.domain.money import UNIT
from app.payments.provider import ChargeStatus, ForgedWebhook, UnknownCard
from tests.payments.contract import Adapter, new_key

SECOND = timedelta(seconds=1)
OLD = timedelta(minutes=6)


async def test_a_customer_is_made_once_per_key(adapter: Adapter) -> None:
    key, other = new_key(), new_key()

    first, again = [await adapter.provider.create_customer(key, "Ada Ltd") for _ in range(2)]

    assert first == again
    assert first != await adapter.provider.create_customer(other, "Ada Ltd")


async def test_a_card_that_is_attached_can_be_shown(adapter: Adapter) -> None:
    customer = await adapter.provider.create_customer(new_key(), "Ada Ltd")

    card = await adapter.provider.attach(customer, adapter.good)
    again = await adapter.provider.attach(customer, adapter.good)

    assert card.token
    assert card.brand
    assert len(card.last4) == 4
    assert card.last4.isdigit()
    assert card.expires_on > SystemClock().now().date()
    assert again == card


async def test_a_token_that_nobody_knows_is_refused(adapter: Adapter) -> None:
    customer = await adapter.provider.create_customer(new_key(), "Ada Ltd")

    with pytest.raises(UnknownCard):
        await adapter.provider.attach(customer, adapter.unknown)


async def test_a_charge_succeeds(adapter: Adapter) -> None:
    order = await adapter.order()
    before = SystemClock().now()

    charge = await adapter.provider.charge(order)

    assert charge.reference
    assert charge.key == order.key
    assert charge.status is ChargeStatus.SUCCEEDED
    assert (charge.amount, charge.currency) == (70 * UNIT, "USD")
    assert (charge.decline_code, charge.taken_back, charge.refunds) == (None, 0, ())
    assert before - 2 * SECOND <= charge.created_at <= SystemClock().now() + 2 * SECOND


async def test_a_charge_is_declined_with_its_code(adapter: Adapter) -> None:
    charge = await adapter.provider.charge(await adapter.order(adapter.declined))

    assert charge.status is ChargeStatus.DECLINED
    assert charge.decline_code == adapter.decline_code


@pytest.mark.parametrize("card", ["good", "declined"])
async def test_the_same_key_again_gives_the_first_outcome(adapter: Adapter, card: str) -> None:
    """P1 of the invariants."""
    order = await adapter.order(getattr(adapter, card))

    first, again = [await adapter.provider.charge(order) for _ in range(2)]

    assert again == first


async def test_ten_at_once_with_one_key_charge_once(adapter: Adapter) -> None:
    """P1 of the invariants."""
    order, since = await adapter.order(), SystemClock().now() - 2 * SECOND

    charges = await asyncio.gather(*(adapter.provider.charge(order) for _ in range(10)))

    until = SystemClock().now() + 2 * SECOND
    listed = [each async for each in adapter.provider.charges(since, until)]
    assert len({each.reference for each in charges}) == 1
    assert [each.key for each in listed].count(order.key) == 1


async def test_a_charge_is_looked_up_by_its_key(adapter: Adapter) -> None:
    order = await adapter.order()
    charge = await adapter.provider.charge(order)

    assert await adapter.provider.look_up(order.key, order.customer) == charge


async def test_a_charge_is_looked_up_by_its_reference(adapter: Adapter) -> None:
    """P3 of the invariants: a payment that was adopted has another id than the charge's key."""
    order = await adapter.order()
    charge = await adapter.provider.charge(order)

    found = await adapter.provider.look_up(new_key(), order.customer, charge.reference)

    assert found == charge
    assert found.customer == order.customer


@pytest.mark.parametrize("reference", ["pi_nobody", "../customers", "a b/c?d#e", "%2e%2e"])
async def test_an_unknown_reference_is_no_charge(adapter: Adapter, reference: str) -> None:
    """People type references: the key still finds what is there."""
    order = await adapter.order()
    charge = await adapter.provider.charge(order)

    assert await adapter.provider.look_up(new_key(), order.customer, reference) is None
    assert await adapter.provider.look_up(order.key, order.customer, reference) == charge


async def test_the_charge_of_another_customer_is_not_taken_for_ours(adapter: Adapter) -> None:
    order, other = await adapter.order(), await adapter.order()
    charge, others = [await adapter.provider.charge(each) for each in (order, other)]

    mixed_up = await adapter.provider.look_up(order.key, order.customer, others.reference)

    assert mixed_up == charge
    assert await adapter.provider.look_up(new_key(), "", others.reference) is None


async def test_a_decline_is_looked_up_too(adapter: Adapter) -> None:
    order = await adapter.order(adapter.declined)
    await adapter.provider.charge(order)

    found = await adapter.provider.look_up(order.key, order.customer)

    assert found is not None
    assert (found.status, found.decline_code) == (ChargeStatus.DECLINED, adapter.decline_code)


async def test_what_was_never_charged_is_not_found(adapter: Adapter) -> None:
    assert await adapter.provider.look_up(new_key(), await adapter.customer()) is None


async def test_notes_come_back(adapter: Adapter) -> None:
    """F24: what we have lost tells whose it is."""
    order = await adapter.order()
    charged = await adapter.provider.charge(order)
    found = await adapter.provider.look_up(order.key, order.customer)

    assert found is not None
    for charge in (charged, found):
        assert order.notes.items() <= charge.notes.items()


async def test_refunds_in_parts_and_the_rest(adapter: Adapter) -> None:
    order = await adapter.order()
    charge = await adapter.provider.charge(order)
    parts = {new_key(): 20 * UNIT, new_key(): 50 * UNIT}

    for key, amount in parts.items():
        refund = await adapter.provider.refund(key, charge.reference, amount)
        assert (refund.key, refund.status) == (key, ChargeStatus.SUCCEEDED)
        assert refund.amount == amount

    found = await adapter.provider.look_up(order.key, order.customer)
    assert found is not None
    assert found.status is ChargeStatus.SUCCEEDED
    assert {each.key: each.amount for each in found.refunds} == parts


async def test_a_refund_is_made_once_per_key(adapter: Adapter) -> None:
    order, key = await adapter.order(), new_key()
    charge = await adapter.provider.charge(order)

    refunds = await asyncio.gather(
        *(adapter.provider.refund(key, charge.reference, 20 * UNIT) for _ in range(5))
    )

    found = await adapter.provider.look_up(order.key, order.customer)
    assert found is not None
    assert len({each.reference for each in refunds}) == 1
    assert [each.amount for each in found.refunds] == [20 * UNIT]


async def test_no_more_is_given_back_than_was_taken(adapter: Adapter) -> None:
    """A refund that the provider will not make is declined: its outcome is known."""
    order = await adapter.order()
    charge = await adapter.provider.charge(order)
    await adapter.provider.refund(new_key(), charge.reference, 60 * UNIT)

    refused = await adapter.provider.refund(new_key(), charge.reference, 11 * UNIT)

    found = await adapter.provider.look_up(order.key, order.customer)
    assert found is not None
    given = Counter({each.status: each.amount for each in found.refunds})
    assert refused.status is ChargeStatus.DECLINED
    assert given[ChargeStatus.SUCCEEDED] == 60 * UNIT


async def test_charges_are_listed_page_by_page_and_by_time(adapter: Adapter) -> None:
    orders = [await adapter.order(amount=number * UNIT) for number in range(1, 8)]
    charges = [await adapter.provider.charge(order) for order in orders]
    times = [charge.created_at for charge in charges]

    listed = [each async for each in adapter.provider.charges(times[0], times[-1] + SECOND)]
    before = [each async for each in adapter.provider.charges(times[0] - SECOND, times[0])]
    after = [each async for each in adapter.provider.charges(times[-1] + SECOND, times[-1] + OLD)]

    ours = {order.key for order in orders}
    assert {each.key: each.amount for each in listed if each.key in ours} == {
        order.key: order.amount for order in orders
    }
    assert len({each.reference for each in listed}) == len(listed)
    assert not ours & {each.key for each in before}
    assert after == []


async def test_a_webhook_tells_of_its_charge_and_account(adapter: Adapter) -> None:
    key, account, now = new_key(), new_key(), SystemClock().now()

    event = adapter.provider.verify(*adapter.webhook(key, account, now))

    assert event.id
    assert event.kind
    assert (event.key, event.account_id) == (key, account)
    assert abs(event.occurred_at - now) <= SECOND


async def test_header_names_have_no_case(adapter: Adapter) -> None:
    body, headers = adapter.webhook(new_key(), new_key(), SystemClock().now())

    for spelt in (str.lower, str.title):
        assert adapter.provider.verify(body, {spelt(name): headers[name] for name in headers})


@pytest.mark.parametrize("how", ["altered", "unsigned", "garbled", "old", "of another", "binary"])
async def test_a_forged_webhook_is_refused(adapter: Adapter, how: str) -> None:
    """S22 of the threats: on the raw bytes, before anything is read."""
    now = SystemClock().now()
    body, headers = adapter.webhook(new_key(), new_key(), now)
    forged = {
        "altered": (body.replace(b"{", b"{ ", 1), headers),
        "unsigned": (body, {}),
        "garbled": (body, dict.fromkeys(headers, "not,a,signature")),
        "old": adapter.webhook(new_key(), new_key(), now - OLD),
        "of another": (adapter.webhook(new_key(), new_key(), now)[0], headers),
        "binary": (b"\xff\xfe", headers),
    }

    with pytest.raises(ForgedWebhook):
        adapter.provider.verify(*forged[how])
