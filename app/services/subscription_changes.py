"""The history of subscriptions: who changed plan or term, and what billing did of that."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.events import EventKind
from app.domain.invoices import Bill, Position
from app.domain.permissions import Actor
from app.domain.plan_changes import SubscriptionChangeKind as Kind
from app.domain.subscriptions import Following, Subscription
from app.models import Account, SubscriptionChange
from app.services.locks import time_of
from app.store.accounts import Due

BILLING = "billing"
"""Who does what falls due."""


def remember(
    uow: UnitOfWork,
    account: Account,
    kind: Kind,
    plans: tuple[Following, Following],
    effective_on: date,
    *,
    actor: Actor,
    reason: str | None = None,
) -> None:
    """`plans`: what there was and what there will be."""
    before, after = plans
    uow.session.add(
        SubscriptionChange(
            account_id=account.id,
            kind=kind,
            from_plan_id=before.plan_id,
            from_term=before.term,
            to_plan_id=after.plan_id,
            to_term=after.term,
            effective_on=effective_on,
            reason=reason,
            at=time_of(uow, account),
            actor=actor.name,
        )
    )
    if kind is Kind.CLOSED:
        uow.tell(EventKind.ACCOUNT_CLOSED, account.id, effective_on=effective_on)
        return
    uow.tell(
        EventKind.SUBSCRIPTION_CANCELLED
        if kind is Kind.CANCELLED
        else EventKind.SUBSCRIPTION_CHANGED,
        account.id,
        plan=after.plan_id,
        term=after.term,
        change=kind,
        effective_on=effective_on,
    )


def of_bill(due: Due, position: Position, decided: Bill) -> Iterator[dict[str, Any]]:
    """The rows of what took effect at a cut-off: nothing for most accounts."""
    before, after = position.subscription, decided.subscription
    if decided.closes and not position.closed:
        yield _row(due, Kind.CLOSED, before, before, decided)
    elif before.following is not None and after is not before:
        yield _row(due, Kind.RENEWED, before, after, decided)


def _row(
    due: Due, kind: Kind, before: Subscription, after: Subscription, decided: Bill
) -> dict[str, Any]:
    return {
        "account_id": due.account_id,
        "id": new_id(),
        "kind": kind,
        "from_plan_id": before.plan_id,
        "from_term": before.term,
        "to_plan_id": after.plan_id,
        "to_term": after.term,
        "effective_on": decided.period.start,
        "reason": None,
        "at": due.cut_off,
        "actor": BILLING,
    }


def term_row(account_id: UUID, renewed: Subscription) -> dict[str, Any]:
    """What a renewal writes into the subscription."""
    return {
        "account_id": account_id,
        "plan_id": renewed.plan_id,
        "term": renewed.term,
        "current": Range(renewed.current.start, renewed.current.end),
    }
