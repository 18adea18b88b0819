"""Why a usage event cost what it cost."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.usage_events import Costed, Settled, explain, settling
from app.domain.usage_spans import NOTHING

TEXT = Costed(
    kind=UsageKind.SMS_SEGMENT,
    direction=Direction.OUTBOUND,
    line_type=LineType.LOCAL,
    initiator=Initiator.AUTOMATION,
    quantity=10,
    rate=15_000,
    amount=150_000,
    included=False,
    day=date(2028, 2, 28),
)
FREE = replace(TEXT, initiator=Initiator.AGENT, quantity=2, rate=0, amount=0, included=True)


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            TEXT,
            (
                "10 outbound SMS segments by automation on a local line cost 0.015 each, 0.15 in "
                "all, because what is automated is never part of the plan."
            ),
        ),
        (FREE, "2 outbound SMS segments by an agent on a local line are part of the plan."),
        (
            replace(FREE, carrier="att", fee_rate=3_000, fee=6_000),
            (
                "2 outbound SMS segments by an agent on a local line are part of the plan; AT&T "
                "charges 0.003 each for carrying them, 0.006 in all, posted on 29 February 2028."
            ),
        ),
        (
            replace(FREE, quantity=1, carrier="nordtel", fee_rate=3_000, fee=3_000),
            (
                "1 outbound SMS segment by an agent on a local line is part of the plan; nordtel "
                "charges 0.003 for carrying it, posted on 29 February 2028."
            ),
        ),
        (
            replace(
                TEXT,
                kind=UsageKind.CALL_MINUTE,
                initiator=Initiator.CONSUMER,
                direction=Direction.INBOUND,
                line_type=LineType.TOLL_FREE,
                quantity=1,
                amount=15_000,
            ),
            (
                "1 inbound call minute by a consumer on a toll-free line costs 0.015, because "
                "toll-free lines are never part of the plan."
            ),
        ),
        (
            replace(TEXT, line_type=LineType.INTERNATIONAL, deferred=True),
            (
                "10 outbound SMS segments by automation on an international line cost 0.015 each, "
                "0.15 in all, debited at the end of 28 February 2028, because international lines "
                "are never part of the plan."
            ),
        ),
        (
            replace(TEXT, kind=UsageKind.LOOKUP, quantity=1, amount=15_000),
            (
                "1 outbound look-up by automation on a local line costs 0.015, because look-ups "
                "are never part of the plan."
            ),
        ),
        (
            replace(TEXT, initiator=Initiator.POWER_DIALER, rate=0, amount=0),
            (
                "10 outbound SMS segments by the power dialer on a local line cost nothing: the "
                "rate was 0."
            ),
        ),
        (
            replace(TEXT, initiator=Initiator.AGENT),
            "10 outbound SMS segments by an agent on a local line cost 0.015 each, 0.15 in all.",
        ),
        (
            replace(TEXT, quantity=-2, amount=-30_000, corrects="n9"),
            (
                "A correction takes back 2 outbound SMS segments by automation on a local line of "
                "n9: 0.03 less, at 0.015 each."
            ),
        ),
        (
            replace(TEXT, quantity=1, included=True, rate=0, amount=0, fee=3_000, corrects="n9"),
            (
                "A correction adds 1 outbound SMS segment by automation on a local line of n9, "
                "which cost nothing; the fee of its carrier is 0.003 more."
            ),
        ),
    ],
)
def test_the_sentence(event: Costed, sentence: str) -> None:
    """M2, M3: what, how much, why, and the carrier's fee on the day after."""
    assert explain(event) == sentence


CUT_OFFS = [
    Settled(datetime(2025, 12, 1, 5, tzinfo=UTC), NOTHING, "December"),
    Settled(datetime(2026, 1, 1, 5, tzinfo=UTC), NOTHING, "January"),
]


@pytest.mark.parametrize(
    ("posted", "asked"),
    [
        ("2025-11-01T03:59:59+00:00", None),
        ("2025-11-01T04:00:00+00:00", 0),
        ("2025-12-01T04:59:59+00:00", 0),
        ("2025-12-01T05:00:00+00:00", 1),
        ("2026-01-01T05:00:00+00:00", None),
    ],
)
def test_the_cut_off_that_asks_for_it(posted: str, asked: int | None) -> None:
    """M7: the first one after it was posted, in the account's own zone."""
    found = settling(datetime.fromisoformat(posted), UUID(int=7), CUT_OFFS, "America/New_York")

    assert found == (None if asked is None else CUT_OFFS[asked])


@pytest.mark.parametrize(("event", "asker"), [(4, "settlement"), (6, "December")])
def test_at_the_instant_of_a_settlement_the_order_of_posting_counts(event: int, asker: str) -> None:
    """M8: what came before it is settled by it, what came after it by the next cut-off."""
    noon = datetime(2025, 11, 14, 17, tzinfo=UTC)
    settled = [*CUT_OFFS, Settled(noon, UUID(int=5), "settlement")]

    found = settling(noon, UUID(int=event), settled, "America/New_York")

    assert found is not None
    assert found.by == asker
