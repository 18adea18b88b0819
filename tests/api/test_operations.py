"""`graphql/operations`: the documents that the SPA sends; all of them are valid, and answered."""

from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from graphql import (
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from api.ids import encode
from api.schema import RULES, schema
from app.bootstrap import Perseat
from app.domain.usage import Initiator
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.logging_in import PASSWORD, person
from tests.make import Company, at, make_company, query, sms

FOLDER = Path(__file__).parents[2] / "graphql" / "operations"
DOCUMENTS = {file.name: file.read_text() for file in sorted(FOLDER.glob("*.graphql"))}
CORE = schema._schema  # noqa: SLF001 - graphql-core's own schema
OPERATIONS = [
    (name, definition)
    for name, text in DOCUMENTS.items()
    for definition in parse(text).definitions
    if isinstance(definition, OperationDefinitionNode)
]
_keys = count(1)


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_valid_and_uses_nothing_deprecated(text: str) -> None:
    assert validate(CORE, parse(text), [*specified_rules, *RULES, NoDeprecatedCustomRule]) == []


def name_of(operation: OperationDefinitionNode) -> str:
    assert operation.name is not None
    return operation.name.value


async def send(client: Client, document: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """As the SPA does: the whole document, and which of its operations."""
    body = {"query": DOCUMENTS[document], "operationName": name, "variables": given}
    headers = {"authorization": f"Bearer {client.key}", "perseat-request": "1"}
    answer = (await client.http.post("/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


async def lived(app: Perseat) -> Company:
    """Credits that were bought, usage that was paid by them, with users and lines."""
    company = await make_company(app, users=3, on="2025-11-10")
    await company.buy("25.00")
    user, _ = await company.people()
    line = (await company.attach(user)).line
    await company.record(
        sms(10, user_id=str(user.id), line_id=str(line.id), happened_at=at("2025-11-10")),
        sms(2, initiator=Initiator.AGENT, carrier="att", happened_at=at("2025-11-10")),
    )
    return company


async def due(app: Perseat, company: Company) -> UUID:
    """An invoice that waits to be paid."""
    await company.start()
    sql = "SELECT id FROM invoices WHERE account_id = :id AND status = 'OPEN'"
    ((invoice_id,),) = await query(app, sql, id=company.id)
    return UUID(str(invoice_id))


async def variables(app: Perseat, company: Company) -> dict[str, Any]:
    """What the documents ask for, by name."""
    sql = "SELECT id FROM usage_events WHERE account_id = :id ORDER BY id LIMIT 1"
    account = encode("account", company.id)
    methods = "SELECT id FROM payment_methods WHERE account_id = :id ORDER BY id LIMIT 1"
    return {
        "account": account,
        "email": (await person(company)).email,
        "password": PASSWORD,
        "current": PASSWORD,
        "from": "2025-11-01",
        "to": "2025-11-10",
        "event": encode("usage", company.id, (await query(app, sql, id=company.id))[0][0]),
        "filter": {"included": False},
        "amount": "10.00",
        "key": f"key-{next(_keys)}",
        "thresholds": ["5.00", "-10.00"],
        "token": "card_two",
        "method": encode(
            "paymentmethod", company.id, (await query(app, methods, id=company.id))[0][0]
        ),
        "invoice": encode("invoice", company.id, await due(app, company)),
        "input": {"accountId": account, "enabled": True, "threshold": "15.00"},
    }


@pytest.mark.parametrize(
    ("document", "operation"), OPERATIONS, ids=[name_of(each) for _, each in OPERATIONS]
)
async def test_an_operation_is_answered(
    app: Perseat, ops: Client, document: str, operation: OperationDefinitionNode
) -> None:
    """By the key of the company's own administrator, and what only people do by a person."""
    company = await lived(app)
    named = {each.variable.name.value for each in operation.variable_definitions or ()}
    known = await variables(app, company)
    given = {name: value for name, value in known.items() if name in named}
    own = Client(ops.http, await make_key(app, KeyRole.ADMINISTRATOR, company.id))
    if name_of(operation) in {"RefreshSession", "ChangePassword"}:
        entered = await send(own, "log_in.graphql", "LogIn", known)
        own = Client(ops.http, entered["logIn"]["accessToken"])

    (found,) = (await send(own, document, name_of(operation), given)).values()

    assert found
    assert found.get("userErrors", []) == []


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
