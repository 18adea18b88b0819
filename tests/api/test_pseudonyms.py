"""S33: histories keep the id of who did something, and tell the name while there is somebody."""

from typing import Any

from sqlalchemy import text

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.users import Role
from app.models import User
from tests.api.conftest import Client, serving
from tests.logging_in import enter, person, token_of
from tests.make import Company, make_company, query

TOLD = """query($id: ID!) { account(id: $id) {
    timeline(first: 50) { nodes { actor } }
    subscriptionChanges(first: 50) { nodes { actor } }
    unbilledCharges { causes { ... on UserCause { actor } ... on AddOnCause { actor } } } } }"""


async def act(app: Perseat, company: Company, user: User) -> None:
    """Somebody adds a colleague, gives a role, rents, cancels, and sets credits aside."""
    account, one = encode("account", company.id), {"idempotencyKey": "one"}
    async with serving(app, trusted=bool) as http:
        client = Client(http, token_of(company, await enter(company, user)))
        names = {"firstName": "Grace", "lastName": "Hopper", "email": "grace@example.com"}
        made = await client.mutate("createUser", "user { id }", accountId=account, **names)
        role = {"id": made["user"]["id"], "role": "SUPERVISOR"}
        done = [
            made,
            await client.mutate("grantRole", "", **role),
            await client.mutate(
                "addAddOn", "", accountId=account, kind="AI_VOICE_BOT", quantity=1, **one
            ),
            await client.mutate("cancelSubscription", "", accountId=account),
        ]
    assert [each["userErrors"] for each in done] == [[], [], [], []]


def actors(answer: Any) -> set[str]:
    """Every `actor` in it."""
    if isinstance(answer, dict):
        own = {answer["actor"]} if isinstance(answer.get("actor"), str) else set()
        return own.union(*map(actors, answer.values()))
    return set().union(*map(actors, answer)) if isinstance(answer, list) else set()


async def everything(app: Perseat) -> str:
    """All histories that name who did something."""
    tables = await query(
        app,
        """SELECT table_name FROM information_schema.columns
        WHERE column_name = 'actor' AND table_schema = 'public' ORDER BY 1""",
    )
    async with app.operators.begin() as uow:
        connection = await uow.session.connection()
        rows = [
            list(await connection.execute(text(f"SELECT actor FROM {name}")))  # noqa: S608
            for (name,) in tables
        ]
    return str(rows)


async def test_nobodys_name_outlives_them(own_app: Perseat, own_ops: Client) -> None:
    company = await make_company(own_app)
    await company.convert()
    user = await person(company, Role.ADMINISTRATOR)
    await person(company, Role.ADMINISTRATOR)
    await act(own_app, company, user)
    asked = {"id": encode("account", company.id)}

    before = actors(await own_ops.data(TOLD, **asked))
    kept = await everything(own_app)
    await company.delete(user)
    after = actors(await own_ops.data(TOLD, **asked))

    named = f"{user.first_name} {user.last_name} ({user.email})"
    assert named in before
    assert named not in after
    assert f"user {user.id}" in after
    assert f"user {user.id}" in kept
    assert user.email not in kept
    assert user.last_name not in kept
