"""The timeline of an account: who did what to whom, when and why."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from api.account_row import AccountRow
from api.actors import WHO, name_of
from api.context import Info
from api.documentation import documented
from api.ids import decode
from api.pagination import FIRST, Connection, connect, page_of
from api.users import User
from app.domain.users import Role, UserStatus


class TimelineEventKind(Enum):
    USER_CREATED = "USER_CREATED"
    USER_STATUS_CHANGED = "USER_STATUS_CHANGED"
    ROLE_GRANTED = "ROLE_GRANTED"
    ROLE_REVOKED = "ROLE_REVOKED"

    @classmethod
    def of(cls, row: Any) -> "TimelineEventKind":
        if row.to_status is None:
            return cls.ROLE_GRANTED if row.granted else cls.ROLE_REVOKED
        return cls.USER_CREATED if row.from_status is None else cls.USER_STATUS_CHANGED


documented(
    TimelineEventKind,
    "What happened to a user.",
    USER_CREATED="The user was added; `toStatus` is the first state.",
    USER_STATUS_CHANGED="The state changed from `fromStatus` to `toStatus`.",
    ROLE_GRANTED="The user got `role`.",
    ROLE_REVOKED="The user lost `role`.",
)


@strawberry.type(description="Something that happened to a user; it is never changed later.")
class TimelineEvent:
    key: strawberry.Private[tuple[Any, Any]]
    by: strawberry.Private[str]
    kind: TimelineEventKind = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="When, by the account's clock.")
    reason: str | None = strawberry.field(description="Why, if somebody said so.")
    from_status: UserStatus | None = strawberry.field(description="The state before.")
    to_status: UserStatus | None = strawberry.field(description="The state after.")
    role: Role | None = strawberry.field(description="The role that was given or taken.")

    @classmethod
    def of(cls, row: Any) -> "TimelineEvent":
        return cls(
            key=(row.account_id, row.user_id),
            kind=TimelineEventKind.of(row),
            at=row.at,
            by=row.actor,
            reason=row.reason,
            from_status=row.from_status,
            to_status=row.to_status,
            role=row.role and Role(row.role),
        )

    @strawberry.field(description=WHO)
    async def actor(self, info: Info) -> str:
        return await name_of(info, self.key[0], self.by)

    @strawberry.field(description="The user, as it is now.")
    async def user(self, info: Info) -> User:
        (row,) = await info.context.loaders.user.load(self.key)
        return User.of(row)


@strawberry.type
class TimelineFields(AccountRow):
    @strawberry.field(description="What happened to users, newest first; of one user if given.")
    async def timeline(
        self,
        info: Info,
        first: int = FIRST,
        after: str | None = None,
        user_id: strawberry.ID | None = None,
    ) -> Connection[TimelineEvent]:
        of_user: tuple[tuple[str, Any], ...] = ()
        if user_id is not None:
            of_user = (("user_id", decode("user", user_id, field="userId")[1]),)
        page = page_of("timeline", first, after, by=("at", "id"), descending=True, equals=of_user)
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, TimelineEvent.of)
