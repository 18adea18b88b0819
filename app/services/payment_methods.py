"""Payment methods: several, one of them the default; only the provider's tokens reach us."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, update

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import Conflict, InvalidInput, NotFound, Refused
from app.domain.events import EventKind
from app.domain.invoice_states import COLLECTED
from app.domain.periods import local_date
from app.models import Account, Invoice, PaymentMethod
from app.payments.provider import Card, OutcomeUnknown, Provider, UnknownCard
from app.services import auto_top_up
from app.services.locks import any_account_locked, time_of
from app.store import accounts as account_store
from app.store import payment_methods as store
from app.store import payments as payment_store


async def attach(
    transactions: Transactions, provider: Provider, account_id: UUID, token: str
) -> Card:
    """Make a token chargeable for an account; the provider is asked with no transaction open.

    An account with a test clock never gets a card that moves money.
    """
    if not token.strip():
        raise InvalidInput("Give the payment provider's token of a card.", field="token")
    try:
        customer = await _customer(transactions, provider, account_id)
        return await provider.attach(customer, token.strip())
    except UnknownCard:
        message = "The payment provider knows no such token."
        raise InvalidInput(message, field="token") from None
    except OutcomeUnknown:
        message = "The payment provider does not answer. Nothing was changed; try again."
        raise Conflict(message, field="token") from None


async def _customer(transactions: Transactions, provider: Provider, account_id: UUID) -> str:
    async with transactions.begin(account_id) as uow:
        known = await store.customer(uow.session, account_id, provider.name)
        account = await account_store.get(uow.session, account_id)
    if account is None:
        raise NotFound("account", field="accountId")
    if account.test_clock is not None and provider.live:
        message = "This account has a test clock, and the payment provider moves real money."
        raise InvalidInput(message, field="accountId")
    if known is not None:
        return known.reference
    reference = await provider.create_customer(account_id, account.name)
    async with transactions.begin(account_id) as uow:
        await store.remember_customer(uow.session, account_id, provider.name, reference, uow.now())
    return reference


async def add_payment_method(
    uow: UnitOfWork, provider: str, account_id: UUID, card: Card, *, default: bool = True
) -> PaymentMethod:
    """A card that was attached; the same token again is the same method.

    As the default it is tried at once for what was declined before. The first is the default
    whatever is asked for. A closed account may need one to pay its last invoice.
    """
    account = await any_account_locked(uow, account_id)
    method = await store.with_token(uow.session, account_id, provider, card.token)
    if method is None:
        method = PaymentMethod(
            account_id=account_id,
            provider=provider,
            token=card.token,
            brand=card.brand,
            last4=card.last4,
            expires_on=card.expires_on,
            is_default=False,
            created_at=time_of(uow, account),
        )
        uow.session.add(method)
        await uow.session.flush()
        uow.tell(EventKind.PAYMENT_METHOD_ADDED, account_id, payment_method_id=method.id)
    if default or await store.default_method(uow.session, account_id, provider=provider) is None:
        await _make_default(uow, method)
        await _try_again(uow, account)
    return method


async def set_default(uow: UnitOfWork, account_id: UUID, method_id: UUID) -> PaymentMethod:
    """What is declined is tried again with it; choosing the default again changes nothing."""
    account = await any_account_locked(uow, account_id)
    method = await get(uow, account_id, method_id)
    if method.provider != uow.provider:
        message = (
            f"This method is of the payment provider {method.provider}, and {uow.provider} charges "
            "now: add the card again (addPaymentMethod)."
        )
        raise Refused("I6", message, field="id")
    if not method.is_default:
        await _make_default(uow, method)
        await _try_again(uow, account)
    return method


async def _make_default(uow: UnitOfWork, method: PaymentMethod) -> None:
    if current := await store.any_default(uow.session, method.account_id):
        current.is_default = False
        await uow.session.flush()
    method.is_default = True
    await uow.session.flush()


async def remove(uow: UnitOfWork, account_id: UUID, method_id: UUID) -> PaymentMethod:
    """It is charged no more; the newest of the others takes its place as the default.

    Not while a payment with it is under way: its outcome may need it.
    """
    account = await any_account_locked(uow, account_id)
    method = await get(uow, account_id, method_id)
    if await payment_store.open_with_method(uow.session, account_id, method_id):
        message = "A payment with this method is under way: try again when it is settled."
        raise Conflict(message, field="id")
    was_default, method.is_default = method.is_default, False
    method.removed_at = time_of(uow, account)
    await uow.session.flush()
    uow.tell(EventKind.PAYMENT_METHOD_REMOVED, account_id, payment_method_id=method.id)
    others = [
        each
        for each in await store.of_account(uow.session, account_id)
        if each.provider == uow.provider
    ]
    if was_default and others:
        await _make_default(uow, others[0])
        await _try_again(uow, account)
    return method


async def _try_again(uow: UnitOfWork, account: Account) -> None:
    """I6, M6: with another default, what is due is asked for at once, on the ladder or past it."""
    now = time_of(uow, account)
    await uow.session.exec(
        update(Invoice)
        .where(
            col(Invoice.account_id) == account.id,
            col(Invoice.status).in_(COLLECTED),
            col(Invoice.due_on) <= local_date(now, account.billing_timezone),
        )
        .values(next_attempt_at=now)
    )
    await auto_top_up.allow_again(uow, account)
    uow.enqueue("collect", account.id)


async def of_account(uow: UnitOfWork, account_id: UUID) -> Sequence[PaymentMethod]:
    return await store.of_account(uow.session, account_id)


async def get(uow: UnitOfWork, account_id: UUID, method_id: UUID) -> PaymentMethod:
    method = await store.get(uow.session, account_id, method_id)
    if method is None:
        raise NotFound("payment method", field="id")
    return method
