"""Pages: keyset cursors, and a number of statements that does not grow with the rows."""

import asyncio

from sqlalchemy import AsyncAdaptedQueuePool

from api.ids import encode
from app.bootstrap import Perseat
from tests.api.conftest import Client
from tests.make import make_company, statements

NESTED = """query($first: Int!) { accounts(first: $first) { nodes {
  name billingPolicy activeUserCount
  subscription { plan { name prices { amount { amount } } } }
  licenses { held occupied byStatus { status count } }
  users(first: 5) { nodes { firstName roles billable access { canLogIn } } }
  credits { balance { amount } entries { nodes { amount { amount } } } topUps { nodes { id } } }
  invoices(first: 5) { nodes { number charges { description derivation { steps } } } }
  unbilledCharges { amount { amount } }
  addOns { kind quantity }
  paymentMethods { last4 }
  monthlyCost { total { amount } }
} } }"""


async def test_a_nested_page_costs_the_same_for_one_account_as_for_many(
    own_app: Perseat, own_ops: Client
) -> None:
    for _ in range(6):
        company = await make_company(own_app, users=3)
        await company.convert()
        await company.add(1)

    with statements(own_app) as for_one:
        await own_ops.data(NESTED, first=1)
    with statements(own_app) as for_many:
        many = await own_ops.data(NESTED, first=6)

    assert len(many["accounts"]["nodes"]) == 6
    assert len(for_many) == len(for_one)
    assert len(for_many) <= 18


async def test_pages_join_up_while_rows_are_added(app: Perseat, ops: Client) -> None:
    company = await make_company(app, users=7)
    query = """query($id: ID!, $after: String) { account(id: $id) { users(first: 3, after: $after)
      { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } } }"""
    seen: list[str] = []
    after = None
    for _ in range(3):
        data = await ops.data(query, id=encode("account", company.id), after=after)
        page = data["account"]["users"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert page["edges"][-1]["cursor"] == after
        if len(seen) == 3:
            await company.add(1)

    assert len(seen) == len(set(seen)) == 8
    assert page["pageInfo"]["hasNextPage"] is False


async def test_users_can_be_filtered_by_state(app: Perseat, ops: Client) -> None:
    """S3: the total of active users stands above the table."""
    company = await make_company(app, "provider", users=3)
    query = """query($id: ID!) { account(id: $id) { activeUserCount
      active: users(status: ACTIVE) { nodes { id } }
      deleted: users(status: DELETED) { nodes { id } pageInfo { hasNextPage endCursor } } } }"""

    data = await ops.data(query, id=encode("account", company.id))

    assert data["account"]["activeUserCount"] == 3
    assert len(data["account"]["active"]["nodes"]) == 3
    assert data["account"]["deleted"] == {
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "endCursor": None},
    }


async def test_invoices_are_newest_first(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    await company.convert()
    await company.go_to("2026-02-01")
    query = """query($id: ID!, $after: String) { account(id: $id) {
      invoices(first: 2, after: $after) {
        nodes { number } pageInfo { endCursor hasNextPage } } } }"""

    first = (await ops.data(query, id=encode("account", company.id)))["account"]["invoices"]
    after = first["pageInfo"]["endCursor"]
    second = (await ops.data(query, id=encode("account", company.id), after=after))["account"]

    assert [node["number"] for node in first["nodes"]] == ["INV-0004", "INV-0003"]
    assert [node["number"] for node in second["invoices"]["nodes"]] == ["INV-0002", "INV-0001"]


async def test_a_field_that_fails_leaves_no_connection_behind(
    own_app: Perseat, own_ops: Client
) -> None:
    """Its neighbours are cancelled in the middle of their statements."""
    company = await make_company(own_app, users=3)
    query = """query($id: ID!, $after: String) { account(id: $id) {
        activeUserCount licenses { held } users(after: $after) { nodes { id } } } }"""
    key = encode("account", company.id)

    failed = await asyncio.gather(*(own_ops.ask(query, id=key, after="x") for _ in range(60)))
    good = await own_ops.data(query, id=key)

    assert {each["errors"][0]["extensions"]["field"] for each in failed} == {"after"}
    assert good["account"]["activeUserCount"] == 3
    assert isinstance(own_app.operators.engine.pool, AsyncAdaptedQueuePool)
    assert own_app.operators.engine.pool.checkedout() == 0


SIDE_BY_SIDE = """query($id: ID!) {
    a: account(id: $id) { users { nodes { id } } bad: users(after: "x") { nodes { id } } }
    b: account(id: $id) { name users { nodes { id } } licenseCalendar { days { day held } } } }"""


async def test_a_field_that_fails_leaves_its_neighbours_alone(app: Perseat, ops: Client) -> None:
    """Two parts of a page ask for the same; one of them asks for something impossible too."""
    company = await make_company(app, users=3)

    for _ in range(10):
        answer = await ops.ask(SIDE_BY_SIDE, id=encode("account", company.id))
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["INVALID"]
        assert len(answer["data"]["b"]["users"]["nodes"]) == 3
