"""Rule U7: who would ring now for a line or a ring group, and what becomes of the call if nobody.

It follows from the states of people alone (U1): whoever rings may still not pick up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.users import ACCESS, UserStatus


class RoutingOutcome(StrEnum):
    RINGS = "RINGS"
    VOICEMAIL = "VOICEMAIL"
    UNANSWERED = "UNANSWERED"


class RoutingReason(StrEnum):
    """Why nobody rings."""

    NOBODY_ASSIGNED = "NOBODY_ASSIGNED"
    NO_MEMBERS = "NO_MEMBERS"
    OWNER_SKIPPED = "OWNER_SKIPPED"
    ALL_MEMBERS_SKIPPED = "ALL_MEMBERS_SKIPPED"


class SkipReason(StrEnum):
    """The states in which nobody is called (U1)."""

    PAUSED = "PAUSED"
    SUSPENDED = "SUSPENDED"
    DEACTIVATED = "DEACTIVATED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody whom a line or a ring group names."""

    user_id: UUID
    status: UserStatus


@dataclass(frozen=True, slots=True)
class Skipped:
    user_id: UUID
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Routing:
    """`rings` and `skipped` keep the order of the members; `reason` is None if somebody rings."""

    outcome: RoutingOutcome
    reason: RoutingReason | None = None
    rings: tuple[UUID, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def route_line(
    *, owner: Callee | None, voicemail: bool, ring_group: Sequence[Callee] | None
) -> Routing:
    """A line of a ring group rings its members, whatever else is set; else its owner, if any."""
    if ring_group is not None:
        return route_ring_group(ring_group)
    if owner is None:
        return Routing(RoutingOutcome.UNANSWERED, RoutingReason.NOBODY_ASSIGNED)
    if ACCESS[owner.status].receives_calls:
        return Routing(RoutingOutcome.RINGS, rings=(owner.user_id,))
    recorded = voicemail and ACCESS[owner.status].to_voicemail
    outcome = RoutingOutcome.VOICEMAIL if recorded else RoutingOutcome.UNANSWERED
    return Routing(outcome, RoutingReason.OWNER_SKIPPED, skipped=(_skip(owner),))


def route_ring_group(members: Sequence[Callee]) -> Routing:
    """Those who may ring do, the others are skipped without voicemail."""
    rings = tuple(each.user_id for each in members if ACCESS[each.status].rings_in_groups)
    skipped = tuple(_skip(each) for each in members if not ACCESS[each.status].rings_in_groups)
    if rings:
        return Routing(RoutingOutcome.RINGS, rings=rings, skipped=skipped)
    reason = RoutingReason.ALL_MEMBERS_SKIPPED if members else RoutingReason.NO_MEMBERS
    return Routing(RoutingOutcome.UNANSWERED, reason, skipped=skipped)


def _skip(callee: Callee) -> Skipped:
    return Skipped(callee.user_id, SkipReason(callee.status.value))
