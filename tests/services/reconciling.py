"""What tests of reconciliation make go wrong, and what they ask."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.money import UNIT
from app.domain.payments import Outcome
from app.domain.reconciliation import (
    Difference,
    Mismatch,
    as_json,
    from_json,
)
from app.domain.spans import (
    Span,
)
from app.models import Payment, Reconciliation
from app.payments import sandbox_reading
from app.payments.provider import ACCOUNT, Charge, ChargeStatus, Order, Provider
from app.payments.sandbox import client
from app.sandbox.asgi import InProcess, book_of
from app.services import charging, credits, reconciliation, settlements
from app.services.adoptions import adopt_charge
from app.signing import sandbox_key
from app.store import reconciliation as store
from app.store import settlements as settlement_store
from tests.make import Company, at_machine_time, drain, query
from tests.services.paying import order_of

LATER = timedelta(hours=3)
TAKEN = Outcome(reference=None)


async def bought(
    company: Company, outcome: Outcome | None = TAKEN, *, charge: bool = True, **changes: Any
) -> tuple[UUID, Charge | None]:
    """Credits for 10.00 that ended here as `outcome` (None: still SENT), and at the provider as a
    charge with `changes`, or none."""
    app = company.app
    async with company.begin() as uow:
        payment = await credits.buy_credits(uow, company.id, 10 * UNIT)
    now = app.clock.now()
    async with app.operators.begin() as uow:
        until = now + charging.LEASE
        sent = await settlement_store.send(
            uow.session, company.id, payment.id, now=now, until=until
        )
    order = replace(order_of(payment.id, sent), notes={ACCOUNT: str(company.id)}, **changes)
    made = await app.provider.charge(order) if charge else None
    if outcome is not None:
        known = replace(outcome, reference=made.reference if made else "ch_nowhere")
        async with app.operators.begin() as uow:
            await settlements.settle(uow, company.id, payment.id, known)
        await drain(app)
    return payment.id, made


async def charged_elsewhere(company: Company, amount: int = 5 * UNIT, /, **notes: str) -> Charge:
    """A charge with our notes whose payment we have lost."""
    notes = {ACCOUNT: str(company.id), **notes}
    order = Order(new_id(), amount, "USD", "somebody", "card_ok", notes)
    return await company.app.provider.charge(order)


def sandbox(app: Perseat) -> httpx.AsyncClient:
    """The provider's own counter, where people do what we do not hear of."""
    key = sandbox_key(app.settings)
    return client("http://sandbox", key, InProcess(book_of(app.settings), key))


async def reconciled(app: Perseat, *, later: timedelta = LATER) -> Reconciliation:
    """Some hours later: everything until then, as an operator asks for it."""
    then = at_machine_time(app, app.clock.now() + later)
    span = await reconciliation.span_of(then.operators, then.provider.name, None, None)
    return await reconciliation.reconcile(then.operators, then.provider, span, actor="test")


def found(row: Reconciliation) -> list[Difference]:
    return [from_json(each) for each in row.differences]


async def book(company: Company, name: str) -> int:
    """What lies in a book of the company's ledger."""
    sql = """SELECT coalesce(sum(CASE WHEN debit = :book THEN amount ELSE -amount END), 0)::bigint
        FROM ledger_transfers WHERE account_id = :id AND :book IN (debit, credit)"""
    ((total,),) = await query(company.app, sql, id=company.id, book=name)
    return int(total)


def days_of(rows: list[Reconciliation]) -> list[Span]:
    return [Span(row.since, row.until) for row in rows]


async def by_hand(
    app: Perseat, amount: int = 5 * UNIT, /, customer: str = "", **notes: str
) -> Charge:
    """A charge that somebody has made over there, without a key of ours."""
    body = {"token": "card_ok", "amount": amount, "currency": "USD", "customer": customer}
    async with sandbox(app) as counter:
        made = await counter.post("/v1/charges", json={**body, "notes": notes})
    return sandbox_reading.charge(made.raise_for_status().json())


async def name(app: Perseat, charge: Charge, kind: Mismatch = Mismatch.UNKNOWN_TO_US) -> None:
    """A reconciliation of a moment, on the database that all tests share."""
    difference = Difference(kind, charge.currency, charge.created_at, charge.reference)
    row = Reconciliation(
        provider="sandbox",
        since=charge.created_at,
        until=charge.created_at + timedelta(seconds=1),
        charges=1,
        confirmed=0,
        differences=[as_json(difference)],
        actor="test",
        created_at=app.clock.now(),
    )
    async with app.operators.begin() as uow:
        await store.keep(uow.session, row)


async def adopt(
    app: Perseat,
    reference: str,
    reason: str = "Lost by a restore",
    *,
    account_id: UUID | None = None,
) -> Payment:
    return await adopt_charge(
        app.operators, app.provider, reference, reason, actor="Finance", account_id=account_id
    )


async def customer_of(company: Company) -> str:
    sql = "SELECT reference FROM payment_customers WHERE account_id = :id"
    ((reference,),) = await query(company.app, sql, id=company.id)
    return str(reference)


class Listed:
    """A provider whose list has charges of nobody, made at some times: newest first."""

    def __init__(self, provider: Provider, times: Sequence[datetime]) -> None:
        self.name, self.times, self._provider = provider.name, times, provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    async def charges(self, since: datetime, until: datetime) -> AsyncIterator[Charge]:
        for number, at in reversed(list(enumerate(self.times))):
            if since <= at < until:
                yield Charge(f"ch_{number}", None, ChargeStatus.SUCCEEDED, UNIT, "USD", at)
