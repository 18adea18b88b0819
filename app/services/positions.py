"""What the invoicing function needs to know of accounts at their cut-offs, from a few reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.charges import is_debt
from app.domain.invoices import Position
from app.domain.periods import Period, add_months, local_date
from app.domain.plans import POLICIES, BillingPolicy, Component, Term
from app.domain.subscriptions import Following, Rented, Subscription
from app.store import positions as store
from app.store.accounts import Due


@dataclass(frozen=True, slots=True)
class _Found:
    """Each read by account."""

    people: Mapping[UUID, Sequence[datetime]]
    held: store.Counts
    add_ons: store.Counts
    additions: Mapping[tuple[UUID, Component], Sequence[datetime]]
    unbilled: Mapping[UUID, Sequence[tuple[UUID, int, str]]]
    balances: Mapping[UUID, int]


async def load(uow: UnitOfWork, due: Sequence[Due]) -> dict[UUID, Position]:
    """The position of each account that has (or had) a subscription: seven reads for all."""
    session = uow.session
    days = {d.account_id: local_date(d.cut_off, d.billing_timezone) for d in due}
    cut_offs = [(d.account_id, d.cut_off, days[d.account_id]) for d in due]
    eves = [(id_, instant, day - timedelta(days=1)) for id_, instant, day in cut_offs]
    rows = await store.subscriptions(session, cut_offs)
    found = _Found(
        people=await store.billable_since(session, cut_offs),
        held=await store.held(session, eves),
        add_ons=await store.add_ons(session, cut_offs),
        additions=await store.additions(session, cut_offs),
        unbilled=await store.unbilled(session, cut_offs),
        balances=await store.balances(session, cut_offs),
    )
    return {
        each.account_id: _position(each, days[each.account_id], rows[each.account_id], found)
        for each in due
        if each.account_id in rows and (each.closed or rows[each.account_id].start)
    }


def _position(due: Due, cut_off: date, row: Any, found: _Found) -> Position:
    subscription, id_ = _subscription(row, cut_off, closed=due.closed), due.account_id
    held = found.held.get(id_, {})

    def days(instants: Sequence[datetime]) -> list[date]:
        """L4: only a long term asks for the days; in a month additions are charged at once."""
        zone = due.billing_timezone
        return [] if subscription.in_month else [local_date(at, zone) for at in instants]

    people, unbilled = found.people.get(id_, ()), found.unbilled.get(id_, ())
    licenses = Rented(
        Component.LICENSE,
        len(people),
        held.get(Component.LICENSE, 0),
        days(people),
        minimum=row.minimum,
    )
    others = [
        Rented(each, count, held.get(each, 0), days(found.additions.get((id_, each), ())))
        for each, count in found.add_ons.get(id_, {}).items()
    ]
    return Position(
        cut_off=cut_off,
        subscription=subscription,
        rented=[] if due.closed else [licenses, *others],
        unbilled=sum(amount for _, amount, _ in unbilled),
        balance=found.balances.get(id_, 0),
        post_paid_usage=due.post_paid_usage,
        tax_rate=due.tax_rate,
        unbilled_lines=[(charge_id, amount) for charge_id, amount, _ in unbilled],
        unbilled_debt=sum(amount for _, amount, rule in unbilled if is_debt(rule)),
        closed=due.closed,
    )


def _subscription(row: Any, cut_off: date, *, closed: bool) -> Subscription:
    """A trial that was closed has paid for no term: it ends with the month."""
    policy, following = POLICIES[BillingPolicy(row.billing_policy)], None
    if row.next_plan_id is not None:
        following = Following(row.next_plan_id, row.next_name, Term(row.next_term))
    return Subscription(
        plan_id=row.plan_id,
        plan_name=row.name,
        term=Term(row.term),
        current=Period(row.start or add_months(cut_off, -1), row.end or cut_off),
        prorates=policy.prorates,
        priced_on=row.priced_on,
        following=following,
        upgrades=row.upgrades,
        ends=row.ends or closed,
    )
