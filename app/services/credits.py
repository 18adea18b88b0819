"""Prepaid credits (M4 to M6): bought by hand, or topped up when the balance gets low."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.charges import top_up
from app.domain.credits import AutoTopUp, Refusal, Situation, check_auto_top_up, decide
from app.domain.errors import Conflict, InvalidInput, Refused
from app.domain.invoices import InvoiceKind
from app.domain.ledger import Book, Transfer, TransferKind
from app.domain.money import CENT, UNIT, Micros
from app.domain.payments import Purpose
from app.domain.periods import local_date, midnight, month_of
from app.models import Account, Credits, Invoice, Payment
from app.services import invoices, runs
from app.services.locks import account_locked, any_account_locked, time_of
from app.store import credits as store
from app.store import invoices as invoice_store
from app.store import payments as payment_store

MINIMUM_PURCHASE = UNIT
MAXIMUM_PURCHASE = 100_000 * UNIT


def rule_of(row: Credits) -> AutoTopUp:
    return AutoTopUp(
        enabled=row.enabled,
        threshold=row.threshold,
        amount=row.amount,
        daily_cap=row.daily_cap,
        monthly_cap=row.monthly_cap,
        stopped=row.stopped_reason,
    )


async def balance(uow: UnitOfWork, account_id: UUID) -> Micros:
    return (await store.get(uow.session, account_id)).balance


async def current_rule(uow: UnitOfWork, account_id: UUID) -> AutoTopUp:
    """The rule as it is, under the account's lock, for a change of a part of it."""
    await account_locked(uow, account_id)
    return rule_of(await store.get(uow.session, account_id))


async def buy_credits(uow: UnitOfWork, account_id: UUID, amount: Micros) -> Payment:
    """M5: charge the payment method; the credits appear when the payment has succeeded."""
    if not MINIMUM_PURCHASE <= amount <= MAXIMUM_PURCHASE or amount % CENT:
        raise InvalidInput("Buy credits for 1.00 to 100,000.00, in whole cents.", field="amount")
    account = await account_locked(uow, account_id)
    if await payment_store.open_for_credits(uow.session, account_id):
        raise Conflict("Credits are being charged right now; try again when that is settled.")
    method = await payment_store.default_method(uow.session, account_id)
    if method is None:
        raise Refused("M5", "Add a payment method first.", field="accountId")
    return await _intend(uow, account, Purpose.PURCHASE, method.id, amount, steps=1)


async def _intend(
    uow: UnitOfWork,
    account: Account,
    purpose: Purpose,
    method_id: UUID,
    step: Micros,
    *,
    steps: int,
    episode: int | None = None,
) -> Payment:
    payment = Payment(
        id=new_id(),
        account_id=account.id,
        purpose=purpose,
        payment_method_id=method_id,
        amount=step * steps,
        step_amount=step,
        episode=episode,
        created_at=time_of(uow, account),
    )
    uow.session.add(payment)
    await uow.session.flush()
    uow.enqueue("drive_payment", account.id, payment_id=str(payment.id))
    return payment


