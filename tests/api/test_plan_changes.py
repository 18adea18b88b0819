"""Plan, term, prices and the end of a subscription, through the API."""

from typing import Any

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.plans import Component, Term
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.golden import GOLDEN
from tests.make import Company, make_company

UPGRADE = next(row for row in GOLDEN["proration"] if row["rule"] == "L7")
CHANGED = """account { subscription { plan { id } term next { plan { id name } term effectiveOn }
    endsOn pricedOn } } effectiveOn charges { amount { amount } derivation { rule } }"""
PREVIEW = """query($input: PreviewPlanChangeInput!) { previewPlanChange(input: $input) {
    preview { sentence effectiveOn charges { amount { amount } }
        before { unbilled { amount } invoices { issuedOn total { amount } } }
        after { unbilled { amount } invoices { issuedOn total { amount } } } }
    userErrors { code field message } } }"""
HISTORY = """query($id: ID!) { account(id: $id) { status nextBillAt
    subscriptionChanges { nodes { kind fromPlanId toPlanId toTerm effectiveOn reason actor } }
    negotiatedPrices { planId component term amount { amount } effectiveOn contract } } }"""


def amounts(invoices: list[dict[str, Any]]) -> dict[str, str]:
    return {each["issuedOn"]: each["total"]["amount"] for each in invoices}


async def change(ops: Client, company: Company, key: str = "k", **wish: str) -> Any:
    return await ops.mutate(
        "changePlan",
        CHANGED,
        accountId=encode("account", company.id),
        idempotencyKey=key,
        **wish,
    )


