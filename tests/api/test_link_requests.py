"""Who has forgotten a password asks for a link, and whoever asks learns nothing (U6, S31)."""

import asyncio
from email.message import EmailMessage
from time import monotonic
from typing import Any
from uuid import uuid4

import orjson
import pytest

from app.attempts import CountedAttempts
from app.bootstrap import Perseat
from app.domain.errors import NotFound
from app.domain.log_ins import PER_ASKER, PER_MAILBOX, STEP, TooManyAttempts
from app.domain.users import UserStatus
from app.models import User
from app.services import passwords
from app.services.audit_events import note
from app.services.opaque import account_in
from app.services.sessions import UNKNOWN
from tests.api.browser import browser, codes
from tests.api.pages import DOCUMENTS
from tests.letters import letters, text_of, token_in
from tests.logging_in import person
from tests.make import Company, drain, make_company, query

ASK = DOCUMENTS["request_password_link.graphql"]
NEW = "seven dry cats on a roof"


async def ask(app: Perseat, email: str) -> dict[str, Any]:
    async with browser(app) as front:
        answer: dict[str, Any] = (await front.send(ASK, email=email)).json()["data"]
    return answer


async def links(app: Perseat, email: str) -> list[EmailMessage]:
    await drain(app)
    found = letters(app, email)
    return [each for each in found if "asked for a new link" in text_of(each)]


async def company_and_user(app: Perseat) -> tuple[Company, User]:
    company = await make_company(app)
    user = await person(company)
    await drain(app)
    return company, user


async def test_who_asks_is_mailed_a_link_and_chooses_another_password(app: Perseat) -> None:
    """In any case of letters; the invitation's link is good no longer, sessions end."""
    _, user = await company_and_user(app)
    (invitation,) = letters(app, user.email)

    answer = await ask(app, f" {user.email.upper()} ")
    (link,) = await links(app, user.email)

    assert answer == {"requestPasswordLink": {"retryAfter": None, "userErrors": []}}
    with pytest.raises(NotFound):
        await passwords.choose(app.tenants, token_in(invitation), NEW)
    await passwords.choose(app.tenants, token_in(link), NEW)
    async with browser(app) as front:
        assert codes(await front.log_in(user.email, NEW)) == []


async def test_whoever_is_asked_about_the_answer_is_the_same(app: Perseat) -> None:
    """And it is told after a step of time, so that what was found does not show."""
    company, user = await company_and_user(app)
    suspended, deleted = [await person(company) for _ in range(2)]
    await company.change(suspended, UserStatus.SUSPENDED)
    await company.delete(deleted)
    nobody = f"{uuid4().hex}@example.com"
    emails = [user.email, suspended.email, deleted.email, nobody, "none\r\n", ""]

    started = monotonic()
    answers = [await ask(app, each) for each in emails]
    took = monotonic() - started

    assert all(each == answers[0] for each in answers)
    assert took >= len(emails) * STEP.total_seconds()
    assert [len(await links(app, each)) for each in emails] == [1, 0, 0, 0, 0, 0]


async def test_a_link_for_each_account(app: Perseat) -> None:
    """Also in one that is closed: its invoices may be read. And for who has not chosen yet."""
    one, user = await company_and_user(app)
    two = await make_company(app)
    await two.add(email=user.email)
    await one.cancel()  # a trial, which ends at once

    await ask(app, user.email)
    sent = await links(app, user.email)

    assert len(sent) == 2
    for each in sent:
        await passwords.choose(app.tenants, token_in(each), NEW)


async def test_an_account_that_is_held_shows_in_no_answer(app: Perseat) -> None:
    """And the other accounts of the address have their links."""
    one, user = await company_and_user(app)
    two = await make_company(app)
    await two.add(email=user.email)

    async with one.begin() as uow:
        await note(uow, one.id, user.id, "logIn", UNKNOWN)
        answer = await ask(app, user.email)

    assert answer == {"requestPasswordLink": {"retryAfter": None, "userErrors": []}}
    (link,) = await links(app, user.email)
    assert account_in(token_in(link)) == two.id


async def test_who_was_asked_for_is_in_the_audit(app: Perseat) -> None:
    """S25: by the id, and from where; nobody knows who has asked."""
    company, user = await company_and_user(app)

    await ask(app, user.email)

    sql = "SELECT actor, body FROM audit_events WHERE account_id = :id AND operation = :name"
    (row,) = await query(app, sql, id=company.id, name="requestPasswordLink")
    body = orjson.loads(row.body)
    assert row.actor == "nobody"
    assert body["actor"]["role"] == "STRANGER"
    assert body["given"] == {"userId": str(user.id)}
    assert body["address"].startswith("10.")
    assert body["requestId"]
    assert user.email not in row.body


async def test_a_mailbox_is_not_filled(app: Perseat) -> None:
    """S18: from as many networks as one likes; and nothing shows that nobody has an address."""
    _, user = await company_and_user(app)

    for email in (user.email, f"{uuid4().hex}@example.com"):
        answers = [await ask(app, email) for _ in range(PER_MAILBOX.free + 2)]
        *good, last = [each["requestPasswordLink"] for each in answers]
        assert {str(codes(each)) for each in good} == {"[]"}
        assert codes(last) == ["TOO_MANY_ATTEMPTS"]
        assert 0 < last["retryAfter"] <= PER_MAILBOX.most.total_seconds()

    assert len(await links(app, user.email)) <= PER_MAILBOX.free + 1


async def test_a_network_asks_so_often(redis_url: str) -> None:
    requests = CountedAttempts(redis_url)
    here, there = (f"192.0.2.{each}" for each in (77, 78))
    asked = [requests.ask(uuid4().hex, here) for _ in range(PER_ASKER.free + 5)]

    told = await asyncio.gather(*asked, return_exceptions=True)
    await requests.ask(uuid4().hex, there)
    await requests.close()

    assert told.count(None) == PER_ASKER.free + 1
    assert sum(isinstance(each, TooManyAttempts) for each in told) == 4


async def test_another_site_asks_for_no_link(app: Perseat) -> None:
    """S11: it cannot send our header."""
    _, user = await company_and_user(app)

    async with browser(app) as front:
        body = {"query": ASK, "variables": {"email": user.email}}
        answer = (await front.http.post("/graphql", json=body)).json()["data"]

    assert codes(answer["requestPasswordLink"]) == ["INVALID"]
    assert await links(app, user.email) == []
