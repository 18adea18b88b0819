"""M6 through the API: every decision with its reason, a charge with its decisions, a rerun."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import Company, as_superuser, drain, make_company, query, sms
from tests.services.topping import configure, low

DECISIONS = """query($id: ID!, $first: Int = 20, $after: String, $outcome: TopUpOutcome) {
    account(id: $id) { credits { topUpDecisions(first: $first, after: $after, outcome: $outcome) {
        nodes { id trigger outcome sentence times told balance { amount } lastBalance { amount }
            amount { amount } payment { status }
            seen { enabled threshold { amount } recent openCharge hasPaymentMethod } }
        pageInfo { hasNextPage endCursor }
    } } } }"""
RERUN = "results { outcome sentence account { name } amount { amount } payment { status } } more"


async def _shown(client: Client, company: Company, **more: Any) -> dict[str, Any]:
    data = await client.data(DECISIONS, id=encode("account", company.id), **more)
    shown: dict[str, Any] = data["account"]["credits"]["topUpDecisions"]
    return shown


async def _declined(app: Perseat) -> Company:
    """Stopped; the card would be good now."""
    company = await low(app, card="card_declined")
    await drain(app)
    sql = "UPDATE payment_methods SET token = 'card_ok' WHERE account_id = "
    await as_superuser(app, f"{sql}'{company.id}'")
    return company


async def test_every_decision_is_told_newest_first(app: Perseat, ops: Client) -> None:
    company = await low(app)
    await drain(app)
    await company.record(sms(6_000))
    await drain(app)

    nodes = (await _shown(ops, company))["nodes"]

    settled = "A charge was settled, and the balance was {} (threshold 10.00): did nothing, because"
    assert [node["sentence"] for node in nodes[:3]] == [
        settled.format("110.00") + " the balance is above the threshold.",
        "Usage brought the balance to 10.00 (threshold 10.00): charged 100.00, which succeeded.",
        settled.format("100.00") + " the balance is above the threshold.",
    ]
    assert nodes[1]["payment"] == {"status": "SUCCEEDED"}
    assert nodes[1]["seen"] == {
        "enabled": True,
        "threshold": {"amount": "10.00"},
        "recent": 1,
        "openCharge": None,
        "hasPaymentMethod": True,
    }


async def test_they_are_paged_and_filtered_by_outcome(app: Perseat, ops: Client) -> None:
    company = await low(app)
    await drain(app)
    await company.record(sms(6_000))
    await drain(app)

    charged = await _shown(ops, company, outcome="CHARGED", first=1)
    cursor = charged["pageInfo"]["endCursor"]
    more = await _shown(ops, company, outcome="CHARGED", first=1, after=cursor)

    assert charged["nodes"][0]["balance"] == {"amount": "10.00"}
    assert more["nodes"][0]["balance"] == {"amount": "0.00"}
    assert (charged["pageInfo"]["hasNextPage"], more["pageInfo"]["hasNextPage"]) == (True, False)


async def test_who_has_never_been_low_has_no_decisions(app: Perseat, ops: Client) -> None:
    company = await make_company(app)

    assert (await _shown(ops, company))["nodes"] == []


async def test_a_top_up_is_shown_with_the_decisions_about_it(app: Perseat, ops: Client) -> None:
    company = await low(app)
    await drain(app)
    ((payment_id,),) = await query(
        app, "SELECT id FROM payments WHERE account_id = :id", id=company.id
    )
    asks = """query($id: ID!) { topUp(id: $id) {
        payment { status amount { amount } } decisions { trigger outcome } } }"""

    shown = (await ops.data(asks, id=encode("payment", company.id, payment_id)))["topUp"]
    other = await ops.data(asks, id=encode("payment", company.id, company.id))

    assert shown == {
        "payment": {"status": "SUCCEEDED", "amount": {"amount": "100.00"}},
        "decisions": [
            {"trigger": "RULE", "outcome": "CHARGED"},
            {"trigger": "SETTLED", "outcome": "NOT_NEEDED"},
        ],
    }
    assert other == {"topUp": None}


async def test_an_invoice_that_was_paid_is_no_top_up(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    await company.convert()
    ((payment_id,),) = await query(
        app, "SELECT id FROM payments WHERE account_id = :id", id=company.id
    )
    asks = "query($id: ID!) { topUp(id: $id) { payment { status } } }"

    assert await ops.data(asks, id=encode("payment", company.id, payment_id)) == {"topUp": None}


async def test_another_companys_top_up_is_not_there(app: Perseat, http: httpx.AsyncClient) -> None:
    company, other = await low(app), await make_company(app)
    await drain(app)
    ((payment_id,),) = await query(
        app, "SELECT id FROM payments WHERE account_id = :id", id=company.id
    )
    client = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, other.id))
    asks = "query($id: ID!) { topUp(id: $id) { payment { status } } }"

    assert await client.data(asks, id=encode("payment", company.id, payment_id)) == {"topUp": None}


LAST = "The last charge, of 100.00, was declined on 2025-11-01 (card_declined)."


async def test_a_rerun_is_a_dry_run_unless_it_is_asked_to_be_none(
    app: Perseat, ops: Client
) -> None:
    company = await _declined(app)
    given = {"accountIds": [encode("account", company.id)], "reason": "The bank was down"}

    tried = await ops.mutate("rerunTopUps", RERUN, **given)
    real = {**given, "dryRun": False, "idempotencyKey": str(uuid4())}
    done = await ops.mutate("rerunTopUps", RERUN, **real)
    await drain(app)
    again = await ops.mutate("rerunTopUps", RERUN, **real)

    asks = "An operator asked for it at a balance of 0.00 (threshold 10.00):"
    assert tried["results"] == [
        {
            "outcome": "CHARGED",
            "sentence": f"{asks} would charge 100.00. {LAST}",
            "account": {"name": "Company"},
            "amount": {"amount": "100.00"},
            "payment": None,
        }
    ]
    assert done["results"][0]["payment"] == {"status": "CREATED"}
    assert again["results"][0]["sentence"] == f"{asks} charged 100.00, which succeeded."
    assert again["results"][0]["payment"] == {"status": "SUCCEEDED"}
    assert await company.taken() == ["100.00"]
    (first, *_) = (await _shown(ops, company, outcome="CHARGED"))["nodes"]
    assert first["trigger"] == "OPERATOR"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"dryRun": False}, "idempotencyKey"),
        ({"dryRun": False, "idempotencyKey": " "}, "idempotencyKey"),
        ({"dryRun": False, "idempotencyKey": "k", "reason": " "}, "reason"),
        ({"reason": ""}, "reason"),
        ({"first": 0}, "first"),
        ({"first": 1001}, "first"),
        ({"accountIds": ["account_x"]}, "accountIds"),
        ({"after": "user_x"}, "after"),
    ],
)
async def test_a_rerun_that_cannot_be_right_names_its_field(
    ops: Client, given: dict[str, Any], field: str
) -> None:
    answer = await ops.mutate("rerunTopUps", RERUN, **{"reason": "why", **given})

    assert [error["field"] for error in answer["userErrors"]] == [field]


async def test_the_states_of_a_rerun_choose_accounts(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    await configure(company)
    given = {"accountIds": [encode("account", company.id)], "reason": "why"}

    found = [
        (await ops.mutate("rerunTopUps", RERUN, **given, states=[state]))["results"]
        for state in ("NO_PAYMENT_METHOD", "DECLINED")
    ]

    assert [[each["outcome"] for each in some] for some in found] == [["NO_PAYMENT_METHOD"], []]
