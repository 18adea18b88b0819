"""Rule M6 in words: what made somebody look, what was decided, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.money import Micros, show
from app.domain.payments import TAKEN, PaymentStatus
from app.domain.top_up_decisions import TopUpOutcome, TopUpTrigger
from app.domain.top_ups import BREAKER_CHARGES, BREAKER_WINDOW, LIFTED, Refusal, why_off

_TRIGGERS = {
    TopUpTrigger.USAGE: "usage brought the balance to {}",
    TopUpTrigger.SETTLED: "a charge was settled, and the balance was {}",
    TopUpTrigger.TICK: "the minute's look found the balance at {}",
    TopUpTrigger.RULE: "the rule was set at a balance of {}",
    TopUpTrigger.METHOD: "a payment method was added at a balance of {}",
    TopUpTrigger.CLOCK: "the account's clock was advanced at a balance of {}",
    TopUpTrigger.OPERATOR: "an operator asked for it at a balance of {}",
    TopUpTrigger.EARLIER: "the balance was {}",
}
_OPEN = {
    PaymentStatus.CREATED: "is not sent yet",
    PaymentStatus.SENT: "waits for the provider's answer",
    PaymentStatus.UNKNOWN: "is still unknown",
}
_WINDOW = int(BREAKER_WINDOW.total_seconds()) // 60
_REASONS = {
    TopUpOutcome.NOT_NEEDED: "the balance is above the threshold",
    TopUpOutcome.OFF: "automatic top-up is switched off",
    TopUpOutcome.DECLINED: "a charge was declined or taken back, which has stopped automatic "
    "top-up",
    TopUpOutcome.BREAKER: f"more than {BREAKER_CHARGES} automatic top-ups within {_WINDOW} minutes "
    "are not normal, which has stopped it",
    TopUpOutcome.POST_PAID: "usage of this account is invoiced afterwards",
    TopUpOutcome.CLOSED: "the account is closed",
    TopUpOutcome.NO_PAYMENT_METHOD: "there is no payment method to charge",
    TopUpOutcome.IN_FLIGHT: "a charge for credits is not settled yet",
}
_STANDING = frozenset(
    {
        TopUpOutcome.NOT_NEEDED,
        TopUpOutcome.OFF,
        TopUpOutcome.DECLINED,
        TopUpOutcome.BREAKER,
        TopUpOutcome.POST_PAID,
        TopUpOutcome.CLOSED,
    }
)
_CAPS = {
    TopUpOutcome.DAILY_CAP: ("daily_cap", "charged_today", "cap of a day"),
    TopUpOutcome.MONTHLY_CAP: ("monthly_cap", "charged_this_month", "cap of a month"),
}


@dataclass(frozen=True, slots=True)
class Story:
    """A decision; `paid` is the state that the charge which it made, or which stood in its way,
    has now, and `paid_amount` what that one asks for."""

    trigger: TopUpTrigger
    outcome: TopUpOutcome
    balance: Micros
    amount: Micros
    seen: Mapping[str, Any] | None = None
    paid: PaymentStatus | None = None
    paid_amount: Micros | None = None
    decline_code: str | None = None
    would: bool = False


def sentence(story: Story) -> str:
    """`Usage brought the balance to 9.40 (threshold 10.00): charged 100.00, which succeeded.`"""
    looked = _TRIGGERS[story.trigger].format(show(story.balance))
    threshold = f" (threshold {show(story.seen['threshold'])})" if story.seen else ""
    told = _charged(story) if story.outcome is TopUpOutcome.CHARGED else _nothing(story)
    return f"{looked[0].upper()}{looked[1:]}{threshold}: {told}."


def _charged(story: Story) -> str:
    """With what came of it, where that is known."""
    charged = f"{'would charge' if story.would else 'charged'} {show(story.amount)}"
    steps = story.amount // story.seen["amount"] if story.seen else 1
    if steps > 1 and story.seen:
        charged += f", {steps:,} steps of {show(story.seen['amount'])} at once"
    if story.paid in TAKEN:
        return f"{charged}, which succeeded"
    if story.paid is PaymentStatus.DECLINED:
        return f"{charged}, which was declined ({story.decline_code})"
    return charged if story.paid is None else f"{charged}, which {_OPEN[story.paid]}"


def _nothing(story: Story) -> str:
    return f"{'would do' if story.would else 'did'} nothing, because {_reason(story)}"


def _reason(story: Story) -> str:
    seen = story.seen or {}
    if story.outcome in _STANDING and seen:
        return ", and ".join(_REASONS[each] for each in _at_any_balance(story.outcome, seen))
    if story.outcome in _CAPS:
        return _cap(story, seen)
    if story.outcome is TopUpOutcome.IN_FLIGHT and seen and story.paid_amount is not None:
        open_charge = _OPEN[PaymentStatus(seen["open_charge"])]
        return f"the charge of {show(story.paid_amount)} {open_charge}"
    return _REASONS[story.outcome]


def _at_any_balance(outcome: TopUpOutcome, seen: Mapping[str, Any]) -> list[TopUpOutcome]:
    """All that stands in the way: what nobody can change first, then what somebody can switch on,
    and the balance last, unless it alone has kept an operator's attempt from being made."""
    found = [TopUpOutcome.CLOSED] if seen["closed"] else []
    found += [TopUpOutcome.POST_PAID] if seen["post_paid"] else []
    if not seen["enabled"]:
        off = why_off(Refusal(seen["stopped"]) if seen["stopped"] else None)
        if outcome is TopUpOutcome.NOT_NEEDED and seen["retry"] and not found and off in LIFTED:
            return [outcome, TopUpOutcome(off)]
        found.append(TopUpOutcome(off))
    return [*found, outcome] if outcome is TopUpOutcome.NOT_NEEDED else found or [outcome]


def _cap(story: Story, seen: Mapping[str, Any]) -> str:
    cap, used, name = _CAPS[story.outcome]
    if not seen:
        return f"it would have passed the {name}"
    return (
        f"{show(story.amount)} more would pass the {name} of {show(seen[cap])}, "
        f"of which {show(seen[used])} is used"
    )
