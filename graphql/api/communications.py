"""Calls and messages: history that stays when its user is deleted."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.contacts import Contact
from api.context import Info
from api.errors import UserError
from api.ids import decode_if_given, decode_within, encode
from api.lines import Line
from api.mutations import mutate, user_errors
from api.users import User
from app.db.unit_of_work import UnitOfWork
from app.domain.communications import CommunicationKind
from app.domain.usage import Direction
from app.services import communications as service


@strawberry.type(description="A call or a message. What it costs is reported as usage, not here.")
class Communication:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    kind: CommunicationKind = strawberry.field(description="A call or a message.")
    direction: Direction = strawberry.field(description="Which way it went.")
    happened_at: datetime = strawberry.field(description="When it happened.")

    @classmethod
    def of(cls, row: Any) -> "Communication":
        return cls(
            row=row,
            id=encode("communication", row.account_id, row.id),
            kind=row.kind,
            direction=row.direction,
            happened_at=row.happened_at,
        )

    @strawberry.field(description="The line that it went over.")
    async def line(self, info: Info) -> Line:
        key = (self.row.account_id, self.row.line_id)
        return Line.of((await info.context.loaders.line.load(key))[0])

    @strawberry.field(description="Who made or took it; null for nobody, and after a deletion.")
    async def user(self, info: Info) -> User | None:
        if self.row.user_id is None:
            return None
        rows = await info.context.loaders.user.load((self.row.account_id, self.row.user_id))
        return User.of(rows[0]) if rows else None

    @strawberry.field(description="With whom; null if that is no contact.")
    async def contact(self, info: Info) -> Contact | None:
        if self.row.contact_id is None:
            return None
        rows = await info.context.loaders.contact.load((self.row.account_id, self.row.contact_id))
        return Contact.of(rows[0]) if rows else None


@strawberry.input(description="A call or a message that has happened.")
class RecordCommunicationInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    kind: CommunicationKind = strawberry.field(description="A call or a message.")
    direction: Direction = strawberry.field(description="Which way it went.")
    line_id: strawberry.ID = strawberry.field(description="The line that it went over.")
    user_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Who made or took it; a user who is deleted by now is not kept with it.",
    )
    contact_id: strawberry.ID | None = strawberry.field(default=None, description="With whom.")
    happened_at: datetime | None = strawberry.field(
        default=None, description="When; now if it is not given, never later."
    )


@strawberry.type(description="What came of recording a call or a message.")
class RecordCommunicationPayload:
    communication: Communication | None = strawberry.field(
        default=None, description="The call or message."
    )
    user_errors: list[UserError] = user_errors()


def _new(given: RecordCommunicationInput, account_id: UUID) -> service.NewCommunication:
    return service.NewCommunication(
        kind=given.kind,
        direction=given.direction,
        line_id=decode_within(account_id, "line", given.line_id, field="lineId"),
        user_id=decode_if_given(account_id, "user", given.user_id, field="userId"),
        contact_id=decode_if_given(account_id, "contact", given.contact_id, field="contactId"),
        happened_at=given.happened_at,
    )


@strawberry.type
class CommunicationMutation:
    @strawberry.mutation(description="Keep a call or a message in the history; never billed here.")
    async def record_communication(
        self, info: Info, input: RecordCommunicationInput
    ) -> RecordCommunicationPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> RecordCommunicationPayload:
            row = await service.record_communication(uow, account_id, _new(input, account_id))
            return RecordCommunicationPayload(communication=Communication.of(row))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, RecordCommunicationPayload, target, work)
