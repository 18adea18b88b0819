"""Rules I3, I4: what customers see of an invoice's life, and what operators do about it."""

from typing import Any

import httpx
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.db.types import new_id
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company, statements

INVOICE = """id number status subtotal { amount } tax { amount } taxRate total { amount }
    amountPaid { amount } amountCredited { amount } amountRefundable { amount }
    amountDue { amount } billTo { name address taxId language }
    charges { id amount { amount } tax { amount } creditable { amount } }
    creditNotes { number total { amount } }
    decision { reason actor replacement { number } } replaces { number }"""
NOTE = """creditNote { id number invoiceId reason actor issuedOn subtotal { amount } tax { amount }
    total { amount } amountRefundable { amount }
    lines { amount { amount } tax { amount } charge { description } } }"""
ACCOUNT = f"""query($id: ID!) {{ account(id: $id) {{
    monthlyCost {{ total {{ amount }} }}
    creditNotes(first: 5) {{ nodes {{ number }} }}
    invoices(first: 5) {{ nodes {{ {INVOICE} }} }} }} }}"""


@pytest.fixture
async def company(app: Perseat) -> Company:
    """An open invoice of 70.00 and 13.30 of tax, dated 1 November."""
    company = await make_company(app)
    await company.set(tax_rate=190_000)
    await company.convert(card="card_insufficient_funds")
    return company


async def invoices(ops: Client, company: Company) -> list[dict[str, Any]]:
    """Newest first."""
    data = await ops.data(ACCOUNT, id=encode("account", company.id))
    found: list[dict[str, Any]] = data["account"]["invoices"]["nodes"]
    return found


async def test_a_part_of_a_line_is_taken_back(ops: Client, company: Company) -> None:
    """I3: 10.00 and its 1.90 of tax; the same request again is the same note."""
    (before,) = await invoices(ops, company)
    line = {"chargeId": before["charges"][0]["id"], "amount": "10.00"}
    given = {"invoiceId": before["id"], "reason": "Too much", "idempotencyKey": "a"}

    first = await ops.mutate(
        "issueCreditNote", f"{NOTE} invoice {{ status }}", lines=[line], **given
    )
    again = await ops.mutate(
        "issueCreditNote", f"{NOTE} invoice {{ status }}", lines=[line], **given
    )
    (after,) = await invoices(ops, company)
    node = await ops.data(
        "query($id: ID!) { node(id: $id) { ... on CreditNote { number total { amount } } } }",
        id=first["creditNote"]["id"],
    )

    assert first == again
    assert first["userErrors"] == []
    assert first["creditNote"] == {
        **first["creditNote"],
        "number": "CN-0001",
        "invoiceId": before["id"],
        "reason": "Too much",
        "issuedOn": "2025-11-01",
        "subtotal": {"amount": "10.00"},
        "tax": {"amount": "1.90"},
        "total": {"amount": "11.90"},
        "amountRefundable": {"amount": "0.00"},
    }
    assert first["creditNote"]["lines"] == [
        {
            "amount": {"amount": "10.00"},
            "tax": {"amount": "1.90"},
            "charge": {"description": "uPro licence, 1 Nov to 30 Nov 2025"},
        }
    ]
    assert (before["subtotal"], before["tax"]) == ({"amount": "70.00"}, {"amount": "13.30"})
    assert (before["taxRate"], before["total"]) == ("19", {"amount": "83.30"})
    assert (after["amountCredited"], after["amountDue"]) == (
        {"amount": "11.90"},
        {"amount": "71.40"},
    )
    assert after["charges"][0]["creditable"] == {"amount": "60.00"}
    assert after["creditNotes"] == [{"number": "CN-0001", "total": {"amount": "11.90"}}]
    assert node == {"node": {"number": "CN-0001", "total": {"amount": "11.90"}}}


async def test_the_whole_of_a_paid_invoice_is_owed_back(app: Perseat, ops: Client) -> None:
    """I4."""
    company = await make_company(app)
    await company.convert()
    (before,) = await invoices(ops, company)

    answer = await ops.mutate(
        "issueCreditNote",
        "creditNote { amountRefundable { amount } } invoice { status amountRefundable { amount } }",
        invoiceId=before["id"],
        reason="Goodwill",
        idempotencyKey="a",
        whole=True,
    )

    assert answer["creditNote"] == {"amountRefundable": {"amount": "70.00"}}
    assert answer["invoice"] == {"status": "PAID", "amountRefundable": {"amount": "70.00"}}


