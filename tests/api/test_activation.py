"""Rule U6 over GraphQL: how far users are, and a new link for whom it is for."""

import httpx

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.users import Role, UserStatus
from app.models.api_keys import KeyRole
from app.services import passwords
from tests.api.conftest import Client, make_key
from tests.letters import letters, token_in
from tests.make import drain, make_company, statements

GOOD = "four wet dogs in a row"
USERS = """query($id: ID!) { account(id: $id) { users(first: 100) {
    nodes { id activation status } } } }"""


async def test_an_extra_activation_step_by_step(app: Perseat, ops: Client) -> None:
    """S3: invited, waiting for the administrator, done."""
    company = await make_company(app, "provider")
    (user,) = await company.add(active=False)
    await drain(app)
    user_id, seen = encode("user", company.id, user.id), []

    async def look() -> None:
        answer = await ops.data(
            "query($id: ID!) { node(id: $id) { ...on User { activation } } }", id=user_id
        )
        seen.append(answer["node"]["activation"])

    await look()
    await passwords.choose(app.tenants, token_in(letters(app, user.email)[-1]), GOOD)
    await look()
    await ops.mutate("activateUser", "user { id }", id=user_id)
    await look()
    await ops.mutate("deleteUser", "user { id }", id=user_id)
    await look()

    assert seen == ["INVITED", "AWAITING_ACTIVATION", "DONE", None]


async def test_how_far_many_users_are_is_one_statement(app: Perseat, ops: Client) -> None:
    company = await make_company(app, users=5)

    with statements(app) as sent:
        answer = await ops.data(USERS, id=encode("account", company.id))

    nodes = answer["account"]["users"]["nodes"]
    assert [each["activation"] for each in nodes] == ["INVITED"] * 5
    assert len([each for each in sent if "passwords" in each]) == 1


async def test_a_new_link_ends_the_older_one(app: Perseat, http: httpx.AsyncClient) -> None:
    company = await make_company(app)
    (user,) = await company.add()
    await drain(app)
    client = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, company.id))

    answer = await client.mutate(
        "sendPasswordLink", "user { activation }", userId=encode("user", company.id, user.id)
    )
    await drain(app)

    first, second = (token_in(letter) for letter in letters(app, user.email))
    statuses = [
        (await http.post("/set-password", data={"token": token, "password": GOOD})).status_code
        for token in (first, second)
    ]
    assert answer == {"user": {"activation": "INVITED"}, "userErrors": []}
    assert statuses == [410, 200]


async def test_a_link_is_refused_with_what_to_do(app: Perseat, ops: Client) -> None:
    """U1, U5: not for who cannot log in, but for who has not been let in yet."""
    company = await make_company(app)
    suspended, deleted = await company.add(2)
    (new,) = await company.add(active=False)
    await company.change(suspended, UserStatus.SUSPENDED)
    await company.change(deleted, UserStatus.DELETED)

    said = []
    for user in (suspended, deleted, new):
        user_id = encode("user", company.id, user.id)
        answer = await ops.mutate("sendPasswordLink", "user { status }", userId=user_id)
        said += [(each["code"], each["field"], each["message"]) for each in answer["userErrors"]]

    assert said == [
        (
            "REFUSED",
            "userId",
            "This user is SUSPENDED and cannot log in. Activate the user first.",
        ),
        ("REFUSED", "userId", "A deleted user stays deleted; add a new user instead."),
    ]


async def test_whoever_may_not_change_users_sends_no_links(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    company, other = await make_company(app), await make_company(app, users=2)
    (user,) = await company.add()
    (stranger,) = await other.people()
    billing = Client(http, await make_key(app, KeyRole.BILLING_ADMIN, company.id))
    boss = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, company.id))

    forbidden = await billing.mutate(
        "sendPasswordLink", "", userId=encode("user", company.id, user.id)
    )
    unknown = await boss.mutate(
        "sendPasswordLink", "", userId=encode("user", other.id, stranger.id)
    )

    assert forbidden["userErrors"][0]["code"] == "FORBIDDEN"
    assert unknown["userErrors"][0]["code"] == "NOT_FOUND"


async def test_a_partner_sends_links_to_staff_only(app: Perseat, http: httpx.AsyncClient) -> None:
    """U2: who runs the company is the company's own business."""
    company = await make_company(app)
    (staff,) = await company.add()
    (boss,) = await company.add(roles=frozenset({Role.ADMINISTRATOR}))
    partner = Client(http, await make_key(app, KeyRole.PARTNER, company.id))

    codes = []
    for user in (staff, boss):
        user_id = encode("user", company.id, user.id)
        answer = await partner.mutate("sendPasswordLink", "", userId=user_id)
        codes.append([error["code"] for error in answer["userErrors"]])

    assert codes == [[], ["REFUSED"]]
