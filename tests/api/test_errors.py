"""Bad input is answered with an error that names its field, never with a masked one."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.errors import Busy
from api.ids import encode
from app.bootstrap import Perseat
from app.domain.users import UserStatus
from tests.api.conftest import Client
from tests.make import Company, make_company

NOBODY = uuid4()


@pytest.fixture
async def company(app: Perseat) -> Company:
    company = await make_company(app, users=2)
    await company.convert()
    return company


def _account(company: Company) -> str:
    return encode("account", company.id)


EVENT = {
    "id": "event-1",
    "kind": "SMS_SEGMENT",
    "direction": "OUTBOUND",
    "lineType": "LOCAL",
    "initiator": "AUTOMATION",
    "quantity": 1,
    "happenedAt": "2025-11-01T10:00:00Z",
}
PERSON = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com"}
NEW_ACCOUNT = {"name": "New", "planId": "upro", "administrator": PERSON}
MISTAKES: list[tuple[str, dict[str, Any], str, str]] = [
    ("createUser", {"firstName": ""}, "firstName", "INVALID"),
    ("createUser", {"lastName": " \t "}, "lastName", "INVALID"),
    ("createUser", {"lastName": "x" * 201}, "lastName", "INVALID"),
    ("createUser", {"email": "not an address"}, "email", "INVALID"),
    ("createUser", {"accountId": encode("account", NOBODY)}, "accountId", "NOT_FOUND"),
    ("createUser", {"accountId": "account_x"}, "accountId", "INVALID"),
    ("createUser", {"accountId": "4711"}, "accountId", "INVALID"),
    ("createUser", {"accountId": ""}, "accountId", "INVALID"),
    ("createAccount", {"planId": "zpro"}, "planId", "NOT_FOUND"),
    ("createAccount", {"name": ""}, "name", "INVALID"),
    ("createAccount", {"billingTimezone": "Mars/Olympus"}, "billingTimezone", "INVALID"),
    (
        "createAccount",
        {"administrator": {**PERSON, "email": "x"}},
        "administrator.email",
        "INVALID",
    ),
    ("addAddOn", {"quantity": -1}, "quantity", "INVALID"),
    ("addAddOn", {"quantity": 0}, "quantity", "INVALID"),
    ("addAddOn", {"kind": "LICENSE"}, "kind", "INVALID"),
    ("removeAddOn", {"quantity": 1}, "quantity", "REFUSED"),
    ("buyCredits", {"amount": "10.001"}, "amount", "INVALID"),
    ("buyCredits", {"amount": "-10"}, "amount", "INVALID"),
    ("buyCredits", {"amount": f"1{30 * '0'}"}, "amount", "INVALID"),
    ("buyCredits", {"idempotencyKey": ""}, "idempotencyKey", "INVALID"),
    ("buyCredits", {"idempotencyKey": "  "}, "idempotencyKey", "INVALID"),
    ("configureAutoTopUp", {"threshold": "-1"}, "threshold", "INVALID"),
    ("configureAutoTopUp", {"amount": "0.5"}, "amount", "INVALID"),
    ("configureAutoTopUp", {"dailyCap": "1"}, "dailyCap", "INVALID"),
    ("addPaymentMethod", {"token": "4242424242424242"}, "token", "INVALID"),
    ("setMinimumLicenses", {"minimum": -1}, "minimum", "INVALID"),
    ("recordUsage", {"events": []}, "events", "INVALID"),
    ("advanceTestClock", {"to": "2020-01-01T00:00:00Z"}, "to", "INVALID"),
    ("advanceTestClock", {"to": "2999-01-01T00:00:00Z"}, "to", "INVALID"),
    ("buyCredits", {"amount": "-0.00"}, "amount", "INVALID"),
    ("createUser", {"email": "a\u200b@example.com"}, "email", "INVALID"),
    ("createUser", {"email": "<ada@example.com>"}, "email", "INVALID"),
    ("convertTrial", {}, "accountId", "CONFLICT"),
    ("createApiKey", {"role": "OPS"}, "role", "INVALID"),
]
GOOD: dict[str, dict[str, Any]] = {
    "createUser": PERSON,
    "createAccount": NEW_ACCOUNT,
    "addAddOn": {"kind": "LOCAL_NUMBER", "quantity": 1, "idempotencyKey": "key"},
    "removeAddOn": {"kind": "LOCAL_NUMBER", "quantity": 1, "idempotencyKey": "key"},
    "buyCredits": {"amount": "10.00", "idempotencyKey": "key"},
    "configureAutoTopUp": {"enabled": True},
    "addPaymentMethod": {"token": "card_ok"},
    "setMinimumLicenses": {"minimum": 1},
    "recordUsage": {"events": [EVENT]},
    "advanceTestClock": {"to": "2025-11-02T00:00:00Z"},
    "convertTrial": {"idempotencyKey": "another key"},
    "createApiKey": {"role": "PARTNER", "name": "integration"},
}


@pytest.mark.parametrize(
    ("mutation", "mistake", "field", "code"),
    MISTAKES,
    ids=[f"{mutation}-{field}-{number}" for number, (mutation, _, field, _) in enumerate(MISTAKES)],
)
async def test_a_mistake_names_its_field(
    ops: Client, company: Company, mutation: str, mistake: dict[str, Any], field: str, code: str
) -> None:
    given = {**GOOD[mutation], **mistake}
    if mutation != "createAccount":
        given.setdefault("accountId", _account(company))

    answer = await ops.mutate(mutation, "", **given)

    error = answer["userErrors"][0]
    assert (error["field"], error["code"]) == (field, code)
    assert error["message"]


async def test_an_address_that_is_taken_is_a_conflict(ops: Client, company: Company) -> None:
    taken = (await company.people())[0].email.upper()

    answer = await ops.mutate(
        "createUser", "", accountId=_account(company), **{**PERSON, "email": taken}
    )

    assert answer["userErrors"][0]["field"] == "email"
    assert answer["userErrors"][0]["code"] == "CONFLICT"


@pytest.mark.parametrize("mutation", ["activateUser", "pauseUser", "deleteUser"])
async def test_a_deleted_user_stays_deleted(ops: Client, company: Company, mutation: str) -> None:
    """U5."""
    person = (await company.people())[0]
    await company.change(person, UserStatus.DELETED)

    answer = await ops.mutate(mutation, "", id=encode("user", company.id, person.id))

    assert answer["userErrors"][0]["code"] == "REFUSED"
    assert answer["userErrors"][0]["field"] == "id"


async def test_bad_events_are_told_one_by_one(ops: Client, company: Company) -> None:
    """M1: one bad event in a batch never rejects the others."""
    events = [
        {**EVENT, "id": "good"},
        {**EVENT, "id": "negative", "quantity": -5},
        {**EVENT, "id": "tomorrow", "happenedAt": "2031-01-01T00:00:00Z"},
        {**EVENT, "id": "", "quantity": 1},
        {**EVENT, "id": "by a stranger", "userId": "user_x"},
    ]

    answer = await ops.mutate(
        "recordUsage",
        "results { eventId disposition error { field } }",
        accountId=_account(company),
        events=events,
    )

    assert [(each["disposition"], each["error"]) for each in answer["results"]] == [
        ("RECORDED", None),
        ("INVALID", {"field": "events.1.quantity"}),
        ("INVALID", {"field": "events.2.happenedAt"}),
        ("INVALID", {"field": "events.3.id"}),
        ("INVALID", {"field": "events.4.userId"}),
    ]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("10.00", None),
        (10.01, "text"),
        (10, "text"),
        ("ten", "text"),
        ("NaN", "text"),
        ("+10.00", None),
        ("1_000", "text"),
        ("1e3", "text"),
        ("٣", "text"),
        (" 10", "text"),
        ("10\n", "text"),
    ],
)
async def test_an_amount_is_text(
    ops: Client, company: Company, value: object, why: str | None
) -> None:
    """C4: a JSON number has been a float before anybody looked at it."""
    given = {"accountId": _account(company), "amount": value, "idempotencyKey": str(uuid4())}
    query = "mutation($input: BuyCreditsInput!) { buyCredits(input: $input) { payment { id } } }"

    answer = await ops.ask(query, input=given)

    if why is None:
        assert answer["data"]["buyCredits"]["payment"]["id"]
    else:
        assert ".amount" in answer["errors"][0]["message"]
        assert why in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ('{ account(id: "x") { id } }', "id"),
        ('{ node(id: "plan_x") { __typename } }', "id"),
        ("{ accounts(first: 0) { nodes { id } } }", "first"),
        ("{ accounts(first: 101) { nodes { id } } }", "first"),
        ('{ accounts(after: "x") { nodes { id } } }', "after"),
        ('{ accounts(after: "YWNjb3VudHM6MQ") { nodes { id } } }', "after"),
    ],
)
async def test_a_query_with_a_mistake_names_its_field(ops: Client, query: str, field: str) -> None:
    answer = await ops.ask(query)

    assert answer["errors"][0]["extensions"] == {"code": "INVALID", "field": field}


async def test_what_does_not_exist_is_null(ops: Client) -> None:
    account = encode("account", NOBODY)
    user = encode("user", NOBODY, NOBODY)

    data = await ops.data(
        "query($account: ID!, $user: ID!) { account(id: $account) { id } node(id: $user) "
        "{ __typename } }",
        account=account,
        user=user,
    )

    assert data == {"account": None, "node": None}


@pytest.mark.parametrize(
    "text",
    [
        'mutation { changePlan(input: {planId: "\\u{0}"}) { userErrors { field } } }',
        'query { auditEvents(operation: "a\\u{000}") { nodes { id } } }',
    ],
)
async def test_a_nul_is_refused_however_it_is_written(ops: Client, text: str) -> None:
    """S27: PostgreSQL takes none, so that no resolver may be given one."""
    answer = await ops.ask(text)

    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert "U+0000" in error["message"]


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"7", b"{", b'{"query": "{ viewer { name } }", "x": "\\u0000"}']
)
async def test_a_body_that_is_no_request_is_a_bad_request(ops: Client, body: bytes) -> None:
    headers = {"authorization": f"Bearer {ops.key}", "content-type": "application/json"}

    response = await ops.http.post("/graphql", content=body, headers=headers)

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    "instant",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2025-11-02T00:00:00", "tomorrow"],
)
async def test_an_instant_out_of_reach_is_refused(
    ops: Client, company: Company, instant: str
) -> None:
    given = {"accountId": _account(company), "to": instant}
    query = """mutation($input: AdvanceTestClockInput!) {
        advanceTestClock(input: $input) { account { id } } }"""

    answer = await ops.ask(query, input=given)

    assert ".to" in answer["errors"][0]["message"]


async def test_adding_an_add_on_again_with_the_same_key_adds_nothing(
    ops: Client, company: Company
) -> None:
    """DESIGN: the same key and body gives the same answer, another body an error."""
    given = {"accountId": _account(company), "kind": "AI_VOICE_BOT", "idempotencyKey": "once"}

    first = await ops.mutate("addAddOn", "addOn { quantity }", quantity=10, **given)
    again = await ops.mutate("addAddOn", "addOn { quantity }", quantity=10, **given)
    other = await ops.mutate("addAddOn", "addOn { quantity }", quantity=11, **given)

    assert first["addOn"] == again["addOn"] == {"quantity": 10}
    assert other["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"


BUSY = {
    "code": "BUSY",
    "field": None,
    "message": "This account is busy; send the same request again in a moment.",
}
LOCK = "SELECT id FROM accounts WHERE id = :id FOR UPDATE"
LOCK_CREDITS = "SELECT balance FROM credits WHERE account_id = :id FOR UPDATE"


async def test_an_account_that_is_held_for_long_is_busy(
    app: Perseat, ops: Client, company: Company
) -> None:
    """The same request is good as soon as whoever holds the account lets go."""
    given = {"accountId": _account(company), "minimum": 7}
    async with app.operators.begin() as uow:
        await (await uow.session.connection()).execute(text(LOCK), {"id": company.id})
        refused = await ops.mutate("setMinimumLicenses", "", **given)
    again = await ops.mutate(
        "setMinimumLicenses", "account { subscription { comingMinimums { minimum } } }", **given
    )

    assert refused["userErrors"] == [BUSY]
    assert again["account"]["subscription"]["comingMinimums"] == [{"minimum": 7}]


async def test_who_loses_a_deadlock_is_told_that_the_account_is_busy(
    app: Perseat, ops: Client, company: Company
) -> None:
    """PostgreSQL ends the one that finds out, which is the one that has waited for longer."""
    given = {"accountId": _account(company), "enabled": True, "threshold": "20.00"}
    async with app.operators.begin() as uow:
        connection = await uow.session.connection()
        await connection.execute(text(LOCK_CREDITS), {"id": company.id})
        mutation = asyncio.create_task(ops.mutate("configureAutoTopUp", "", **given))
        await asyncio.sleep(0.4)
        await connection.execute(text(LOCK), {"id": company.id})
        refused = await mutation

    assert refused["userErrors"] == [BUSY]


async def test_what_takes_too_long_is_no_riddle(company: Company) -> None:
    """A statement timeout has written nothing, and less at once is what helps."""
    async with company.begin() as uow:
        connection = await uow.session.connection()
        await connection.execute(text("SET LOCAL statement_timeout = '20ms'"))
        with pytest.raises(DBAPIError) as stopped:
            await connection.execute(text("SELECT pg_sleep(60)"))

    assert Busy.told_by(stopped.value)
    assert "send fewer events or lines" in Busy(stopped.value).message
    assert "This account is busy" in Busy().message


NOT_ALLOWED = {
    "nonsense {": "GRAPHQL_PARSE_FAILED",
    "{ viewer { name }": "GRAPHQL_PARSE_FAILED",
    "{ nonsense }": "GRAPHQL_VALIDATION_FAILED",
    "query($first: Int!) { accounts(first: $first) { nodes { id } } }": "GRAPHQL_VALIDATION_FAILED",
    "{ accounts(first: many) { nodes { id } } }": "GRAPHQL_VALIDATION_FAILED",
}


@pytest.mark.parametrize("query", NOT_ALLOWED)
async def test_what_no_schema_allows_has_a_code(ops: Client, query: str) -> None:
    """Also when it is remembered."""
    for _ in range(2):
        answer = await ops.ask(query)

        assert {each["extensions"]["code"] for each in answer["errors"]} == {NOT_ALLOWED[query]}
        assert answer["errors"][0]["locations"]
        assert answer.get("data") is None


async def test_what_was_sent_is_not_repeated(ops: Client) -> None:
    """A message may end in the log of a front end, and what was sent may be a password."""
    asked = """mutation($input: ChangePasswordInput!) { changePassword(input: $input) {
        userErrors { code } } }"""

    answer = await ops.ask(asked, input={"currentPassword": "four wet dogs"})

    (error,) = answer["errors"]
    assert "required field 'password'." in error["message"]
    assert "four wet dogs" not in str(answer)


SAID = "four wet dogs"
LOG_IN = """mutation($email: String!, $password: String!) {
    logIn(input: { email: $email, password: $password }) { expiresAt } }"""
SENT: list[tuple[str, dict[str, Any]]] = [
    (LOG_IN, {"email": "x", "password": [SAID]}),
    (LOG_IN, {"email": "x", "password": {"text": SAID}}),
    ("query($id: ID!) { account(id: $id) { id } }", {"id": [SAID]}),
    ("query($first: Int!) { accounts(first: $first) { nodes { id } } }", {"first": SAID}),
    (f"""{{ accounts(first: "{SAID}") {{ nodes {{ id }} }} }}""", {}),
    (f"""{{ account(id: ["{SAID}"]) {{ id }} }}""", {}),
    (f"""{{ account(id: "x" "{SAID}") {{ id }} }}""", {}),
    (f'{{ account(id: "x" """{SAID}""") {{ id }} }}', {}),
]


@pytest.mark.parametrize(("query", "sent"), SENT)
async def test_what_was_sent_of_another_type_is_not_repeated(
    ops: Client, query: str, sent: dict[str, Any]
) -> None:
    answer = await ops.ask(query, **sent)

    assert answer["errors"][0]["extensions"]["code"].startswith("GRAPHQL_")
    assert SAID not in str(answer)


async def test_a_subscription_needs_a_stream(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    asked = "subscription($id: ID!) { creditBalanceChanged(accountId: $id) { cursor } }"

    answer = await ops.ask(asked, id=encode("account", company.id))

    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "text/event-stream" in error["message"]


@pytest.mark.parametrize("query", ["{ viewer { name } }", ""])
async def test_a_stream_needs_a_subscription(ops: Client, query: str) -> None:
    headers = {"authorization": f"Bearer {ops.key}", "accept": "text/event-stream"}

    answer = await ops.http.post("/graphql", json={"query": query}, headers=headers)

    assert "BAD_REQUEST" in answer.text
    assert "UNEXPECTED" not in answer.text
