"""The users of an account as a table shows them: filtered, searched, ordered, counted (S3)."""

from typing import Any

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.users import Role, UserStatus, name_key
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company, query, statements

LIST = """query($id: ID!, $first: Int, $after: String, $status: [UserStatus!], $role: Role,
        $search: String, $orderBy: UserOrder! = CREATED, $descending: Boolean! = false) {
    account(id: $id) { activeUserCount users(first: $first, after: $after, status: $status,
        role: $role, search: $search, orderBy: $orderBy, descending: $descending) {
    totalCount nodes { lastName status roles access { canLogIn isBillable } }
    pageInfo { hasNextPage endCursor } } } }"""


async def people(client: Client, company: Company, **asked: Any) -> Any:
    answer = await client.data(LIST, id=encode("account", company.id), **{"first": 20, **asked})
    return answer["account"]["users"]


def names(page: Any) -> list[str]:
    return [node["lastName"] for node in page["nodes"]]


@pytest.fixture(scope="module")
async def company(app: Perseat) -> Company:
    company = await make_company(app)
    for first, last, role in (
        ("Zoë", "Ångström", Role.AGENT),
        ("Adam", "zola", Role.SUPERVISOR),
        ("Eve", "Baker", Role.BILLING_ADMIN),
        ("Bob", "Baker", Role.AGENT),
    ):
        email = f"{name_key(first, last).replace(' ', '.')}@mail.example.com"
        await company.add(first=first, last_name=last, email=email, roles=frozenset({role}))
    by_name = {f"{user.first_name} {user.last_name}": user for user in await company.people()}
    await company.change(by_name["Bob Baker"], UserStatus.PAUSED)
    await company.change(by_name["Adam zola"], UserStatus.DELETED)
    return company


async def test_a_list_is_sorted_by_names_without_case_and_accents(
    ops: Client, company: Company
) -> None:
    found = await people(ops, company, orderBy="NAME")
    backwards = await people(ops, company, orderBy="NAME", descending=True)

    assert names(found) == ["Ångström", "Baker", "Baker", "Lovelace"]
    assert names(backwards) == list(reversed(names(found)))


async def test_who_was_deleted_is_shown_to_who_asks(ops: Client, company: Company) -> None:
    """U5."""
    assert names(await people(ops, company, status=["DELETED"])) == ["zola"]
    assert (await people(ops, company))["totalCount"] == 4
    every = await people(ops, company, status=[status.value for status in UserStatus])
    assert every["totalCount"] == 5


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": "ang"}, ["Ångström"]),
        ({"search": "ÅNGSTRÖM zoe"}, ["Ångström"]),
        ({"search": "bak"}, ["Baker", "Baker"]),
        ({"search": "baker eve"}, ["Baker"]),
        ({"search": "mail.example"}, ["Ångström", "Baker", "Baker"]),
        ({"search": "  "}, ["Ångström", "Baker", "Baker", "Lovelace"]),
        ({"search": "%"}, []),
        ({"search": "_"}, []),
        ({"search": "\\"}, []),
        ({"search": "'; DROP TABLE users; --"}, []),
        ({"role": "BILLING_ADMIN"}, ["Baker"]),
        ({"role": "ADMINISTRATOR"}, ["Lovelace"]),
        ({"role": "SUPERVISOR"}, []),
        ({"role": "AGENT", "status": ["PAUSED"]}, ["Baker"]),
        ({"search": "bak", "status": ["ACTIVE"]}, ["Baker"]),
    ],
)
async def test_a_list_is_filtered(
    ops: Client, company: Company, asked: dict[str, Any], found: list[str]
) -> None:
    page = await people(ops, company, orderBy="NAME", **asked)

    assert names(page) == found
    assert page["totalCount"] == len(found)


async def test_no_state_at_all_is_a_mistake(ops: Client, company: Company) -> None:
    answer = await ops.ask(LIST, id=encode("account", company.id), first=1, status=[])

    assert answer["errors"][0]["extensions"] == {"code": "INVALID", "field": "status"}


