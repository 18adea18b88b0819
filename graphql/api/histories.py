"""What happened to an account and who did what, in one list, in words."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from api.account_row import AccountRow
from api.context import Info
from api.ids import encode
from api.operations import MUTATIONS
from api.pagination import FIRST, Connection, connect, page_of
from app.domain.access import Permission
from app.domain.errors import InvalidInput
from app.domain.events import EventKind
from app.services.histories import sentence
from app.store.histories import EVENT

COMMAND = "perseat "
"""So begins what operators did at the command line."""
KINDS = frozenset({*map(str, EventKind), *MUTATIONS, "setPassword", "refreshTokenReused"})


def _check(kinds: Iterable[str]) -> None:
    odd = sorted(each for each in kinds if each not in KINDS and not each.startswith(COMMAND))
    if odd:
        message = f"There is no kind {odd[0][:40]!r}: name events or mutations."
        raise InvalidInput(message, field="kinds")


@strawberry.type(
    description="Something that happened to an account, which is kept for 35 days, or that "
    "somebody did, which is kept for ever."
)
class HistoryEntry:
    id: strawberry.ID = strawberry.field(description="Of the event, or of the audit's row.")
    at: datetime = strawberry.field(description="When, by the machine's clock.")
    kind: str = strawberry.field(
        description="A webhook's type such as `invoice.paid`, a mutation such as `createUser`, or "
        "a command such as `perseat release`."
    )
    sentence: str = strawberry.field(description="What it was, in words, with its figures.")
    actor: str | None = strawberry.field(description="Who did it; null for what happened.")
    reason: str | None = strawberry.field(description="Why, if they said so.")
    data: JSON | None = strawberry.field(
        description="Ids, states and amounts of what happened, as the event has them."
    )

    @classmethod
    def of(cls, row: Any) -> "HistoryEntry":
        return cls(
            id=encode(row.source, row.account_id, row.id),
            at=row.at,
            kind=row.kind,
            sentence=sentence(row),
            actor=row.actor,
            reason=row.reason,
            data=row.data,
        )


@strawberry.type
class HistoryFields(AccountRow):
    @strawberry.field(
        description="What happened and who did what, newest first. Who may not read the audit "
        "sees what happened."
    )
    async def history(
        self,
        info: Info,
        kinds: list[str] | None = None,
        first: int = FIRST,
        after: str | None = None,
    ) -> Connection[HistoryEntry]:
        _check(kinds or ())
        all_of_it = Permission.AUDIT_READ in info.context.principal.permissions
        page = page_of(
            "history",
            first,
            after,
            equals=() if all_of_it else (("source", EVENT),),
            any_of=tuple(("kind", each) for each in kinds or ()),
        )
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, HistoryEntry.of)
