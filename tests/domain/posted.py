"""A charge of the rules as it would be stored, with what the histories say of its instant."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from app.domain.causes import UserCame
from app.domain.charges import Charge, rent
from app.domain.facts import Facts, PaidTerm, Posted
from app.domain.money import UNIT
from app.domain.periods import Period, month_of
from app.domain.plans import BillingPolicy, Component, Term
from app.domain.users import UserStatus

ACCOUNT, CHARGE, USER = UUID(int=1), UUID(int=2), UUID(int=3)
NOVEMBER = month_of(date(2025, 11, 1))


def instant(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def posted(charge: Charge, day: date, **more: Any) -> Posted:
    values: dict[str, Any] = {
        "account_id": ACCOUNT,
        "id": CHARGE,
        "rule": charge.rule,
        "version": charge.version,
        "inputs": charge.inputs,
        "steps": charge.result.steps,
        "description": charge.description,
        "component": charge.component,
        "quantity": charge.result.quantity,
        "amount": charge.amount,
        "period": charge.period,
        "slots": charge.slots,
        "posted_at": instant(day),
        "issued_at": None,
        "upgrade": charge.upgrade,
    }
    return Posted(**{**values, **more})


def facts(charge: Posted, day: date, **more: Any) -> Facts:
    """Of a monthly uPro account in UTC that came in October; the term is the charge's month."""
    values: dict[str, Any] = {
        "timezone": "UTC",
        "currency": "USD",
        "customer_since": date(2025, 10, 1),
        "day": day,
        "plan_id": "upro",
        "plan_name": "uPro",
        "policy": BillingPolicy.LICENSE,
        "term": Term.MONTHLY,
        "paid_term": charge.period and term(month_of(charge.period.start)),
    }
    return Facts(charge=charge, **{**values, **more})


def term(period: Period, rule: str = "L6", begun_at: datetime | None = None) -> PaidTerm:
    return PaidTerm(period, begun_at or instant(period.start), rule)


def licences(
    rule: str,
    period: Period,
    number: int,
    *,
    first: int = 1,
    whole: Period | None = None,
    price: int = 70 * UNIT,
    component: Component = Component.LICENSE,
    months: int = 1,
) -> Charge:
    return rent(
        rule,
        component,
        plan="uPro",
        price=price,
        period=period,
        whole=whole or month_of(period.start),
        slots=(first, first + number),
        months=months,
    )


def came(name: str, day: date, after: UserStatus = UserStatus.ACTIVE) -> UserCame:
    return UserCame(USER, name, None, after, instant(day), day, "Ada", None)
