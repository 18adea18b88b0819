"""Rates over HTTP: read, changed, negotiated, and what usage would cost (M2, M3)."""

from typing import Any

from api.ids import encode
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import make_company

CELL = {"kind": "SMS_SEGMENT", "direction": "OUTBOUND", "lineType": "LOCAL"}
AUTOMATED = {**CELL, "initiator": "AUTOMATION"}
QUOTE = """query($input: QuoteUsageInput!) { quoteUsage(input: $input) {
    lines { rate { amount } amount { amount } fee { amount } total { amount } included negotiated
        amountPostsAt feePostsAt sentence }
    total { amount currency } userErrors { code field message } } }"""
ACCOUNT = """query($id: ID!) { account(id: $id) {
    rates(kind: SMS_SEGMENT) { direction lineType initiator amount { amount } included isExample
        negotiated postsAtEndOfDay }
    negotiatedRates { planId kind initiator amount { amount } included effectiveAt contract } } }"""


async def quote(client: Client, account: str, *lines: dict[str, Any]) -> dict[str, Any]:
    answer = await client.data(QUOTE, input={"accountId": account, "lines": [*lines]})
    quoted: dict[str, Any] = answer["quoteUsage"]
    return quoted


async def test_the_card_of_a_plan_is_read(ops: Client) -> None:
    """M2, P3: what is included, and which figures no source gives."""
    answer = await ops.data("""{ plans { id rates(kind: SMS_SEGMENT) { direction lineType initiator
        amount { amount } included isExample effectiveFrom effectiveUntil } } }""")

    (upro,) = [plan for plan in answer["plans"] if plan["id"] == "upro"]
    cells = {(r["direction"], r["lineType"], r["initiator"]): r for r in upro["rates"]}
    assert len(cells) == 2 * 3 * 5
    assert cells["OUTBOUND", "LOCAL", "AUTOMATION"] == {
        "direction": "OUTBOUND",
        "lineType": "LOCAL",
        "initiator": "AUTOMATION",
        "amount": {"amount": "0.015"},
        "included": False,
        "isExample": False,
        "effectiveFrom": "2020-01-01T00:00:00+00:00",
        "effectiveUntil": None,
    }
    assert cells["INBOUND", "LOCAL", "CONSUMER"]["included"]
    assert cells["OUTBOUND", "TOLL_FREE", "AGENT"]["isExample"]


async def test_carriers_fees_are_read(ops: Client) -> None:
    """M2: with the days on which they change."""
    answer = await ops.data("""{ carrierFees(carrier: "att") { kind direction amount { amount
        currency } effectiveFrom effectiveUntil isExample } }""")

    mms = [
        (row["amount"]["amount"], row["effectiveFrom"][:10], row["effectiveUntil"])
        for row in answer["carrierFees"]
        if (row["kind"], row["direction"]) == ("MMS_SEGMENT", "OUTBOUND")
    ]
    assert mms == [
        ("0.005", "2020-01-01", "2024-10-01T00:00:00+00:00"),
        ("0.0075", "2024-10-01", None),
    ]


async def test_a_rate_is_negotiated_and_shown(app: Perseat, ops: Client) -> None:
    """P2, M3: by operators; the account sees what counts for it now, and why."""
    company = await make_company(app)
    account = encode("account", company.id)
    own = Client(ops.http, await make_key(app, KeyRole.BILLING_ADMIN, company.id))
    given = {"accountId": account, "kind": "SMS_SEGMENT", "amount": "0.009", "contract": "Q-7"}
    asked = "rate { kind initiator amount { amount } effectiveAt }"

    refused = await own.ask(
        "mutation($input: SetNegotiatedRateInput!) { setNegotiatedRate(input: $input) {"
        " userErrors { code } } }",
        input=given,
    )
    agreed = await ops.mutate("setNegotiatedRate", asked, **given)
    wrong = await ops.mutate("setNegotiatedRate", asked, **{**given, "amount": "0.0000001"})

    assert refused["data"]["setNegotiatedRate"]["userErrors"][0]["code"] == "FORBIDDEN"
    assert agreed["rate"] == {
        "kind": "SMS_SEGMENT",
        "initiator": None,
        "amount": {"amount": "0.009"},
        "effectiveAt": "2025-11-01T12:00:00+00:00",
    }
    assert wrong["userErrors"][0]["field"] == "amount"
    found = (await own.data(ACCOUNT, id=account))["account"]
    cells = {(r["direction"], r["lineType"], r["initiator"]): r for r in found["rates"]}
    assert cells["OUTBOUND", "LOCAL", "AUTOMATION"]["amount"] == {"amount": "0.009"}
    assert cells["OUTBOUND", "LOCAL", "AUTOMATION"]["negotiated"]
    assert cells["OUTBOUND", "LOCAL", "AGENT"]["included"]
    assert cells["OUTBOUND", "INTERNATIONAL", "AGENT"]["postsAtEndOfDay"]
    assert found["negotiatedRates"] == [
        {
            "planId": None,
            "kind": "SMS_SEGMENT",
            "initiator": None,
            "amount": {"amount": "0.009"},
            "included": False,
            "effectiveAt": "2025-11-01T12:00:00+00:00",
            "contract": "Q-7",
        }
    ]


