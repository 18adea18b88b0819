"""Payments and their methods as the SPA and operators see them (I6, P1 to P4)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from api.ids import decode, encode
from app.bootstrap import Perseat
from app.db.types import new_id
from app.models.api_keys import KeyRole
from app.services import charging
from app.store import settlements as settlement_store
from tests.api.conftest import Client, make_key
from tests.make import (
    Company,
    as_superuser,
    at_machine_time,
    drain,
    make_company,
    query,
    statements,
)
from tests.services.paying import invoice, pay, unpaid

METHODS = """query($id: ID!) { account(id: $id) { paymentMethods {
    id brand last4 expiresOn expired isDefault removedAt } } }"""
PAYMENTS = """query($id: ID!) { account(id: $id) { payments { nodes {
    id purpose status declineCode attempts provider providerReference nextLookAt
    amount { amount currency } paymentMethod { last4 } invoice { number }
    steps { status source actor reason } } } } }"""
NODE = "query($id: ID!) { node(id: $id) { ... on Payment { amount { amount } } } }"
OPEN = "query { payments(first: 100) { nodes { id status account { id } } } }"


def node(company: Company) -> str:
    return encode("account", company.id)


async def methods_of(client: Client, company: Company) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.data(METHODS, id=node(company)))["account"][
        "paymentMethods"
    ]
    return found


async def payments_of(client: Client, company: Company) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.data(PAYMENTS, id=node(company)))["account"][
        "payments"
    ]["nodes"]
    return found


async def lost(app: Perseat) -> tuple[Company, str]:
    """A company with a payment whose answer was lost, and the payment's id."""
    company = await make_company(app)
    await company.convert(card="card_answer_lost")
    payment = await pay(company, (await invoice(company))[0])
    return company, encode("payment", company.id, payment.id)


async def test_the_first_card_is_the_default_and_another_need_not_become_it(
    app: Perseat, ops: Client
) -> None:
    """I6: several methods, one of them is charged."""
    company = await make_company(app)
    for token in ("card_ok", "card_declined"):
        added = await ops.mutate(
            "addPaymentMethod",
            "paymentMethod { isDefault last4 }",
            accountId=node(company),
            token=token,
            makeDefault=False,
        )
        assert added["userErrors"] == []

    methods = await methods_of(ops, company)

    assert [(each["last4"], each["isDefault"]) for each in methods] == [
        ("4242", True),
        ("0002", False),
    ]
    assert all(each["expiresOn"] for each in methods)


async def test_a_card_of_another_provider_is_not_shown_as_charged(
    app: Perseat, ops: Client
) -> None:
    """I6: it was the default until the provider changed."""
    company = await make_company(app)
    await company.use_card("card_ok")
    sql = "UPDATE payment_methods SET provider = 'old' WHERE account_id = '{}'"
    await as_superuser(app, sql.format(company.id))

    (method,) = await methods_of(ops, company)

    assert method["isDefault"] is False


async def test_a_chosen_default_is_tried_at_once_for_what_is_due(app: Perseat, ops: Client) -> None:
    """I6: as a new card is."""
    company = await unpaid(app)
    await ops.mutate(
        "addPaymentMethod", "", accountId=node(company), token="card_ok", makeDefault=False
    )
    await drain(app)
    before = (await invoice(company))[1]
    good = (await methods_of(ops, company))[-1]["id"]

    first = await ops.mutate("setDefaultPaymentMethod", "paymentMethods { last4 }", id=good)
    await drain(app)
    again = await ops.mutate("setDefaultPaymentMethod", "paymentMethod { isDefault }", id=good)
    await drain(app)

    assert before == "OPEN"
    assert first["userErrors"] == again["userErrors"] == []
    assert (await invoice(company))[1] == "PAID"
    assert len(await payments_of(ops, company)) == 2


async def test_a_removed_card_leaves_its_place_to_the_newest_other(
    app: Perseat, ops: Client
) -> None:
    """I6: what it has paid still shows it; it cannot be chosen or removed again."""
    company = await make_company(app)
    await company.convert()
    await company.use_card("card_insufficient_funds")
    await company.use_card("card_lost")
    first, second, third = [each["id"] for each in await methods_of(ops, company)]

    removed = await ops.mutate(
        "removePaymentMethod", "paymentMethods { last4 isDefault }", id=third
    )
    await ops.mutate("removePaymentMethod", "", id=first)
    again = await ops.mutate("removePaymentMethod", "paymentMethod { id }", id=third)
    chosen = await ops.mutate("setDefaultPaymentMethod", "paymentMethod { id }", id=third)
    left = await methods_of(ops, company)
    (paid,) = await payments_of(ops, company)

    assert removed["paymentMethods"] == [
        {"last4": "9995", "isDefault": True},
        {"last4": "4242", "isDefault": False},
    ]
    assert [each["id"] for each in left] == [second]
    assert [each["userErrors"][0]["code"] for each in (again, chosen)] == ["NOT_FOUND"] * 2
    assert paid["paymentMethod"] == {"last4": "4242"}


