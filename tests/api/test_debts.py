"""The story of a debt through the API: from the credits, and from the charge after the 1st."""

from typing import Any

from api.ids import encode
from app.bootstrap import Perseat
from tests.api.conftest import Client
from tests.make import Company, make_company, sms, statements

STORY = """{ since until postPaid opening { amount } added { amount } used { amount }
    balance { amount } owed { amount } invoicedOn invoiceNumber chargeId sentences
    contributors { day entryKind usageKind events quantity amount { amount } }
    largestEvents { eventId usageKind quantity amount { amount } happenedAt }
    refusals { reason times firstAt lastAt }
    preventions { threshold { amount } amount { amount } charges charged { amount }
        lowest { amount } ended { amount } stopped prevents sentence } }"""
ASK = f"""query($id: ID!) {{ account(id: $id) {{ credits {{ debt {STORY} }}
    invoices {{ nodes {{ number charges {{ derivation {{ rule }} debt {STORY} }} }} }} }} }}"""


async def ask(ops: Client, company: Company) -> tuple[Any, dict[str, Any]]:
    """Of now, and of each charge by its rule."""
    found = (await ops.data(ASK, id=encode("account", company.id)))["account"]
    charges = [each for invoice in found["invoices"]["nodes"] for each in invoice["charges"]]
    return found["credits"]["debt"], {c["derivation"]["rule"]: c["debt"] for c in charges}


async def test_a_debt_is_told_before_and_after_it_is_invoiced(app: Perseat, ops: Client) -> None:
    """M7: as data and as sentences; what is no debt has no story."""
    company = await make_company(app)
    await company.convert()
    await company.record(sms(2_482, "campaign-7"))

    before, none = await ask(ops, company)
    await company.go_to("2025-12-01")
    gone, charges = await ask(ops, company)

    debt = charges["M7"]
    assert none == {"L2": None}
    assert (gone, charges["L6"]) == (None, None)
    assert before["owed"] == debt["owed"] == {"amount": "37.23"}
    assert (before["invoicedOn"], before["invoiceNumber"]) == ("2025-12-01", None)
    assert (debt["invoicedOn"], debt["invoiceNumber"]) == ("2025-12-01", 2)
    assert before["contributors"] == debt["contributors"]
    (largest,) = debt["largestEvents"]
    assert (largest["eventId"], largest["amount"]) == ("campaign-7", {"amount": "37.23"})
    (prevention,) = debt["preventions"]
    assert (prevention["charges"], prevention["prevents"]) == (1, True)
    assert prevention["ended"] == {"amount": "62.77"}
    assert "The invoice of 1 December 2025 will ask for 37.23." in before["sentences"]


async def test_it_costs_as_many_statements_for_many_accounts(app: Perseat, ops: Client) -> None:
    """One read of each kind for all of them."""
    for _ in range(3):
        company = await make_company(app)
        await company.record(sms(100))

    async def asked(first: int) -> int:
        query = f"""query($first: Int!) {{ accounts(first: $first) {{ nodes {{
            credits {{ debt {STORY} }} }} }} }}"""
        with statements(app) as sent:
            await ops.data(query, first=first)
        return len(sent)

    assert await asked(3) == await asked(2)


async def test_what_is_closed_and_owes_has_an_invoice_to_come(app: Perseat, ops: Client) -> None:
    """M7, P1: a trial that was closed with a debt; the account shows the day, and the sum."""
    company = await make_company(app)
    await company.record(sms(100))
    await company.cancel()

    query = """query($id: ID!) { account(id: $id) { status nextBillAt
        upcomingInvoice { kind issuedOn total { amount } charges { rule } }
        credits { debt { owed { amount } invoicedOn } } } }"""
    found = (await ops.data(query, id=encode("account", company.id)))["account"]

    assert (found["status"], found["nextBillAt"]) == ("CLOSED", "2025-12-01T00:00:00+00:00")
    assert found["upcomingInvoice"] == {
        "kind": "TRUE_UP",
        "issuedOn": "2025-12-01",
        "total": {"amount": "1.50"},
        "charges": [{"rule": "M7"}],
    }
    assert found["credits"]["debt"] == {"owed": {"amount": "1.50"}, "invoicedOn": "2025-12-01"}
