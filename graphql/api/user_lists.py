"""The users of an account: filtered, searched, ordered, and counted above the table (S3)."""

from enum import Enum

import strawberry

from api.account_row import AccountRow
from api.context import Info
from api.documentation import documented
from api.pagination import FIRST, Connection, connect, page_of
from api.users import User
from app.domain.errors import InvalidInput
from app.domain.users import Role, UserStatus, search_key
from app.store.pages import Page

LONGEST_SEARCH = 100
PRESENT = tuple(status for status in UserStatus if status is not UserStatus.DELETED)


class UserOrder(Enum):
    CREATED = ("id",)
    NAME = ("name_key", "id")
    EMAIL = ("email", "id")
    STATUS = ("status", "id")


documented(
    UserOrder,
    "What a list of users is sorted by.",
    CREATED="When they were added.",
    NAME="Last name, then first name, without case and accents.",
    EMAIL="E-mail address.",
    STATUS="The name of the state; in one state, when they were added.",
)


@strawberry.type(description="A page of users.")
class UserConnection(Connection[User]):
    page: strawberry.Private[Page]
    row: strawberry.Private[AccountRow]

    @strawberry.field(description="How many users the whole list has, as it is filtered.")
    async def total_count(self, info: Info) -> int:
        return await info.context.loaders.count.load((self.page, self.row.row.id))


@strawberry.type
class UserFields(AccountRow):
    @strawberry.field(description="How many users are active.")
    async def active_user_count(self, info: Info) -> int:
        counts = await info.context.loaders.users_by_status.load(self.row.id)
        return counts.get(UserStatus.ACTIVE, 0)

    @strawberry.field(
        description="Users, oldest first. Without `status` deleted ones are left out. `search` "
        "finds users by all of its words, each a part of a name or of the address."
    )
    async def users(
        self,
        info: Info,
        first: int = FIRST,
        after: str | None = None,
        status: list[UserStatus] | None = None,
        role: Role | None = None,
        search: str | None = None,
        order_by: UserOrder = UserOrder.CREATED,
        descending: bool = False,  # noqa: FBT001, FBT002 - an argument of GraphQL has a name
    ) -> UserConnection:
        if status == []:
            raise InvalidInput("Give a state, or leave it out for all but DELETED.", field="status")
        page = page_of(
            "users",
            first,
            after,
            by=order_by.value,
            descending=descending,
            any_of=tuple(("status", each) for each in status or PRESENT),
            role=role,
            words=_words(search),
        )
        rows = await info.context.loaders.page.load((page, self.row.id))
        found = connect(page, rows, User.of)
        return UserConnection(
            edges=found.edges, nodes=found.nodes, page_info=found.page_info, page=page, row=self
        )


def _words(search: str | None) -> tuple[tuple[str, str], ...]:
    """Each without accents, for names, and as it was typed, for addresses."""
    text = (search or "").strip()
    if len(text) > LONGEST_SEARCH or "\0" in text:
        raise InvalidInput(
            f"Search for at most {LONGEST_SEARCH} printable characters.", field="search"
        )
    words = [(search_key(word), word.casefold()) for word in text.split()]
    return tuple((plain or typed, typed) for plain, typed in words)
