"""Sessions: gone on with, ended, and changed with the person at the next request (S16)."""

import asyncio

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.passwords import Activation
from app.domain.users import Role, UserStatus
from app.models import User
from app.services import passwords, roles
from app.services.password_links import new_link
from tests.api.browser import Browser, browser, codes
from tests.api.conftest import Client
from tests.logging_in import enter, later, person, token_of
from tests.make import TESTER, Company, as_superuser, make_company, query
from tests.tokens import THEIRS, TOKEN, bad_tokens


async def logged_in(front: Browser, company: Company, user: User) -> Browser:
    """By a session that was opened otherwise: a log-in takes long."""
    ticket = await enter(company, user, "Firefox")
    front.cookie, front.token = ticket.token, token_of(company, ticket)
    return front


async def test_a_session_goes_on_with_another_token_each_time(app: Perseat) -> None:
    company = await make_company(app)
    user = await person(company)

    async with browser(app) as front:
        await logged_in(front, company, user)
        seen = {front.cookie}
        for _ in range(3):
            await later(app, user)
            assert codes(await front.refresh()) == []
            seen.add(front.cookie)
        viewer = await front.viewer()

    assert len(seen) == 4
    assert viewer is not None
    (session,) = viewer["sessions"]
    assert (session["current"], session["userAgent"]) == (True, "Firefox")
    assert session["createdAt"] < session["lastUsedAt"] < session["expiresAt"]


async def test_a_token_that_is_used_again_ends_the_session(app: Perseat) -> None:
    """S16: for the thief, and for whoever was robbed."""
    company = await make_company(app)
    user = await person(company)

    async with browser(app) as front, browser(app) as thief:
        await logged_in(front, company, user)
        await later(app, user)
        thief.cookie = front.cookie or ""
        await front.refresh()
        await later(app, user)
        stolen = await thief.refresh()

        assert codes(stolen) == ["SESSION_OVER"]
        assert thief.cookie is None
        assert await front.viewer() is None
        assert codes(await front.refresh()) == ["SESSION_OVER"]


async def test_two_tabs_at_once_go_on_with_the_same_token(app: Perseat) -> None:
    """And so does one whose answer was lost."""
    company = await make_company(app)
    user = await person(company)

    async with browser(app) as one, browser(app) as two, browser(app) as three:
        tabs = [await logged_in(one, company, user), two, three]
        two.cookie = three.cookie = old = one.cookie or ""
        await later(app, user)
        answers = await asyncio.gather(*(tab.refresh() for tab in tabs))
        cookies = {tab.cookie for tab in tabs}
        await later(app, user)
        after = await two.refresh()

    assert [codes(each) for each in answers] == [[], [], []]
    assert len(cookies) == 1
    assert old not in cookies
    assert codes(after) == []


async def test_a_tab_that_is_slow_does_not_bring_back_what_was_used(app: Perseat) -> None:
    """Its answer puts a cookie into the browser of all tabs: it is the one that goes on."""
    company = await make_company(app)
    user = await person(company)

    async with browser(app) as one, browser(app) as two:
        await logged_in(one, company, user)
        two.cookie = one.cookie or ""
        await later(app, user)
        assert [codes(await one.refresh()) for _ in range(3)] == [[], [], []]
        assert codes(await two.refresh()) == []
        assert two.cookie == one.cookie
        await later(app, user)

        assert codes(await two.refresh()) == []
        assert two.cookie != one.cookie


@pytest.mark.parametrize("token", ["", "x", "é" * 65, "!" * 65, "A" * 65, "A" * 64 + "\x00"])
async def test_a_token_of_nobody_goes_on_with_nothing(app: Perseat, token: str) -> None:
    async with browser(app) as front:
        front.http.headers["cookie"] = f"perseat_refresh={token}"

        assert codes(await front.refresh()) == ["SESSION_OVER"]


async def test_a_session_lasts_thirty_days(app: Perseat) -> None:
    """However often it is used."""
    company = await make_company(app)
    user = await person(company)
    ago = (
        "created_at = created_at - interval '30 days', expires_at = expires_at - interval '30 days'"
    )

    async with browser(app) as front:
        await logged_in(front, company, user)
        await as_superuser(app, f"UPDATE sessions SET {ago} WHERE user_id = '{user.id}'")  # noqa: S608

        assert await front.viewer() is None
        assert codes(await front.refresh()) == ["SESSION_OVER"]


