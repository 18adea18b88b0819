"""U6: administrators have links sent, and what is chosen with them never passes through here; who
is logged in and knows the current password chooses another one."""

from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.log_ins import check_marked
from api.mutations import changing, mutate, user_errors
from api.sessions import SessionPayload
from api.users import User, UserPayload
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import BillingError, InvalidInput
from app.domain.log_ins import TooManyAttempts
from app.services import link_requests, passwords
from app.services import password_links as service


@strawberry.input(description="Whom to send a link.")
class SendPasswordLinkInput:
    user_id: strawberry.ID = strawberry.field(description="The user.")


@strawberry.input(description="Choose another password. The bill does not change.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="The one that one has logged in with.")
    password: str = strawberry.field(
        description="The new one: 15 to 128 characters besides names and common words."
    )


@strawberry.input(description="Ask for a link to choose a password, without having one.")
class RequestPasswordLinkInput:
    email: str = strawberry.field(description="The e-mail address that one logs in with.")


@strawberry.type(description="What came of asking for a link: whether one was sent is not told.")
class RequestPasswordLinkPayload:
    retry_after: int | None = strawberry.field(
        default=None, description="With TOO_MANY_ATTEMPTS: in how many seconds to try again."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type
class PasswordMutation:
    @strawberry.mutation(
        description="Mail a new link to an e-mail address, for each account in which somebody may "
        "have one; good once within 24 hours, the older one ends. The answer is the same whether "
        "there is any. Needs no key; limited for each address and each network."
    )
    async def request_password_link(
        self, info: Info, input: RequestPasswordLinkInput
    ) -> RequestPasswordLinkPayload:
        running, origin = info.context.perseat, info.context.origin
        wish = link_requests.Wish(input.email, origin.address or "", origin.request_id)
        try:
            check_marked(origin)
            async with info.context.loaders.silent():
                await link_requests.request_link(running.tenants, running.attempts, wish)
        except TooManyAttempts as wait:
            told = [UserError.of(wait)]
            return RequestPasswordLinkPayload(retry_after=wait.retry_after, user_errors=told)
        except BillingError as error:
            return RequestPasswordLinkPayload(user_errors=[UserError.of(error)])
        return RequestPasswordLinkPayload()

    @strawberry.mutation(
        description="Mail a user a new link, good once within 24 hours; the older one ends. "
        "Refused for deleted users, and for those who may not log in until they are activated "
        "again. The bill does not change."
    )
    async def send_password_link(self, info: Info, input: SendPasswordLinkInput) -> UserPayload:
        async def work(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> UserPayload:
            actor = info.context.principal.actor
            row = await service.send_link(uow, account_id, user_id, actor=actor)
            return UserPayload(user=User.of(row))

        target = ("user", input.user_id, "userId")
        return await mutate(info, UserPayload, target, work)

    @strawberry.mutation(
        description="Choose another password of one's own. One's other sessions end, and so does a "
        "link that was mailed. Wrong ones count as log-ins do. A key has no password."
    )
    async def change_password(self, info: Info, input: ChangePasswordInput) -> SessionPayload:
        who, running = info.context.principal, info.context.perseat
        try:
            if who.session_id is None or who.account_id is None:
                raise InvalidInput("A key has no password: log in.")
            change = passwords.Change(
                who.account_id,
                who.id,
                who.session_id,
                info.context.origin.address or "",
                input.current_password,
                input.password,
            )
            async with info.context.loaders.silent():
                proven = await passwords.prove(running.tenants, running.attempts, change)
            async with changing(info, who.account_id) as uow:
                await passwords.change(uow, change, proven)
        except BillingError as error:
            return SessionPayload(user_errors=[UserError.of(error)])
        return SessionPayload()
