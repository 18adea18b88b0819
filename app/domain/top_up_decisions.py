"""Rule M6, its flight recorder: what made somebody look, what was seen, what was decided."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from app.domain.money import Micros
from app.domain.top_ups import AutoTopUp, Refusal, Situation, decide, steps_needed


class TopUpTrigger(StrEnum):
    """What made somebody look at the balance."""

    USAGE = "USAGE"
    SETTLED = "SETTLED"
    TICK = "TICK"
    RULE = "RULE"
    METHOD = "METHOD"
    CLOCK = "CLOCK"
    OPERATOR = "OPERATOR"
    EARLIER = "EARLIER"


class TopUpOutcome(StrEnum):
    """CHARGED: there is a payment. NOT_NEEDED: the balance is above. Else a Refusal."""

    CHARGED = "CHARGED"
    NOT_NEEDED = "NOT_NEEDED"
    OFF = "OFF"
    DECLINED = "DECLINED"
    BREAKER = "BREAKER"
    POST_PAID = "POST_PAID"
    CLOSED = "CLOSED"
    NO_PAYMENT_METHOD = "NO_PAYMENT_METHOD"
    IN_FLIGHT = "IN_FLIGHT"
    DAILY_CAP = "DAILY_CAP"
    MONTHLY_CAP = "MONTHLY_CAP"

    @property
    def refusal(self) -> Refusal | None:
        """Why not; None if it was charged, or nothing was needed."""
        return None if self in {TopUpOutcome.CHARGED, TopUpOutcome.NOT_NEEDED} else Refusal(self)


WAITING = frozenset(
    {TopUpOutcome.NO_PAYMENT_METHOD, TopUpOutcome.DAILY_CAP, TopUpOutcome.MONTHLY_CAP}
)
"""The rule stays on and credits do not come: that is told to the admins like a stop, once."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen under the account's lock on a local day.

    `payment_id`: the charge that stands in the way, or whose settlement made somebody look.
    """

    rule: AutoTopUp
    now: Situation
    episode: int
    day: date
    method_id: UUID | None = None
    payment_id: UUID | None = None

    @property
    def balance(self) -> Micros:
        return self.now.balance

    @property
    def decided(self) -> tuple[TopUpOutcome, int]:
        """And how many steps are, or would have been, charged."""
        decided = decide(self.rule, self.now)
        if isinstance(decided, Refusal):
            return TopUpOutcome(decided), steps_needed(self.rule, self.balance)
        return TopUpOutcome.CHARGED if decided else TopUpOutcome.NOT_NEEDED, decided

    @property
    def refusal(self) -> Refusal | None:
        """Why there would be no charge, if one is needed."""
        decided = decide(self.rule, self.now)
        return decided if isinstance(decided, Refusal) else None

    @property
    def kept(self) -> dict[str, Any]:
        """As JSON, without the balance: what two decisions have to agree in to be one."""
        seen = {**asdict(self.rule), **asdict(self.now), "episode": self.episode}
        del seen["balance"]
        ids = {"method_id": self.method_id, "payment_id": self.payment_id}
        texts = {name: None if each is None else str(each) for name, each in ids.items()}
        return {**seen, **texts, "day": self.day.isoformat()}


PASSING = frozenset({"recent"})
"""What changes by itself as time goes by: if it changes what is decided, that is seen there."""


def folds(
    trigger: TopUpTrigger, seen: Mapping[str, Any], outcome: TopUpOutcome, last: "Recorded"
) -> bool:
    """Whether a decision is the last one once more.

    It is if all that was seen but the balance is the same, in the same episode and local day, and
    so is what was decided. A charge never folds, nor does what an operator has asked for.
    """
    alone = outcome is TopUpOutcome.CHARGED or TopUpTrigger.OPERATOR in {trigger, last.trigger}
    if alone or last.outcome is not outcome or last.seen is None:
        return False
    return all(last.seen.get(name) == seen[name] for name in seen if name not in PASSING)


class Recorded(Protocol):
    """A decision as it is kept; `seen` is None where it was not recorded yet."""

    trigger: TopUpTrigger
    outcome: TopUpOutcome
    seen: dict[str, Any] | None
