"""The billing run (C5, I2): who is due is claimed in chunks, billed by the pure function, written
in bulk. An account that cannot be billed is parked by itself; the others go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.charges import Charge
from app.domain.errors import AccountParked, BillingError
from app.domain.invoices import Bill, Position, bill
from app.domain.ledger import clear_debt
from app.domain.money import LIMIT, show
from app.domain.periods import Period, local_date, next_cut_off
from app.domain.plans import POLICIES, BillingPolicy, Component, Term
from app.domain.subscriptions import Rented, Subscription
from app.models import Account
from app.services.invoices import Issue, charge_row, invoice_row, invoiced, transfer_row
from app.services.locks import time_of
from app.store import accounts, invoices, plans, positions
from app.store.accounts import Due

LEASE = timedelta(seconds=60)
log = structlog.get_logger()


async def bill_due(
    transactions: Transactions,
    *,
    chunk_size: int,
    chunks: int | None = None,
    only: Sequence[UUID] | None = None,
) -> int:
    """Bill whoever is due, oldest cut-off first, until nobody is (or `chunks` are done).

    The number of cut-offs billed. An account that is two months behind is claimed twice.
    """
    billed = 0
    while chunks is None or chunks > 0:
        claim = new_id()
        async with transactions.begin() as uow:
            now = uow.now()
            ids = await accounts.claim_due(
                uow.session, claim=claim, now=now, until=now + LEASE, count=chunk_size, only=only
            )
        if not ids:
            break
        billed += await _bill_claimed(transactions, ids, claim)
        chunks = None if chunks is None else chunks - 1
    return billed


async def _bill_claimed(transactions: Transactions, ids: Sequence[UUID], claim: UUID) -> int:
    """A chunk is one transaction; if the database refuses it, each account gets its own."""
    try:
        async with transactions.begin() as uow:
            return await _bill_chunk(uow, await accounts.lock_claimed(uow.session, ids, claim))
    except (IntegrityError, DataError) as error:
        if len(ids) == 1:
            await _park(transactions, ids[0], f"the database refused its bill: {error.orig}")
            return 0
    except (DBAPIError, OSError):
        async with transactions.begin() as uow:
            await accounts.give_back(uow.session, ids, claim)
        raise
    return sum([await _bill_claimed(transactions, [each], claim) for each in ids])


async def _park(transactions: Transactions, account_id: UUID, reason: str) -> None:
    log.error("billing.parked", account_id=str(account_id), reason=reason)
    async with transactions.begin() as uow:
        await accounts.park(uow.session, account_id, reason, uow.now())


async def bill_account(transactions: Transactions, account_id: UUID) -> None:
    """Bill one account up to its own time, under its lock; a dead worker's claim is no matter."""
    try:
        async with transactions.begin() as uow:
            account = await accounts.for_update(uow.session, account_id)
            if account is not None and account.parked_at is None:
                await _bill_until_now(uow, account)
    except (IntegrityError, DataError) as error:
        await _park(transactions, account_id, f"the database refused its bill: {error.orig}")


async def bill_locked_account(uow: UnitOfWork, account: Account) -> None:
    """The same within another use-case, which cannot go on if the account cannot be billed."""
    if not await _bill_until_now(uow, account):
        raise AccountParked("it could not be billed")


async def _bill_until_now(uow: UnitOfWork, account: Account) -> bool:
    """Every cut-off of a locked account that has passed, in order, in this transaction."""
    while account.next_bill_at is not None and account.next_bill_at <= time_of(uow, account):
        await uow.session.flush()
        if not await _bill_chunk(uow, [accounts.due_of(account)]):
            return False
        await uow.session.refresh(account)
    return True


@dataclass
class _Writes:
    """The rows of a chunk, by table."""

    invoices: list[dict[str, Any]] = field(default_factory=list)
    charges: list[dict[str, Any]] = field(default_factory=list)
    transfers: list[dict[str, Any]] = field(default_factory=list)
    unbilled: list[tuple[UUID, UUID, Any]] = field(default_factory=list)
    terms: list[tuple[UUID, Any, Any]] = field(default_factory=list)
    credits: list[tuple[UUID, int]] = field(default_factory=list)
    done: list[tuple[UUID, Any, int]] = field(default_factory=list)


async def _bill_chunk(uow: UnitOfWork, due: Sequence[Due]) -> int:
    """Load, decide, save. The accounts are locked; returns how many were billed."""
    if not due:
        return 0
    prices = await plans.price_book(uow.session)
    found = await load_positions(uow, due)
    writes = _Writes()
    for each in due:
        position = found.get(each.account_id)
        try:
            if position is None:
                raise LookupError("it has no subscription")  # noqa: TRY301 - parked like the others
            _write(writes, each, position, bill(position, prices))
        except (BillingError, ArithmeticError, LookupError, ValueError) as error:
            log.error("billing.parked", account_id=str(each.account_id), reason=str(error))  # noqa: TRY400
            await accounts.park(uow.session, each.account_id, str(error), uow.now())
    await _save(uow, writes)
    return len(writes.done)


