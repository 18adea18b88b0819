"""The gate (M4): yes or no to usage before it happens, and credits set aside for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.authorizations import Asker, Denial, Funds, judge, projected
from app.domain.errors import InvalidInput, NotFound
from app.domain.holds import HoldStatus, NewHold, check_expiry, check_reference, left
from app.domain.money import LIMIT, Micros
from app.domain.periods import local_date
from app.domain.permissions import Actor
from app.domain.usage import Cell, UsageEvent, check_event
from app.models import Account, UsageHold
from app.services import holds
from app.services.locks import any_account_locked, time_of
from app.services.rates import rate_book
from app.store import accounts as account_store
from app.store import funds as store
from app.store import subscriptions as subscription_store

MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Question:
    """May all of `lines` be used: cells and quantities? `hold`: and set their cost aside;
    `under`: by an open hold that was made for them."""

    lines: Sequence[tuple[Cell, int]]
    hold: NewHold | None = None
    under: UUID | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """The answer and what it rests on; `costs` in the order of the lines. `hold`: what was set
    aside, or what was asked under."""

    denial: Denial | None
    costs: Sequence[Micros]
    funds: Funds
    projected_balance: Micros
    hold: UsageHold | None = None

    @property
    def allowed(self) -> bool:
        return self.denial is None

    @property
    def cost(self) -> Micros:
        return sum(self.costs)


async def authorize_usage(
    uow: UnitOfWork, account_id: UUID, question: Question, *, actor: Actor
) -> Authorization:
    """All of it or none; nothing is posted. A question alone waits for nobody, and its answer is
    of its moment; a hold is decided under the account's lock, so no credit is promised twice."""
    _check(question)
    if question.hold is None:
        account = await account_store.get(uow.session, account_id)
    else:
        account = await any_account_locked(uow, account_id)
    if account is None:
        raise NotFound("account", field="accountId")
    costs = await _costs(uow, account, question.lines)
    if question.hold is not None:
        return await _hold(uow, account, question, question.hold, costs, actor=actor)
    return await _answer(uow, account, question, costs)


def _check(question: Question) -> None:
    if not 0 < len(question.lines) <= MOST_LINES:
        raise InvalidInput(f"Ask about 1 to {MOST_LINES} lines of usage at once.", field="usage")
    if question.hold is not None and question.under is not None:
        raise InvalidInput("Make a new hold, or ask under one; not both.", field="holdId")


async def _costs(
    uow: UnitOfWork, account: Account, lines: Sequence[tuple[Cell, int]]
) -> list[Micros]:
    """By the rates of now (M3)."""
    rates, now = await rate_book(uow, account.id), time_of(uow, account)
    costs = []
    for index, (cell, quantity) in enumerate(lines):
        field = f"usage.{index}"
        event = UsageEvent("estimate", *cell, quantity, happened_at=now)
        check_event(event, field=field, now=now)
        costs.append(rates.rate(event, field=field).amount)
    if sum(costs) > LIMIT:
        raise InvalidInput("Nothing can cost that much.", field="usage")
    return costs


async def _answer(
    uow: UnitOfWork, account: Account, question: Question, costs: Sequence[Micros]
) -> Authorization:
    now, cost = time_of(uow, account), sum(costs)
    hold = None
    if question.under is not None:
        hold = await holds.get(uow, account.id, question.under, field="holdId")
    asker = Asker(
        closed=await _is_over(uow, account),
        unlimited=account.may_go_negative or account.post_paid_usage,
        reserved=_reserved(hold, now),
    )
    funds = await store.of_account(uow.session, account.id, now)
    denial = judge(cost, funds, asker)
    return Authorization(denial, costs, funds, projected(cost, funds, asker), hold)


async def _hold(
    uow: UnitOfWork,
    account: Account,
    question: Question,
    new: NewHold,
    costs: Sequence[Micros],
    *,
    actor: Actor,
) -> Authorization:
    """The same question again is answered by the hold that is there, whatever it was made to."""
    check_reference(new.reference, field="hold.reference")
    lines = [{"cell": cell, "quantity": quantity} for cell, quantity in question.lines]
    request, now = holds.fingerprint(new, lines), time_of(uow, account)
    hold = await holds.same(uow, account, new, request)
    own = replace(question, under=None if hold is None else hold.id)
    answer = await _answer(uow, account, own, costs)
    if answer.denial is Denial.ACCOUNT_CLOSED:
        return answer
    if hold is not None:
        return replace(answer, denial=None, projected_balance=answer.funds.available, hold=hold)
    check_expiry(new.expires_at, now, now, field="hold.expiresAt")
    if answer.allowed:
        hold = await holds.make(uow, account, new, request, answer.cost, actor=actor)
    return replace(answer, hold=hold)


def _reserved(hold: UsageHold | None, now: datetime) -> Micros:
    """What is left of the hold; nothing of one that is over."""
    is_open = hold is not None and holds.status_of(hold, now) is HoldStatus.OPEN
    return left(hold.amount, hold.used) if hold is not None and is_open else 0


async def _is_over(uow: UnitOfWork, account: Account) -> bool:
    """P1, C5: a cancelled one is over when its term is, also if the run that closes it is late."""
    if account.status is AccountStatus.CLOSED:
        return True
    row, _ = await subscription_store.with_plan(uow.session, account.id)
    today = local_date(time_of(uow, account), account.billing_timezone)
    return row.ends_on is not None and row.ends_on <= today