async def low_accounts(transactions: Transactions, *, limit: int) -> Sequence[UUID]:
    """M6: whom the tick has to decide about: the condition is durable, no event is needed."""
    async with transactions.begin() as uow:
        return await store.low(uow.session, count=limit)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was seen and decided; `payment` is the intent if there is one."""

    balance: Micros
    refusal: Refusal | None = None
    payment: Payment | None = None


async def top_up_if_low(uow: UnitOfWork, account_id: UUID) -> Decision:
    """M6 under the account's lock: look for an open charge first, at the balance second.

    The order matters: a charge that settles in between has raised the balance that is read next.
    A cut-off that has passed comes before both: its debt is asked for by its invoice (C5, M7).
    """
    account = await any_account_locked(uow, account_id)
    if account.parked_reason is None:
        await runs.bill_locked_account(uow, account)
    in_flight = await payment_store.open_for_credits(uow.session, account_id) is not None
    episode = await payment_store.settled_top_ups(uow.session, account_id)
    method = await payment_store.default_method(uow.session, account_id)
    row = await store.get(uow.session, account_id)
    today = local_date(time_of(uow, account), account.billing_timezone)
    day = midnight(today, account.billing_timezone)
    month = midnight(month_of(today).start, account.billing_timezone)
    situation = Situation(
        balance=row.balance,
        charged_today=await payment_store.topped_up_since(uow.session, account_id, day),
        charged_this_month=await payment_store.topped_up_since(uow.session, account_id, month),
        in_flight=in_flight,
        has_method=method is not None,
        post_paid=account.post_paid_usage,
        closed=account.status is AccountStatus.CLOSED,
    )
    decided = decide(rule_of(row), situation)
    if isinstance(decided, Refusal):
        if decided is not Refusal.OFF:  # that is a wish, and shown as one
            await store.record_refusal(
                uow.session,
                account_id,
                episode=episode,
                reason=decided,
                balance=row.balance,
                at=time_of(uow, account),
            )
        return Decision(row.balance, refusal=decided)
    if decided == 0 or method is None:
        return Decision(row.balance)
    payment = await _intend(
        uow, account, Purpose.TOP_UP, method.id, row.amount, steps=decided, episode=episode
    )
    return Decision(row.balance, payment=payment)


async def settle_top_up(uow: UnitOfWork, account: Account, payment: Payment) -> Invoice:
    """M5: the paid TOP_UP invoice, its two transfers and the credits, in one transaction."""
    now = time_of(uow, account)
    today = local_date(now, account.billing_timezone)
    step = payment.step_amount or payment.amount
    rule = "M6" if payment.purpose is Purpose.TOP_UP else "M5"
    invoice = await invoices.issue(
        uow,
        account,
        InvoiceKind.TOP_UP,
        month_of(today),
        [top_up(rule, step, payment.amount // step)],
        issued_on=today,
        paid=payment.amount,
    )
    await invoices.post_transfers(
        uow,
        account.id,
        [
            Transfer(
                Book.RECEIVABLE, Book.CREDITS, payment.amount, TransferKind.TOP_UP, payment.id, now
            ),
            Transfer(
                Book.CLEARING,
                Book.RECEIVABLE,
                payment.amount,
                TransferKind.PAYMENT,
                payment.id,
                now,
            ),
        ],
    )
    await invoice_store.add_to_credits(uow.session, [(account.id, payment.amount)])
    uow.enqueue("top_up", account.id)
    return invoice


async def stop_after_decline(uow: UnitOfWork, account: Account, payment: Payment) -> None:
    """M6: a decline switches automatic top-up off, with its reason, until something changes.

    What somebody has switched off meanwhile stays off, and a card that has changed is tried.
    """
    row = await store.get(uow.session, account.id)
    if await payment_store.has_other_method(uow.session, payment):
        uow.enqueue("top_up", account.id)
    elif row.enabled:
        row.enabled, row.stopped_reason = False, Refusal.DECLINED
    await store.record_refusal(
        uow.session,
        account.id,
        episode=payment.episode or 0,
        reason=Refusal.DECLINED,
        balance=row.balance,
        at=time_of(uow, account),
    )


async def allow_again(uow: UnitOfWork, account_id: UUID) -> None:
    """M6: a changed payment method switches on again what a decline had switched off."""
    row = await store.get(uow.session, account_id)
    if row.stopped_reason is not None:
        row.enabled, row.stopped_reason = True, None


async def configure_auto_top_up(uow: UnitOfWork, account_id: UUID, rule: AutoTopUp) -> Credits:
    """Set the rule; switching it on forgets why it had stopped."""
    check_auto_top_up(rule)
    account = await account_locked(uow, account_id)
    if rule.enabled and account.post_paid_usage:
        raise Refused("M8", "Usage of this account is post-paid: there is nothing to top up.")
    row = await store.get(uow.session, account_id)
    row.enabled, row.threshold, row.amount = rule.enabled, rule.threshold, rule.amount
    row.daily_cap, row.monthly_cap = rule.daily_cap, rule.monthly_cap
    row.stopped_reason = None
    uow.enqueue("top_up", account_id)
    return row
