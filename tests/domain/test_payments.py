"""Rule I6: the states of a payment, and the ladder of a failed one."""

from datetime import timedelta

import pytest

from app.domain.payments import (
    HARD_DECLINES,
    LADDER,
    OPEN,
    TRANSITIONS,
    PaymentStatus,
    next_attempt,
    next_look,
)
from tests.make import at

NOW = at("2025-12-01")


def test_what_is_final_never_changes_but_that_money_is_given_back_and_may_return() -> None:
    settled = set(PaymentStatus) - OPEN
    ends = {status for status, following in TRANSITIONS.items() if not following}
    assert settled - ends == {PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED}
    assert TRANSITIONS[PaymentStatus.SUCCEEDED] == {PaymentStatus.REFUNDED}
    assert TRANSITIONS[PaymentStatus.REFUNDED] == {PaymentStatus.SUCCEEDED}
    assert all(OPEN.isdisjoint(TRANSITIONS[status]) for status in settled)


def test_nothing_becomes_unsent_again_and_nothing_unsent_becomes_final() -> None:
    """The intent is there before the provider hears of it, and a sent one was sent for ever."""
    assert TRANSITIONS[PaymentStatus.CREATED] == {PaymentStatus.SENT}
    assert all(PaymentStatus.CREATED not in following for following in TRANSITIONS.values())
    assert PaymentStatus.SENT not in TRANSITIONS[PaymentStatus.UNKNOWN]


@pytest.mark.parametrize(("declined", "days"), [(1, 1), (2, 3), (3, 5), (4, 7)])
def test_the_ladder_has_four_rungs(declined: int, days: int) -> None:
    """I6: each is counted from the refusal before it."""
    assert next_attempt(declined, NOW, "insufficient_funds") == NOW + timedelta(days=days)


@pytest.mark.parametrize("declined", [5, 6, 100])
def test_the_ladder_ends(declined: int) -> None:
    assert next_attempt(declined, NOW, "insufficient_funds") is None


@pytest.mark.parametrize("code", sorted(HARD_DECLINES))
@pytest.mark.parametrize("declined", [1, len(LADDER)])
def test_a_hard_decline_ends_it_at_once(code: str, declined: int) -> None:
    """Asking for a stolen card again makes it worse."""
    assert next_attempt(declined, NOW, code) is None


def test_looks_become_rare_and_never_end() -> None:
    """P4 of the invariants: what is unknown is looked up again and again."""
    looks = [next_look(attempts) for attempts in range(1, 40)]
    assert looks[0] == timedelta(seconds=10)
    assert looks == sorted(looks)
    assert looks[-1] == timedelta(days=1)


def test_a_visible_ladder_takes_sixteen_days() -> None:
    assert sum(LADDER, timedelta()) == timedelta(days=16)
