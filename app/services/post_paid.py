"""Who pays afterwards (M8): two flags of an account with a history, set by operators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import InvalidInput
from app.domain.permissions import Actor
from app.domain.post_paid import PostPaidPart, check_contract
from app.domain.top_ups import Refusal
from app.domain.users import clean_reason, needed_reason
from app.models import Account, PostPaidChange
from app.services import debts, deferrals, subscriptions
from app.services.locks import account_locked, time_of
from app.store import credits as credit_store


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is to be paid afterwards from now on, or no longer; what is left out stays."""

    reason: str
    usage: bool | None = None
    subscription: bool | None = None
    contract: str | None = None

    @property
    def wanted(self) -> Mapping[PostPaidPart, bool]:
        given = {PostPaidPart.USAGE: self.usage, PostPaidPart.SUBSCRIPTION: self.subscription}
        return {part: value for part, value in given.items() if value is not None}


def in_force(account: Account) -> list[PostPaidPart]:
    """What the account pays afterwards now."""
    flags = {
        PostPaidPart.USAGE: account.post_paid_usage,
        PostPaidPart.SUBSCRIPTION: account.post_paid_subscription,
    }
    return [part for part, flag in flags.items() if flag]


async def set_post_paid(
    uow: UnitOfWork, account_id: UUID, agreement: Agreement, *, actor: Actor
) -> tuple[Account, Sequence[UUID]]:
    """M8: it counts from now on; what the 1sts before it asked for was decided without it (C5).

    What usage has left unpaid so far is settled by the rule that it was used under: it becomes an
    unbilled charge, M7 before the first change and M8 before the way back, and the balance is
    zero. So no debt is ever called accrued usage, and no top-up ever pays what is invoiced. The
    ids of such charges are returned with the account.
    """
    if not agreement.wanted:
        raise InvalidInput("Say what changes: usage, subscription or both.", field="usage")
    reason = needed_reason(agreement.reason)
    contract = clean_reason(agreement.contract, field="contract")
    account = await account_locked(uow, account_id)
    await subscriptions.catch_up(uow, account)
    before = in_force(account)
    changes = {part: to for part, to in agreement.wanted.items() if to != (part in before)}
    charge_ids: Sequence[UUID] = ()
    for part, post_paid in changes.items():
        check_contract(part, contract, post_paid=post_paid)
        change_id = new_id()
        if part is PostPaidPart.USAGE:
            await deferrals.post_locked(uow, account)
            charge_ids, change_id = await debts.settle(uow, account, post_paid=not post_paid)
        uow.session.add(
            PostPaidChange(
                account_id=account_id,
                id=change_id,
                part=part,
                post_paid=post_paid,
                contract=contract,
                reason=reason,
                at=time_of(uow, account),
                actor=actor.name,
            )
        )
    await _write(uow, account, changes)
    return account, charge_ids


async def notes(uow: UnitOfWork, account: Account, agreement: Agreement) -> list[str]:
    """M6, M8: automatic top-up stops with usage that is paid afterwards, and does not come back
    by itself."""
    row = await credit_store.get(uow.session, account.id)
    if agreement.usage is None or row.enabled:
        return []
    if account.post_paid_usage:
        return ["Automatic top-up is off while usage is paid afterwards."]
    return ["Automatic top-up is off, and stays off until it is switched on (configureAutoTopUp)."]


async def _write(uow: UnitOfWork, account: Account, changes: Mapping[PostPaidPart, bool]) -> None:
    """M6, M8: automatic top-up stops with its reason; a charge that is open settles as credit."""
    account.post_paid_usage = changes.get(PostPaidPart.USAGE, account.post_paid_usage)
    account.post_paid_subscription = changes.get(
        PostPaidPart.SUBSCRIPTION, account.post_paid_subscription
    )
    account.version += 1 if changes else 0
    if changes.get(PostPaidPart.USAGE):
        row = await credit_store.get(uow.session, account.id)
        if row.enabled:
            row.enabled, row.stopped_reason = False, Refusal.POST_PAID
    await uow.session.flush()
