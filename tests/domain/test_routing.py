"""Rule U7: who would ring now, who is skipped and why, and what becomes of the call."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.routing import (
    Callee,
    Routing,
    RoutingOutcome,
    RoutingReason,
    Skipped,
    SkipReason,
    route_line,
    route_ring_group,
)
from app.domain.users import ACCESS, UserStatus

ACTIVE, PAUSED, SUSPENDED, DEACTIVATED, DELETED = UserStatus
RINGS, VOICEMAIL, UNANSWERED = RoutingOutcome
ADA, BOB, CLEO = (UUID(int=number) for number in (1, 2, 3))
CALLEES = st.builds(Callee, st.uuids(), st.sampled_from(UserStatus))


@pytest.mark.parametrize(
    ("status", "voicemail", "outcome"),
    [
        (ACTIVE, True, RINGS),
        (ACTIVE, False, RINGS),
        (PAUSED, True, VOICEMAIL),
        (PAUSED, False, UNANSWERED),
        (SUSPENDED, True, UNANSWERED),
        (SUSPENDED, False, UNANSWERED),
        (DEACTIVATED, True, UNANSWERED),
        (DEACTIVATED, False, UNANSWERED),
        (DELETED, True, UNANSWERED),
        (DELETED, False, UNANSWERED),
    ],
)
def test_a_line_of_somebody_follows_the_state_of_its_owner(
    status: UserStatus, outcome: RoutingOutcome, *, voicemail: bool
) -> None:
    """U1, U7: of those who are not called, only the paused have their voicemail."""
    routing = route_line(owner=Callee(ADA, status), voicemail=voicemail, ring_group=None)

    if outcome is RINGS:
        assert routing == Routing(RINGS, rings=(ADA,))
    else:
        assert routing == Routing(
            outcome, RoutingReason.OWNER_SKIPPED, skipped=(Skipped(ADA, SkipReason(status)),)
        )


@pytest.mark.parametrize("status", [status for status in UserStatus if status is not ACTIVE])
@pytest.mark.parametrize("voicemail", [True, False])
def test_a_ring_group_skips_a_member_without_voicemail(
    status: UserStatus, *, voicemail: bool
) -> None:
    """U1, U7: the others ring; if there are none, the call is not answered."""
    skipped = (Skipped(BOB, SkipReason(status)),)
    among = [Callee(ADA, ACTIVE), Callee(BOB, status), Callee(CLEO, ACTIVE)]

    some = route_line(owner=None, voicemail=voicemail, ring_group=among)
    none = route_line(owner=None, voicemail=voicemail, ring_group=[Callee(BOB, status)])

    assert some == Routing(RINGS, rings=(ADA, CLEO), skipped=skipped)
    assert none == Routing(UNANSWERED, RoutingReason.ALL_MEMBERS_SKIPPED, skipped=skipped)


def test_where_nobody_is_assigned_nobody_answers() -> None:
    """U7: an empty ring group and a line of nobody say so."""
    nobody = route_line(owner=None, voicemail=False, ring_group=None)

    assert nobody == Routing(UNANSWERED, RoutingReason.NOBODY_ASSIGNED)
    assert route_ring_group([]) == Routing(UNANSWERED, RoutingReason.NO_MEMBERS)


def test_every_state_that_is_not_called_is_a_reason() -> None:
    """U1."""
    silent = {status for status in UserStatus if not ACCESS[status].receives_calls}

    assert {reason.value for reason in SkipReason} == {status.value for status in silent}


@given(st.lists(CALLEES, unique_by=lambda each: each.user_id))
def test_a_ring_group_never_rings_whom_the_state_forbids(members: list[Callee]) -> None:
    """U1, U7: all members are accounted for, each once and in their order."""
    routing = route_ring_group(members)

    states = {each.user_id: each.status for each in members}
    skipped = tuple(each.user_id for each in routing.skipped)
    places = {each.user_id: place for place, each in enumerate(members)}
    assert all(ACCESS[states[user_id]].rings_in_groups for user_id in routing.rings)
    assert not any(ACCESS[states[user_id]].rings_in_groups for user_id in skipped)
    assert sorted(routing.rings + skipped) == sorted(places)
    assert [places[each] for each in routing.rings] == sorted(places[e] for e in routing.rings)
    assert [places[each] for each in skipped] == sorted(places[each] for each in skipped)
    assert (routing.outcome is RINGS) == bool(routing.rings) == (routing.reason is None)
    assert routing.outcome is not VOICEMAIL


@given(owner=CALLEES, voicemail=st.booleans())
def test_a_line_never_rings_whom_the_state_forbids(owner: Callee, *, voicemail: bool) -> None:
    """U1, U7."""
    routing = route_line(owner=owner, voicemail=voicemail, ring_group=None)

    assert bool(routing.rings) == ACCESS[owner.status].receives_calls
    assert len(routing.rings) + len(routing.skipped) == 1
    assert routing.outcome is not VOICEMAIL or (voicemail and owner.status is PAUSED)
