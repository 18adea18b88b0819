"""The schema is a contract: committed, described, limited, and silent about accidents."""

import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType

from api.arguments import arguments
from api.ids import encode
from api.schema import CORE, schema
from app import logs
from app.bootstrap import Perseat
from tests.api.conftest import Client
from tests.make import make_company

ROOT = Path(__file__).parents[2]
SDL = schema.as_str()


def test_the_committed_schema_is_the_schema() -> None:
    """If it fails: `uv run python -m api.schema > schema.graphql`, and read the difference."""
    assert (ROOT / "schema.graphql").read_text() == f"{SDL}\n"


def test_everything_says_what_it_means() -> None:
    """Types, fields, arguments and enum values."""
    undescribed = [place for place, _, each in arguments(CORE) if not each.description]
    for name, kind in CORE.type_map.items():
        if name.startswith("__"):
            continue
        parts: dict[str, Any] = {"": kind}
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
            parts |= kind.fields
        if isinstance(kind, GraphQLEnumType):
            parts |= kind.values
        undescribed += [f"{name}.{each}" for each, part in parts.items() if not part.description]

    assert undescribed == []


REQUEST = ("RequestPasswordLinkInput", "RequestPasswordLinkPayload")


def test_no_password_goes_in_or_out() -> None:
    """U6: but to log in, and in by who changes their own. Two mutations have a link sent: one takes
    and gives nothing but a user, the other takes an address and tells nothing of it."""
    named = {
        f"{name}.{each}"
        for name, kind in CORE.type_map.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType)
        for each, field in kind.fields.items()
        for text in (each, *getattr(field, "args", ()))
        if "password" in text.lower()
    }
    given, asked, told = (CORE.type_map[name] for name in ("SendPasswordLinkInput", *REQUEST))

    assert named == {
        "LogInInput.password",
        "ChangePasswordInput.currentPassword",
        "ChangePasswordInput.password",
        "Mutation.changePassword",
        "Mutation.requestPasswordLink",
        "Mutation.sendPasswordLink",
    }
    assert isinstance(given, GraphQLInputObjectType)
    assert isinstance(asked, GraphQLInputObjectType)
    assert isinstance(told, GraphQLObjectType)
    assert (set(given.fields), set(asked.fields)) == ({"userId"}, {"email"})
    assert set(told.fields) == {"retryAfter", "userErrors"}


@pytest.mark.parametrize(
    "query",
    [
        "{ " + " ".join(f"a{number}: plans {{ id }}" for number in range(16)) + " }",
        "{ " + "plans { id } " * 500 + "}",
        "{ accounts { nodes { users { nodes { " + "roles " * 1000 + "} } } } }",
        "query A { plans { ...F } } fragment F on Plan { ...F }",
        "{ a " * 14 + "}" * 14,
    ],
)
async def test_an_attack_is_refused_by_its_form(ops: Client, query: str) -> None:
    answer = await ops.ask(query)

    assert answer["errors"]
    assert not answer.get("data")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_post_reaches_graphql(http: httpx.AsyncClient, method: str) -> None:
    response = await http.request(method, "/graphql?query={viewer{name}}")

    assert response.status_code == 405


async def test_a_body_that_is_too_large_is_refused(http: httpx.AsyncClient, ops: Client) -> None:
    variables = {"query": "{ viewer { name } }", "variables": {"x": "y" * 1_100_000}}
    query = {"query": "{ viewer { name } }" + " " * 300_000}
    headers = {"authorization": f"Bearer {ops.key}"}

    responses = [
        await http.post("/graphql", json=body, headers=headers) for body in (variables, query)
    ]

    assert [each.status_code for each in responses] == [413, 400]
    assert "as variables" in responses[1].text


async def test_a_thousand_events_with_all_fields_fit(app: Perseat, ops: Client) -> None:
    """M1: as many as the mutation takes."""
    company = await make_company(app, users=2)
    (ada,) = await company.people()
    line = (await company.attach(ada)).line
    event = {
        "kind": "SMS_SEGMENT",
        "direction": "OUTBOUND",
        "lineType": "TOLL_FREE",
        "initiator": "AUTOMATION",
        "quantity": 1,
        "happenedAt": "2025-11-01T10:00:00.000Z",
        "userId": encode("user", company.id, ada.id),
        "lineId": encode("line", company.id, line.id),
        "source": "dialer-eu-west",
        "carrier": "t-mobile",
    }
    events = [{**event, "id": f"a-name-of-an-event-of-ours-{number}"} for number in range(1_000)]

    told = await ops.mutate(
        "recordUsage",
        "results { disposition }",
        accountId=encode("account", company.id),
        events=events,
    )

    assert told["results"] == [{"disposition": "RECORDED"}] * 1_000


async def test_an_accident_is_masked_and_can_be_found_again(
    own_app: Perseat, own_ops: Client
) -> None:
    async with own_app.operators.begin() as uow:
        connection = await uow.session.connection()
        await connection.exec_driver_sql("RESET ROLE")
        await connection.exec_driver_sql("SET LOCAL SESSION AUTHORIZATION postgres")
        await connection.exec_driver_sql("DROP TABLE rates, prices, usage_events CASCADE")

    with structlog.testing.capture_logs() as logs:
        answer = await own_ops.ask("{ plans { prices { amount { amount } } } }")

    (error,) = [each["extensions"] for each in answer["errors"][:1]]
    assert error["code"] == "UNEXPECTED"
    assert "prices" not in answer["errors"][0]["message"]
    assert error["errorId"] in [log.get("error_id") for log in logs]


async def test_health_and_readiness(http: httpx.AsyncClient) -> None:
    alive, ready = await http.get("/healthz"), await http.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "schema": "ok"})


async def test_graphiql_needs_no_internet(http: httpx.AsyncClient) -> None:
    page = (await http.get("/graphiql")).text

    assert "http://" not in page
    assert "https://" not in page
    for file in (
        "graphiql.min.js",
        "graphiql.min.css",
        "react.production.min.js",
        "react-dom.production.min.js",
    ):
        assert f"/graphiql/static/{file}" in page
        assert (await http.get(f"/graphiql/static/{file}")).status_code == 200


def test_a_logged_traceback_shows_no_local_variable(capsys: pytest.CaptureFixture[str]) -> None:
    """A key that is in a variable while something goes wrong must not reach the log."""

    def fail(key: str) -> int:
        return len(key) // 0

    logs.configure()
    try:
        fail(secrets.token_hex())
    except ZeroDivisionError as error:
        kept = error.__traceback__
        structlog.get_logger().error("api.unexpected", exc_info=error)
    finally:
        structlog.reset_defaults()

    told = capsys.readouterr().out
    frame = kept and kept.tb_next and kept.tb_next.tb_frame
    assert frame is not None
    assert "ZeroDivisionError" in told
    assert frame.f_locals["key"] not in told
