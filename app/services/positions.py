"""What the invoicing function needs to know of accounts at their cut-offs, from a few reads."""

from collections.abc import Sequence
from datetime import date, datetime
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


async def load(uow: UnitOfWork, due: Sequence[Due]) -> dict[UUID, Position]:
    """The position of each account that has (or had) a subscription: seven reads for all."""
    return positions(due, await store.load(uow.session, cut_offs(due)))


def cut_offs(due: Sequence[Due]) -> store.CutOffs:
    return [(d.account_id, d.cut_off, local_date(d.cut_off, d.billing_timezone)) for d in due]


def positions(due: Sequence[Due], found: store.Found) -> dict[UUID, Position]:
    """From what was found for them."""
    days, rows = {id_: day for id_, _, day in cut_offs(due)}, found.subscriptions
    return {
        each.account_id: _position(each, days[each.account_id], rows[each.account_id], found)
        for each in due
        if each.account_id in rows and (each.closed or rows[each.account_id].start)
    }


def _position(due: Due, cut_off: date, row: Any, found: store.Found) -> Position:
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
