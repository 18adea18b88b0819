"""Which usage events: all that is given has to fit."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import strawberry

from api.ids import decode_if_given
from app.domain.errors import InvalidInput
from app.domain.periods import midnight
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.store.usage_events import EARLIEST, LATEST, Window

_MATTERS = ("source", "event_id", "kind", "direction", "line_type", "initiator", "included")


@strawberry.input(description="Which usage events; all that is given has to fit.")
class UsageEventFilter:
    kind: UsageKind | None = strawberry.field(default=None, description="What was used.")
    direction: Direction | None = strawberry.field(default=None, description="Which way.")
    line_type: LineType | None = strawberry.field(default=None, description="On what lines.")
    initiator: Initiator | None = strawberry.field(default=None, description="Who started it.")
    included: bool | None = strawberry.field(
        default=None, description="Only what is part of the plan, or only what costs credits."
    )
    user_id: strawberry.ID | None = strawberry.field(default=None, description="Whose.")
    line_id: strawberry.ID | None = strawberry.field(default=None, description="Of which line.")
    hold_id: strawberry.ID | None = strawberry.field(default=None, description="Of which hold.")
    source: str | None = strawberry.field(default=None, description="Which system reported it.")
    event_id: str | None = strawberry.field(default=None, description="The partner's id, whole.")
    posted_from: date | None = strawberry.field(
        default=None, description="The first day of posting, in the account's zone."
    )
    posted_to: date | None = strawberry.field(default=None, description="The last day of it.")
    happened_from: date | None = strawberry.field(
        default=None, description="The first day of happening, in the account's zone."
    )
    happened_to: date | None = strawberry.field(default=None, description="The last day of it.")

    def equals(self, account_id: UUID) -> tuple[tuple[str, Any], ...]:
        """Columns and values; what is another account's is not there."""
        ids = {
            f"{kind}_id": decode_if_given(
                account_id, kind, getattr(self, f"{kind}_id"), field=f"{kind}Id"
            )
            for kind in ("user", "line", "hold")
        }
        given = {name: _printable(name, getattr(self, name)) for name in _MATTERS} | ids
        return tuple((name, value) for name, value in given.items() if value is not None)

    def window(self, timezone: str) -> Window:
        posted = _instants(self.posted_from, self.posted_to, timezone, field="postedFrom")
        happened = _instants(self.happened_from, self.happened_to, timezone, field="happenedFrom")
        return Window(*posted, *happened)


def _printable(name: str, value: Any) -> Any:
    """Nothing else was ever reported."""
    if isinstance(value, str) and not value.isprintable():
        field = "eventId" if name == "event_id" else name
        raise InvalidInput("It has printable characters only.", field=field)
    return value


def _instants(
    first: date | None, last: date | None, timezone: str, *, field: str
) -> tuple[datetime, datetime]:
    if first and last and first > last:
        raise InvalidInput("It is the earlier day of the two, or the same.", field=field)
    return (
        midnight(first, timezone) if first else EARLIEST,
        midnight(last + timedelta(days=1), timezone) if last else LATEST,
    )
