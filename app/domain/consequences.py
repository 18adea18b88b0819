"""What a change of people means, in one plain sentence: money, why, what is lost, for how long."""

from dataclasses import dataclass
from datetime import date

from app.domain.departures import Attached
from app.domain.money import show
from app.domain.periods import written
from app.domain.previews import Action, Side
from app.domain.users import Access, UserStatus

_DOING = {
    Action.CREATE: "Adding this user",
    Action.ACTIVATE: "Activating this user",
    Action.PAUSE: "Pausing this user",
    Action.SUSPEND: "Suspending this user",
    Action.DEACTIVATE: "Deactivating this user",
    Action.DELETE: "Deleting this user",
    Action.GRANT_ROLE: "Giving this role",
    Action.REVOKE_ROLE: "Taking this role",
}
_ROLES = {Action.GRANT_ROLE, Action.REVOKE_ROLE}
_LEAVING = {Action.PAUSE, Action.SUSPEND, Action.DEACTIVATE, Action.DELETE}
_CAPABILITIES = {
    "can_log_in": "log-in",
    "sees_reports": "reports",
    "changes_settings": "settings",
    "receives_calls": "inbound calls",
    "makes_calls": "outbound calls and messages",
    "rings_in_groups": "ringing in groups",
    "is_notified": "notifications",
}


_ATTACHMENTS = {
    "contacts": ("assigned contact", "assigned contacts"),
    "lines": ("line", "lines"),
    "ring_groups": ("place in a ring group", "places in ring groups"),
    "lists": ("contact list", "contact lists"),
    "calls": ("call of the history", "calls of the history"),
    "messages": ("message of the history", "messages of the history"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """`before` is None where a user is added. `paid_until` is None for a trial."""

    action: Action
    before: UserStatus | None
    after: UserStatus
    was_billable: bool
    is_billable: bool
    prorates: bool
    paid_until: date | None

    @property
    def more(self) -> int:
        """How many billable users it adds: 1, 0 or -1."""
        return self.is_billable - self.was_billable


def losses(before: Access, after: Access, leaves: Attached) -> list[str]:
    """Which columns of rule U1 turn from yes to no, and what a deletion lets go of (U5)."""
    abilities = [
        what
        for name, what in _CAPABILITIES.items()
        if getattr(before, name) and not getattr(after, name)
    ]
    return abilities + [
        f"{number:,} {one if number == 1 else many}"
        for name, (one, many) in _ATTACHMENTS.items()
        if (number := getattr(leaves, name))
    ]


def tell(step: Step, before: Side, after: Side, lost: list[str]) -> str:
    parts = [f"{_DOING[step.action]} {_effect(step, before, after)}: {_why(step, before, after)}"]
    if lost:
        parts.append(f"the user loses {_listed(lost)}")
    if step.action is Action.DELETE:
        parts.append("it cannot be undone")
    return f"{'; '.join(parts)}."


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def _effect(step: Step, before: Side, after: Side) -> str:
    """The first two invoices that change; later ones change like the second."""
    totals = {each.issued_on: -each.total for each in before.invoices}
    for each in after.invoices:
        totals[each.issued_on] = totals.get(each.issued_on, 0) + each.total
    moved = [(on, total) for on, total in sorted(totals.items()) if total]
    if not moved:
        return f"{'saves' if step.action in _LEAVING else 'costs'} 0.00"
    verb = "adds" if moved[0][1] > 0 else "saves"
    told = [f"{show(abs(total))} on the invoice of {written(on)}" for on, total in moved[:2]]
    return f"{verb} {' and '.join(told)}"


def _why(step: Step, before: Side, after: Side) -> str:
    if step.action in _ROLES:
        return "roles do not change the bill"
    if step.paid_until is None:
        return "a trial pays nothing until it is converted"
    if step.more == 0:
        return _why_neither(step)
    return _why_money(step, step.paid_until, before, after)


def _why_money(step: Step, paid_until: date, before: Side, after: Side) -> str:
    if before.invoices == after.invoices:
        return "the contracted minimum is billed all the same"
    if not step.prorates:
        return "the users who are active on a 1st are billed, and nothing is prorated"
    if step.more < 0:
        return _why_less(paid_until, before)
    return _why_more(paid_until, after)


def _why_neither(step: Step) -> str:
    """U1, P4: billed before and after, or neither."""
    if not step.is_billable:
        return "a user who is not active is not billed"
    if step.action is Action.ACTIVATE:
        return "this user is billed already"
    return f"{step.after.lower()} users stay billable"


def _why_less(paid_until: date, before: Side) -> str:
    """L4, L5, L6."""
    if before.licenses.occupied > before.licenses.held:
        return "one licence less is added on the next 1st"
    return f"the licence is paid until {written(paid_until)}, and another user may take it"


def _why_more(paid_until: date, after: Side) -> str:
    """L3, L4, L5."""
    if after.charge is not None:
        return f"a licence is charged for {after.charge.period}, on the next invoice"
    if after.licenses.occupied <= after.licenses.held:
        return f"a licence is free until {written(paid_until)}"
    return "the next 1st charges a licence from today to the end of the term"
