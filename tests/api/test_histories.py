"""The history of an account: what happened and who did what, in one list."""

from typing import Any

import httpx
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.api.statements import statements
from tests.make import Company, make_company

HISTORY = """query($id: ID!, $kinds: [String!], $first: Int! = 50, $after: String) {
    account(id: $id) { history(kinds: $kinds, first: $first, after: $after) {
        nodes { id at kind sentence actor reason data } pageInfo { hasNextPage endCursor } } } }"""


@pytest.fixture
async def company(app: Perseat) -> Company:
    return await make_company(app)


async def _history(client: Client, company: Company, **given: Any) -> dict[str, Any]:
    asked = await client.data(HISTORY, id=encode("account", company.id), **given)
    found: dict[str, Any] = asked["account"]["history"]
    return found


async def _add(client: Client, company: Company) -> None:
    given = {"accountId": encode("account", company.id), "firstName": "Grace"}
    given |= {"lastName": "Hopper", "email": "grace@example.com"}
    done = await client.mutate("createUser", "user { id }", **given)
    assert done["userErrors"] == []


async def test_what_was_done_stands_above_what_came_of_it(ops: Client, company: Company) -> None:
    """S25: newest first, in words, with who and why; nothing of it is about the person."""
    await _add(ops, company)

    first, second, *_ = (await _history(ops, company))["nodes"]

    assert (first["kind"], first["actor"], first["reason"]) == (
        "createUser",
        "ops key test",
        "a test",
    )
    assert first["sentence"] == "ops key test: create user. Reason: a test"
    assert (second["kind"], second["actor"]) == ("user.created", None)
    assert second["sentence"] == "A user was added (status ACTIVE)."
    assert second["data"]["status"] == "ACTIVE"
    assert "Grace" not in str([first, second])


async def test_it_is_read_page_by_page(ops: Client, company: Company) -> None:
    await _add(ops, company)
    whole = (await _history(ops, company))["nodes"]

    found: list[dict[str, Any]] = []
    after, more = None, True
    while more:
        page = await _history(ops, company, first=1, after=after)
        found += page["nodes"]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]

    assert found == whole
    assert len({each["id"] for each in found}) == len(found)


async def test_only_some_kinds(ops: Client, company: Company) -> None:
    await _add(ops, company)

    found = await _history(ops, company, kinds=["createUser", "account.created", "perseat release"])
    wrong = await ops.ask(HISTORY, id=encode("account", company.id), kinds=["nonsense"])

    assert [each["kind"] for each in found["nodes"]] == ["createUser", "account.created"]
    (error,) = wrong["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID", "kinds")


@pytest.mark.parametrize(("role", "sees"), [("ADMINISTRATOR", True), ("PARTNER", False)])
async def test_who_may_not_read_the_audit_sees_what_happened(
    app: Perseat, http: httpx.AsyncClient, ops: Client, company: Company, role: str, *, sees: bool
) -> None:
    """S3: what others did and why is for administrators and operators."""
    await _add(ops, company)
    client = Client(http, await make_key(app, KeyRole(role), company.id))

    kinds = [each["kind"] for each in (await _history(client, company))["nodes"]]
    asked = await _history(client, company, kinds=["createUser"])

    assert ("createUser" in kinds, bool(asked["nodes"])) == (sees, sees)
    assert "user.created" in kinds


async def test_a_page_is_one_statement(app: Perseat, ops: Client, company: Company) -> None:
    """However long it is; the other one reads the account."""
    await _add(ops, company)

    with statements(app) as sent:
        await _history(ops, company)

    assert len([each for each in sent if "audit_events" in each or "FROM events" in each]) == 1