async def test_a_card_with_a_payment_under_way_is_not_removed(app: Perseat, ops: Client) -> None:
    """P4 of the invariants: its outcome may need it."""
    company, _ = await lost(app)
    (method,) = await methods_of(ops, company)

    refused = await ops.mutate("removePaymentMethod", "paymentMethod { id }", id=method["id"])

    assert refused["userErrors"][0]["code"] == "CONFLICT"
    assert "under way" in refused["userErrors"][0]["message"]
    await later(app, company)


async def later(app: Perseat, company: Company) -> None:
    """The janitor finds the lost answer."""
    machine = at_machine_time(app, app.clock.now() + timedelta(minutes=1))
    for account_id, payment_id in await charging.unsettled(machine.operators, limit=500):
        if account_id == company.id:
            await charging.drive(machine.operators, machine.provider, account_id, payment_id)


async def test_a_card_expires_by_the_calendar_of_the_account(app: Perseat, ops: Client) -> None:
    """C1: its last day is a day in the account's zone; it may still be charged."""
    company = await make_company(app, on="2025-11-29", billing_timezone="Pacific/Kiritimati")
    await company.use_card("card_expires_2025_11")

    seen = []
    for time in ("09:59", "10:00"):
        await company.set_clock("2025-11-30", time)
        seen.append((await methods_of(ops, company))[0]["expired"])

    assert seen == [False, True]


