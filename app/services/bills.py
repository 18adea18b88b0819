"""Judge the bills of a chunk of accounts: what each is, why it differs, whether it may be sent.

Every plan and every way to post goes through here; nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import structlog

from app.db.unit_of_work import UnitOfWork
from app.domain.bounds import measure, unusual
from app.domain.differences import DifferenceCause, Parts, difference, parts_of
from app.domain.errors import BillingError
from app.domain.invoices import Bill, Position, bill
from app.domain.money import LIMIT, show
from app.domain.periods import add_months, local_date
from app.domain.plans import PriceBook
from app.domain.runs import digest, document
from app.services import positions
from app.store import bills as store
from app.store import plans
from app.store.accounts import Due

NO_SUBSCRIPTION = "it has no subscription"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Made:
    """A bill with what is compared between months."""

    position: Position
    bill: Bill
    parts: Parts
    causes: dict[DifferenceCause, int]
    measure: int


@dataclass(frozen=True, slots=True)
class Judged:
    """`parks`: why the bill must not be sent, as a sentence. `made` is None where there is none."""

    due: Due
    period: date
    made: Made | None
    parks: str | None

    def document(self) -> dict[str, Any]:
        """The same for the same state, whoever computes it."""
        if self.made is None:
            return {"parks": self.parks}
        made = self.made
        return document(made.bill, made.position.unbilled, self.due.currency, self.parks)

    def digest(self) -> str:
        return digest(self.document())


@dataclass(frozen=True, slots=True)
class _Known:
    """Each by account."""

    positions: dict[UUID, Position]
    unbilled: dict[UUID, store.Unbilled]
    months: dict[UUID, list[store.Month]]
    books: dict[UUID, PriceBook]


async def judge(uow: UnitOfWork, due: Sequence[Due]) -> list[Judged]:
    """One judgement for each, in a few reads for all of them."""
    session = uow.session
    books = await plans.price_books(session, [each.account_id for each in due])
    days = {d.account_id: local_date(d.cut_off, d.billing_timezone) for d in due}
    cut_offs = [(d.account_id, d.cut_off, days[d.account_id]) for d in due]
    found = await positions.load(uow, due)
    carried = [each for each in cut_offs if each[0] in found and found[each[0]].unbilled]
    known = _Known(
        positions=found,
        unbilled=await store.unbilled(session, carried),
        months=await store.months(session, cut_offs),
        books=books,
    )
    judged = [_judge(uow, each, days[each.account_id], known) for each in due]
    high = {each.due.account_id for each in judged if each.made and each.parks}
    accepted = await store.accepted(session, [each for each in cut_offs if each[0] in high])
    return [
        _judge(uow, each.due, each.period, known, accepted=True)
        if each.due.account_id in accepted
        else each
        for each in judged
    ]


def _judge(
    uow: UnitOfWork,
    due: Due,
    period: date,
    known: _Known,
    *,
    accepted: bool = False,
) -> Judged:
    try:
        made = _make(due, period, known)
    except (BillingError, ArithmeticError, LookupError, ValueError) as error:
        log.error("billing.impossible", account_id=str(due.account_id), reason=str(error))  # noqa: TRY400
        return Judged(due, period, None, str(error))
    earlier = [month.measure for month in known.months.get(due.account_id, ())]
    parks = unusual(made.bill.total, made.measure, earlier, uow.bounds, accepted=accepted)
    return Judged(due, period, made, parks)


def _make(due: Due, period: date, known: _Known) -> Made:
    position = known.positions.get(due.account_id)
    if position is None:
        raise LookupError(NO_SUBSCRIPTION)
    prices = known.books[due.account_id]
    decided = bill(position, prices)
    if decided.total > LIMIT:
        raise ValueError(f"its total would be {show(decided.total)}")
    parts = parts_of(decided, known.unbilled.get(due.account_id, ()))
    before = add_months(period, -1)
    last = [m for m in known.months.get(due.account_id, ()) if m.period == before and m.parts]
    then = Parts.from_json(last[0].total, last[0].parts) if last else None
    causes = difference(then, parts)
    return Made(position, decided, parts, causes, measure(decided, position, prices))
