"""Rule M6: when credits are topped up automatically, by how much, and why not."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.domain.errors import InvalidInput
from app.domain.money import CENT, UNIT, Micros
from app.domain.payments import PaymentStatus

BREAKER_CHARGES = 3
BREAKER_WINDOW = timedelta(minutes=10)
"""No more automatic top-ups than that in any such while: a fourth opens the breaker instead."""


class Refusal(StrEnum):
    """Why an account at or below its threshold is not charged: nothing stops silently."""

    OFF = "OFF"
    DECLINED = "DECLINED"
    BREAKER = "BREAKER"
    POST_PAID = "POST_PAID"
    CLOSED = "CLOSED"
    NO_PAYMENT_METHOD = "NO_PAYMENT_METHOD"
    IN_FLIGHT = "IN_FLIGHT"
    DAILY_CAP = "DAILY_CAP"
    MONTHLY_CAP = "MONTHLY_CAP"


LIFTED = frozenset({Refusal.DECLINED, Refusal.BREAKER})
"""What an operator may lift for one attempt, whose success switches the rule on again."""


@dataclass(frozen=True, slots=True)
class AutoTopUp:
    """M6. Micros; a cap bounds what automatic top-ups charge in a local day or month."""

    enabled: bool = False
    threshold: Micros = 10 * UNIT
    amount: Micros = 100 * UNIT
    daily_cap: Micros = 1_000 * UNIT
    monthly_cap: Micros = 5_000 * UNIT
    stopped: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What the decision looks at.

    `charged_today` and `charged_this_month` by automatic top-up, what is still open included;
    `recent` automatic top-ups within the breaker's window, declined or not; `retry`: an operator
    asks for one attempt although a decline or the breaker has stopped the rule.
    """

    balance: Micros
    charged_today: Micros = 0
    charged_this_month: Micros = 0
    recent: int = 0
    open_charge: PaymentStatus | None = None
    has_method: bool = True
    post_paid: bool = False
    closed: bool = False
    retry: bool = False


def steps_needed(rule: AutoTopUp, balance: Micros) -> int:
    """The fewest steps that end above the threshold; 0 while the balance is above it."""
    if balance > rule.threshold:
        return 0
    return (rule.threshold - balance) // rule.amount + 1


def why_off(stopped: Refusal | None) -> Refusal:
    """Of a rule that is off. Usage that is no longer paid afterwards does not switch it on, and
    is no reason either: then it is just off (M8)."""
    return stopped if stopped in LIFTED else Refusal.OFF


def decide(rule: AutoTopUp, now: Situation) -> int | Refusal:
    """How many steps to charge at once (0: not needed), or the reason why not.

    What somebody wanted off is off, whatever else there is; what has stopped by itself comes after
    what nobody can change. Fewer steps than are needed are never charged: a cap that they do not
    fit under refuses all.
    """
    steps = steps_needed(rule, now.balance)
    charge = steps * rule.amount
    lifted = now.retry and rule.stopped in LIFTED
    refusals = [
        (not rule.enabled and rule.stopped in {None, Refusal.OFF}, Refusal.OFF),
        (now.closed, Refusal.CLOSED),
        (now.post_paid, Refusal.POST_PAID),
        (not (rule.enabled or lifted), why_off(rule.stopped)),
        (now.open_charge is not None, Refusal.IN_FLIGHT),
        (not now.has_method, Refusal.NO_PAYMENT_METHOD),
        (now.charged_today + charge > rule.daily_cap, Refusal.DAILY_CAP),
        (now.charged_this_month + charge > rule.monthly_cap, Refusal.MONTHLY_CAP),
        (now.recent >= BREAKER_CHARGES and not now.retry, Refusal.BREAKER),
    ]
    if steps == 0:
        return 0
    return next((reason for refused, reason in refusals if refused), steps)


def check_auto_top_up(rule: AutoTopUp) -> None:
    """The figures of a rule that can work: a step is worth a charge and fits under the caps."""
    if rule.threshold < 0:
        raise InvalidInput("The threshold is zero or more.", field="threshold")
    if rule.amount < UNIT or rule.amount % CENT:
        raise InvalidInput("The amount is at least 1.00, in whole cents.", field="amount")
    if rule.daily_cap < rule.amount:
        raise InvalidInput("The daily cap is at least one amount.", field="dailyCap")
    if rule.monthly_cap < rule.daily_cap:
        raise InvalidInput("The monthly cap is at least the daily cap.", field="monthlyCap")