async def test_two_who_choose_defaults_at_once_leave_one(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    for token in ("card_ok", "card_two", "card_declined"):
        await company.use_card(token)
    ids = [each["id"] for each in await methods_of(ops, company)]

    chosen = await asyncio.gather(
        *(ops.mutate("setDefaultPaymentMethod", "paymentMethod { id }", id=each) for each in ids),
        ops.mutate("removePaymentMethod", "paymentMethod { id }", id=ids[0]),
    )

    left = await methods_of(ops, company)
    assert [each["isDefault"] for each in left].count(True) == 1
    assert len(left) == 2
    assert [each["userErrors"] for each in chosen[1:]] == [[]] * 3


async def test_a_payment_shows_every_step_and_who_said_so(app: Perseat, ops: Client) -> None:
    """P2, P4 of the invariants: lost, looked up, taken; asked twice, charged once."""
    company, _ = await lost(app)
    await drain(app)
    (unknown,) = await payments_of(ops, company)
    await later(app, company)

    (found,) = await payments_of(ops, company)

    assert (unknown["status"], unknown["attempts"]) == ("UNKNOWN", 1)
    assert unknown["nextLookAt"] is not None
    assert "lost on its way" in unknown["steps"][-1]["reason"]
    assert [(each["status"], each["source"]) for each in found["steps"]] == [
        ("CREATED", "WORKER"),
        ("SENT", "WORKER"),
        ("UNKNOWN", "WORKER"),
        ("SUCCEEDED", "LOOK_UP"),
    ]
    assert (found["attempts"], found["nextLookAt"], found["provider"]) == (2, None, "sandbox")
    assert found["providerReference"]
    assert found["invoice"]["number"] == "INV-0001"
    assert found["amount"] == {"amount": "70.00", "currency": "USD"}


async def test_nobody_says_what_came_of_it_while_the_provider_is_asked(
    app: Perseat, ops: Client
) -> None:
    """P4 of the invariants: what is not taken yet may be taken the next moment."""
    company, payment = await lost(app)
    machine = at_machine_time(app, app.clock.now() + timedelta(minutes=1))
    _, payment_id = decode("payment", payment, field="id")
    now = machine.clock.now()
    async with app.operators.begin() as uow:
        await settlement_store.send(
            uow.session, company.id, payment_id, now=now, until=now + charging.LEASE
        )
    wish = {"paymentId": payment, "resolution": "NOT_TAKEN", "reason": "not seen there"}

    refused = await ops.mutate(
        "resolvePayment", "payment { id }", **wish, idempotencyKey=str(new_id())
    )

    assert refused["userErrors"] == [
        {
            "code": "CONFLICT",
            "field": "paymentId",
            "message": "The provider is being asked for this payment right now: try again in a "
            "minute.",
        }
    ]
    await query(app, "UPDATE payments SET lease_until = NULL WHERE id = :id", id=payment_id)
    await later(app, company)


@pytest.mark.parametrize(
    ("resolution", "status", "invoiced"),
    [("TAKEN", "SUCCEEDED", "PAID"), ("NOT_TAKEN", "DECLINED", "OPEN")],
)
async def test_an_operator_says_what_came_of_it(
    app: Perseat, ops: Client, resolution: str, status: str, invoiced: str
) -> None:
    """P4 of the invariants: with a reason, once, and the invoice follows."""
    company, payment = await lost(app)
    await drain(app)
    wish = {
        "paymentId": payment,
        "resolution": resolution,
        "providerReference": "ch_seen_there",
        "reason": "The provider's support has looked it up.",
        "idempotencyKey": str(new_id()),
    }

    answers = [await ops.mutate("resolvePayment", "payment { status }", **wish) for _ in range(2)]
    other = await ops.mutate(
        "resolvePayment", "payment { status }", **wish | {"idempotencyKey": str(new_id())}
    )
    (found,) = await payments_of(ops, company)

    assert [each["payment"] for each in answers] == [{"status": status}] * 2
    assert other["userErrors"][0]["code"] == "CONFLICT"
    last = found["steps"][-1]
    assert (last["source"], last["actor"], last["reason"]) == (
        "OPERATOR",
        "ops key test",
        "The provider's support has looked it up.",
    )
    assert found["providerReference"] == "ch_seen_there"
    assert (await invoice(company))[1] == invoiced


async def test_only_what_is_unknown_is_resolved_and_only_with_a_reason(
    app: Perseat, ops: Client
) -> None:
    company = await make_company(app)
    await company.start(card="card_answer_lost")
    open_one = await pay(company, (await invoice(company))[0])
    payment = encode("payment", company.id, open_one.id)
    wish = {"paymentId": payment, "resolution": "TAKEN", "idempotencyKey": str(new_id())}

    early = await ops.mutate("resolvePayment", "payment { id }", **wish, reason="too early")
    await drain(app)
    empty = await ops.mutate("resolvePayment", "payment { id }", **wish, reason=" ")
    await later(app, company)
    late = await ops.mutate("resolvePayment", "payment { id }", **wish, reason="too late")

    assert "CREATED" in early["userErrors"][0]["message"]
    assert empty["userErrors"][0]["field"] == "reason"
    assert "SUCCEEDED" in late["userErrors"][0]["message"]


async def test_what_is_not_settled_is_listed_for_operators_only(app: Perseat, ops: Client) -> None:
    company, payment = await lost(app)
    await drain(app)
    own = Client(ops.http, await make_key(app, KeyRole.BILLING_ADMIN, company.id))

    found = (await ops.data(OPEN))["payments"]["nodes"]
    by_id = await ops.data(
        "query($id: ID!) { node(id: $id) { ... on Payment { amount { amount } } } }", id=payment
    )
    refused = await own.ask(OPEN)
    denied = await own.mutate(
        "resolvePayment",
        "payment { id }",
        paymentId=payment,
        resolution="TAKEN",
        reason="mine",
        idempotencyKey="mine",
    )

    assert {"id": payment, "status": "UNKNOWN", "account": {"id": node(company)}} in found
    assert by_id["node"] == {"amount": {"amount": "70.00"}}
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert denied["userErrors"][0]["code"] == "FORBIDDEN"
    await later(app, company)


async def test_an_invoice_shows_its_payments(app: Perseat, ops: Client) -> None:
    """I6: the attempts of the ladder, with a fixed number of statements."""
    company = await unpaid(app)
    await company.go_to("2025-11-11")
    query = """query($id: ID!) { account(id: $id) { invoices { nodes { number nextAttemptAt
        payments { status declineCode paymentMethod { last4 } steps { status } } } } } }"""

    with statements(app) as seen:
        found = (await ops.data(query, id=node(company)))["account"]["invoices"]["nodes"]

    (only,) = found
    assert [each["declineCode"] for each in only["payments"]] == ["insufficient_funds"] * 2
    assert only["nextAttemptAt"].startswith("2025-11-14T12:00")
    assert len(seen) <= 8


async def test_a_method_of_another_company_is_not_there(app: Perseat, ops: Client) -> None:
    company, other = await make_company(app), await make_company(app)
    await other.use_card("card_ok")
    (theirs,) = await methods_of(ops, other)
    own = Client(ops.http, await make_key(app, KeyRole.ADMINISTRATOR, company.id))

    for name in ("setDefaultPaymentMethod", "removePaymentMethod"):
        answer = await own.mutate(name, "paymentMethod { id }", id=theirs["id"])
        assert answer["userErrors"][0]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("token", ["", "  ", "4242424242424242", "x" * 500])
async def test_a_token_that_is_none_is_refused(app: Perseat, ops: Client, token: str) -> None:
    company = await make_company(app)

    answer = await ops.mutate(
        "addPaymentMethod", "paymentMethod { id }", accountId=node(company), token=token
    )

    assert answer["userErrors"][0]["field"] == "token"
    assert token.strip() == "" or token not in answer["userErrors"][0]["message"]
