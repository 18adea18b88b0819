"""Alerts on credits: a list of thresholds, each told once per crossing (M4)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.alerts import check_kept, check_thresholds, is_armed
from app.domain.events import EventKind
from app.domain.money import Micros
from app.models import CreditAlert
from app.services.locks import account_locked, time_of
from app.services.notices import tell
from app.store import alerts as store
from app.store import credits as credit_store
from app.store.alerts import Change, Crossing


async def set_credit_alerts(
    uow: UnitOfWork, account_id: UUID, thresholds: Sequence[Micros]
) -> None:
    """The whole list; one that the balance has reached already waits until it is above."""
    check_thresholds(thresholds)
    account = await account_locked(uow, account_id)
    balance = (await credit_store.get(uow.session, account_id)).balance
    known = {each.threshold: each for each in await store.of_account(uow.session, account_id)}
    check_kept(known.keys() | set(thresholds))
    for threshold, alert in known.items():
        alert.active = threshold in thresholds
        alert.armed = is_armed(threshold, balance)
    uow.session.add_all(
        CreditAlert(
            account_id=account_id,
            id=new_id(),
            threshold=each,
            armed=is_armed(each, balance),
            created_at=time_of(uow, account),
        )
        for each in set(thresholds) - set(known)
    )
    await uow.session.flush()


async def crossed(uow: UnitOfWork, changes: Sequence[Change]) -> None:
    """In the transaction that changes balances, of accounts that are locked, each named once.

    That a balance has changed is told. As many statements for a thousand accounts as for one.
    Several thresholds that one change crosses are one letter, which names the lowest.
    """
    moved = [each for each in changes if each[1] != each[2]]
    for account_id, _, balance in moved:
        uow.tell(EventKind.CREDITS_BALANCE_CHANGED, account_id, balance=balance)
    crossings = await store.set_off(uow.session, moved) if moved else []
    if crossings:
        await store.record(uow.session, crossings, uow.now())
        await _tell(uow, crossings)


async def _tell(uow: UnitOfWork, crossings: Collection[Crossing]) -> None:
    lowest: dict[UUID, Crossing] = {}
    for each in sorted(crossings, key=lambda crossing: -crossing.threshold):
        lowest[each.account_id] = each
    news = {each: {"crossing_id": str(crossing.id)} for each, crossing in lowest.items()}
    await tell(uow, "tell_low_credits", news)
