"""What is told about payments (I6), and when: see `payment_letters` for what it says."""

from typing import Any
from uuid import UUID

import structlog

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.events import EventKind
from app.domain.payment_methods import NOTICE_DAYS
from app.domain.payments import Source
from app.models import Account, Invoice, Payment
from app.services.notices import tell
from app.store import payment_methods
from app.store import payments as store

MOST = 10_000
log = structlog.get_logger()


async def declined(uow: UnitOfWork, account: Account, payment: Payment) -> None:
    """Of an attempt that nobody watched: who pays by hand is told by the screen."""
    if await store.asked_by(uow.session, payment) is not Source.REQUEST:
        await tell(uow, "tell_payment_declined", {account.id: {"payment_id": str(payment.id)}})


async def past_due(
    uow: UnitOfWork, account: Account, invoice: Invoice, payment: Payment | None
) -> None:
    """When an invoice becomes so, whoever asked; `payment`: the last one, None without a method."""
    about = {"invoice_id": str(invoice.id)}
    about |= {"payment_id": str(payment.id)} if payment else {}
    await tell(uow, "tell_past_due", {account.id: about})


async def recovered(uow: UnitOfWork, account: Account) -> None:
    """When the last invoice that was past due is so no more."""
    await tell(uow, "tell_recovered", {account.id: {}})


async def expiring(transactions: Transactions, *, most: int = MOST) -> None:
    """Of every default method whose end has come near, or is past. What was told is written in
    the transaction that tells it, so that nobody looks twice."""
    more = True
    while more:
        async with transactions.begin() as uow:
            found = await payment_methods.tell_of_expiry(
                uow.session,
                provider=uow.provider,
                now=uow.now(),
                days=NOTICE_DAYS,
                count=most,
            )
            news = {
                account_id: {"method_id": str(method_id), "days": str(days)}
                for account_id, method_id, days in found
            }
            await tell(uow, "tell_card_expiring", news)
            for account_id, method_id, days in found:
                told = {"payment_method_id": method_id, "days": str(days)}
                uow.tell(EventKind.PAYMENT_METHOD_EXPIRING, account_id, **told)
        more = len(found) == most


def unresolved(account_id: UUID, payment_id: UUID, sent: Any, reason: str) -> None:
    """For operators, no letter: nobody can say whether the money was taken, and nobody but them
    can do anything about it."""
    log.warning(
        "payment.unknown",
        account_id=str(account_id),
        payment_id=str(payment_id),
        purpose=str(sent.purpose),
        provider=sent.provider,
        looks=sent.attempts,
        sent_at=sent.sent_at.isoformat(),
        reason=reason,
    )
