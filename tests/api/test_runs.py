"""Billing runs over HTTP: planned, applied, retried, and seen by operators only."""

from typing import Any

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from app.services import run_work, runs
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company, query

RUN = """id period mode status dryRun sandbox planHash actor reason
    progress { total done parked changed }
    totals { bills total { amount currency } lastMonth { amount }
        differences { cause amount { amount } } }
    accounts(first: 10) { nodes { status kind total { amount } plannedTotal { amount } reason
        released unbilled { amount } account { id } invoice { number }
        charges { rule description quantity unitAmount { amount } amount { amount }
            period { firstDay lastDay } } differences { cause amount { amount } } } }"""
SHOWN = f"query($id: ID!) {{ billingRun(id: $id) {{ {RUN} }} }}"
ERRORS = "userErrors { code field message }"


async def due(app: Perseat) -> Company:
    company = await make_company(app, users=2)
    await company.start()
    await company.set_clock("2025-12-01", "00:00")
    return company


async def work(app: Perseat) -> None:
    for run_id in await runs.unfinished(app.operators):
        await run_work.work_on(app.operators, run_id, chunk_size=10)


async def started(client: Client, **given: Any) -> dict[str, Any]:
    done = await client.mutate("startBillingRun", "billingRun { id status }", **given)
    assert done["userErrors"] == []
    run: dict[str, Any] = done["billingRun"]
    return run


async def test_a_month_is_planned_and_applied(own_app: Perseat, own_ops: Client) -> None:
    """C5, I2: what is seen is what is posted."""
    company = await due(own_app)
    run = await started(own_ops, sandbox=True, period="2025-12-01", reason="the 1st")
    await work(own_app)
    plan = (await own_ops.data(SHOWN, id=run["id"]))["billingRun"]

    given = {"planHash": plan["planHash"], "reason": "looks right"}
    applied = await own_ops.mutate("applyBillingRun", "billingRun { id status }", **given)
    await work(own_app)
    again = await own_ops.mutate("applyBillingRun", "billingRun { id status }", **given)
    posted = (await own_ops.data(SHOWN, id=applied["billingRun"]["id"]))["billingRun"]

    assert run["status"] == "PLANNING"
    assert (plan["status"], plan["dryRun"], plan["reason"]) == ("PLANNED", True, "the 1st")
    assert plan["actor"] == "ops key test"
    assert plan["progress"] == {"total": 1, "done": 1, "parked": 0, "changed": 0}
    assert plan["totals"] == [
        {
            "bills": 1,
            "total": {"amount": "140.00", "currency": "USD"},
            "lastMonth": {"amount": "0.00"},
            "differences": [{"cause": "NEW", "amount": {"amount": "140.00"}}],
        }
    ]
    (line,) = plan["accounts"]["nodes"]
    assert line["account"]["id"] == encode("account", company.id)
    assert (line["status"], line["kind"], line["invoice"]) == ("PLANNED", "RENEWAL", None)
    assert line["unbilled"] == {"amount": "0.00"}
    assert line["charges"] == [
        {
            "rule": "L6",
            "description": "uPro licence, 1 Dec to 31 Dec 2025",
            "quantity": 2,
            "unitAmount": {"amount": "70.00"},
            "amount": {"amount": "140.00"},
            "period": {"firstDay": "2025-12-01", "lastDay": "2025-12-31"},
        }
    ]
    assert applied["billingRun"]["status"] == "CHECKING"
    assert again["billingRun"] == {"id": applied["billingRun"]["id"], "status": "FINISHED"}
    assert posted["planHash"] == plan["planHash"]
    (line,) = posted["accounts"]["nodes"]
    assert (line["status"], line["invoice"]) == ("BILLED", {"number": "INV-0002"})
    assert line["plannedTotal"] == {"amount": "140.00"}


async def test_a_stale_plan_names_what_changed(own_app: Perseat, own_ops: Client) -> None:
    company = await due(own_app)
    run = await started(own_ops, sandbox=True)
    await work(own_app)
    plan = (await own_ops.data(SHOWN, id=run["id"]))["billingRun"]
    sql = "INSERT INTO minimum_licenses (account_id, id, minimum, effective_on, at, actor)"
    values = "VALUES (:id, uuidv7(), 3, '2025-12-01', '2025-11-30Z', 'late paper')"
    await query(own_app, f"{sql} {values}", id=company.id)
    given = {"planHash": plan["planHash"], "reason": "looks right"}

    applied = await own_ops.mutate("applyBillingRun", "billingRun { id }", **given)
    await work(own_app)
    posted = (await own_ops.data(SHOWN, id=applied["billingRun"]["id"]))["billingRun"]
    again = await own_ops.mutate("applyBillingRun", "billingRun { id }", **given)

    assert posted["status"] == "STALE"
    (line,) = posted["accounts"]["nodes"]
    assert (line["status"], line["reason"]) == ("CHANGED", "planned 140.00, now 210.00")
    assert again["billingRun"] is None
    (error,) = again["userErrors"]
    assert (error["code"], error["field"]) == ("PLAN_CHANGED", "planHash")
    assert "Company: planned 140.00, now 210.00" in error["message"]


