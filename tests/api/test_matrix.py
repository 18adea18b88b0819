"""Every operation and every type, as every role and as another company (S2, S3).

What is called is made from the schema, and what is expected from the tables: an operation that no
table names keeps the schema from being made, and an `id` that nobody explained fails here.
"""

from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from graphql import get_named_type
from sqlalchemy import text

from api import operations as tables
from api.schema import NODES
from app.bootstrap import Perseat
from app.domain.access import GRANTED, Forbidden, Permission, Principal, permitted
from app.domain.permissions import ActorRole
from app.domain.users import Role
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key, serving
from tests.api.live import Socket, listening, server
from tests.api.matrix import Ids, call, object_types, operations, subscriptions
from tests.lived import lived
from tests.logging_in import enter, person, token_of
from tests.make import Company, make_company

OPERATIONS = operations()
NEVER = {None, "UNEXPECTED", "UNAUTHENTICATED"}


@pytest.fixture(scope="module")
async def company(app: Perseat) -> Company:
    return await lived(app)


@pytest.fixture(scope="module")
async def stranger(app: Perseat) -> Company:
    return await make_company(app)


async def _ask(client: Client, kind: str, name: str, ids: Ids) -> tuple[Any, list[str]]:
    """The whole answer, and the codes of its errors of either sort."""
    document, given = call(kind, name, ids)
    answer = await client.ask(document, **given)
    told = (answer.get("data") or {}).get(name)
    errors = told.get("userErrors") or [] if isinstance(told, dict) else []
    codes = [each["code"] for each in errors]
    errors = answer.get("errors", [])
    return answer, codes + [each.get("extensions", each).get("code") for each in errors]


ASKERS = [
    *[("key", ActorRole(role)) for role in KeyRole],
    *[("person", ActorRole(r)) for r in Role],
]
AS = pytest.mark.parametrize(("kind", "role"), ASKERS, ids=[f"{k} {r}" for k, r in ASKERS])


async def _clients(
    app: Perseat, http: httpx.AsyncClient, company: Company, kind: str, role: ActorRole
) -> AsyncIterator[Client]:
    """The same key, or the same person in a new session each time."""
    if kind == "key":
        owner = None if role is ActorRole.OPS else company.id
        client = Client(http, await make_key(app, KeyRole(role), owner))
        while True:
            yield client
    user = await person(company, Role(role))
    while True:
        yield Client(http, token_of(company, await enter(company, user)))


@AS
async def test_a_role_may_what_the_table_says(own_app: Perseat, kind: str, role: ActorRole) -> None:
    """S3: keys and people alike. What is allowed is done: even the card of a plan is changed, for
    all accounts."""
    company = await make_company(own_app)
    await make_key(own_app, KeyRole.PARTNER, company.id)  # the one to revoke
    ids = await Ids.of(own_app, company.id)

    wrong = []
    async with serving(own_app, trusted=bool) as http:
        clients = _clients(own_app, http, company, kind, role)
        for what, name in OPERATIONS:
            needed = (tables.QUERIES if what == "query" else tables.MUTATIONS)[name]
            answer, codes = await _ask(await anext(clients), what, name, ids)
            allowed = needed is None or role in GRANTED[needed]
            if ("FORBIDDEN" in codes) == allowed or NEVER & set(codes):
                wrong.append((name, answer))

    assert wrong == []


async def test_another_companys_things_are_nobodys_things(
    app: Perseat, http: httpx.AsyncClient, company: Company, stranger: Company
) -> None:
    """S2: the same answer as for ids that nobody has, and nothing of the company is changed."""
    client = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, stranger.id))
    theirs = await Ids.of(app, company.id)
    before = await _everything(app, company.id)

    told_apart = []
    for kind, name in OPERATIONS:
        answers = [
            await _ask(client, kind, name, ids) for ids in (theirs, Ids.nobodys(), Ids.nobodys())
        ]
        if answers[0] != answers[1] and answers[1] == answers[2]:
            told_apart.append((name, answers[:2]))

    assert told_apart == []
    assert await _everything(app, company.id) == before


async def _hear(socket: Socket, name: str, ids: Ids) -> tuple[Any, Any]:
    """The data of the first message, and its errors."""
    document, given = call("subscription", name, ids)
    number = await socket.subscribe(document, **given)
    message = await socket.told()
    if message["type"] == "error":
        return None, message["payload"]
    if "errors" in message["payload"]:
        assert (await socket.told())["type"] == "complete"
    await socket.send(id=number, type="complete")
    return message["payload"].get("data"), message["payload"].get("errors")


@pytest.mark.parametrize("role", KeyRole)
async def test_a_role_hears_what_the_table_says(
    app: Perseat, company: Company, role: KeyRole, ops: Client
) -> None:
    await ops.mutate("startBillingRun", "billingRun { id }", dryRun=True, sandbox=True)
    key = await make_key(app, role, None if role is KeyRole.OPS else company.id)
    ids = await Ids.of(app, company.id)
    async with server(app) as running, listening(running, key) as socket:
        found = {name: await _hear(socket, name, ids) for name in subscriptions()}

    for name, (data, errors) in found.items():
        allowed = ActorRole(role) in GRANTED[tables.SUBSCRIPTIONS[name]]
        assert (data is not None) == allowed, (name, errors)
        codes = [each["extensions"]["code"] for each in errors or ()]
        assert codes == ([] if allowed else ["FORBIDDEN"])


