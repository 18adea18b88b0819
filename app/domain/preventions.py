"""Rule M6 held against what has happened: which top-ups would have prevented a debt (M7)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.domain.money import UNIT, Micros, show
from app.domain.periods import local_date, month_of
from app.domain.top_ups import AutoTopUp, Refusal, Situation, decide


@dataclass(frozen=True, slots=True)
class Move:
    """What an entry of the ledger did to the credits, in micros; negative is a debit. `automatic`:
    a top-up by the account's own rule, which another one would have made instead."""

    at: datetime
    moved: Micros
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Prevention:
    """What automatic top-up would have done by `rule`. `ended`: the balance then; `lowest`: the
    least it would have been; `stopped`: the cap that would have refused; `lacks_method`: so far
    there is nothing that it could charge."""

    rule: AutoTopUp
    charges: int
    charged: Micros
    lowest: Micros
    ended: Micros
    stopped: Refusal | None = None
    lacks_method: bool = False

    @property
    def prevents(self) -> bool:
        return self.ended >= 0

    @property
    def sentence(self) -> str:
        rule = f"Automatic top-up by {show(self.rule.amount)} from {show(self.rule.threshold)} on"
        if self.lacks_method:
            rule += ", if there were a payment method to charge,"
        times = "once" if self.charges == 1 else f"{self.charges} times"
        end = f"and the balance would have ended at {show(self.ended)}"
        if self.stopped:
            cap = self.stopped.lower().replace("_", " ")
            end += f"; its {cap} would have refused more"
        elif self.lowest >= 0:
            end += " without ever being negative"
        if not self.charges:
            return f"{rule} would have charged nothing, {end}."
        return f"{rule} would have charged {times}, {show(self.charged)} together, {end}."


def replay(rule: AutoTopUp, opening: Micros, moves: Sequence[Move], timezone: str) -> Prevention:
    """M6 held against what has happened, entry by entry, as if each charge settled at once; a
    balance that is low at first is topped up at once, too. No rule adds to what another did."""
    moves = [each for each in moves if not each.automatic]
    balance = lowest = ended = opening
    charges: list[tuple[date, Micros]] = []
    stopped: Refusal | None = None
    for move in [*(Move(first.at, 0) for first in moves[:1]), *moves]:
        balance += move.moved
        lowest = min(lowest, balance)
        day = local_date(move.at, timezone)
        decided = decide(rule, _situation(balance, charges, day))
        if isinstance(decided, Refusal):
            stopped = decided
        elif decided:
            charges.append((day, decided * rule.amount))
            balance += decided * rule.amount
        ended = balance
    return Prevention(
        rule, len(charges), sum(amount for _, amount in charges), lowest, ended, stopped
    )


def _situation(balance: Micros, charges: Sequence[tuple[date, Micros]], day: date) -> Situation:
    month = month_of(day)
    return Situation(
        balance,
        charged_today=sum(amount for on, amount in charges if on == day),
        charged_this_month=sum(amount for on, amount in charges if on in month),
    )


def preventions(
    own: AutoTopUp,
    opening: Micros,
    moves: Sequence[Move],
    timezone: str,
    *,
    has_method: bool = True,
) -> list[Prevention]:
    """The account's own rule, switched on; and, where that lets the balance fall below zero, one
    whose threshold is as much as the largest debit at once, if its caps allow it to prevent it.

    Of an account that has no payment method they say that they need one.
    """
    on = replace(own, enabled=True, stopped=None)
    found = [replay(on, opening, moves, timezone)]
    largest = max((-move.moved for move in moves), default=0)
    threshold = -(-largest // UNIT) * UNIT
    if found[0].lowest < 0 and threshold > on.threshold:
        safe = replay(replace(on, threshold=threshold), opening, moves, timezone)
        found += [safe] if safe.prevents else []
    return [replace(each, lacks_method=not has_method) for each in found]
