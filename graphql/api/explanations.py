"""Why a charge is there (I5): the faces of its causes, and what it comes to computed again."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import strawberry

from api.causes import (
    AddOnCause,
    BalanceCause,
    Cause,
    CauseKind,
    FeeCause,
    MinimumCause,
    PaymentCause,
    PlanCause,
    PostPaidCause,
    PriceCause,
    UsageCause,
    UserCause,
    UsersCause,
)
from api.ids import encode
from api.money import Money
from api.users import StatusCount
from app.domain import causes
from app.domain.recounts import Recount
from app.domain.users import UserStatus


def _user(cause: causes.UserCame, account_id: UUID, _: str) -> tuple[Any, ...]:
    facts = {"from_status": cause.before, "to_status": cause.after}
    more = {"by": (account_id, cause.actor), "key": (account_id, cause.user_id)}
    return UserCause, CauseKind.USER_BECAME_BILLABLE, {**facts, **more, "reason": cause.reason}


def _add_on(cause: causes.AddOnCame, account_id: UUID, _: str) -> tuple[Any, ...]:
    facts = {"component": cause.component, "quantity": cause.quantity}
    facts["by"] = (account_id, cause.actor)
    id_ = encode("addonchange", account_id, cause.change_id)
    return AddOnCause, CauseKind.ADD_ON_CHANGED, {"id": id_, **facts}


def _plan(cause: causes.Upgraded, account_id: UUID, _: str) -> tuple[Any, ...]:
    plans = {"from_plan_id": cause.from_plan_id, "to_plan_id": cause.to_plan_id}
    return (
        PlanCause,
        CauseKind.PLAN_UPGRADED,
        {
            **plans,
            "by": (account_id, cause.actor),
            "reason": cause.reason,
        },
    )


def _users(cause: causes.Counted, _: UUID, __: str) -> tuple[Any, ...]:
    by_status = [StatusCount(status=UserStatus(s), count=n) for s, n in cause.statuses.items()]
    facts = {"occupied": cause.occupied, "by_status": by_status}
    return UsersCause, CauseKind.USERS_COUNTED, facts


def _minimum(cause: causes.Contract, _: UUID, __: str) -> tuple[Any, ...]:
    facts = {"minimum": cause.minimum, "effective_on": cause.effective_on}
    return MinimumCause, CauseKind.MINIMUM_CONTRACTED, {**facts, "contract": cause.contract}


def _price(cause: causes.Priced, _: UUID, currency: str) -> tuple[Any, ...]:
    facts = {
        "plan_id": cause.plan_id,
        "component": cause.component,
        "term": cause.term,
        "price": Money.of(cause.amount, currency),
        "since": cause.since,
    }
    return PriceCause, CauseKind.PRICE_IN_FORCE, facts


def _usage(cause: causes.Used, _: UUID, currency: str) -> tuple[Any, ...]:
    facts = {
        "usage_kind": cause.kind,
        "events": cause.events,
        "quantity": cause.quantity,
        "amount": Money.of(cause.amount, currency),
        "first_at": cause.first,
        "last_at": cause.last,
    }
    return UsageCause, CauseKind.USAGE_POSTED, facts


def _fees(cause: causes.Fees, _: UUID, currency: str) -> tuple[Any, ...]:
    facts = {"events": cause.events, "first_at": cause.first, "last_at": cause.last}
    return FeeCause, CauseKind.FEES_POSTED, {"amount": Money.of(cause.amount, currency), **facts}


def _balance(cause: causes.Balance, _: UUID, currency: str) -> tuple[Any, ...]:
    return BalanceCause, CauseKind.BALANCE, {"balance": Money.of(cause.balance, currency)}


def _payment(cause: causes.Payment, account_id: UUID, currency: str) -> tuple[Any, ...]:
    facts = {"key": (account_id, cause.payment_id), "currency": currency}
    return PaymentCause, CauseKind.PAYMENT_SUCCEEDED, facts


def _afterwards(cause: causes.PaidAfterwards, _: UUID, __: str) -> tuple[Any, ...]:
    facts = {"contract": cause.contract, "reason": cause.reason, "actor": cause.actor}
    return PostPaidCause, CauseKind.PAID_AFTERWARDS, facts


_FACES: Mapping[type, Callable[[Any, UUID, str], tuple[Any, ...]]] = {
    causes.UserCame: _user,
    causes.AddOnCame: _add_on,
    causes.Upgraded: _plan,
    causes.Counted: _users,
    causes.Contract: _minimum,
    causes.Priced: _price,
    causes.Used: _usage,
    causes.Fees: _fees,
    causes.Balance: _balance,
    causes.Payment: _payment,
    causes.PaidAfterwards: _afterwards,
}


def cause_of(cause: causes.Cause, account_id: UUID, currency: str) -> Cause:
    face, kind, facts = _FACES[type(cause)](cause, account_id, currency)
    made: Cause = face(kind=kind, sentence=cause.sentence, at=cause.at, **facts)
    return made


@strawberry.type(
    description="A charge computed again: from its derivation, and the derivation from the history."
)
class Recomputed:
    equal: bool | None = strawberry.field(
        description="Whether both give the same; null where the history cannot tell."
    )
    difference: str | None = strawberry.field(
        description="Exactly what differs, or why the history cannot tell; null if it is equal."
    )
    amount: Money | None = strawberry.field(
        description="What it comes to by the history; null where nothing would be charged, or the "
        "history cannot tell."
    )

    @classmethod
    def of(cls, again: Recount, currency: str) -> "Recomputed":
        return cls(
            equal=again.equal,
            difference=again.told,
            amount=None if again.amount is None else Money.of(again.amount, currency),
        )
