"""Rule M4: the gate before the spending. It is asked for an estimate, and posts nothing."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.money import Micros


class Denial(StrEnum):
    """Why usage may not be spent, for programs. That an invoice is past due is no reason: users
    and usage keep going (I6)."""

    INSUFFICIENT_CREDITS = "INSUFFICIENT_CREDITS"
    CREDITS_ON_HOLD = "CREDITS_ON_HOLD"
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"


@dataclass(frozen=True, slots=True)
class Funds:
    """What an account has for usage at one instant: micros.

    `held` by open holds; `pending`: recorded, and debited when its day ends; `incoming`: payments
    that have not succeeded yet, with which nothing can be paid (M5).
    """

    balance: Micros
    held: Micros = 0
    pending: Micros = 0
    incoming: Micros = 0

    @property
    def available(self) -> Micros:
        return self.balance - self.pending - self.held


@dataclass(frozen=True, slots=True)
class Asker:
    """`unlimited`: may go negative, or is post-paid. `reserved`: left of the hold that it asks
    under, which was set aside for just this."""

    closed: bool = False
    unlimited: bool = False
    reserved: Micros = 0


def judge(cost: Micros, funds: Funds, asker: Asker) -> Denial | None:
    """None is yes. What the plan includes costs nothing, and never stops: not even in debt, and
    not for its carriers' fees, which post the next day."""
    if asker.closed:
        return Denial.ACCOUNT_CLOSED
    if cost <= asker.reserved or asker.unlimited:
        return None
    if projected(cost, funds, asker) >= 0:
        return None
    enough = cost <= funds.balance - funds.pending
    return Denial.CREDITS_ON_HOLD if enough else Denial.INSUFFICIENT_CREDITS


def projected(cost: Micros, funds: Funds, asker: Asker) -> Micros:
    """What would be left for anything else."""
    return funds.available - max(cost - asker.reserved, 0)