async def test_a_void_invoice_stays_readable_and_its_replacement_says_so(
    ops: Client, company: Company
) -> None:
    """I3: addressed and taxed as the account is by then; the month costs what is asked for once."""
    account = encode("account", company.id)
    await ops.mutate(
        "updateBillingDetails",
        "billingDetails { legalName taxRate }",
        accountId=account,
        legalName="Acme GmbH",
        taxRate="7.7",
        language="DE",
    )
    (before,) = await invoices(ops, company)
    given = {"invoiceId": before["id"], "reason": "Wrong name", "idempotencyKey": "a"}
    wanted = "invoice { status amountDue { amount } } replacement { number }"

    first = await ops.mutate("voidInvoice", wanted, **given, reissue=True)
    again = await ops.mutate("voidInvoice", wanted, **given, reissue=True)
    new, old = await invoices(ops, company)
    cost = await ops.data(ACCOUNT, id=account)

    assert first == again
    assert first["invoice"] == {"status": "VOID", "amountDue": {"amount": "0.00"}}
    assert first["replacement"] == {"number": "INV-0002"}
    assert old["decision"]["replacement"] == {"number": "INV-0002"}
    assert old["decision"]["reason"] == "Wrong name"
    assert (new["replaces"], old["replaces"]) == ({"number": "INV-0001"}, None)
    assert (old["billTo"]["name"], old["taxRate"]) == ("Company", "19")
    assert new["billTo"] == {
        "name": "Acme GmbH",
        "address": None,
        "taxId": None,
        "language": "DE",
    }
    assert (new["taxRate"], new["tax"], new["total"]) == (
        "7.7",
        {"amount": "5.39"},
        {"amount": "75.39"},
    )
    assert old["charges"][0]["amount"] == new["charges"][0]["amount"] == {"amount": "70.00"}
    assert old["charges"][0]["creditable"] == {"amount": "0.00"}
    assert cost["account"]["monthlyCost"]["total"] == {"amount": "70.00"}


async def test_an_invoice_is_given_up(ops: Client, company: Company) -> None:
    (before,) = await invoices(ops, company)

    answer = await ops.mutate(
        "markInvoiceUncollectible",
        "invoice { status nextAttemptAt amountDue { amount } decision { reason } }",
        invoiceId=before["id"],
        reason="Bankrupt",
    )

    assert answer["invoice"] == {
        "status": "UNCOLLECTIBLE",
        "nextAttemptAt": None,
        "amountDue": {"amount": "83.30"},
        "decision": {"reason": "Bankrupt"},
    }


@pytest.mark.parametrize(
    ("mutation", "mistake", "field", "code"),
    [
        ("issueCreditNote", {}, "lines", "INVALID"),
        ("issueCreditNote", {"whole": True, "lines": []}, "lines", "INVALID"),
        ("issueCreditNote", {"lines": []}, "lines", "INVALID"),
        ("issueCreditNote", {"whole": True, "reason": " "}, "reason", "INVALID"),
        ("issueCreditNote", {"whole": True, "idempotencyKey": ""}, "idempotencyKey", "INVALID"),
        ("issueCreditNote", {"lines": [{"amount": "0.00"}]}, "lines.0.amount", "INVALID"),
        ("issueCreditNote", {"lines": [{"amount": "-1.00"}]}, "lines.0.amount", "INVALID"),
        ("issueCreditNote", {"lines": [{"amount": "0.001"}]}, "lines.0.amount", "INVALID"),
        ("issueCreditNote", {"lines": [{"amount": "70.01"}]}, "lines.0.amount", "REFUSED"),
        ("issueCreditNote", {"lines": [{}, {}]}, "lines", "INVALID"),
        ("issueCreditNote", {"lines": [{"chargeId": "charge_x"}]}, "lines.0.chargeId", "INVALID"),
        (
            "issueCreditNote",
            {"lines": [{"chargeId": encode("charge", new_id(), new_id())}]},
            "lines.0.chargeId",
            "NOT_FOUND",
        ),
        ("issueCreditNote", {"whole": True, "invoiceId": "x"}, "invoiceId", "INVALID"),
        (
            "issueCreditNote",
            {"whole": True, "invoiceId": encode("invoice", new_id(), new_id())},
            "invoiceId",
            "NOT_FOUND",
        ),
        ("voidInvoice", {"reason": ""}, "reason", "INVALID"),
        ("voidInvoice", {"invoiceId": "account_x"}, "invoiceId", "INVALID"),
        ("markInvoiceUncollectible", {"reason": "x" * 501}, "reason", "INVALID"),
    ],
)
async def test_a_mistake_names_its_field(
    ops: Client, company: Company, mutation: str, mistake: dict[str, Any], field: str, code: str
) -> None:
    (invoice,) = await invoices(ops, company)
    given: dict[str, Any] = {"invoiceId": invoice["id"], "reason": "Why", **mistake}
    if mutation != "markInvoiceUncollectible":
        given.setdefault("idempotencyKey", "key")
    for line in given.get("lines", []):
        line.setdefault("chargeId", invoice["charges"][0]["id"])

    answer = await ops.mutate(mutation, "", **given)

    error = answer["userErrors"][0]
    assert (error["field"], error["code"]) == (field, code)
    assert error["message"]
    assert (await invoices(ops, company))[0]["creditNotes"] == []


