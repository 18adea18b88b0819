"""Logging in: who is let in, and how little anybody else learns (U1, U6)."""

import asyncio
from dataclasses import replace

import httpx
import orjson
import pytest
from argon2 import PasswordHasher

from api.ids import encode
from app.attempts import CountedAttempts
from app.bootstrap import Perseat
from app.domain.errors import BillingError
from app.domain.log_ins import PER_ADDRESS
from app.domain.users import Role, UserStatus
from app.models import User
from app.services import hashing, log_ins, users
from app.services.log_ins import Knock
from tests.api.browser import LOG_IN, MARKED, REFRESH, browser, codes
from tests.logging_in import PASSWORD, choose, hashed, later, person
from tests.make import TESTER, Company, make_company, query

OTHER = "seven dry cats on a roof"


async def test_who_logs_in_has_a_token_and_a_cookie(app: Perseat) -> None:
    """The address in any case, the password in any normal form."""
    company = await make_company(app)
    user = await person(company, Role.SUPERVISOR)

    async with browser(app) as front:
        response = await front.send(LOG_IN, email=f" {user.email.upper()}", password=PASSWORD)
        answer = front._keep(response, "logIn")  # noqa: SLF001
        viewer = await front.viewer()

    assert codes(answer) == []
    assert viewer is not None
    assert viewer["role"] == "SUPERVISOR"
    assert viewer["user"] == {"email": user.email, "roles": ["SUPERVISOR"], "status": "ACTIVE"}
    assert viewer["accountId"] == encode("account", company.id)
    told = response.headers["set-cookie"]
    for attribute in ("HttpOnly", "SameSite=strict", "Path=/graphql", "Max-Age=25919"):
        assert attribute in told
    assert told.startswith("perseat_refresh=")
    assert "Secure" not in told


async def test_beyond_this_machine_the_cookie_is_secure(app: Perseat) -> None:
    """And its name says so, by which no other is taken for it."""
    user = await person(await make_company(app))
    public = app.settings.model_copy(update={"public_url": "https://billing.example.com"})

    async with browser(replace(app, settings=public)) as front:
        response = await front.send(LOG_IN, email=user.email, password=PASSWORD)
        told, old = response.headers.get_list("set-cookie")
        token = told.partition("=")[2].partition(";")[0]
        answers = []
        for name in ("perseat_refresh", "__Secure-perseat_refresh"):
            front.http.headers["cookie"] = f"{name}={token}"
            answers.append(await front.refresh())

    assert told.startswith("__Secure-perseat_refresh=")
    assert old.startswith('perseat_refresh="";')
    assert "Max-Age=0; Path=/graphql" in old
    assert "; Secure" in told
    assert "; Path=/graphql" in told
    assert "Domain" not in told
    assert [codes(each) for each in answers] == [["SESSION_OVER"], []]


async def test_who_came_and_went_and_who_shows_an_old_cookie_is_in_the_audit(
    app: Perseat,
) -> None:
    """S25, S16, U3: by the id, and from which address."""
    company = await make_company(app)
    user = await person(company)
    async with browser(app) as front, browser(app) as thief:
        await front.log_in(user.email)
        await front.log_in(user.email)
        thief.cookie = front.cookie or ""
        await later(app, user)
        await front.refresh()
        await later(app, user)
        assert codes(await thief.refresh()) == ["SESSION_OVER"]
        await front.log_out()

    rows = await query(
        app,
        "SELECT operation, actor, body FROM audit_events WHERE account_id = :id ORDER BY number",
        id=company.id,
    )
    assert [row.operation for row in rows] == ["logIn", "logIn", "logOut", "refreshTokenReused"]
    assert {row.actor for row in rows} == {f"user {user.id}"}
    addresses = [orjson.loads(row.body)["address"] for row in rows]
    assert addresses[0] == addresses[1] == addresses[2] != addresses[3]
    assert PASSWORD not in str(rows)
    assert user.email not in str(rows)


