"""Rule I3: whom invoices are addressed to, who may change it, and from when on it counts."""

from typing import Any

import httpx
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company

DETAILS = "legalName address taxId language taxRate"
ACCOUNT = f"query($id: ID!) {{ account(id: $id) {{ billingDetails {{ {DETAILS} }} }} }}"


async def change(client: Client, company: Company, **given: Any) -> dict[str, Any]:
    return await client.mutate(
        "updateBillingDetails",
        f"billingDetails {{ {DETAILS} }}",
        accountId=encode("account", company.id),
        **given,
    )


async def test_what_is_given_is_changed_and_null_takes_it_away(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    account = encode("account", company.id)

    before = await ops.data(ACCOUNT, id=account)
    await change(ops, company, legalName=" Acme  GmbH ", address="Hauptstr. 1\nBerlin", taxId="DE1")
    changed = await change(ops, company, language="HE", taxRate="7.7", address=None)
    after = await ops.data(ACCOUNT, id=account)

    assert before["account"]["billingDetails"] == {
        **dict.fromkeys(("legalName", "address", "taxId")),
        "language": "EN",
        "taxRate": "0",
    }
    assert changed["billingDetails"] == {
        "legalName": "Acme GmbH",
        "address": None,
        "taxId": "DE1",
        "language": "HE",
        "taxRate": "7.7",
    }
    assert after["account"]["billingDetails"] == changed["billingDetails"]


async def test_an_invoice_that_was_issued_does_not_change(app: Perseat, ops: Client) -> None:
    """I3: whom it was addressed to and its rate are frozen."""
    company = await make_company(app)
    await change(ops, company, legalName="Old Ltd", taxRate="19")
    await company.convert()

    await change(ops, company, legalName="New Ltd", language="DE", taxRate="20")
    await company.go_to("2025-12-01")

    first, second = await company.invoice_rows()
    assert (first.bill_to["name"], first.bill_to["language"], first.tax_rate) == (
        *("Old Ltd", "en"),
        190_000,
    )
    assert (second.bill_to["name"], second.bill_to["language"], second.tax_rate) == (
        *("New Ltd", "de"),
        200_000,
    )


@pytest.mark.parametrize("role", KeyRole)
async def test_who_pays_may_say_whom_to_address_and_operators_what_the_tax_is(
    app: Perseat, ops: Client, http: httpx.AsyncClient, role: KeyRole
) -> None:
    company = await make_company(app)
    own = None if role is KeyRole.OPS else company.id
    client = ops if own is None else Client(http, await make_key(app, role, own))

    named = await change(client, company, legalName="Acme", taxId="DE1")
    taxed = await change(client, company, legalName="Other", taxRate="19")

    assert bool(named["userErrors"]) == (role is KeyRole.PARTNER)
    assert bool(taxed["userErrors"]) == (role is not KeyRole.OPS)
    details = (await ops.data(ACCOUNT, id=encode("account", company.id)))["account"]
    assert details["billingDetails"]["taxRate"] == ("19" if role is KeyRole.OPS else "0")
    assert details["billingDetails"]["legalName"] == {
        KeyRole.OPS: "Other",
        KeyRole.PARTNER: None,
    }.get(role, "Acme")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"legalName": "x" * 201}, "legalName"),
        ({"legalName": "a\u202eb"}, "legalName"),
        ({"address": "\n".join("123456789")}, "address"),
        ({"address": "a\u0007b"}, "address"),
        ({"taxId": "1" * 41}, "taxId"),
        ({"taxRate": "100.0001"}, "taxRate"),
        ({"taxRate": "-1"}, "taxRate"),
        ({"taxRate": "7.77777"}, "taxRate"),
        ({"taxRate": f"1{30 * '0'}"}, "taxRate"),
    ],
)
async def test_what_cannot_be_right_is_refused(
    app: Perseat, ops: Client, given: dict[str, Any], field: str
) -> None:
    company = await make_company(app)

    answer = await change(ops, company, **given)

    assert answer["billingDetails"] is None
    assert (answer["userErrors"][0]["field"], answer["userErrors"][0]["code"]) == (field, "INVALID")