@pytest.mark.parametrize("role", [KeyRole.ADMINISTRATOR, KeyRole.BILLING_ADMIN, KeyRole.PARTNER])
async def test_only_operators_correct_but_everybody_of_the_account_sees_it(
    app: Perseat, ops: Client, http: httpx.AsyncClient, company: Company, role: KeyRole
) -> None:
    customer = Client(http, await make_key(app, role, company.id))
    (invoice,) = await invoices(ops, company)
    given = {"invoiceId": invoice["id"], "reason": "Why"}

    answers = [
        await customer.mutate("issueCreditNote", "", **given, idempotencyKey="a", whole=True),
        await customer.mutate("voidInvoice", "", **given, idempotencyKey="b"),
        await customer.mutate("markInvoiceUncollectible", "", **given),
    ]
    await ops.mutate("issueCreditNote", "", **given, idempotencyKey="c", whole=True)
    (seen,) = await invoices(customer, company)

    assert [each["userErrors"][0]["code"] for each in answers] == ["FORBIDDEN"] * 3
    assert seen["creditNotes"] == [{"number": "CN-0001", "total": {"amount": "83.30"}}]


async def test_another_company_sees_neither_invoice_nor_note(
    app: Perseat, ops: Client, http: httpx.AsyncClient, company: Company
) -> None:
    (invoice,) = await invoices(ops, company)
    given = {"invoiceId": invoice["id"], "reason": "Why", "idempotencyKey": "a", "whole": True}
    done = await ops.mutate("issueCreditNote", "creditNote { id }", **given)
    other = await make_company(app)
    stranger = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, other.id))

    answer = await stranger.mutate(
        "voidInvoice", "", invoiceId=invoice["id"], reason="x", idempotencyKey="a"
    )
    node = await stranger.data(
        "query($id: ID!) { node(id: $id) { __typename } }", id=done["creditNote"]["id"]
    )

    assert answer["userErrors"][0]["code"] == "FORBIDDEN"
    assert node == {"node": None}


async def test_any_number_of_invoices_takes_the_same_number_of_reads(
    app: Perseat, ops: Client
) -> None:
    """No read per invoice, note or line."""
    company = await make_company(app)
    await company.convert(card="card_insufficient_funds")
    (one,) = await invoices(ops, company)
    await ops.mutate(
        "issueCreditNote",
        "",
        invoiceId=one["id"],
        reason="Why",
        idempotencyKey="a",
        lines=[{"chargeId": one["charges"][0]["id"], "amount": "1.00"}],
    )
    with statements(app) as few:
        await invoices(ops, company)
    for month in ("2025-12-01", "2026-01-01", "2026-02-01"):
        await company.go_to(month)
        row = (await company.invoice_rows())[-1]
        await company.credit(row.id)

    with statements(app) as many:
        assert len(await invoices(ops, company)) == 4

    assert len(many) == len(few)
