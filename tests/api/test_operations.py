"""`graphql/operations`: the documents that the SPA sends; all of them are valid, and answered."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import NoDeprecatedCustomRule, parse, specified_rules, validate

from api.ids import encode
from api.limits import RULES
from api.schema import CORE
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.api.pages import DOCUMENTS, THERE, Visit, lived, name_of, operations
from tests.logging_in import PASSWORD, enter, person
from tests.make import make_company, statements

STATEMENTS: Mapping[str, int] = {
    "BillingDetailsPage": 2,
    "UpdateBillingDetails": 5,
    "CreditsPage": 13,
    "CreditEntryList": 7,
    "BuyCredits": 15,
    "ConfigureAutoTopUp": 13,
    "SetCreditAlerts": 10,
    "Dashboard": 10,
    "HistoryPage": 3,
    "InvoicesPage": 3,
    "ComingInvoice": 10,
    "InvoiceDetail": 13,
    "KeysPage": 3,
    "CreateKey": 4,
    "RotateKey": 6,
    "RevokeKey": 6,
    "PaymentsPage": 12,
    "AddCard": 19,
    "ChooseCard": 7,
    "RemoveCard": 17,
    "PayInvoice": 20,
    "PlanPage": 6,
    "PreviewPlanChange": 15,
    "ChangePlan": 33,
    "ConvertTrial": 28,
    "CancelSubscription": 10,
    "ResumeSubscription": 10,
    "TopUpPage": 6,
    "SetTopUpRule": 10,
    "UsagePage": 5,
    "UsageEventList": 5,
    "UsageEventDetail": 5,
    "UsersPage": 8,
    "UserDetail": 7,
    "PreviewUserChange": 19,
    "CreateUser": 25,
    "UpdateUser": 10,
    "ActivateUser": 11,
    "PauseUser": 15,
    "SuspendUser": 16,
    "DeactivateUser": 16,
    "DeleteUser": 22,
    "GrantRole": 14,
    "RevokeRole": 16,
    "SendPasswordLink": 12,
}
"""What each operation sends to the database, besides who asks. More is a query for each row, or
something that is read twice."""
MOST_FOR_THE_DASHBOARD = 12
OF_PEOPLE = (
    *("RequestPasswordLink", "LogIn", "RefreshSession", "LogOut", "LogIn", "ChangePassword"),
    *("Session", "EndSession", "LogOutEverywhere"),
)
"""What no key can do, in the order in which somebody does it."""


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_valid_and_uses_nothing_deprecated(text: str) -> None:
    assert validate(CORE, parse(text), [*specified_rules, *RULES, NoDeprecatedCustomRule]) == []


def test_operations_have_names_of_their_own() -> None:
    names = [name_of(each) for _, each in operations()]

    assert sorted(set(names)) == sorted(names)


async def send(client: Client, document: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """As the SPA does: the whole document, and which of its operations."""
    body = {"query": DOCUMENTS[document], "operationName": name, "variables": given}
    headers = {"authorization": f"Bearer {client.key}", "perseat-request": "1"}
    answer = (await client.http.post("/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


async def test_each_operation_is_answered_in_so_many_statements(app: Perseat, ops: Client) -> None:
    """By the key of the company's own administrator, in the order of the files."""
    active = await make_company(app, "provider", users=2)
    await active.use_card("card_ok")
    visit = Visit(app, await lived(app), active)
    key = await make_key(app, KeyRole.ADMINISTRATOR, visit.company.id)
    key_there = await make_key(app, KeyRole.ADMINISTRATOR, active.id)

    with statements(app) as who_asks:
        await Client(ops.http, key).data("{ __typename }")
    sent = {}
    for document, operation in operations():
        if (name := name_of(operation)) in OF_PEOPLE:
            continue
        given = await visit.variables(operation)
        own = Client(ops.http, key_there if name in THERE else key)
        with statements(app) as each:
            answer = await send(own, document, name, given)
        sent[name] = len(each) - len(who_asks)
        for found in answer.values():
            assert found, (name, answer)
            assert isinstance(found, list) or found.get("userErrors", []) == [], (name, found)

    assert sent == STATEMENTS
    assert sent["Dashboard"] + len(who_asks) <= MOST_FOR_THE_DASHBOARD


async def test_what_only_people_send_is_answered(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    user = await person(company)
    known = {"email": user.email, "password": PASSWORD, "current": PASSWORD}
    documents = {name_of(each): (file, each) for file, each in operations()}
    asking = ops

    for name in OF_PEOPLE:
        known["session"] = encode("session", company.id, (await enter(company, user)).session_id)
        file, operation = documents[name]
        named = {each.variable.name.value for each in operation.variable_definitions or ()}
        given = {each: known[each] for each in named & known.keys()}
        asking = ops if name == "LogIn" else asking
        (found,) = (await send(asking, file, name, given)).values()
        assert found.get("userErrors", []) == [], name
        asking = Client(ops.http, found.get("accessToken") or asking.key)


async def test_the_usage_page_shows_what_was_used(app: Perseat, ops: Client) -> None:
    """R-40: and what carriers charge for what is included."""
    company = await lived(app)
    given = {"account": encode("account", company.id)}

    usage = (await send(ops, "usage_page.graphql", "UsagePage", given))["account"]["usage"]

    assert usage["totals"] == {
        "events": 2,
        "paidQuantity": 10,
        "includedQuantity": 2,
        "amount": {"amount": "0.15", "currency": "USD"},
        "fees": {"amount": "0.006", "currency": "USD"},
        "total": {"amount": "0.156", "currency": "USD"},
    }
    assert [row["label"] for row in usage["byUser"]] == ["Ada Lovelace", "No user"]
    assert len(usage["byDay"]) == 10