async def test_another_companys_changes_are_nobodys(
    app: Perseat, company: Company, stranger: Company
) -> None:
    """S2: the same answer as for ids that nobody has."""
    key = await make_key(app, KeyRole.ADMINISTRATOR, stranger.id)
    theirs = await Ids.of(app, company.id)
    async with server(app) as running, listening(running, key) as socket:
        for name in subscriptions():
            data, errors = await _hear(socket, name, theirs)
            assert data is None
            assert (data, errors) == await _hear(socket, name, Ids.nobodys())


@pytest.mark.parametrize("kind", NODES)
async def test_a_node_of_another_company_is_no_node(
    app: Perseat, http: httpx.AsyncClient, company: Company, stranger: Company, kind: str
) -> None:
    ids = await Ids.of(app, company.id)
    asked = "query($id: ID!) { node(id: $id) { __typename } }"
    client = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, stranger.id))

    answer = await client.ask(asked, id=ids.text(kind))

    assert answer["data"] == {"node": None}


@pytest.mark.parametrize("role", KeyRole)
@pytest.mark.parametrize("kind", [each for each in NODES if each != "billingrun"])
async def test_a_node_needs_the_permission_of_its_type(
    app: Perseat, http: httpx.AsyncClient, company: Company, role: KeyRole, kind: str
) -> None:
    ids = await Ids.of(app, company.id)
    client = Client(http, await make_key(app, role, None if role is KeyRole.OPS else company.id))

    answer = await client.ask("query($id: ID!) { node(id: $id) { __typename } }", id=ids.text(kind))

    assert "errors" not in answer
    needed = tables.TYPES[answer["data"]["node"]["__typename"]]
    assert needed is not None
    assert ActorRole(role) in GRANTED[needed]


@pytest.mark.parametrize("role", Role)
async def test_a_person_too_needs_the_permission_of_a_nodes_type(
    app: Perseat, company: Company, role: Role
) -> None:
    ids = await Ids.of(app, company.id)
    asked = "query($id: ID!) { node(id: $id) { __typename } }"

    async with serving(app, trusted=bool) as http:
        client = await anext(_clients(app, http, company, "person", ActorRole(role)))
        for kind, (_, make) in NODES.items():
            if kind != "billingrun":
                answer = await client.ask(asked, id=ids.text(kind))
                type_ = make.__self__.__name__  # type: ignore[attr-defined]
                needed = tables.TYPES[type_]
                assert needed is not None
                shown = {"__typename": type_} if ActorRole(role) in GRANTED[needed] else None
                assert answer["data"] == {"node": shown}


@pytest.mark.parametrize("role", ActorRole)
def test_no_way_leads_past_a_permission(role: ActorRole) -> None:
    """Each field that leads to a type with a permission of its own asks for it, wherever it is."""
    principal = Principal(uuid4(), "probe", frozenset({role}), uuid4(), permitted({role}))
    context = SimpleNamespace(principal=principal, ask=lambda *_, **__: None)
    info: Any = SimpleNamespace(context=context)
    lacking = [each for each in _doors() if each[2] not in principal.permissions]

    open_doors = [(type_, name) for type_, name, _, resolve in lacking if not _shut(resolve, info)]

    assert open_doors == []
    assert lacking or role is ActorRole.OPS


def _shut(resolve: Any, info: Any) -> bool:
    try:
        answer = resolve(None, info)
    except Forbidden:
        return True
    errors = getattr(answer, "user_errors", [])
    return [each.code.value for each in errors] == ["FORBIDDEN"]


def _doors() -> Iterator[tuple[str, str, Permission, Any]]:
    """Type, field, what it needs and how it is resolved, wherever that is more than its type."""
    roots = {"Query": tables.QUERIES, "Mutation": tables.MUTATIONS}
    live = object_types()["Live"]
    for name, field in live.fields.items():
        yield live.name, name, tables.SUBSCRIPTIONS[name], field.subscribe
    for type_, each in object_types().items():
        for name, field in each.fields.items():
            of = get_named_type(field.type).name
            needed = roots[type_][name] if type_ in roots else _of(of)
            if needed not in {None, _of(type_)} and (type_, name) not in tables.OWN:
                yield type_, name, needed, field.resolve


def _of(type_: str) -> Permission | None:
    """A page needs what the things on it need."""
    return tables.TYPES.get(type_.removesuffix("Connection").removesuffix("Edge"))


async def _everything(app: Perseat, account_id: UUID) -> dict[str, str]:
    """A digest of all rows of an account, table by table."""
    async with app.operators.begin() as uow:
        connection = await uow.session.connection()
        tables_ = await connection.execute(text(TENANT_TABLES))
        found = {}
        for (name,) in tables_.all():
            digest = text(
                "SELECT coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') "  # noqa: S608
                f"FROM {name} AS t WHERE account_id = :id"
            )
            found[name] = (await connection.execute(digest, {"id": account_id})).scalar_one()
    return found


TENANT_TABLES = """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE a.attname = 'account_id' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relnamespace = 'public'::regnamespace ORDER BY 1"""
