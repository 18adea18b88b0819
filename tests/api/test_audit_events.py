"""The audit (S25): each mutation leaves a row: who, why, from where and what it changed."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from api.ids import decode, encode
from app.bootstrap import Perseat
from app.domain.users import Role
from app.models.api_keys import KeyRole
from app.services import audit_events
from tests.api.browser import browser
from tests.api.conftest import Client, make_key
from tests.logging_in import enter, person, token_of
from tests.make import Company, as_superuser, make_company, query

AUDIT = """query($account: ID, $operation: String, $first: Int! = 20) {
    auditEvents(accountId: $account, operation: $operation, first: $first) {
        nodes { number operation actor reason requestId address hash body } } }"""
TOOL = Path(__file__).parents[2] / "app" / "commands" / "verify_audit.py"


async def seen(client: Client, company: Company, **more: Any) -> list[dict[str, Any]]:
    answer = await client.data(AUDIT, account=encode("account", company.id), **more)
    nodes: list[dict[str, Any]] = answer["auditEvents"]["nodes"]
    return nodes


async def alerts(client: Client, company: Company, *amounts: str) -> dict[str, Any]:
    account = encode("account", company.id)
    return await client.mutate(
        "setCreditAlerts", "credits { balance { amount } }", accountId=account, thresholds=amounts
    )


async def administrator(app: Perseat, http: httpx.AsyncClient, company: Company) -> Client:
    return Client(http, await make_key(app, KeyRole.ADMINISTRATOR, company.id), {})


async def test_a_change_is_kept_with_who_why_from_where_before_and_after(
    app: Perseat, ops: Client
) -> None:
    company = await make_company(app)
    (user,) = await company.add()
    asking = replace(ops, headers={"perseat-reason": "they asked", "x-request-id": "abcdefgh-1"})

    await asking.mutate(
        "updateUser", "user { id }", id=encode("user", company.id, user.id), firstName="Zoe"
    )

    (row,) = await seen(ops, company)
    body = json.loads(row["body"])
    assert (row["number"], row["operation"], row["actor"]) == (1, "updateUser", "ops key test")
    assert (row["reason"], row["requestId"]) == ("they asked", "abcdefgh-1")
    assert row["address"].startswith("10.")
    assert body["actor"]["role"] == "OPS"
    (change,) = [each for each in body["changes"] if each["table"] == "users"]
    assert change["key"] == {"account_id": str(company.id), "id": str(user.id)}
    assert (change["before"], change["after"]) == (
        {"first_name": "[person]", "name_key": "[person]", "version": 1},
        {"first_name": "[person]", "name_key": "[person]", "version": 2},
    )


async def test_amounts_are_kept_as_they_were_and_are(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    account = encode("account", company.id)

    for threshold in ("15.00", "30.00"):
        given = {"enabled": True, "threshold": threshold}
        await ops.mutate(
            "configureAutoTopUp", "credits { balance { amount } }", accountId=account, **given
        )

    (row, _) = await seen(ops, company, operation="configureAutoTopUp")
    body = json.loads(row["body"])
    (change,) = [each for each in body["changes"] if each["table"] == "credits"]
    assert (change["before"], change["after"]) == (
        {"threshold": 15_000_000},
        {"threshold": 30_000_000},
    )
    assert body["given"]["threshold"] == "30.00"


async def test_what_is_refused_leaves_no_row_and_what_is_asked_again_leaves_one(
    app: Perseat, ops: Client
) -> None:
    company = await make_company(app)
    await company.convert()
    given = {"accountId": encode("account", company.id), "amount": "25.00"}
    first = [
        (await ops.mutate("buyCredits", "payment { id }", **given, idempotencyKey=key))
        for key in ("one", "one", " ")
    ]

    assert [len(each["userErrors"]) for each in first] == [0, 0, 1]
    rows = await seen(ops, company)
    assert [json.loads(row["body"])["changed"] > 0 for row in rows] == [False, True]


async def test_a_card_is_one_row_and_one_that_is_refused_none(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    given = {"accountId": encode("account", company.id)}

    refused, taken = [
        await ops.mutate("addPaymentMethod", "paymentMethod { id }", **given, token=token)
        for token in ("card_unknown", "card_two")
    ]

    assert [len(each["userErrors"]) for each in (refused, taken)] == [1, 0]
    (row,) = await seen(ops, company)
    assert json.loads(row["body"])["changed"] > 0


async def test_operators_say_why(app: Perseat, ops: Client) -> None:
    """S25: by the header or by the input; what only looks needs no reason."""
    company = await make_company(app)
    silent = replace(ops, headers={})
    plan = await silent.mutate("startBillingRun", "billingRun { id }", dryRun=True, sandbox=True)
    refused = await alerts(silent, company, "10.00")
    blank = await alerts(replace(ops, headers={"perseat-reason": " "}), company, "10.00")
    endless = await alerts(replace(ops, headers={"perseat-reason": "x" * 501}), company, "10.00")

    assert plan["userErrors"] == []
    assert [each["userErrors"][0]["field"] for each in (refused, blank, endless)] == ["reason"] * 3
    assert refused["userErrors"][0]["message"] == (
        "Operators say why: send the header Perseat-Reason."
    )
    assert await seen(ops, company) == []


async def test_a_billing_run_is_kept_with_who_started_it(own_ops: Client) -> None:
    """S25: also a dry run, which is written down; it concerns no single account."""
    given = {"dryRun": True, "sandbox": True}
    run = await own_ops.mutate("startBillingRun", "billingRun { id }", **given)

    (row,) = (await own_ops.data(AUDIT, operation="startBillingRun"))["auditEvents"]["nodes"]

    assert run["userErrors"] == []
    (change,) = json.loads(row["body"])["changes"]
    assert change["table"] == "billing_runs"
    assert change["key"]["id"] == str(decode("billingrun", run["billingRun"]["id"], field="id")[0])
    assert change["after"]["dry_run"] is True


async def test_who_does_not_say_why_is_told_where_it_can_be_said(ops: Client) -> None:
    """S25: in the input if it has a place for that, and only then."""
    silent, user = replace(ops, headers={}), encode("user", UUID(int=1), UUID(int=2))
    both = await silent.mutate("pauseUser", "user { id }", id=user)
    blank = await silent.mutate("pauseUser", "user { id }", id=user, reason=" ")

    assert [each["userErrors"][0]["message"] for each in (both, blank)] == [
        "Operators say why: send the header Perseat-Reason, or fill in the input's reason.",
        "Operators say why: fill in the input's reason.",
    ]


async def test_a_reason_is_kept_as_it_was_written(app: Perseat, ops: Client) -> None:
    """Headers are bytes: people write UTF-8, and some programs Latin-1."""
    company = await make_company(app)
    for raw in ("für uns ✓".encode(), "für uns".encode("latin-1")):
        response = await ops.http.post(
            "/graphql",
            json={
                "query": "mutation($input: SetCreditAlertsInput!) { setCreditAlerts(input: $input)"
                " { userErrors { message } } }",
                "variables": {
                    "input": {"accountId": encode("account", company.id), "thresholds": ["1.00"]}
                },
            },
            headers=[
                (b"authorization", f"Bearer {ops.key}".encode()),
                (b"perseat-reason", raw),
            ],
        )
        assert response.json()["data"]["setCreditAlerts"]["userErrors"] == []

    assert [row["reason"] for row in await seen(ops, company)] == ["für uns", "für uns ✓"]


async def test_an_administrator_needs_no_reason_and_sees_the_own_company(
    app: Perseat, http: httpx.AsyncClient, ops: Client
) -> None:
    mine, other = await make_company(app), await make_company(app)
    client = await administrator(app, http, mine)

    answer = await alerts(client, mine, "10.00")
    await alerts(ops, other, "10.00")

    assert answer["userErrors"] == []
    (row,) = (await client.data(AUDIT))["auditEvents"]["nodes"]
    assert (row["actor"], row["reason"]) == ("administrator key test", None)
    told = await client.ask(AUDIT, account=encode("account", other.id))
    assert told["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_neither_secrets_nor_people_are_kept(app: Perseat, ops: Client) -> None:
    """U3: what is deleted of a person is nowhere."""
    company = await make_company(app)
    account = encode("account", company.id)
    made = await ops.mutate(
        "createUser",
        "user { id }",
        accountId=account,
        firstName="Ludmilla",
        lastName="Quist",
        email="ludmilla@example.com",
        roles=["AGENT"],
    )
    key = await ops.mutate("createApiKey", "text", accountId=account, role="PARTNER", name="CRM")
    await ops.mutate("addPaymentMethod", "paymentMethod { id }", accountId=account, token="card_ok")

    assert not made["userErrors"]
    text = " ".join(row["body"] for row in await seen(ops, company))
    hidden = ("Ludmilla", "ludmilla", "Quist", key["text"], key["text"][-43:], "card_ok")
    assert [each for each in hidden if each in text] == []


async def test_what_people_change_does_not_keep_their_names(app: Perseat) -> None:
    """U3: neither who did it, nor whom it was about, by whatever column or text."""
    company = await make_company(app)
    admin = await person(company, Role.ADMINISTRATOR, first="Ludmilla")
    (user,) = await company.add()
    account = encode("account", company.id)
    async with browser(app) as front:
        front.token = token_of(company, await enter(company, admin))
        asking = replace(
            front.client, headers={"perseat-reason": f"{admin.email} left +14155550123"}
        )
        await asking.mutate("suspendUser", "", id=encode("user", company.id, user.id))
        given = {"name": "Jo Quist", "phone": "+14155550124"}
        await asking.mutate("createContact", "", accountId=account, **given)
        await asking.mutate("createLine", "", accountId=account, number="+14155550125")
        hook = {"url": "https://example.com/hook?key=abcdef", "kinds": ["USER_CREATED"]}
        await asking.mutate("createWebhookEndpoint", "", accountId=account, **hook)
        await asking.mutate("updateBillingDetails", "", accountId=account, legalName="Jo Quist Ltd")
        rows = await seen(front.client, company)

    text = " ".join(row["body"] for row in rows)
    hidden = ("Ludmilla", admin.email, "Quist", "+1415", "abcdef")
    assert [each for each in hidden if each in text] == []
    assert len(rows) == 5
    assert {row["actor"] for row in rows} == {f"user {admin.id}"}
    assert rows[0]["reason"] == "[person] left [person]"


async def test_a_thousand_events_are_one_short_row(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    await company.convert()
    event = {
        "kind": "SMS_SEGMENT",
        "direction": "OUTBOUND",
        "lineType": "LOCAL",
        "initiator": "AUTOMATION",
        "quantity": 1,
        "happenedAt": "2025-11-01T10:00:00Z",
    }
    events = [{**event, "id": f"event {number}"} for number in range(1_000)]

    account = encode("account", company.id)
    await ops.mutate("recordUsage", "results { disposition }", accountId=account, events=events)

    (row,) = await seen(ops, company)
    assert len(row["body"]) < 10_000
    assert json.loads(row["body"])["given"]["events"][-1] == "and 980 more"


async def test_ten_at_once_are_one_chain(app: Perseat, ops: Client) -> None:
    company = await make_company(app)

    await asyncio.gather(*(alerts(ops, company, f"{count}.00") for count in range(1, 11)))

    rows = await seen(ops, company)
    assert [row["number"] for row in rows] == [*range(10, 0, -1)]


async def written(app: Perseat, folder: Path, account_id: UUID | None = None) -> Path:
    file = folder / "audit.jsonl"
    pages = [page async for page in audit_events.exported(app.operators, account_id)]
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for page in pages for row in page))
    return file


def verified(*files: Path) -> tuple[int, list[str]]:
    """As somebody does who has nothing but Python and the files."""
    done = subprocess.run(
        [sys.executable, "-I", TOOL, *files], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit_events SET body = replace(body, '10.00', '99.00')", "its hash is not"),
        ("UPDATE audit_events SET body = 'gone'", "it is of another account"),
        ("DELETE FROM audit_events", "it follows row 1"),
        ("UPDATE audit_events SET number = 9", "it follows row 1"),
    ],
)
async def test_what_a_superuser_changes_is_named_by_the_stand_alone_tool(
    own_app: Perseat, own_ops: Client, tmp_path: Path, statement: str, problem: str
) -> None:
    """S25, L6: tampered with, taken out, moved."""
    company = await make_company(own_app)
    for amount in ("5.00", "10.00", "15.00"):
        await alerts(own_ops, company, amount)
    whole = verified(await written(own_app, tmp_path))
    await as_superuser(own_app, f"{statement} WHERE number = 2 AND account_id = '{company.id}'")

    code, lines = verified(await written(own_app, tmp_path))

    assert whole == (0, ["3 rows of 1 chains are whole."])
    assert code == 1
    assert problem in lines[0]


@pytest.mark.parametrize("line", ["gone", "[]", "{}", '{"account": 1, "number": 1, "hash": "x"}'])
def test_a_line_that_is_no_row_is_named(tmp_path: Path, line: str) -> None:
    """S25: whoever tampers with a file need not leave it readable."""
    file = tmp_path / "audit.jsonl"
    file.write_text(f"{line}\n")

    assert verified(file) == (1, ["line 1: it is no row of the audit"])


async def test_what_is_cut_off_at_the_end_is_missed_by_heads_kept_elsewhere(
    own_app: Perseat, own_ops: Client, tmp_path: Path
) -> None:
    """L6: also if the head in the database was set back with it."""
    company = await make_company(own_app)
    for amount in ("5.00", "10.00"):
        await alerts(own_ops, company, amount)
    heads = tmp_path / "heads.jsonl"
    kept = await audit_events.heads(own_app.operators)
    heads.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in kept))
    await as_superuser(own_app, "DELETE FROM audit_events WHERE number = 2")

    file = await written(own_app, tmp_path)

    assert verified(file) == (0, ["1 rows of 1 chains are whole."])
    assert verified(file, heads) == (1, [f"{company.id} row 2: it is gone"])


async def test_what_concerns_no_account_is_a_chain_of_its_own(
    own_app: Perseat, own_ops: Client
) -> None:
    given = {"planId": "ipro", "component": "LICENSE", "term": "MONTHLY", "amount": "71.00"}
    answer = await own_ops.mutate("setListPrice", "price { amount { amount } }", **given)

    (row,) = (await own_ops.data(AUDIT))["auditEvents"]["nodes"]

    assert answer["userErrors"] == []
    assert (row["operation"], row["reason"]) == ("setListPrice", "a test")
    assert await query(own_app, "SELECT count(*)::int FROM audit_heads") == [(1,)]


async def test_a_company_sees_who_let_a_partner_in(
    app: Perseat, http: httpx.AsyncClient, ops: Client
) -> None:
    """S25: a grant concerns the account that it opens."""
    company = await make_company(app)
    given = {"name": "reseller", "environment": "TEST"}
    made = await ops.mutate("createPartnerKey", "apiKey { id }", **given)
    which = {"accountId": encode("account", company.id), "apiKeyId": made["apiKey"]["id"]}

    told = [await ops.mutate(name, "", **which) for name in ("grantApiKey", "revokeApiKeyGrant")]

    assert [each["userErrors"] for each in told] == [[], []]
    rows = await seen(await administrator(app, http, company), company)
    assert [row["operation"] for row in rows] == ["revokeApiKeyGrant", "grantApiKey"]
