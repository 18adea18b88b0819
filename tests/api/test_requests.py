"""What the log says of a request, and what it never says."""

import json
from contextlib import nullcontext
from typing import Any

import httpx
import pytest
import structlog

from api.asgi import create_app
from api.ids import encode
from app import logs
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from app.redaction import GONE, clean_text
from tests.api.conftest import Client, make_key
from tests.make import make_company, query

SECRETS = (
    "perseat_AAAAAAAAAAAAAAAAAAAAAA_c2VjcmV0LWtleS10aGF0LWlzLWxvbmctZW5vdWdo",
    "sk_live_51CanaryCanaryCanary",
    "whsec_Q2FuYXJ5Q2FuYXJ5Q2FuYXJ5",
    "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5Y2FuYXJ5",
    "4242 4242 4242 4242",
    "5555-5555-5555-4444",
    "canary@example.com",
)
HEADERS = ("authorization", "cookie", "x-request-id", "x-api-key", "user-agent", "referer")


async def lines(
    capsys: pytest.CaptureFixture[str], http: httpx.AsyncClient, **request: Any
) -> tuple[httpx.Response, list[dict[str, Any]], str]:
    """The answer, and what was logged for it."""
    logs.configure()
    try:
        response = await http.post("/graphql", **request)
    finally:
        structlog.reset_defaults()
    told = capsys.readouterr().out
    return response, [json.loads(line) for line in told.splitlines()], told


async def test_a_request_is_one_line(
    app: Perseat, http: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whose it was, what it was, how long it took, and by how many statements."""
    company = await make_company(app)
    key = await make_key(app, KeyRole.ADMINISTRATOR, company.id)
    ((key_id,),) = await query(app, "SELECT id FROM api_keys WHERE account_id = :id", id=company.id)
    headers = {"authorization": f"Bearer {key}", "x-request-id": "their-own.id_1"}
    asked = {
        "query": "query Name($id: ID!) { account(id: $id) { name } }",
        "variables": {"id": encode("account", company.id)},
    }

    response, (line,), _ = await lines(capsys, http, json=asked, headers=headers)

    assert response.headers["x-request-id"] == "their-own.id_1"
    assert line.pop("ms") > 0
    assert line.pop("timestamp")
    assert line == {
        "event": "api.request",
        "level": "info",
        "request_id": "their-own.id_1",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "operation": "Name",
        "account": str(company.id),
        "principal": str(key_id),
        "statements": 4,
    }


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space", "två-tecken", "line\tbreak1"])
async def test_what_is_no_id_is_replaced(http: httpx.AsyncClient, given: str) -> None:
    headers = {b"x-request-id": given.encode()}

    told = (await http.post("/graphql", headers=headers)).headers["x-request-id"]

    assert len(told) == len("0" * 32)
    assert told.isalnum()


@pytest.mark.parametrize("secret", SECRETS)
async def test_no_secret_reaches_the_log(
    ops: Client, capsys: pytest.CaptureFixture[str], secret: str
) -> None:
    """S24: in every header, in variables, in names, in the text, with a good key and with none."""
    asked = {
        "query": f'query Q($x: String) {{ plans {{ id }} account(id: "{secret}") {{ name }} }}',
        "operationName": secret,
        "variables": {"x": secret, "password": secret, secret: secret},
    }
    for own in ({}, {"authorization": f"Bearer {ops.key}"}):
        headers = dict.fromkeys(HEADERS, secret) | own

        _, told, text = await lines(
            capsys, ops.http, json=asked, headers=headers, params={"token": secret}
        )

        assert [each["event"] for each in told] == ["api.request"]
        assert secret not in text
        assert ops.key not in text


@pytest.mark.parametrize("secret", SECRETS)
def test_what_goes_wrong_tells_no_secret(capsys: pytest.CaptureFixture[str], secret: str) -> None:
    def fail() -> None:
        raise ValueError(f"could not use {secret} at postgres://user:{secret}@host")

    logs.configure()
    try:
        fail()
    except ValueError as error:
        structlog.get_logger().error(
            f"about {secret}", exc_info=error, given={"deep": [secret, {"x": f"is {secret}."}]}
        )
        structlog.get_logger().warning("told", password="hunter2", card_number=4_242, note="12")
    finally:
        structlog.reset_defaults()

    told = capsys.readouterr().out
    assert secret not in told
    assert "hunter2" not in told
    assert "ValueError" in told
    assert json.loads(told.splitlines()[1]) | {"timestamp": ""} == {
        "event": "told",
        "level": "warning",
        "timestamp": "",
        "password": GONE,
        "card_number": GONE,
        "note": "12",
    }


@pytest.mark.parametrize(
    "text",
    [
        "01a204a2-3054-704e-8162-5a1c0ea8fe2b",
        "2025-12-23T10:00:00.123456+00:00",
        "discarded 4242 4242 4242 4243",
        "SELECT 1",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize("origins", [[], ["https://app.example.com"]])
async def test_only_named_origins_may_ask(app: Perseat, origins: list[str]) -> None:
    application = create_app(nullcontext(app), origins=origins)
    application.state.perseat = app
    asked = {"access-control-request-method": "POST"}
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://perseat") as http:
        answers = [
            await http.options("/graphql", headers={"origin": origin, **asked})
            for origin in ("https://app.example.com", "https://evil.example.com")
        ]

    told = [each.headers.get("access-control-allow-origin") for each in answers]
    assert told == [origins[0] if origins else None, None]


async def test_an_accident_is_found_by_the_id_of_its_request(
    app: Perseat, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked before it has begun: both lines have the id, and the page that asked can read it."""
    origin = "https://app.example.com"
    application = create_app(nullcontext(app), origins=[origin])
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    headers = {"x-request-id": "their-own.id_1", "origin": origin, "authorization": "Bearer x"}
    async with httpx.AsyncClient(transport=transport, base_url="http://perseat") as http:
        response, told, _ = await lines(capsys, http, headers=headers, json={})

    assert response.status_code == 500
    assert response.headers["x-request-id"] == "their-own.id_1"
    assert response.headers["access-control-allow-origin"] == origin
    assert [(each["event"], each["request_id"]) for each in told] == [
        ("api.unexpected", "their-own.id_1"),
        ("api.request", "their-own.id_1"),
    ]
    assert told[0]["error_id"] == response.json()["errors"][0]["extensions"]["errorId"]
    assert told[1]["status"] == 500
