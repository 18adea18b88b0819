"""Every worked figure over HTTP, from the first request to the last answer."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from app.bootstrap import Perseat
from tests.api.conftest import Client
from tests.api.living import Living, cell
from tests.golden import GOLDEN
from tests.make import query

TERMS = {1: "MONTHLY", 3: "QUARTERLY", 12: "ANNUAL"}
PLANS = "{ plans { id prices { component term amount { amount } isExample } } }"
PRINTED = {
    "ipro": ("40.00", "6.00"),
    "upro": ("70.00", "5.00"),
    "xpro": ("90.00", "4.00"),
}
"""P3: a licence and a local number for a month."""
SOLD = """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example)
    VALUES (uuidv7(), 'golden', :component, :term, '[2020-01-01,)', :price, true)"""


async def sell(app: Perseat, price: str) -> None:
    """A plan on which everything has this price, whatever the term."""
    await query(app, "INSERT INTO plans VALUES ('golden', 'Golden', 'LICENSE', 'USD')")
    for component in ("LICENSE", "LOCAL_NUMBER"):
        for term in TERMS.values():
            micros = int(Decimal(price) * 1_000_000)
            await query(app, SOLD, component=component, term=term, price=micros)


async def charged(company: Living, row: dict[str, Any]) -> dict[str, Any]:
    """The charge that the rule of the row makes on its day."""
    first, last = (date.fromisoformat(day) for day in row["period"])
    following = last + timedelta(days=1)
    months = (following.year - first.year) * 12 + following.month - first.month
    day, quantity = row["from"], int(row["qty"])
    if row["rule"] == "C3":
        await company.sign_up("golden", day, quantity)
        await company.convert()
        (charge,) = (await company.invoice(day))["charges"]
        return dict(charge)
    upgrades = row["rule"] == "L7"
    await company.sign_up("ipro" if upgrades else "golden", row["period"][0], 1)
    await company.convert(TERMS[months])
    await company.go_to(day)
    if upgrades:
        key = str(uuid4())
        await company.do("changePlan", accountId=company.id, planId="upro", idempotencyKey=key)
    elif row["rule"] == "A1":
        await company.rent("LOCAL_NUMBER", quantity)
    else:
        await company.add(quantity)
    if row["rule"] == "L4":
        added = date.fromisoformat(day).replace(day=1) + timedelta(days=32)
        await company.go_to(str(added.replace(day=1)))
        (charge,) = (await company.invoice(str(added.replace(day=1))))["charges"]
        return dict(charge)
    (charge,) = await company.unbilled()
    return dict(charge)


@pytest.mark.parametrize(
    "row",
    GOLDEN["proration"],
    ids=lambda row: f"{row['rule']}-{row['price']}-{row['from']}",
)
async def test_a_share_of_a_price_is_what_was_worked_out(
    own_app: Perseat, own_ops: Client, row: dict[str, Any]
) -> None:
    """C3, L3, L4, L7, A1: unit, line and days, as an invoice or an unbilled charge shows them."""
    await sell(own_app, row["price"])

    charge = await charged(Living(own_app, own_ops), row)

    days, of = row["days"]
    assert charge["unitAmount"]["amount"] == row["unit"]
    assert charge["amount"]["amount"] == row["line"]
    assert charge["quantity"] == int(row["qty"])
    assert charge["period"]["days"] == int(days)
    assert f"{days} of {of} days" in str(charge["derivation"]["steps"])


@pytest.mark.parametrize("row", GOLDEN["companies"], ids=lambda row: row["plan"])
async def test_a_month_of_each_company_costs_what_s1_prints(
    app: Perseat, ops: Client, row: dict[str, Any]
) -> None:
    """M2, M3, A1: subscription and usage together; what is included is recorded at zero."""
    company = Living(app, ops)
    await company.sign_up(row["plan"].lower(), "2025-11-01", int(row["licenses"]))
    await company.rent("LOCAL_NUMBER", int(row["local_numbers"]))
    await company.convert(row["term"])
    for used in row["usage"]:
        await company.use(int(used["qty"]), "2025-11-01", **cell(used["what"]))

    cost = (await company.state("2025-11-01"))["monthlyCost"]
    invoice = await company.invoice("2025-11-01")

    assert invoice["total"]["amount"] == row["subscription"] == cost["subscription"]["amount"]
    assert cost["usage"]["amount"] == row["usage_cost"]
    assert cost["total"]["amount"] == row["total"]
    assert cost["usageEvents"] == len(row["usage"])
    assert cost["includedEvents"] == sum(used["rate"] == "0" for used in row["usage"])


@pytest.mark.parametrize("row", GOLDEN["top_up"], ids=lambda row: row["balance"])
async def test_a_top_up_is_the_fewest_steps(app: Perseat, ops: Client, row: dict[str, Any]) -> None:
    """M6: one charge of n amounts, or none above the threshold."""
    company, balance = Living(app, ops), Decimal(row["balance"])
    await company.sign_up("upro", "2025-11-01", 1, mayGoNegative=True)
    await company.convert()
    if balance > 0:
        given = {"accountId": company.id, "amount": str(balance)}
        await company.do("buyCredits", **given, idempotencyKey=str(uuid4()))
    else:
        lookups = int(-balance / Decimal("0.002"))
        await company.use(lookups, "2025-11-01", **cell("look-up"))

    rule = {"threshold": row["threshold"], "amount": row["amount"]}
    await company.do("configureAutoTopUp", accountId=company.id, enabled=True, **rule)

    found = (await company.state())["credits"]
    payments = [each for each in found["topUps"]["nodes"] if each["purpose"] == "TOP_UP"]
    expected = [] if row["charge"] in {"null", None} else [Decimal(row["charge"])]
    assert [Decimal(each["amount"]["amount"]) for each in payments] == expected
    assert Decimal(found["balance"]["amount"]) == balance + sum(expected)


async def test_the_shipped_prices_are_the_printed_ones(own_ops: Client) -> None:
    """P3: longer terms are examples, 5 and 10 per cent less than 3 and 12 months."""
    plans = {each["id"]: each["prices"] for each in (await own_ops.data(PLANS))["plans"]}

    for plan, printed in PRINTED.items():
        found = {(each["component"], each["term"]): each for each in plans[plan]}
        for component, price in zip(("LICENSE", "LOCAL_NUMBER"), printed, strict=True):
            monthly = found[component, "MONTHLY"]
            assert (monthly["amount"]["amount"], monthly["isExample"]) == (price, False)
            for term, share in (("QUARTERLY", "2.85"), ("ANNUAL", "10.8")):
                longer = found[component, term]
                assert Decimal(longer["amount"]["amount"]) == Decimal(price) * Decimal(share)
                assert longer["isExample"] is True


async def test_auto_top_up_is_off_and_ready_for_a_hundred_below_ten(
    app: Perseat, ops: Client
) -> None:
    """M6: what a new company finds."""
    company = Living(app, ops)
    await company.sign_up("upro", "2025-11-01", 1)
    asked = """query($id: ID!) { account(id: $id) { credits { autoTopUp {
        enabled threshold { amount } amount { amount } } } } }"""

    rule = (await ops.data(asked, id=company.id))["account"]["credits"]["autoTopUp"]

    assert rule == {
        "enabled": False,
        "threshold": {"amount": "10.00"},
        "amount": {"amount": "100.00"},
    }