def _write(writes: _Writes, due: Due, position: Position, decided: Bill) -> None:
    if decided.total > LIMIT:
        raise ValueError(f"its total would be {show(decided.total)}")
    sequence, reference = due.invoice_sequence, new_id()
    if not decided.is_empty:
        sequence += 1
        _write_invoice(writes, due, decided, sequence, reference)
    if decided.subscription.current != position.subscription.current:
        current = decided.subscription.current
        writes.terms.append((due.account_id, current.start, current.end))
    following = next_cut_off(due.cut_off, due.billing_timezone)
    writes.done.append((due.account_id, following, sequence))
    if decided.clears:
        owed = sum(c.amount for c in decided.charges if _is_debt(c))
        cleared = clear_debt(owed, decided.clears, reference, due.cut_off)
        writes.transfers += [transfer_row(due.account_id, each) for each in cleared]
        writes.credits.append((due.account_id, -decided.clears))


def _is_debt(charge: Charge) -> bool:
    return charge.rule in {"M7", "M8"}


def _write_invoice(writes: _Writes, due: Due, decided: Bill, number: int, invoice_id: UUID) -> None:
    issue = Issue(
        account_id=due.account_id,
        number=number,
        kind=decided.kind,
        period=decided.period,
        currency=due.currency,
        billing_timezone=due.billing_timezone,
        issued_on=decided.period.start,
        issued_at=due.cut_off,
        post_paid=due.post_paid_subscription,
    )
    writes.invoices.append(invoice_row(issue, invoice_id, decided.total))
    writes.charges += [
        charge_row(due.account_id, charge, due.cut_off, invoice_id) for charge in decided.charges
    ]
    writes.unbilled.append((due.account_id, invoice_id, due.cut_off))
    revenue = decided.total - sum(c.amount for c in decided.charges if _is_debt(c))
    writes.transfers += [
        transfer_row(due.account_id, each) for each in invoiced(revenue, invoice_id, due.cut_off)
    ]


async def _save(uow: UnitOfWork, writes: _Writes) -> None:
    session = uow.session
    await invoices.insert_rows(session, "invoices", writes.invoices)
    await invoices.insert_rows(session, "charges", writes.charges)
    await invoices.join_unbilled(session, writes.unbilled)
    await invoices.insert_rows(session, "ledger_transfers", writes.transfers)
    await invoices.renew(session, writes.terms)
    await invoices.add_to_credits(session, writes.credits)
    if writes.done:
        await invoices.advance(session, writes.done)


async def load_positions(uow: UnitOfWork, due: Sequence[Due]) -> dict[UUID, Position]:
    """What the rules need to know of each account at its cut-off: seven reads for any number."""
    session = uow.session
    days = {d.account_id: local_date(d.cut_off, d.billing_timezone) for d in due}
    cut_offs = [(d.account_id, d.cut_off, days[d.account_id]) for d in due]
    eves = [(id_, instant, day - timedelta(days=1)) for id_, instant, day in cut_offs]
    people = await positions.billable_since(session, cut_offs)
    held = await positions.held(session, eves)
    add_ons = await positions.add_ons(session, cut_offs)
    additions = await positions.additions(session, cut_offs)
    unbilled = await positions.unbilled(session, cut_offs)
    balances = await positions.balances(session, cut_offs)
    rows = await positions.subscriptions(session, [d.account_id for d in due])
    found = {}
    for each in due:
        if (row := rows.get(each.account_id)) is None:
            continue
        id_, subscription = each.account_id, _subscription(row)
        wanted = {Component.LICENSE: len(people.get(id_, ()))}
        since = {Component.LICENSE: people.get(id_, ())}
        for component, quantity in add_ons.get(id_, {}).items():
            wanted[component] = quantity
            since[component] = additions.get((id_, component), ())
        found[id_] = Position(
            cut_off=days[id_],
            subscription=subscription,
            rented=_rented(
                wanted,
                held.get(id_, {}),
                _days(since, each, subscription),
                {Component.LICENSE: row.minimum_licenses},
            ),
            unbilled=unbilled.get(id_, 0),
            balance=balances.get(id_, 0),
            post_paid_usage=each.post_paid_usage,
        )
    return found


def _days(
    since: Mapping[Component, Sequence[datetime]], due: Due, subscription: Subscription
) -> dict[Component, list[date]]:
    """L4: the days of the additions of a long term; in a month they are charged at once (L3)."""
    if subscription.in_month:
        return {}
    zone = due.billing_timezone
    return {each: [local_date(at, zone) for at in instants] for each, instants in since.items()}


def _rented(
    wanted: Mapping[Component, int],
    held: Mapping[Component, int],
    additions: Mapping[Component, Sequence[date]],
    minimum: Mapping[Component, int],
) -> list[Rented]:
    return [
        Rented(each, count, held.get(each, 0), additions.get(each, ()), minimum.get(each, 0))
        for each, count in wanted.items()
    ]


def _subscription(row: Any) -> Subscription:
    policy = POLICIES[BillingPolicy(row.billing_policy)]
    return Subscription(
        plan_id=row.plan_id,
        plan_name=row.name,
        term=Term(row.term),
        current=Period(row[6], row[7]),
        prorates=policy.prorates,
    )
