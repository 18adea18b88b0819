"""An operator's rerun of top-ups (M6): the same decision, once more, for accounts that are chosen.

A dry run is the real thing in a transaction that is not committed, so that it cannot say anything
else. A real one is kept with its accounts first: the same key again, after a crash or from
somebody else, decides about those that are left, and answers for the others what was decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import AccountParked, IdempotencyConflict, InvalidInput, NotFound
from app.domain.money import Micros, show
from app.domain.top_up_decisions import TopUpOutcome, TopUpTrigger
from app.domain.top_ups import Refusal
from app.domain.users import needed_reason
from app.models import TopUpDecision, TopUpRerun
from app.services import top_ups
from app.services.idempotency import check_key
from app.services.locks import any_account_locked, gave_up_waiting
from app.services.top_up_records import Cause
from app.services.top_up_stories import told
from app.store import payments as payment_store
from app.store import top_up_reruns as store
from app.store import top_ups as decision_store
from app.store.top_up_reruns import Chosen

MOST = 1_000
STUCK = frozenset(TopUpOutcome) - {TopUpOutcome.CHARGED, TopUpOutcome.NOT_NEEDED, TopUpOutcome.OFF}
"""What is looked at if no accounts and no outcomes are named: who wanted it off is left alone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of an account, or in a dry run would; `sentence` says why.

    No outcome: nothing was decided. A dry run has neither a decision nor a charge.
    """

    account_id: UUID
    sentence: str
    outcome: TopUpOutcome | None = None
    amount: Micros | None = None
    decision: TopUpDecision | None = None

    @property
    def charge_id(self) -> UUID | None:
        """The payment, if one was made."""
        charged = self.outcome is TopUpOutcome.CHARGED
        return self.decision.payment_id if self.decision is not None and charged else None


@dataclass(frozen=True, slots=True)
class Answer:
    """`more`: there are accounts beyond the last of these; ask again after it."""

    asked: Sequence[Asked]
    more: bool


@dataclass(frozen=True, slots=True)
class Order:
    """Who asks, why, and with which key; `request` is the fingerprint of what was asked for."""

    actor: str
    reason: str
    key: str
    request: str


class _TriedOut(Exception):
    """Leaves a transaction uncommitted, with what came of it."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.asked = asked


async def try_out(
    transactions: Transactions, wish: Chosen, reason: str, *, limit: int = MOST
) -> Answer:
    """What a rerun for this reason would do to each account, and why; nothing is changed."""
    needed_reason(reason)
    async with transactions.begin() as uow:
        found, more = await _choose(uow, wish, limit)
    return Answer([await _try_out(transactions, each) for each in found], more)


async def rerun(
    transactions: Transactions, wish: Chosen, order: Order, *, limit: int = MOST
) -> Answer:
    """Decide again, account by account, each under its lock and in a transaction of its own."""
    check_key(order.key)
    reason = needed_reason(order.reason)
    async with transactions.begin() as uow:
        kept = await store.of_key(uow.session, order.key)
        if kept is None:
            found, more = await _choose(uow, wish, limit)
            kept = await store.keep(uow.session, _new(uow, order, reason, found, more=more))
    if kept.request != order.request:
        raise IdempotencyConflict
    asked = [await _decide(transactions, UUID(each), kept) for each in kept.account_ids]
    return Answer(asked, kept.more)


async def _choose(uow: UnitOfWork, wish: Chosen, limit: int) -> tuple[list[UUID], bool]:
    if not 1 <= limit <= MOST:
        raise InvalidInput(f"1 to {MOST:,} accounts at once.", field="first")
    found = await store.chosen(uow.session, wish, count=limit + 1)
    if wish.account_ids and not found and wish == Chosen(wish.account_ids):
        raise NotFound("account", field="accountIds")
    return found[:limit], len(found) > limit


def _new(
    uow: UnitOfWork, order: Order, reason: str, accounts: Sequence[UUID], *, more: bool
) -> TopUpRerun:
    return TopUpRerun(
        id=new_id(),
        key=order.key,
        request=order.request,
        actor=order.actor,
        reason=reason,
        account_ids=[str(each) for each in accounts],
        more=more,
        created_at=uow.now(),
    )


async def _try_out(transactions: Transactions, account_id: UUID) -> Asked:
    nobody = Order("dry run", "dry run", str(new_id()), "")
    try:
        async with transactions.begin() as uow:
            rerun = await store.keep(uow.session, _new(uow, nobody, nobody.reason, [], more=False))
            asked = await _ask(uow, account_id, rerun, would=True)
            _leave(asked)
    except _TriedOut as tried:
        return tried.asked
    except (AccountParked, DBAPIError) as problem:
        return _not_now(account_id, problem)
    return asked


def _leave(asked: Asked) -> None:
    """The transaction is left without a commit."""
    raise _TriedOut(asked)


async def _decide(transactions: Transactions, account_id: UUID, order: TopUpRerun) -> Asked:
    try:
        async with transactions.begin(account_id) as uow:
            return await _ask(uow, account_id, order, would=False)
    except (AccountParked, DBAPIError) as problem:
        return _not_now(account_id, problem)


async def _ask(uow: UnitOfWork, account_id: UUID, order: TopUpRerun, *, would: bool) -> Asked:
    """Once per order and account: what was decided already is the answer."""
    await any_account_locked(uow, account_id, field="accountIds")
    decision = await decision_store.of_rerun(uow.session, account_id, order.id)
    if decision is None:
        cause = Cause(TopUpTrigger.OPERATOR, rerun=order)
        decision = (await top_ups.top_up_if_low(uow, account_id, cause)).recorded
    payment = None
    if decision.payment_id is not None:
        payment = await payment_store.get(uow.session, account_id, decision.payment_id)
    sentence = told(decision, payment, would=would)
    if would and decision.outcome is TopUpOutcome.CHARGED and _was_declined(decision):
        sentence += await _last_decline(uow, account_id)
    kept = None if would else decision
    return Asked(account_id, sentence, decision.outcome, decision.amount, kept)


def _was_declined(decision: TopUpDecision) -> bool:
    """M6: a rerun lifts what a decline has stopped."""
    return decision.seen is not None and decision.seen["stopped"] == Refusal.DECLINED


async def _last_decline(uow: UnitOfWork, account_id: UUID) -> str:
    """An operator asks the same card again: what it said the last time is worth to know."""
    last = await decision_store.last_decline(uow.session, account_id)
    if last is None or last.settled_at is None:
        return ""
    return (
        f" The last charge, of {show(last.amount)}, was declined on {last.settled_at:%Y-%m-%d} "
        f"({last.decline_code})."
    )


def _not_now(account_id: UUID, problem: Exception) -> Asked:
    """One account that cannot be decided about stops no other; ask again with the same key."""
    if isinstance(problem, DBAPIError) and not gave_up_waiting(problem):
        raise problem
    why = "is on hold" if isinstance(problem, AccountParked) else "is busy"
    return Asked(account_id, f"Nothing was decided, because the account {why}: ask again.")