async def test_what_is_parked_is_retried(own_app: Perseat, own_ops: Client) -> None:
    company = await due(own_app)
    later = (
        "UPDATE prices SET effective = daterange('2026-01-01', NULL) WHERE component = 'LICENSE'"
    )
    await query(own_app, later)
    await runs.bill_due(own_app.operators, chunk_size=10)
    found = await own_ops.data(f"{{ billingRuns(first: 5) {{ nodes {{ {RUN} }} }} }}")
    (run,) = found["billingRuns"]["nodes"]
    sooner = "UPDATE prices SET effective = daterange(NULL, NULL) WHERE component = 'LICENSE'"
    await query(own_app, sooner)

    done = await own_ops.mutate(
        "retryBillingRun",
        "billingRun { status }",
        runId=run["id"],
        accountIds=[encode("account", company.id)],
        reason="the price is there now",
    )
    await work(own_app)
    after = (await own_ops.data(SHOWN, id=run["id"]))["billingRun"]

    assert (run["mode"], run["progress"]["parked"]) == ("AUTOMATIC", 1)
    assert "has no monthly price" in run["accounts"]["nodes"][0]["reason"]
    assert done["userErrors"] == []
    (line,) = after["accounts"]["nodes"]
    assert (line["status"], line["total"]) == ("BILLED", {"amount": "140.00"})
    assert line["released"] == "ops key test: the price is there now"


@pytest.mark.parametrize(
    ("name", "given", "code", "field"),
    [
        ("startBillingRun", {"period": "2025-12-02"}, "INVALID", "period"),
        ("startBillingRun", {"dryRun": False}, "INVALID", "reason"),
        ("startBillingRun", {"accountIds": ["nonsense"]}, "INVALID", "accountIds"),
        ("applyBillingRun", {"planHash": "f" * 64, "reason": "why"}, "NOT_FOUND", "planHash"),
        ("applyBillingRun", {"planHash": "f" * 64, "reason": ""}, "INVALID", "reason"),
        ("retryBillingRun", {"runId": "account_x", "reason": "why"}, "INVALID", "runId"),
    ],
)
async def test_a_mistake_is_named(
    ops: Client, name: str, given: dict[str, Any], code: str, field: str
) -> None:
    done = await ops.mutate(name, "billingRun { id }", **given)

    assert done["billingRun"] is None
    assert [(each["code"], each["field"]) for each in done["userErrors"]] == [(code, field)]


@pytest.mark.parametrize("role", sorted(set(KeyRole) - {KeyRole.OPS}))
async def test_runs_are_for_operators(app: Perseat, ops: Client, role: KeyRole) -> None:
    """U2: nobody else starts or sees one, not even by its id."""
    company = await make_company(app)
    made = await started(ops, sandbox=True, accountIds=[encode("account", company.id)])
    client = Client(ops.http, await make_key(app, role, company.id))

    listed = await client.ask("{ billingRuns { nodes { id } } }")
    shown = await client.ask(SHOWN, id=made["id"])
    node = await client.data("query($id: ID!) { node(id: $id) { __typename } }", id=made["id"])
    refused = await client.mutate("startBillingRun", "billingRun { id }")

    assert listed["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert shown["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert node == {"node": None}
    assert [each["code"] for each in refused["userErrors"]] == ["FORBIDDEN"]


async def test_a_run_is_a_node_and_its_accounts_are_pages(
    own_app: Perseat, own_ops: Client
) -> None:
    companies = [await due(own_app) for _ in range(3)]
    run = await started(own_ops, sandbox=True)
    await work(own_app)
    page = """query($id: ID!, $after: String) { node(id: $id) { ... on BillingRun {
        status accounts(first: 2, after: $after, status: PLANNED) {
            nodes { account { id } } pageInfo { hasNextPage endCursor } } } } }"""

    one = (await own_ops.data(page, id=run["id"]))["node"]
    after = one["accounts"]["pageInfo"]["endCursor"]
    two = (await own_ops.data(page, id=run["id"], after=after))["node"]

    seen = [each["account"]["id"] for each in one["accounts"]["nodes"] + two["accounts"]["nodes"]]
    assert seen == [encode("account", each) for each in sorted(each.id for each in companies)]
    assert not two["accounts"]["pageInfo"]["hasNextPage"]