async def test_whatever_is_wrong_the_answer_is_the_same(app: Perseat) -> None:
    """S31: unknown, wrong, suspended, deleted, deactivated, without a password of one's own."""
    company, other = await make_company(app), await make_company(app, "provider")
    suspended, deleted, wrong = [await person(company) for _ in range(3)]
    deactivated = await person(other)
    await company.change(suspended, UserStatus.SUSPENDED)
    await company.delete(deleted)
    await other.change(deactivated, UserStatus.DEACTIVATED)
    (invited,) = await company.add()
    tried = [(each.email, PASSWORD) for each in (suspended, deleted, deactivated, invited)]
    tried += [(wrong.email, OTHER), ("nobody@example.com", PASSWORD), ("none\r\n", "")]

    answers = []
    for email, password in tried:
        async with browser(app) as front:
            response = await front.send(LOG_IN, email=email, password=password)
            answers.append((response.json()["data"], response.headers.get("set-cookie")))

    assert all(answer == answers[0] for answer in answers)
    assert codes(answers[0][0]["logIn"]) == ["LOG_IN_FAILED"]
    assert answers[0][1] is None


async def test_a_hash_of_nobody_verifies_nothing() -> None:
    assert not await hashing.verifies(None, PASSWORD)
    assert not await hashing.verifies("no hash", PASSWORD)


async def shared(app: Perseat, second: str = PASSWORD) -> tuple[Company, Company, User]:
    """Somebody with one address in two companies."""
    one, two = [await make_company(app) for _ in range(2)]
    user = await person(one)
    again = await person(two, email=user.email)
    if second != PASSWORD:
        await choose(two, again, hashed(second))
    return one, two, user


async def test_who_has_several_accounts_chooses_one(app: Perseat) -> None:
    one, two, user = await shared(app)
    ids = [encode("account", each.id) for each in (one, two)]

    async with browser(app) as front:
        asked = await front.log_in(user.email)
        cookie = front.cookie
        chosen = await front.log_in(user.email, account=ids[1])
        viewer = await front.viewer()
        nobodys = await front.log_in(user.email, account=encode("account", user.id))

    assert (codes(asked), asked["accessToken"], cookie) == (["SEVERAL_ACCOUNTS"], None, None)
    assert [each["id"] for each in asked["accounts"]] == ids
    assert codes(chosen) == []
    assert viewer is not None
    assert viewer["accountId"] == ids[1]
    assert codes(nobodys) == ["LOG_IN_FAILED"]


async def test_a_password_opens_the_account_it_is_of(app: Perseat) -> None:
    _, two, user = await shared(app, OTHER)

    async with browser(app) as front:
        answer = await front.log_in(user.email, OTHER)
        viewer = await front.viewer()

    assert (codes(answer), answer["accounts"]) == ([], [])
    assert viewer is not None
    assert viewer["accountId"] == encode("account", two.id)


async def test_a_new_address_logs_in_and_the_old_one_does_not(app: Perseat) -> None:
    company = await make_company(app)
    user = await person(company)
    new = users.Details(email=f"new-{user.email}")
    async with company.begin() as uow:
        await users.update_user(uow, company.id, user.id, new, actor=TESTER)

    async with browser(app) as front:
        assert codes(await front.log_in(user.email)) == ["LOG_IN_FAILED"]
        assert codes(await front.log_in(f"new-{user.email}")) == []


async def test_an_outdated_hash_is_made_anew(app: Perseat) -> None:
    """The password, and when it was chosen, stay."""
    company = await make_company(app)
    (user,) = await company.add()
    fast = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await choose(company, user, fast)
    sql = "SELECT hash, chosen_at FROM passwords WHERE user_id = :id"
    before = (await query(app, sql, id=user.id))[0]

    async with browser(app) as front:
        assert codes(await front.log_in(user.email)) == []

    after = (await query(app, sql, id=user.id))[0]
    assert after.hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PasswordHasher().verify(after.hash, PASSWORD)
    assert after.chosen_at == before.chosen_at


async def test_who_is_suspended_meanwhile_is_in_no_session(app: Perseat) -> None:
    """U1: whichever of the two comes first."""
    company = await make_company(app)
    user = await person(company)
    knock = Knock(user.email, PASSWORD, "192.0.2.1")

    entered, _ = await asyncio.gather(
        log_ins.log_in(app.tenants, app.attempts, knock),
        company.change(user, UserStatus.SUSPENDED),
        return_exceptions=True,
    )

    assert not isinstance(entered, Exception) or isinstance(entered, BillingError)
    sql = "SELECT count(*) FROM sessions WHERE user_id = :id AND ended_at IS NULL"
    assert (await query(app, sql, id=user.id))[0][0] == 0


async def test_who_logs_in_anew_leaves_the_session_before(app: Perseat) -> None:
    """Nobody goes on with a session that no browser has; another browser's stays."""
    company = await make_company(app)
    user = await person(company)

    async with browser(app) as front, browser(app) as other:
        for each in (front, other, front):
            assert codes(await each.log_in(user.email)) == []
        viewer = await front.viewer()

        assert viewer is not None
        assert [each["current"] for each in viewer["sessions"]] == [True, False]
        assert codes(await other.refresh()) == []


