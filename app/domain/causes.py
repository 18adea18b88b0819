"""Rule I5: what caused a charge, as the histories have it: each with its instant and a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from app.domain.money import Micros, show
from app.domain.plans import Component, Term
from app.domain.usage import UsageKind
from app.domain.users import UserStatus
from app.domain.wording import date_of, units

LIMIT = 100
"""Causes of one kind that are listed for a charge; their number is in its sentence."""


@dataclass(frozen=True, slots=True)
class UserCame:
    """L3, L4: a user became billable. `before` is None where the user was added then."""

    user_id: UUID
    name: str
    before: UserStatus | None
    after: UserStatus
    at: datetime
    day: date
    actor: str
    reason: str | None = None

    @property
    def did(self) -> str:
        if self.after is UserStatus.ACTIVE:
            return "became active"
        return f"was added as {self.after.lower()}"

    @property
    def sentence(self) -> str:
        return f"{self.name} {self.did} on {date_of(self.day)}."


@dataclass(frozen=True, slots=True)
class AddOnCame:
    """A1: units were added (or, below zero, removed)."""

    change_id: UUID
    component: Component
    quantity: int
    at: datetime
    day: date
    actor: str

    @property
    def sentence(self) -> str:
        number = abs(self.quantity)
        did = "was" if number == 1 else "were"
        what = "added" if self.quantity > 0 else "removed"
        return f"{units(number, self.component)} {did} {what} on {date_of(self.day)}."


@dataclass(frozen=True, slots=True)
class Upgraded:
    """L7: the plan was changed, at once."""

    from_plan_id: str
    to_plan_id: str
    names: tuple[str, str]
    at: datetime
    day: date
    actor: str
    reason: str | None

    @property
    def sentence(self) -> str:
        return f"{self.names[1]} took the place of {self.names[0]} on {date_of(self.day)}."


@dataclass(frozen=True, slots=True)
class Counted:
    """L2, L4, L6: the billable users of one instant."""

    statuses: Mapping[str, int]
    occupied: int
    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Contract:
    """L1: the minimum that was in force, and counted because there were fewer users."""

    minimum: int
    effective_on: date
    contract: str | None
    at: datetime

    @property
    def sentence(self) -> str:
        named = f" ({self.contract})" if self.contract else ""
        return (
            f"At least {units(self.minimum, Component.LICENSE).lower()} are contracted{named} "
            f"since {date_of(self.effective_on)}."
        )


@dataclass(frozen=True, slots=True)
class Priced:
    """P2: the price of one unit for one term, and since when."""

    plan_id: str
    plan_name: str
    component: Component
    term: Term
    amount: Micros
    since: date
    at: datetime

    @property
    def per(self) -> str:
        return f"{show(self.amount)} a {TERM_WORDS[self.term]}"

    @property
    def sentence(self) -> str:
        return (
            f"{units(1, self.component, self.plan_name)} costs {self.per} since "
            f"{date_of(self.since)}."
        )


TERM_WORDS = {Term.MONTHLY: "month", Term.QUARTERLY: "quarter", Term.ANNUAL: "year"}


@dataclass(frozen=True, slots=True)
class Used:
    """M7, M8: metered usage of one kind that was posted in the month, exact to the micro."""

    kind: UsageKind
    events: int
    quantity: int
    amount: Micros
    first: datetime
    last: datetime

    @property
    def at(self) -> datetime:
        return self.last

    @property
    def what(self) -> str:
        return f"{self.quantity:,} {USAGE_WORDS[self.kind]}{'' if self.quantity == 1 else 's'}"

    @property
    def sentence(self) -> str:
        return f"{self.what} for {show(self.amount)}, in {_reported(self.events)}."


@dataclass(frozen=True, slots=True)
class Fees:
    """M2: the carriers' fees that became effective in the month, exact to the micro."""

    events: int
    amount: Micros
    first: datetime
    last: datetime

    @property
    def at(self) -> datetime:
        return self.last

    @property
    def what(self) -> str:
        return f"carriers' fees of {_reported(self.events)}"

    @property
    def sentence(self) -> str:
        return f"{self.what.capitalize()} for {show(self.amount)}, debited on the next day."


def _reported(events: int) -> str:
    return "one event" if events == 1 else f"{events:,} events"


USAGE_WORDS = {
    UsageKind.CALL_MINUTE: "call minute",
    UsageKind.SMS_SEGMENT: "SMS segment",
    UsageKind.MMS_SEGMENT: "MMS segment",
    UsageKind.LOOKUP: "look-up",
}


@dataclass(frozen=True, slots=True)
class Balance:
    """M6, M7: what the credits were when it was decided."""

    balance: Micros
    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Payment:
    """M5, M6: the payment that succeeded."""

    payment_id: UUID
    amount: Micros
    at: datetime
    day: date

    @property
    def sentence(self) -> str:
        return f"The payment of {show(self.amount)} succeeded on {date_of(self.day)}."


@dataclass(frozen=True, slots=True)
class PaidAfterwards:
    """M8: how usage is paid, and since when."""

    at: datetime
    day: date
    contract: str | None
    reason: str
    actor: str

    @property
    def sentence(self) -> str:
        named = f" ({self.contract})" if self.contract else ""
        return f"Usage is paid afterwards since {date_of(self.day)}{named}: {self.reason}."


Cause: TypeAlias = (
    UserCame
    | AddOnCame
    | Upgraded
    | Counted
    | Contract
    | Priced
    | Used
    | Fees
    | Balance
    | Payment
    | PaidAfterwards
)
