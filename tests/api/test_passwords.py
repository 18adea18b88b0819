"""Another password for who is logged in: what it ends, and that it cannot be guessed (U6, S18)."""

import asyncio
from dataclasses import replace

import pytest

from api.ids import encode
from app.attempts import CountedAttempts
from app.bootstrap import Perseat
from app.domain.errors import NotFound
from app.domain.log_ins import PER_ADDRESS
from app.domain.users import Role
from app.models.api_keys import KeyRole
from app.services import passwords
from app.services.password_links import new_link
from tests.api.browser import Browser, browser, codes
from tests.api.conftest import Client, make_key
from tests.logging_in import PASSWORD, enter, person, token_of
from tests.make import make_company, query

OTHER = "seven dry cats on a roof"


async def change(front: Browser, current: str = PASSWORD, new: str = OTHER) -> list[str | None]:
    """The code and the field of each error."""
    given = {"currentPassword": current, "password": new}
    answer = await front.client.mutate("changePassword", "", **given)
    return [each[name] for each in answer["userErrors"] for name in ("code", "field")]


async def test_another_password_ends_ones_other_sessions(app: Perseat) -> None:
    """And a link that was mailed; the session that asks goes on, and so do colleagues."""
    company = await make_company(app)
    user, colleague = await person(company), await person(company)
    async with company.begin() as uow:
        link = await new_link(uow, company.id, user.id)

    async with browser(app) as front, browser(app) as other, browser(app) as third:
        for each, who in ((front, user), (other, user), (third, colleague)):
            ticket = await enter(company, who)
            each.cookie, each.token = ticket.token, token_of(company, ticket)
        assert await change(front) == []

        assert [await each.viewer() is None for each in (front, other, third)] == [
            False,
            True,
            False,
        ]
        assert codes(await other.refresh()) == ["SESSION_OVER"]
        assert codes(await front.refresh()) == []
        assert codes(await other.log_in(user.email, PASSWORD)) == ["LOG_IN_FAILED"]
        assert codes(await other.log_in(user.email, OTHER)) == []
    with pytest.raises(NotFound):
        await passwords.choose(app.tenants, link.token, PASSWORD)


async def test_the_audit_knows_who_changed_it_but_neither_name_nor_password(
    app: Perseat, ops: Client
) -> None:
    """S25, U3: what cannot be deleted holds nothing of a person but the id."""
    company = await make_company(app)
    user = await person(company, Role.ADMINISTRATOR)
    async with browser(app) as front:
        front.token = token_of(company, await enter(company, user))
        assert await change(front) == []

    answer = await ops.data(
        "query($id: ID!) { auditEvents(accountId: $id) { nodes { operation actor body } } }",
        id=encode("account", company.id),
    )

    (row,) = answer["auditEvents"]["nodes"]
    assert (row["operation"], row["actor"]) == ("changePassword", f"user {user.id}")
    for word in ("$argon2", OTHER, PASSWORD, user.email, user.first_name):
        assert word not in row["body"]


async def test_who_does_not_know_the_password_changes_none(app: Perseat, redis_url: str) -> None:
    """S18: an access token that was stolen is not enough, and guessing is counted."""
    company = await make_company(app)
    user = await person(company)
    sql = "SELECT hash, chosen_at FROM passwords WHERE user_id = :id"
    before = await query(app, sql, id=user.id)
    at_once = replace(PER_ADDRESS, free=0, half=PER_ADDRESS.most)
    strict = replace(app, attempts=CountedAttempts(redis_url, at_once))

    async with browser(strict) as front:
        front.token = token_of(company, await enter(company, user))
        said = [await change(front, OTHER), await change(front)]
    await strict.attempts.close()

    assert said == [["INVALID", "currentPassword"], ["TOO_MANY_ATTEMPTS", None]]
    assert await query(app, sql, id=user.id) == before


async def test_the_new_one_is_as_good_as_one_by_a_link(app: Perseat) -> None:
    """U6: long enough, and not one's own name."""
    company = await make_company(app)
    user = await person(company)

    async with browser(app) as front:
        front.token = token_of(company, await enter(company, user))
        said = [await change(front, new=new) for new in ("short", "ada lovelace ada lovelace ada")]

    assert said == [["INVALID", "password"]] * 2


async def test_of_two_at_once_one_is_chosen(app: Perseat) -> None:
    company = await make_company(app)
    user = await person(company)

    async with browser(app) as one, browser(app) as two:
        for each in (one, two):
            each.token = token_of(company, await enter(company, user))
        said = await asyncio.gather(change(one), change(two, new=OTHER[::-1]))
        alive = [await each.viewer() is not None for each in (one, two)]

    assert sorted(said) == [[], ["CONFLICT", "currentPassword"]]
    assert alive == [not each for each in said]


async def test_a_key_has_no_password(app: Perseat) -> None:
    company = await make_company(app)
    key = await make_key(app, KeyRole.ADMINISTRATOR, company.id)

    async with browser(app) as front:
        given = {"currentPassword": PASSWORD, "password": OTHER}
        answer = await Client(front.http, key).mutate("changePassword", "", **given)

    assert codes(answer) == ["INVALID"]