async def test_an_upgrade_is_charged_once_however_often_it_is_sent(
    app: Perseat, ops: Client
) -> None:
    """L7: the worked figure, twice with one key; another wish needs another key."""
    company = await make_company(app, "ipro", on="2025-12-01")
    await company.convert()
    await company.go_to(UPGRADE["from"])

    once = await change(ops, company, planId="upro")
    again = await change(ops, company, planId="upro")
    other = await change(ops, company, planId="xpro")

    assert once == again
    assert once["charges"] == [
        {"amount": {"amount": UPGRADE["line"]}, "derivation": {"rule": "L7"}}
    ]
    assert once["effectiveOn"] == UPGRADE["from"]
    assert once["account"]["subscription"]["plan"] == {"id": "upro"}
    assert once["account"]["subscription"]["pricedOn"] == UPGRADE["from"]
    assert other["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_a_downgrade_is_shown_as_what_follows(app: Perseat, ops: Client) -> None:
    """L7: from the renewal on; nothing is charged."""
    company = await make_company(app, "xpro")
    await company.convert()

    done = await change(ops, company, planId="ipro", term="ANNUAL", reason="Too big")

    assert done["charges"] == []
    assert done["account"]["subscription"]["next"] == {
        "plan": {"id": "ipro", "name": "iPro"},
        "term": "ANNUAL",
        "effectiveOn": "2025-12-01",
    }
    found = (await ops.data(HISTORY, id=encode("account", company.id)))["account"]
    assert found["subscriptionChanges"]["nodes"] == [
        {
            "kind": "SCHEDULED",
            "fromPlanId": "xpro",
            "toPlanId": "ipro",
            "toTerm": "ANNUAL",
            "effectiveOn": "2025-12-01",
            "reason": "Too big",
            "actor": "ops key test",
        }
    ]


@pytest.mark.parametrize(
    ("plan", "term", "at_once", "december"),
    [("xpro", None, ["20.00"], "240.00"), ("ipro", Term.QUARTERLY, [], "399.00")],
)
async def test_a_preview_is_what_happens(
    app: Perseat, ops: Client, plan: str, term: Term | None, at_once: list[str], december: str
) -> None:
    """L7: the preview of an upgrade and of a downgrade, then the change and its invoice."""
    company = await make_company(app, "upro", users=2)
    await company.rent(Component.LOCAL_PRESENCE, 1)
    await company.convert()
    await company.go_to("2025-11-16")
    wish = {"planId": plan} | ({"term": term.value} if term else {})

    answer = await ops.data(PREVIEW, input={"accountId": encode("account", company.id), **wish})
    shown = answer["previewPlanChange"]["preview"]
    await change(ops, company, **wish)
    await company.go_to("2025-12-01")

    assert (await company.invoices())["2025-12-01"] == december
    assert amounts(shown["after"]["invoices"])["2025-12-01"] == december
    assert amounts(shown["before"]["invoices"])["2025-12-01"] == "190.00"
    assert [each["amount"]["amount"] for each in shown["charges"]] == at_once


async def test_a_wish_that_is_refused_says_why(app: Perseat, ops: Client) -> None:
    """P4, and bad input: the field is named, nothing has changed."""
    company = await make_company(app)
    await company.convert()

    refused = [
        (await change(ops, company, **wish))["userErrors"][0]
        for wish in ({"planId": "provider"}, {"planId": "none"}, {})
    ]

    assert [(each["code"], each["field"]) for each in refused] == [
        ("REFUSED", "planId"),
        ("NOT_FOUND", "planId"),
        ("INVALID", "planId"),
    ]


async def test_a_subscription_is_cancelled_and_resumed(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    await company.convert()
    id_ = encode("account", company.id)
    answer = "account { status subscription { endsOn } }"

    cancelled = await ops.mutate("cancelSubscription", answer, accountId=id_, reason="Moving on")
    twice = await ops.mutate("cancelSubscription", answer, accountId=id_)
    resumed = await ops.mutate("resumeSubscription", answer, accountId=id_)
    await ops.mutate("cancelSubscription", answer, accountId=id_)
    await company.go_to("2025-12-01")

    assert cancelled["account"]["subscription"] == {"endsOn": "2025-12-01"}
    assert twice["userErrors"][0]["code"] == "CONFLICT"
    assert resumed["account"]["subscription"] == {"endsOn": None}
    found = (await ops.data(HISTORY, id=id_))["account"]
    kinds = [each["kind"] for each in found["subscriptionChanges"]["nodes"]]
    assert kinds == ["CLOSED", "CANCELLED", "RESUMED", "CANCELLED"]
    assert (found["status"], found["nextBillAt"]) == ("CLOSED", None)


async def test_a_price_is_negotiated_by_operators_only(app: Perseat, ops: Client) -> None:
    """P2: what is agreed is shown; a customer's own administrator may not agree with himself."""
    company = await make_company(app)
    given = {
        "accountId": encode("account", company.id),
        "planId": "upro",
        "component": "LICENSE",
        "term": "MONTHLY",
        "amount": "60.50",
        "contract": "Q-7",
    }
    price = "price { amount { amount } effectiveOn }"
    own = Client(ops.http, await make_key(app, KeyRole.ADMINISTRATOR, company.id))

    refused = await own.ask(
        "mutation($input: SetNegotiatedPriceInput!) { setNegotiatedPrice(input: $input) {"
        " userErrors { code } } }",
        input=given,
    )
    agreed = await ops.mutate("setNegotiatedPrice", price, **given)

    code = refused["data"]["setNegotiatedPrice"]["userErrors"][0]["code"]
    assert code == "FORBIDDEN"
    assert agreed["price"] == {"amount": {"amount": "60.50"}, "effectiveOn": "2025-11-01"}
    found = (await own.data(HISTORY, id=encode("account", company.id)))["account"]
    assert found["negotiatedPrices"] == [
        {
            "planId": "upro",
            "component": "LICENSE",
            "term": "MONTHLY",
            "amount": {"amount": "60.50"},
            "effectiveOn": "2025-11-01",
            "contract": "Q-7",
        }
    ]


async def test_the_list_is_changed_by_operators(own_ops: Client) -> None:
    """P2: from a day to come on; too early, or no such plan, is refused with the field."""
    given = {"planId": "xpro", "component": "LICENSE", "term": "ANNUAL", "amount": "999.00"}
    price = "price { amount { amount } effectiveFrom }"

    early = await own_ops.mutate("setListPrice", price, **given, effectiveOn="2025-01-01")
    nothing = await own_ops.mutate("setListPrice", price, **{**given, "planId": "none"})
    done = await own_ops.mutate("setListPrice", price, **given, effectiveOn="2030-01-01")

    assert (early["userErrors"][0]["code"], early["userErrors"][0]["field"]) == (
        "REFUSED",
        "effectiveOn",
    )
    assert nothing["userErrors"][0]["field"] == "planId"
    assert done["price"] == {"amount": {"amount": "999.00"}, "effectiveFrom": "2030-01-01"}
