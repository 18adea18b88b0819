"""U1 to U6, naively: who is there, in which state since when, and what the rules refuse."""

from dataclasses import dataclass, field
from datetime import datetime

OPEN = ("ACTIVE", "PAUSED", "SUSPENDED")
BILLABLE = {"LICENSE": OPEN, "ACTIVE_USERS": ("ACTIVE",)}
STATES = {
    "LICENSE": (*OPEN, "DELETED"),
    "ACTIVE_USERS": ("ACTIVE", "DEACTIVATED", "DELETED"),
}
NOT_ACTIVE = {"LICENSE": "SUSPENDED", "ACTIVE_USERS": "DEACTIVATED"}
CAN_LOG_IN = ("ACTIVE", "PAUSED")
ADMINISTRATOR = "ADMINISTRATOR"


@dataclass
class Person:
    """Every state that this person was in, oldest first, and the roles of now."""

    roles: set[str]
    states: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def state(self) -> str:
        return self.states[-1][1]

    @property
    def runs_the_account(self) -> bool:
        return ADMINISTRATOR in self.roles and self.state in CAN_LOG_IN

    def counts_since(self, policy: str, before: datetime) -> datetime | None:
        """L1: since when this person has needed a licence, as it was just before an instant."""
        since = None
        for at, state in self.states:
            if at < before and state not in BILLABLE[policy]:
                since = None
            elif at < before and since is None:
                since = at
        return since


def refusals(policy: str, person: Person, others: list[Person], state: str) -> set[str]:
    """The rules that forbid a person to go to a state."""
    if person.state == "DELETED":
        return {"U5"}
    if state == person.state:
        return set()
    if state not in STATES[policy]:
        return {"U1"}
    broken = set()
    if state == "DEACTIVATED" and ADMINISTRATOR in person.roles:
        broken.add("U4")
    if person.runs_the_account and state not in CAN_LOG_IN and is_last(others):
        broken.add("U3")
    return broken


def is_last(others: list[Person]) -> bool:
    """U3: nobody else runs the account."""
    return not any(each.runs_the_account for each in others)
