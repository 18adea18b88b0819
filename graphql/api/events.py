"""Events: what happened, for who has missed a webhook or wants none."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from api.context import Info
from api.ids import encode
from api.pagination import FIRST, Connection, connect, page_of
from app.domain.events import EventKind
from app.store import pages
from app.store.pages import Page


@strawberry.type(
    description="Something that happened to an account. It is kept for 35 days. Webhooks and lists "
    "say the same."
)
class Event:
    id: strawberry.ID = strawberry.field(
        description="Opaque global id; a webhook's `webhook-id` is the same."
    )
    account_id: strawberry.ID = strawberry.field(description="Whose it is.")
    kind: EventKind = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(
        description="When it was written, by the clock of the machine, also for sandbox accounts."
    )
    data: JSON = strawberry.field(
        description="Ids, states and amounts: the fields that its kind names. Nothing of it is "
        "about a person; ask for more by the ids."
    )

    @classmethod
    def of(cls, row: Any) -> "Event":
        return cls(
            id=encode("event", row.account_id, row.id),
            account_id=encode("account", row.account_id),
            kind=EventKind(row.kind),
            at=row.at,
            data=row.data,
        )


def _page(
    first: int, after: str | None, kinds: list[EventKind] | None, by: tuple[str, ...]
) -> Page:
    wanted = tuple(("kind", str(each)) for each in kinds or ())
    return page_of("events", first, after, by=by, any_of=wanted)


@strawberry.type
class EventFields:
    row: strawberry.Private[Any]

    @strawberry.field(
        description="What happened, newest first: all kinds, or those that are given."
    )
    async def events(
        self,
        info: Info,
        kinds: list[EventKind] | None = None,
        first: int = FIRST,
        after: str | None = None,
    ) -> Connection[Event]:
        page = _page(first, after, kinds, ("id",))
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, Event.of)


@strawberry.type
class EventQuery:
    @strawberry.field(
        description="What happened to all accounts that the key may see, newest first. What is of "
        "no account, such as a billing run's progress, is for operators."
    )
    async def events(
        self,
        info: Info,
        kinds: list[EventKind] | None = None,
        first: int = FIRST,
        after: str | None = None,
    ) -> Connection[Event]:
        page = _page(first, after, kinds, ("at", "id"))
        async with info.context.loaders.session() as session:
            rows = await pages.of_all_accounts(session, page)
        return connect(page, rows, Event.of)