async def test_who_logs_out_is_out(app: Perseat) -> None:
    """The access token too, and only of this browser; again is a success."""
    company = await make_company(app)
    user = await person(company)

    async with browser(app) as front, browser(app) as other:
        await logged_in(front, company, user)
        await logged_in(other, company, user)
        assert codes(await front.log_out()) == []

        assert front.cookie is None
        assert await front.viewer() is None
        assert await other.viewer() is not None
        assert codes(await front.log_out()) == []


async def test_who_logs_out_everywhere_is_out_everywhere(app: Perseat) -> None:
    company = await make_company(app)
    user, colleague = await person(company), await person(company)

    async with browser(app) as front, browser(app) as other, browser(app) as third:
        await logged_in(front, company, user)
        await logged_in(other, company, user)
        await logged_in(third, company, colleague)
        out = "mutation { logOutEverywhere { userErrors { code } } }"
        assert (await front.client.data(out))["logOutEverywhere"]["userErrors"] == []

        assert front.cookie is None
        assert [await each.viewer() for each in (front, other)] == [None, None]
        assert codes(await other.refresh()) == ["SESSION_OVER"]
        assert await third.viewer() is not None


async def test_one_ends_ones_own_sessions_only(app: Perseat) -> None:
    """Not a colleague's either, not even as an administrator."""
    company = await make_company(app)
    user, boss = await person(company), await person(company, Role.ADMINISTRATOR)

    async with browser(app) as front, browser(app) as other, browser(app) as third:
        await logged_in(front, company, user)
        await logged_in(other, company, user)
        await logged_in(third, company, boss)
        viewer = await front.viewer()
        assert viewer is not None
        newest, current = viewer["sessions"]
        refused = await third.client.mutate("endSession", "", id=current["id"])
        done = [await front.client.mutate("endSession", "", id=newest["id"]) for _ in range(2)]

        assert [newest["current"], current["current"]] == [False, True]
        assert codes(refused) == ["NOT_FOUND"]
        assert [codes(each) for each in done] == [[], []]
        assert await other.viewer() is None
        assert await front.viewer() is not None


@pytest.mark.parametrize(
    ("plan", "status"),
    [
        ("upro", UserStatus.SUSPENDED),
        ("upro", UserStatus.DELETED),
        ("provider", UserStatus.DEACTIVATED),
    ],
)
async def test_who_may_not_log_in_any_more_is_out_at_the_next_request(
    app: Perseat, plan: str, status: UserStatus
) -> None:
    """U1, S16; and who may again logs in again."""
    company = await make_company(app, plan)
    user = await person(company)

    async with browser(app) as front:
        await logged_in(front, company, user)
        await company.change(user, status)

        assert await front.viewer() is None
        assert codes(await front.refresh()) == ["SESSION_OVER"]
        if status is not UserStatus.DELETED:
            await company.change(user, UserStatus.ACTIVE)
            assert await front.viewer() is None


async def test_who_is_paused_goes_on(app: Perseat) -> None:
    """U1."""
    company = await make_company(app)
    user = await person(company)

    async with browser(app) as front:
        await logged_in(front, company, user)
        await company.change(user, UserStatus.PAUSED)
        viewer = await front.viewer()

        assert viewer is not None
        assert viewer["user"]["status"] == "PAUSED"


async def test_another_password_ends_what_the_old_one_opened(app: Perseat) -> None:
    company = await make_company(app)
    user = await person(company)

    async with browser(app) as front:
        await logged_in(front, company, user)
        async with company.begin() as uow:
            link = await new_link(uow, company.id, user.id)
        chosen = await passwords.choose(app.tenants, link.token, "seven dry cats on a roof")

        assert chosen is Activation.DONE
        assert await front.viewer() is None


LISTED = "query($id: ID!) { account(id: $id) { users(first: 1) { nodes { id } } } }"
OWED = "query($id: ID!) { account(id: $id) { invoices(first: 1) { nodes { id } } } }"


async def test_roles_are_those_of_now_and_all_of_them(app: Perseat) -> None:
    """U2, S16: a supervisor sees users, a billing admin invoices, who is both sees both."""
    company = await make_company(app)
    user = await person(company, Role.SUPERVISOR)
    account = encode("account", company.id)

    async def sees(client: Client) -> list[bool]:
        answers = [await client.ask(each, id=account) for each in (LISTED, OWED)]
        assert all("FORBIDDEN" in str(each) for each in answers if "errors" in each)
        return ["errors" not in each for each in answers]

    async with browser(app) as front:
        await logged_in(front, company, user)
        seen = [await sees(front.client)]
        for change, role in (
            (roles.grant_role, Role.BILLING_ADMIN),
            (roles.revoke_role, Role.SUPERVISOR),
        ):
            async with company.begin() as uow:
                await change(uow, company.id, user.id, role, actor=TESTER)
            seen.append(await sees(front.client))

    assert seen == [[True, False], [True, True], [True, True]]


