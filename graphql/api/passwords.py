"""U6: administrators have links sent; what is chosen with them never passes through here."""

from uuid import UUID

import strawberry

from api.context import Info
from api.mutations import mutate
from api.users import User, UserPayload
from app.db.unit_of_work import UnitOfWork
from app.services import password_links as service


@strawberry.input(description="Whom to send a link.")
class SendPasswordLinkInput:
    user_id: strawberry.ID = strawberry.field(description="The user.")


@strawberry.type
class PasswordMutation:
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
