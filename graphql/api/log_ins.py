"""Logging in, going on, logging out: what people do before they may do anything."""

from datetime import datetime

import strawberry

from api import cookies
from api.context import Info, Origin
from api.errors import UserError
from api.ids import decode, encode
from api.mutations import user_errors
from app.domain.errors import BillingError, InvalidInput
from app.domain.log_ins import Company, SeveralAccounts, TooManyAttempts
from app.domain.sessions import SessionOver
from app.services import log_ins as service
from app.services import sessions
from app.services.sessions import Ticket
from app.tokens import GOOD_FOR, AccessToken


@strawberry.type(description="An account that the password opens, to choose from.")
class LogInAccount:
    id: strawberry.ID = strawberry.field(description="For `accountId`.")
    name: str = strawberry.field(description="The company's name.")

    @classmethod
    def of(cls, company: Company) -> "LogInAccount":
        return cls(id=encode("account", company.id), name=company.name)


@strawberry.input(description="Log in. Neither it nor its answer changes any bill.")
class LogInInput:
    email: str = strawberry.field(description="The e-mail address.")
    password: str = strawberry.field(description="The password that was chosen by a link.")
    account_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Only for who has the same password in several accounts: the one to open.",
    )


@strawberry.type(description="What came of logging in or going on.")
class LogInPayload:
    access_token: str | None = strawberry.field(
        default=None,
        description="Send it as `Authorization: Bearer ...`. A cookie that no script sees keeps "
        "what the next one is got with.",
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="When the access token ends: `refreshSession` before that."
    )
    accounts: list[LogInAccount] = strawberry.field(
        description="With SEVERAL_ACCOUNTS: which; else empty.", default_factory=list
    )
    retry_after: int | None = strawberry.field(
        default=None, description="With TOO_MANY_ATTEMPTS: in how many seconds to try again."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What came of logging out.")
class LogOutPayload:
    user_errors: list[UserError] = user_errors()


def _admit(info: Info, ticket: Ticket) -> LogInPayload:
    """The cookie goes with the answer, the access token is in it."""
    running, now = info.context.perseat, info.context.perseat.clock.now()
    cookies.put(running, info.context.response, ticket)
    token = AccessToken(ticket.account_id, ticket.session_id, ticket.user_id)
    return LogInPayload(
        access_token=running.token_keys.sign(token, now=now), expires_at=now + GOOD_FOR
    )


def check_marked(origin: Origin) -> None:
    """Another site can have a browser send a request, but not with a header of ours."""
    if not origin.is_marked:
        raise InvalidInput("Send the header `Perseat-Request: 1`; other sites cannot.")


def _knock(info: Info, given: LogInInput) -> service.Knock:
    origin, chosen = info.context.origin, given.account_id
    return service.Knock(
        given.email,
        given.password,
        origin.address or "",
        origin.user_agent,
        None if chosen is None else decode("account", chosen, field="accountId")[0],
        origin.request_id,
    )


@strawberry.type
class LogInMutation:
    @strawberry.mutation(
        description="Log in by e-mail address and password. The session that the "
        "browser was in before ends."
    )
    async def log_in(self, info: Info, input: LogInInput) -> LogInPayload:
        running = info.context.perseat
        try:
            check_marked(info.context.origin)
            async with info.context.loaders.silent():
                knock = _knock(info, input)
                ticket = await service.log_in(running.tenants, running.attempts, knock)
                origin = info.context.origin
                await sessions.leave(running.tenants, origin.refresh_token, origin.whence)
        except SeveralAccounts as several:
            accounts = [LogInAccount.of(each) for each in several.companies]
            return LogInPayload(accounts=accounts, user_errors=[UserError.of(several)])
        except TooManyAttempts as wait:
            told = [UserError.of(wait)]
            return LogInPayload(retry_after=wait.retry_after, user_errors=told)
        except BillingError as error:
            return LogInPayload(user_errors=[UserError.of(error)])
        return _admit(info, ticket)

    @strawberry.mutation(
        description="The next access token, by the session's cookie, which is replaced if it is "
        "older than ten seconds. Two at once, or the same again within ten seconds, get the same "
        "cookie; later the session ends, because somebody has a copy."
    )
    async def refresh_session(self, info: Info) -> LogInPayload:
        running, origin = info.context.perseat, info.context.origin
        try:
            check_marked(origin)
            async with info.context.loaders.silent():
                ticket = await sessions.refresh(
                    running.tenants,
                    origin.refresh_token,
                    key=running.signing_key,
                    whence=origin.whence,
                )
            if ticket is None:
                cookies.clear(running, info.context.response)
                raise SessionOver
        except BillingError as error:
            return LogInPayload(user_errors=[UserError.of(error)])
        return _admit(info, ticket)

    @strawberry.mutation(
        description="End the session of the cookie; also where there is none any more."
    )
    async def log_out(self, info: Info) -> LogOutPayload:
        running, origin = info.context.perseat, info.context.origin
        try:
            check_marked(origin)
        except BillingError as error:
            return LogOutPayload(user_errors=[UserError.of(error)])
        async with info.context.loaders.silent():
            await sessions.leave(running.tenants, origin.refresh_token, origin.whence)
        cookies.clear(running, info.context.response)
        return LogOutPayload()