async def test_an_agent_sees_who_they_are_and_nobody_else(app: Perseat) -> None:
    company = await make_company(app)
    user, colleague = await person(company), await person(company)
    other = encode("user", company.id, colleague.id)

    async with browser(app) as front:
        await logged_in(front, company, user)
        viewer = await front.viewer()
        node = await front.client.ask("query($id: ID!) { node(id: $id) { __typename } }", id=other)

    assert viewer is not None
    assert viewer["user"]["email"] == user.email
    assert node["data"] == {"node": None}


@pytest.mark.parametrize(("role", "status"), [(Role.SUPERVISOR, 403), (Role.BILLING_ADMIN, 200)])
async def test_beside_graphql_the_same_roles_count(app: Perseat, role: Role, status: int) -> None:
    company = await make_company(app)
    user = await person(company, role)

    async with browser(app) as front:
        await logged_in(front, company, user)
        headers = {"authorization": f"Bearer {front.token}"}
        with_token = await front.http.get("/exports/invoices.csv", headers=headers)
        with_cookie = await front.http.get("/exports/invoices.csv")

    assert (with_token.status_code, with_cookie.status_code) == (status, 401)


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.BILLING_ADMIN])
async def test_nobody_makes_themself_an_administrator(app: Perseat, role: Role) -> None:
    """S4."""
    company = await make_company(app)
    user = await person(company, role)

    async with browser(app) as front:
        await logged_in(front, company, user)
        given = {"id": encode("user", company.id, user.id), "role": "ADMINISTRATOR"}
        refused = await front.client.mutate("grantRole", "", **given)

    assert codes(refused) == ["FORBIDDEN"]


async def test_who_gives_the_role_away_has_it_no_longer(app: Perseat) -> None:
    """S4, U3: an administrator may, but for the last one who can log in."""
    company = await make_company(app)
    user, _ = [await person(company, Role.ADMINISTRATOR) for _ in range(2)]
    given = {"id": encode("user", company.id, user.id), "role": "ADMINISTRATOR"}

    async with browser(app) as front:
        await logged_in(front, company, user)
        gone = await front.client.mutate("revokeRole", "user { roles }", **given)
        again = await front.client.mutate("grantRole", "", **given)

    assert gone["user"]["roles"] == ["AGENT"]
    assert codes(again) == ["FORBIDDEN"]


async def test_the_history_names_who_did_it(app: Perseat) -> None:
    company = await make_company(app)
    boss, user = await person(company, Role.ADMINISTRATOR), await person(company)

    async with browser(app) as front:
        await logged_in(front, company, boss)
        await front.client.mutate("pauseUser", "", id=encode("user", company.id, user.id))

        asked = "query($id: ID!) { account(id: $id) { timeline(first: 1) { nodes { actor } } } }"
        told = await front.client.data(asked, id=encode("account", company.id))

    sql = "SELECT actor FROM user_states WHERE user_id = :id AND to_status = 'PAUSED'"
    assert (await query(app, sql, id=user.id))[0][0] == f"user {boss.id}"
    (event,) = told["account"]["timeline"]["nodes"]
    assert event["actor"] == f"Ada Lovelace ({boss.email})"


async def test_what_is_no_token_of_ours_is_answered_with_401(app: Perseat) -> None:
    """S15: the whole table, and a good signature for a session that there is not."""
    now = app.clock.now()
    bad = {
        **bad_tokens(),
        "of others": THEIRS.sign(TOKEN, now=now),
        "of nobody": app.token_keys.sign(TOKEN, now=now),
    }

    async with browser(app) as front:
        for name, text in bad.items():
            headers = {b"authorization": f"Bearer {text}".encode()}
            body = {"query": "{ viewer { name } }"}
            response = await front.http.post("/graphql", json=body, headers=headers)
            assert response.status_code == 401, name


async def test_a_session_is_of_its_account_only(app: Perseat) -> None:
    company, other = [await make_company(app) for _ in range(2)]
    user = await person(company, Role.ADMINISTRATOR)
    asked = "query($id: ID!) { account(id: $id) { id } }"

    async with browser(app) as front:
        await logged_in(front, company, user)
        answer = await front.client.data(asked, id=encode("account", other.id))

    assert answer == {"account": None}
