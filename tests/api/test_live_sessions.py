"""Who is logged out listens no more, at once and wherever they are connected (S16)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from api.ids import encode
from api.presence import OVER
from app.bootstrap import Perseat
from app.db.unit_of_work import Transactions
from app.domain.users import Role
from app.doorbell import ArqBell
from app.models import User
from app.services import passwords, sessions
from app.services.password_links import new_link
from app.services.passwords import Change
from app.services.sessions import Ticket
from tests.api.live import Server, listening, process, streaming
from tests.api.pages import DOCUMENTS
from tests.logging_in import PASSWORD, enter, later, person, token_of
from tests.make import Company, make_company

AT_ONCE = 1.0
"""Seconds: less than without the doorbell, and far less than until everybody is looked up."""
NAME = "CreditBalanceChanged"
ANOTHER = "five dry cats on a wall"


@pytest.fixture(scope="module")
async def elsewhere(
    app: Perseat, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """Another process than the one in which sessions end."""
    async with process(app, tmp_path_factory.mktemp("elsewhere")) as (running, _):
        yield running


@pytest.fixture
async def company(app: Perseat) -> Company:
    return await make_company(app)


@pytest.fixture
async def ringing(company: Company, redis_url: str) -> AsyncIterator[Transactions]:
    bell = ArqBell(redis_url)
    yield replace(company.app.tenants, bell=bell)
    await bell.close()


async def log_out(tenants: Transactions, _: Company, __: User, ticket: Ticket) -> None:
    await sessions.leave(tenants, ticket.token)


async def end_it(tenants: Transactions, company: Company, user: User, ticket: Ticket) -> None:
    async with tenants.begin(company.id) as uow:
        await sessions.end(uow, company.id, ticket.session_id, of=user.id)


async def log_out_everywhere(
    tenants: Transactions, company: Company, user: User, _: Ticket
) -> None:
    async with tenants.begin(company.id) as uow:
        await sessions.end_all(uow, company.id, user.id)


async def change_password(tenants: Transactions, company: Company, user: User, _: Ticket) -> None:
    """Out of another session."""
    own = (company.id, user.id, (await enter(company, user)).session_id)
    change = Change(*own, "10.9.8.7", PASSWORD, ANOTHER)
    proven = await passwords.prove(tenants, company.app.attempts, change)
    async with tenants.begin(company.id) as uow:
        await passwords.change(uow, change, proven)


async def set_password(tenants: Transactions, company: Company, user: User, _: Ticket) -> None:
    async with company.begin() as uow:
        link = await new_link(uow, company.id, user.id)
    await passwords.choose(tenants, link.token, ANOTHER)


async def steal(tenants: Transactions, company: Company, user: User, ticket: Ticket) -> None:
    key = company.app.signing_key
    await later(company.app, user)
    assert await sessions.refresh(tenants, ticket.token, key=key)
    await later(company.app, user)
    assert await sessions.refresh(tenants, ticket.token, key=key) is None


Deed = Callable[[Transactions, Company, User, Ticket], Awaitable[None]]
DEEDS: tuple[Deed, ...] = (
    log_out,
    end_it,
    log_out_everywhere,
    change_password,
    set_password,
    steal,
)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda each: each.__name__)
async def test_who_is_logged_out_is_closed_at_once(
    elsewhere: Server, company: Company, ringing: Transactions, deed: Deed
) -> None:
    """Sockets and streams of that session; a colleague's go on."""
    user, colleague = [await person(company, Role.BILLING_ADMIN) for _ in range(2)]
    ticket = await enter(company, user)
    token, other = token_of(company, ticket), token_of(company, await enter(company, colleague))
    document = DOCUMENTS["live.graphql"]
    given: dict[str, Any] = {"account": encode("account", company.id)}
    asked = {"query": document, "variables": given, "operationName": NAME}
    async with (
        listening(elsewhere, token) as socket,
        listening(elsewhere, other) as stays,
        streaming(elsewhere, token, document, named=NAME, **given) as stream,
    ):
        for each in (socket, stays):
            await each.send(id="page", type="subscribe", payload=asked)
            await each.next()
        await stream.next()
        await deed(ringing, company, user, ticket)
        async with asyncio.timeout(AT_ONCE):
            assert await socket.closed() == (4403, OVER.reason)
            assert OVER.reason in (await stream.event())["data"]
        await company.buy("25.00")
        assert (await stays.next())["credits"]["balance"]["amount"] == "25.00"
