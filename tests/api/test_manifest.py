"""Trusted documents: named by everybody, and all that is answered without a key (S7b)."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import manifest
from api.context import Context
from api.ids import encode
from api.schema import schema
from app.bootstrap import Perseat
from app.domain.access import Principal, permitted
from app.domain.permissions import ActorRole
from app.domain.users import Role
from app.throttle import Throttle
from tests.api.browser import LOG_OUT
from tests.api.conftest import Client, serving
from tests.api.statements import statements
from tests.logging_in import enter, person, token_of
from tests.make import make_company

FOLDER = Path(__file__).parents[2] / "graphql" / "operations"
NAME, TEXT = next(item for item in manifest.TRUSTED.items() if "query PaymentsPage" in item[1])


def test_the_manifest_is_not_stale() -> None:
    """If it fails: `uv run python -m api.manifest`."""
    assert manifest.made(FOLDER) == manifest.TRUSTED
    assert f"sha256:{sha256(TEXT.encode()).hexdigest()}" == NAME


async def _post(client: Client, body: dict[str, Any]) -> httpx.Response:
    headers = {"authorization": f"Bearer {client.key}"}
    return await client.http.post("/graphql", json=body, headers=headers)


@pytest.mark.parametrize(
    "named",
    [
        {"documentId": NAME},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": NAME[7:]}}},
        {"documentId": NAME, "query": "{ viewer { name } }"},
    ],
)
async def test_a_document_is_named(app: Perseat, ops: Client, named: dict[str, Any]) -> None:
    company = await make_company(app)
    body = {
        **named,
        "operationName": "PaymentsPage",
        "variables": {"account": encode("account", company.id)},
    }

    answer = (await _post(ops, body)).json()

    assert answer["data"]["account"]["id"] == encode("account", company.id)


@pytest.mark.parametrize(
    "named",
    [
        {"documentId": "sha256:" + "0" * 64},
        {"documentId": 7},
        {"documentId": ["x"]},
        {"extensions": {"persistedQuery": {"sha256Hash": "x" * 64}}},
    ],
)
async def test_an_unknown_name_is_no_document(ops: Client, named: dict[str, Any]) -> None:
    response = await _post(ops, named)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


async def test_nothing_new_is_learned(ops: Client) -> None:
    """Whoever may send any document sends it; the next one cannot name it."""
    query = "{ viewer { role } }"
    name = f"sha256:{sha256(query.encode()).hexdigest()}"

    sent = (await _post(ops, {"documentId": name, "query": query})).json()
    named = await _post(ops, {"documentId": name})

    assert sent["data"] == {"viewer": {"role": "OPS"}}
    assert named.status_code == 400


async def test_people_send_what_is_trusted_and_nobody_only_what_logs_in(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """S7b: over HTTP; the page of a front end that somebody has changed gets no further."""
    company = await make_company(app)
    ticket = await enter(company, await person(company, Role.ADMINISTRATOR))
    own = Client(http, token_of(company, ticket), {})
    given = {"account": encode("account", company.id)}
    body = {"query": TEXT, "operationName": "PaymentsPage", "variables": given}

    trusted = await _post(own, body)
    free = await _post(own, {"query": "{ viewer { name } }"})
    with statements(app) as none:
        unknown = [
            await http.post("/graphql", json=each)
            for each in (body, {"query": "{ viewer { name } }"}, {"query": f"{LOG_OUT} "})
        ]

    assert "errors" not in trusted.json()
    assert free.json()["errors"][0]["extensions"]["code"] == "UNTRUSTED_DOCUMENT"
    assert [each.status_code for each in unknown] == [401, 401, 200]
    assert unknown[2].json()["errors"][0]["extensions"]["code"] == "UNTRUSTED_DOCUMENT"
    assert none == []


async def test_nobody_pays_from_the_budget_of_where_they_come_from(app: Perseat) -> None:
    """S32: one who asks without end shuts out nobody else."""
    throttle = Throttle("redis://127.0.0.1:1", rate=1, burst=50)
    small = replace(app, throttle=throttle)
    body = {"query": LOG_OUT}
    async with serving(small) as one, serving(small) as two:
        greedy = [await one.post("/graphql", json=body) for _ in range(6)]
        other = await two.post("/graphql", json=body)
    await throttle.close()

    assert [greedy[0].status_code, greedy[-1].status_code] == [200, 429]
    assert int(greedy[-1].headers["retry-after"]) > 0
    assert other.status_code == 200


async def test_without_a_key_only_trusted_documents_are_answered(app: Perseat) -> None:
    """S7b: whatever way the document came; a principal is without this freedom unless told."""
    company = await make_company(app)
    roles = frozenset({ActorRole.ADMINISTRATOR})
    who = Principal(company.id, "browser", roles, company.id, permitted(roles))
    variables = {"account": encode("account", company.id)}

    trusted = await schema.execute(
        TEXT,
        variable_values=variables,
        operation_name="PaymentsPage",
        context_value=Context(app, who),
    )
    free = [
        await schema.execute(text, context_value=Context(app, who))
        for text in ("{ viewer { name } }", f"{TEXT} ", "{ __schema { types { name } } }")
    ]
    with_key = Context(app, replace(who, free_documents=True))

    assert trusted.errors is None
    for each in free:
        assert each.errors is not None
        assert each.errors[0].extensions == {"code": "UNTRUSTED_DOCUMENT", "field": None}
    assert (await schema.execute("{ viewer { name } }", context_value=with_key)).errors is None