async def test_a_search_is_short(ops: Client, company: Company) -> None:
    answer = await ops.ask(LIST, id=encode("account", company.id), first=1, search="x" * 101)

    assert answer["errors"][0]["extensions"] == {"code": "INVALID", "field": "search"}


@pytest.mark.parametrize("order", ["CREATED", "NAME", "EMAIL", "STATUS"])
@pytest.mark.parametrize("descending", [False, True])
async def test_pages_of_any_order_join_up(
    ops: Client, company: Company, order: str, *, descending: bool
) -> None:
    """Two people of one name, one state: the id decides."""
    asked = {"orderBy": order, "descending": descending}
    whole = await people(ops, company, **asked)

    after, joined = None, []
    for _ in whole["nodes"]:
        page = await people(ops, company, first=1, after=after, **asked)
        joined += page["nodes"]
        after = page["pageInfo"]["endCursor"]

    assert joined == whole["nodes"]
    assert page["pageInfo"]["hasNextPage"] is False


async def test_a_cursor_is_of_one_order_and_direction(ops: Client, company: Company) -> None:
    cursor = (await people(ops, company, orderBy="NAME"))["pageInfo"]["endCursor"]

    account = encode("account", company.id)

    for other in ({"orderBy": "CREATED"}, {"orderBy": "NAME", "descending": True}):
        answer = await ops.ask(LIST, id=account, first=1, after=cursor, **other)
        assert answer["errors"][0]["extensions"] == {"code": "INVALID", "field": "after"}


FILL = """INSERT INTO users (account_id, id, first_name, last_name, name_key, email, status,
        created_at, version)
    SELECT :id, uuidv7(), 'Ada', 'User ' || n, 'user ' || n || ' ada', n || '@example.com',
        'ACTIVE', now(), 1 FROM generate_series(1, 9999) AS n"""
FILL_ROLES = """INSERT INTO user_roles (account_id, user_id, role)
    SELECT account_id, id, 'AGENT' FROM users WHERE account_id = :id AND last_name LIKE 'User%'"""
FILL_LOG_INS = """INSERT INTO log_ins (account_id, user_id, address)
    SELECT account_id, id, encode(sha256(convert_to(email, 'UTF8')), 'hex')
    FROM users WHERE account_id = :id AND last_name LIKE 'User%'"""
FILL_STATES = """INSERT INTO user_states (account_id, id, user_id, to_status, policy, version, at,
        actor)
    SELECT account_id, uuidv7(), id, status, 'LICENSE', 1, created_at, 'test'
    FROM users WHERE account_id = :id AND last_name LIKE 'User%'"""
PAGE = """query($id: ID!, $first: Int!) { account(id: $id) { activeUserCount
    users(first: $first, orderBy: NAME) { nodes {
        id firstName lastName email status roles billable version
        access { canLogIn canSeeReports canChangeSettings canReceiveCalls goesToVoicemail
            canMakeCalls ringsInGroups isNotified isBillable } }
    pageInfo { hasNextPage endCursor } } } }"""


@pytest.mark.parametrize("first", [1, 20, 100])
async def test_a_page_of_ten_thousand_users_costs_six_statements(
    own_app: Perseat, own_ops: Client, first: int
) -> None:
    """With counts and access, for a key of the account; the look-up of the key is among them."""
    company = await make_company(own_app)
    for statement in (FILL, FILL_ROLES, FILL_LOG_INS, FILL_STATES):
        await query(own_app, statement, id=company.id)
    client = Client(own_ops.http, await make_key(own_app, KeyRole.ADMINISTRATOR, company.id))

    with statements(own_app) as sent:
        answer = await client.data(PAGE, id=encode("account", company.id), first=first)

    account = answer["account"]
    assert account["activeUserCount"] == 10_000
    assert len(account["users"]["nodes"]) == first
    assert account["users"]["nodes"][-1]["access"]["isBillable"] is True
    assert len(sent) <= 6, sent