async def test_two_who_log_in_at_once_with_an_outdated_hash_are_both_in(app: Perseat) -> None:
    """The hash is made anew, and the password is the same."""
    company = await make_company(app)
    (user,) = await company.add()
    fast = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await choose(company, user, fast)

    async with browser(app) as one, browser(app) as two:
        answers = await asyncio.gather(*(each.log_in(user.email) for each in (one, two)))

    assert [codes(each) for each in answers] == [[], []]


async def test_who_would_wait_too_long_is_told_to_come_again(
    app: Perseat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S18: hashes take a bound of memory and of processors, whoever asks."""
    user = await person(await make_company(app))
    monkeypatch.setattr(hashing, "_gate", asyncio.Semaphore(1))

    async with browser(app) as one, browser(app) as two:
        answers = await asyncio.gather(*(each.log_in(user.email) for each in (one, two)))
        again = await two.log_in(user.email)

    assert sorted(map(codes, answers)) == [[], ["TOO_MANY_ATTEMPTS"]]
    assert {each["retryAfter"] for each in answers} == {None, hashing.SOON}
    assert codes(again) == []


async def test_who_has_tried_too_often_is_told_how_long_to_wait(
    app: Perseat, redis_url: str
) -> None:
    """S18: even with the right password; from elsewhere nobody is locked out."""
    user = await person(await make_company(app))
    at_once = replace(PER_ADDRESS, free=0, half=PER_ADDRESS.most)
    strict = replace(app, attempts=CountedAttempts(redis_url, at_once))

    async with browser(strict) as front, browser(strict) as elsewhere:
        first = await front.log_in(user.email, OTHER)
        second = await front.log_in(user.email)
        other = await elsewhere.log_in(user.email)
    await strict.attempts.close()

    assert codes(first) == ["LOG_IN_FAILED"]
    assert codes(second) == ["TOO_MANY_ATTEMPTS"]
    assert 0 < second["retryAfter"] <= 900
    assert front.cookie is None
    assert codes(other) == []


@pytest.mark.parametrize(
    "document", [LOG_IN, REFRESH, "mutation { logOut { userErrors { code } } }"]
)
async def test_another_site_logs_nobody_in(app: Perseat, document: str) -> None:
    """S11: it cannot send our header."""
    async with browser(app) as front:
        given = {"email": "ada@example.com", "password": PASSWORD}
        response = await front.http.post("/graphql", json={"query": document, "variables": given})

    ((answer,),) = [response.json()["data"].values()]
    assert codes(answer) == ["INVALID"]
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/graphql",
    ],
)
async def test_only_json_is_read(app: Perseat, kind: str) -> None:
    """S11: what a form of another site can send is nothing."""
    async with browser(app) as front:
        headers = {"content-type": kind, **MARKED}
        posted = await front.http.post("/graphql", content=b'{"query": "{ x }"}', headers=headers)
        got = await front.http.get("/graphql", params={"query": LOG_IN}, headers=MARKED)

    assert posted.status_code in {400, 401}
    assert got.status_code == 405


@pytest.mark.parametrize(
    "document",
    [
        "{ viewer { name } }",
        "{ __schema { types { name } } }",
        "{ __typename }",
        "mutation { refreshSession { expiresAt } logOut { userErrors { code } } }",
        "mutation { a: refreshSession { expiresAt } b: refreshSession { expiresAt } }",
        "mutation { logOutEverywhere { userErrors { code } } }",
        "mutation { refreshSession { expiresAt } } query Q { viewer { name } }",
        "mutation { ...F } fragment F on Mutation { logOut { userErrors { code } } }",
        "query { logOut: plans { id } }",
        "mutation { logOut { userErrors { code } } } {",
        "",
        "{ x }" * 99,
    ],
)
async def test_without_key_or_session_one_logs_in_and_nothing_else(
    app: Perseat, document: str
) -> None:
    """S9: nor is anything of the schema told."""
    async with browser(app) as front:
        response = await front.send(document)

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_everybody_may_know_the_public_keys(http: httpx.AsyncClient) -> None:
    (key,) = (await http.get("/.well-known/jwks.json")).json()["keys"]

    assert {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig"}.items() <= key.items()
    assert "d" not in key
