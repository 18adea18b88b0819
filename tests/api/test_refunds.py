"""I3, I6 through HTTP: a refund that fails late is asked for again; a won dispute is no loss."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from tests.api.conftest import Client
from tests.make import Company, at_machine_time, drain, make_company, query
from tests.services.hearing import event, posted
from tests.services.paying import invoice, pay, refund, taken
from tests.services.reconciling import sandbox
from workers import tasks

ACCOUNT = """query($id: ID!) { account(id: $id) { status
    creditNotes(first: 1) { nodes { id refunds { status failureCode } } }
    invoices(first: 1) { nodes {
        status amountPaid { amount } amountRefundable { amount } amountDue { amount }
        payments { status amountRefunded { amount } amountTakenBack { amount } } } } } }"""


async def at_the_counter(app: Perseat, *paths: str) -> None:
    async with sandbox(app) as http:
        for path in paths:
            assert (await http.post(path, json={})).is_success


async def told(
    http: httpx.AsyncClient, company: Company, kind: str, key: UUID | None = None
) -> str:
    """The provider tells that something became of the newest charge, or of another one."""
    what = event(key or (await taken(company)).key, company.id, kind)
    body, headers = posted(company.app, what)
    assert (await http.post("/webhooks/sandbox", content=body, headers=headers)).is_success
    await tasks.hear_provider({"perseat": company.app}, str(what["id"]))
    await drain(company.app)
    return str(what["id"])


async def seen(ops: Client, company: Company) -> tuple[Any, Any]:
    """The account's status with its credit note, and its invoice with the payment."""
    found = (await ops.data(ACCOUNT, id=encode("account", company.id)))["account"]
    (bill,) = found["invoices"]["nodes"]
    return found, bill


@pytest.fixture
async def company(app: Perseat) -> Company:
    company = await make_company(app)
    await company.convert()
    return company


async def test_a_refund_that_fails_is_asked_for_again_with_a_new_key(
    app: Perseat, ops: Client, http: httpx.AsyncClient, company: Company
) -> None:
    """I3: the old key gives the old answer, which has failed; a new one gives the money back."""
    note = await company.credit((await invoice(company))[0])
    (refund_id,) = await refund(company, note.id)
    await drain(app)
    await at_the_counter(app, f"/v1/refunds/{refund_id}/fail-late")
    await told(http, company, "refund.failed")
    found, bill = await seen(ops, company)

    fields = "refunds { status failureCode }"
    asks = [
        await ops.mutate(
            "refundCreditNote",
            fields,
            creditNoteId=found["creditNotes"]["nodes"][0]["id"],
            idempotencyKey=key,
        )
        for key in ("new", "new", "newer")
    ]
    await drain(app)
    after, paid = await seen(ops, company)

    failed = {"status": "FAILED", "failureCode": "lost_or_stolen_card"}
    assert found["creditNotes"]["nodes"][0]["refunds"] == [failed]
    assert (bill["amountRefundable"]["amount"], bill["amountPaid"]["amount"]) == ("70.00", "70.00")
    assert bill["payments"] == [
        {
            "status": "SUCCEEDED",
            "amountRefunded": {"amount": "0.00"},
            "amountTakenBack": {"amount": "0.00"},
        }
    ]
    assert asks[0] == asks[1]
    assert [len(each["userErrors"]) for each in asks] == [0, 0, 1]
    assert asks[2]["userErrors"][0]["field"] == "creditNoteId"
    assert [each["status"] for each in after["creditNotes"]["nodes"][0]["refunds"]] == [
        "FAILED",
        "SUCCEEDED",
    ]
    assert paid["amountRefundable"]["amount"] == "0.00"


async def test_a_dispute_that_is_won_is_told_by_webhook(
    app: Perseat, ops: Client, http: httpx.AsyncClient, company: Company
) -> None:
    """I6: amountTakenBack follows, and the account recovers."""
    path = f"/v1/charges/{(await taken(company)).key}"
    seen_then = []
    for what in ("fail-late", "reinstate"):
        await at_the_counter(app, f"{path}/{what}")
        await told(http, company, f"charge.{what}")
        account, bill = await seen(ops, company)
        (payment,) = bill["payments"]
        seen_then.append((account["status"], bill["status"], payment["amountTakenBack"]["amount"]))

    assert seen_then == [("PAST_DUE", "PAST_DUE", "70.00"), ("PAID", "PAID", "0.00")]


async def test_news_of_a_won_dispute_wait_while_its_invoice_is_paid_again(
    app: Perseat, http: httpx.AsyncClient, company: Company
) -> None:
    """I6, P6 of the invariants: what is due then decides what becomes of the money."""
    path = f"/v1/charges/{(await taken(company)).key}"
    await at_the_counter(app, f"{path}/fail-late")
    await told(http, company, "charge.late_failure")
    lost = await taken(company)
    await pay(company, (await invoice(company))[0])
    await at_the_counter(app, f"{path}/reinstate")
    event_id = await told(http, company, "charge.reinstated", key=lost.key)
    sql = "SELECT outcome FROM provider_events WHERE id = :id"
    waiting = await query(app, sql, id=event_id)

    later = at_machine_time(app, app.clock.now() + timedelta(minutes=5))
    await tasks.hear_provider({"perseat": later}, event_id)

    assert (waiting, await query(app, sql, id=event_id)) == ([(None,)], [("BOOKED",)])
    assert await company.balance() == "70.00"
