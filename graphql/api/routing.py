"""Routing: who would ring now, and why the others would not."""

from collections.abc import Sequence
from typing import Any

import strawberry

from api.users import User
from app.domain import routing as rules
from app.domain.routing import RoutingOutcome, RoutingReason, SkipReason


@strawberry.type(description="Somebody who would not be called.")
class Skipped:
    user: User = strawberry.field(description="Who.")
    reason: SkipReason = strawberry.field(description="Why: the user's state.")


@strawberry.type(description="What becomes of a call that comes in now; states decide, not bills.")
class Routing:
    outcome: RoutingOutcome = strawberry.field(description="What becomes of the call.")
    reason: RoutingReason | None = strawberry.field(
        description="Why nobody is called; null if somebody is."
    )
    rings: list[User] = strawberry.field(description="Who is called, in their order.")
    skipped: list[Skipped] = strawberry.field(
        description="Who would be called in another state, in their order."
    )

    @classmethod
    def of(cls, routing: rules.Routing, rows: Sequence[Any]) -> "Routing":
        """`rows`: the users that the routing is about."""
        users = {row.id: User.of(row) for row in rows}
        return cls(
            outcome=routing.outcome,
            reason=routing.reason,
            rings=[users[user_id] for user_id in routing.rings],
            skipped=[
                Skipped(user=users[each.user_id], reason=each.reason) for each in routing.skipped
            ],
        )


def callees(rows: Sequence[Any]) -> list[rules.Callee]:
    return [rules.Callee(row.id, row.status) for row in rows]
