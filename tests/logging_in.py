"""People with a password, and in a session."""

from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.bootstrap import Perseat
from app.domain.users import Role
from app.models import User
from app.services import sessions
from app.services.sessions import Ticket
from app.tokens import AccessToken
from tests.make import Company, as_superuser, query

PASSWORD = "four wet dogs in a row"  # noqa: S105 - as a user would choose


@cache
def hashed(password: str = PASSWORD) -> str:
    """Hashing takes long: the same for all."""
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash(password)


async def choose(company: Company, user: User, known: str | None = None) -> None:
    """A password, as if by a link; `known`: its hash."""
    await query(
        company.app,
        """UPDATE passwords SET hash = :hash, chosen_at = now()
        WHERE account_id = :account AND user_id = :user""",
        hash=known or hashed(),
        account=company.id,
        user=user.id,
    )


async def person(company: Company, *roles: Role, **more: Any) -> User:
    """Who may log in."""
    (user,) = await company.add(roles=frozenset(roles or {Role.AGENT}), **more)
    await choose(company, user)
    return user


async def enter(company: Company, user: User, agent: str = "Browser") -> Ticket:
    """A session of somebody who has a password, without typing it."""
    async with company.begin() as uow:
        return await sessions.begin(uow, company.id, user.id, agent)


def token_of(company: Company, ticket: Ticket) -> str:
    """The access token of a session."""
    token = AccessToken(ticket.account_id, ticket.session_id, ticket.user_id)
    return company.app.token_keys.sign(token, now=company.app.clock.now())


async def later(app: Perseat, user: User) -> None:
    """Time passes: what was made or used a moment ago was that long ago."""
    sql = f"""UPDATE refresh_tokens SET created_at = created_at - interval '11 seconds',
            used_at = used_at - interval '11 seconds'
        WHERE session_id IN (SELECT id FROM sessions WHERE user_id = '{user.id}')"""  # noqa: S608
    await as_superuser(app, sql)
