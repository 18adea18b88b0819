"""States and roles through the API: one, many at once, by whom, and what the timeline keeps."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.users import Role, UserStatus
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company, query, statements

RESULTS = "results { userId user { status version } error { code field message } }"


async def boss_of(company: Company) -> str:
    sql = "SELECT user_id FROM user_roles WHERE account_id = :id AND role = 'ADMINISTRATOR'"
    ((user_id,),) = await query(company.app, sql, id=company.id)
    return encode("user", company.id, user_id)


async def change_all(
    client: Client, company: Company, ids: Sequence[str], status: str, **more: Any
) -> Any:
    return await client.mutate(
        "changeUserStatuses",
        RESULTS,
        accountId=encode("account", company.id),
        userIds=ids,
        status=status,
        **more,
    )


async def test_many_users_change_at_once_each_for_itself(app: Perseat, ops: Client) -> None:
    """U1, U3: the last administrator and somebody unknown are refused, the others are paused."""
    company = await make_company(app, users=4)
    boss = await boss_of(company)
    staff = [encode("user", company.id, user.id) for user in await company.people()]
    unknown = encode("user", company.id, uuid4())
    stranger = encode("user", uuid4(), uuid4())

    done = await change_all(
        ops, company, [staff[0], boss, unknown, stranger, *staff[1:]], "SUSPENDED", reason="break"
    )

    results = done["results"]
    assert [each["userId"] for each in results] == [staff[0], boss, unknown, stranger, *staff[1:]]
    assert [each["user"] and each["user"]["status"] for each in results] == [
        "SUSPENDED",
        None,
        None,
        None,
        "SUSPENDED",
        "SUSPENDED",
    ]
    assert [each["error"] and each["error"]["code"] for each in results] == [
        None,
        "REFUSED",
        "NOT_FOUND",
        "NOT_FOUND",
        None,
        None,
    ]


async def test_of_administrators_who_leave_together_one_stays(app: Perseat, ops: Client) -> None:
    """U3, within one request: the last of the list is the last administrator."""
    company = await make_company(app)
    await company.add(roles=frozenset({Role.ADMINISTRATOR}))
    sql = "SELECT id FROM users WHERE account_id = :id ORDER BY id"
    ids = [encode("user", company.id, row[0]) for row in await query(app, sql, id=company.id)]

    done = await change_all(ops, company, ids, "DELETED")

    assert [each["error"] and each["error"]["code"] for each in done["results"]] == [
        None,
        "REFUSED",
    ]


async def test_many_users_who_are_activated_are_one_bill(app: Perseat, ops: Client) -> None:
    """L3: three licences from one day are one charge; being active already is a success."""
    company = await make_company(app, "provider", users=5)
    await company.convert()
    people = await company.people()
    ids = [encode("user", company.id, user.id) for user in people]
    await change_all(ops, company, ids[:3], "DEACTIVATED")

    done = await change_all(ops, company, ids, "ACTIVE")
    await company.go_to("2025-12-01")

    assert [each["user"]["version"] for each in done["results"]] == [3, 3, 3, 1]
    assert (await company.invoices())["2025-12-01"] == "200.00"


@pytest.mark.parametrize("number", [0, 101])
async def test_a_request_changes_one_to_a_hundred(app: Perseat, ops: Client, number: int) -> None:
    company = await make_company(app)
    ids = [encode("user", company.id, uuid4()) for _ in range(number)]

    done = await change_all(ops, company, ids, "PAUSED")

    assert done["results"] == []
    assert (done["userErrors"][0]["code"], done["userErrors"][0]["field"]) == ("INVALID", "userIds")


async def test_a_hundred_users_cost_as_many_statements_as_two(app: Perseat, ops: Client) -> None:
    company = await make_company(app, users=101)
    await company.convert()
    ids = [encode("user", company.id, user.id) for user in await company.people()]

    with statements(app) as for_two:
        await change_all(ops, company, ids[:2], "SUSPENDED")
    with statements(app) as for_many:
        done = await change_all(ops, company, ids[2:], "SUSPENDED")

    assert {each["user"]["status"] for each in done["results"]} == {"SUSPENDED"}
    assert len(for_many) <= len(for_two)


@pytest.mark.parametrize("name", ["pauseUser", "updateUser", "grantRole", "revokeRole"])
async def test_who_has_read_an_old_version_is_told(app: Perseat, ops: Client, name: str) -> None:
    company = await make_company(app, users=2)
    (user,) = await company.people()
    await company.change(user, UserStatus.PAUSED)
    more = {"updateUser": {"firstName": "Eve"}, "pauseUser": {}}.get(name, {"role": "SUPERVISOR"})
    given = {"id": encode("user", company.id, user.id), **more}

    old = await ops.mutate(name, "user { version }", expectedVersion=1, **given)
    new = await ops.mutate(name, "user { version }", expectedVersion=2, **given)

    assert (old["userErrors"][0]["code"], old["userErrors"][0]["field"]) == (
        "CONFLICT",
        "expectedVersion",
    )
    assert new["userErrors"] == []


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (KeyRole.ADMINISTRATOR, None),
        (KeyRole.PARTNER, "REFUSED"),
        (KeyRole.BILLING_ADMIN, "FORBIDDEN"),
    ],
)
async def test_who_may_change_an_administrator(
    app: Perseat, http: httpx.AsyncClient, role: KeyRole, code: str | None
) -> None:
    """U2: another administrator may, a partner may not, and who pays the bills changes nobody."""
    company = await make_company(app)
    (deputy,) = await company.add(roles=frozenset({Role.ADMINISTRATOR}))
    client = Client(http, await make_key(app, role, company.id))
    target = {"id": encode("user", company.id, deputy.id)}
    account = {"accountId": encode("account", company.id)}
    person = {"firstName": "Eve", "lastName": "Adams", "email": "eve@example.com"}

    answers = [
        await client.mutate("pauseUser", "", **target),
        await client.mutate("updateUser", "", firstName="Eve", **target),
        await client.mutate("revokeRole", "", role="ADMINISTRATOR", **target),
        await client.mutate("createUser", "", roles=["ADMINISTRATOR"], **account, **person),
    ]

    errors = [[each["code"] for each in answer["userErrors"]] for answer in answers]
    assert errors == [[code] if code else []] * 4


async def test_a_partner_provisions_staff(app: Perseat, http: httpx.AsyncClient) -> None:
    """U2: adds, changes, deletes agents and supervisors, and makes nobody an administrator."""
    company = await make_company(app)
    client = Client(http, await make_key(app, KeyRole.PARTNER, company.id))
    made = await client.mutate(
        "createUser",
        "user { id }",
        accountId=encode("account", company.id),
        firstName="Eve",
        lastName="Adams",
        email="eve@example.com",
    )
    target = {"id": made["user"]["id"]}

    supervisor = await client.mutate("grantRole", "user { roles }", role="SUPERVISOR", **target)
    administrator = await client.mutate("grantRole", "", role="ADMINISTRATOR", **target)
    deleted = await client.mutate("deleteUser", "user { status }", **target)

    assert supervisor["user"]["roles"] == ["AGENT", "SUPERVISOR"]
    assert administrator["userErrors"][0]["code"] == "REFUSED"
    assert deleted["user"]["status"] == "DELETED"


TIMELINE = """query($id: ID!, $first: Int!, $after: String, $userId: ID) { account(id: $id) {
    timeline(first: $first, after: $after, userId: $userId) {
        nodes { kind actor reason fromStatus toStatus role user { firstName } }
        pageInfo { hasNextPage endCursor } } } }"""


async def test_the_timeline_tells_who_did_what_to_whom(app: Perseat, ops: Client) -> None:
    """Newest first, pages join up, and of one user alone."""
    company = await make_company(app)
    (user,) = await company.add(first="Eve")
    target = {"id": encode("user", company.id, user.id)}
    await ops.mutate("pauseUser", "", reason="holiday", **target)
    await ops.mutate("grantRole", "", role="SUPERVISOR", **target)
    await ops.mutate("revokeRole", "", role="SUPERVISOR", **target)
    await ops.mutate("deleteUser", "", reason="has left", **target)

    asked = {"id": encode("account", company.id), "userId": target["id"]}
    found, after = [], None
    for _ in range(3):
        page = (await ops.data(TIMELINE, first=2, after=after, **asked))["account"]["timeline"]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
    everybody = (await ops.data(TIMELINE, id=asked["id"], first=20))["account"]["timeline"]

    assert [each["kind"] for each in found] == [
        "USER_STATUS_CHANGED",
        "ROLE_REVOKED",
        "ROLE_GRANTED",
        "USER_STATUS_CHANGED",
        "USER_CREATED",
    ]
    assert found[0] == {
        "kind": "USER_STATUS_CHANGED",
        "actor": "ops key test",
        "reason": "has left",
        "fromStatus": "PAUSED",
        "toStatus": "DELETED",
        "role": None,
        "user": {"firstName": "Eve"},
    }
    assert (found[1]["role"], found[4]["toStatus"]) == ("SUPERVISOR", "ACTIVE")
    assert everybody["nodes"][:5] == found
    assert [each["user"]["firstName"] for each in everybody["nodes"][5:]] == ["Boss"]