async def test_rates_of_many_accounts_are_read_at_once(app: Perseat, ops: Client) -> None:
    for _ in range(2):
        await make_company(app)

    answer = await ops.data("""{ accounts(first: 2) { nodes { rates(kind: LOOKUP) { amount {
        amount } } negotiatedRates { planId } } } }""")

    assert [len(node["rates"]) for node in answer["accounts"]["nodes"]] == [30, 30]


async def test_the_card_is_changed_by_operators(own_app: Perseat, own_ops: Client) -> None:
    """M3: with a reason; what is past, or no plan, is refused with the field."""
    given = {"planId": "upro", **AUTOMATED, "amount": "0.017", "reason": "A new carrier"}
    asked = "rates { initiator amount { amount } isExample effectiveFrom effectiveUntil }"
    key = await make_key(own_app, KeyRole.ADMINISTRATOR, (await make_company(own_app)).id)

    past = await own_ops.mutate("setRate", asked, **given, effectiveAt="2025-01-01T00:00:00Z")
    nothing = await own_ops.mutate("setRate", asked, **{**given, "planId": "none"})
    done = await own_ops.mutate("setRate", asked, **given, effectiveAt="2035-01-01T00:00:00Z")
    other = await Client(own_ops.http, key).mutate("setRate", asked, **given)

    assert (past["userErrors"][0]["code"], past["userErrors"][0]["field"]) == (
        "REFUSED",
        "effectiveAt",
    )
    assert nothing["userErrors"][0]["field"] == "planId"
    assert other["userErrors"][0]["code"] == "FORBIDDEN"
    assert done["rates"] == [
        {
            "initiator": "AUTOMATION",
            "amount": {"amount": "0.017"},
            "isExample": False,
            "effectiveFrom": "2035-01-01T00:00:00+00:00",
            "effectiveUntil": None,
        }
    ]


async def test_a_quote_says_what_it_would_cost_and_when(app: Perseat, ops: Client) -> None:
    """M2, M3: 10,000 x 0.015 is exactly 150.00; fees come tomorrow, what is abroad tonight."""
    company = await make_company(app, billing_timezone="America/New_York")
    account = encode("account", company.id)
    own = Client(ops.http, await make_key(app, KeyRole.PARTNER, company.id))

    found = await quote(
        own,
        account,
        {**AUTOMATED, "quantity": 10_000},
        {**CELL, "initiator": "AGENT", "quantity": 100, "carrier": "att"},
        {**AUTOMATED, "lineType": "INTERNATIONAL", "quantity": 2, "carrier": "rogers"},
    )

    assert found["userErrors"] == []
    assert [line["total"]["amount"] for line in found["lines"]] == ["150.00", "0.30", "0.1668"]
    assert found["total"] == {"amount": "150.4668", "currency": "USD"}
    assert [line["amountPostsAt"] for line in found["lines"]] == [
        "2025-11-01T12:00:00+00:00",
        None,
        "2025-11-02T03:59:59.999999+00:00",
    ]
    assert [line["feePostsAt"] for line in found["lines"]] == [
        None,
        "2025-11-02T04:00:00+00:00",
        "2025-11-02T04:00:00+00:00",
    ]
    sent, asks = "SMS segment outbound", "The carrier's fee of"
    rate = "0.15 by the plan's rate of 0.075, debited at the end of today."
    tomorrow = "is debited on 2 November 2025."
    assert [line["sentence"] for line in found["lines"]] == [
        f"10,000 x {sent} local (automation): 150.00 by the plan's rate of 0.015, debited at once.",
        f"100 x {sent} local (agent): included in the plan. {asks} 0.003 each, 0.30, {tomorrow}",
        f"2 x {sent} international (automation): {rate} {asks} 0.0084 each, 0.0168, {tomorrow}",
    ]
    assert await company.balance() == "0.00"


async def test_a_quote_names_the_line_that_is_wrong(app: Perseat, ops: Client) -> None:
    """M1: and of another company there is none."""
    company = await make_company(app)
    account = encode("account", company.id)
    stranger = Client(ops.http, await make_key(app, KeyRole.PARTNER, (await make_company(app)).id))
    good = {**AUTOMATED, "quantity": 1}

    carrier = await quote(ops, account, good, {**good, "carrier": "pigeon"})
    quantity = await quote(ops, account, {**good, "quantity": 0})
    none = await quote(ops, account)
    many = await quote(ops, account, *[good] * 101)
    other = await quote(stranger, account, good)

    told = [each["userErrors"][0] for each in (carrier, quantity, none, many, other)]
    assert [(each["code"], each["field"]) for each in told] == [
        ("INVALID", "lines.1.carrier"),
        ("INVALID", "lines.0.quantity"),
        ("INVALID", "lines"),
        ("INVALID", "lines"),
        ("NOT_FOUND", "accountId"),
    ]
    assert "att, rogers, t-mobile, us-cellular, verizon" in told[0]["message"]
