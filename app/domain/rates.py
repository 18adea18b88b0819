"""Rules M2 and M3: what an event costs, from data: the account's own rate, else that of its plan
when it happened, and beside it the fee of the carrier."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import TypeAlias
from uuid import UUID

from app.domain.errors import InvalidInput
from app.domain.money import LIMIT, Micros
from app.domain.plan_changes import PlanHistory
from app.domain.usage import (
    Cell,
    Direction,
    Initiator,
    LineType,
    Rated,
    UsageEvent,
    UsageKind,
    posts_at_end_of_day,
)

ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rate:
    """In force from `start` until before `end`; micros per unit. `included`: M2, at the rate 0.
    `is_example`: no source gives it."""

    start: datetime
    end: datetime | None
    amount: Micros
    included: bool = False
    is_example: bool = False


RateCard: TypeAlias = Mapping[Cell, Sequence[Rate]]
CarrierFees: TypeAlias = Mapping[str, Mapping[tuple[UsageKind, Direction], Sequence[Rate]]]
"""By carrier; one that is known and asks for nothing has no fee."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of a card: what is left open (None) is all of them."""

    kind: UsageKind | None = None
    direction: Direction | None = None
    line_type: LineType | None = None
    initiator: Initiator | None = None

    @property
    def parts(self) -> tuple[str | None, ...]:
        return (self.kind, self.direction, self.line_type, self.initiator)

    @property
    def is_one(self) -> bool:
        return None not in self.parts

    def __contains__(self, cell: Cell) -> bool:
        return all(part in {None, own} for part, own in zip(self.parts, cell, strict=True))

    def reach(self, cell: Cell, *, included: bool) -> bool:
        """What is included stays so unless it is named whole: "all texts" means what is metered."""
        return cell in self and (self.is_one or not included)


@dataclass(frozen=True, slots=True)
class AgreedRate:
    """Negotiated with one account, on one plan or (None) on any; without an amount, the plan's."""

    plan_id: str | None
    cells: Cells
    start: datetime
    amount: Micros | None
    included: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What one unit costs at an instant; `negotiated`: by the account's own rate."""

    plan_id: str
    rate: Micros
    included: bool
    fee: Micros
    deferred: bool
    negotiated: bool
    is_example: bool


_Key: TypeAlias = tuple[UsageKind, Direction, LineType, Initiator, str | None]
_Timeline: TypeAlias = tuple[list[datetime], list[Entry | None]]
"""The instants at which something changes, and what holds before the first and from each on."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A rate of a card with its id, to be changed."""

    id: UUID
    cell: Cell
    rate: Rate


@dataclass(frozen=True, slots=True)
class CardChange:
    """Rates to replace, to end, and cells of which one begins, each until the next one."""

    replace: list[UUID]
    end: list[UUID]
    begin: list[tuple[Cell, datetime | None]]


def changed(listed: Sequence[Listed], cells: Cells, at: datetime) -> CardChange:
    """M3: another rate for these cells from an instant on; what is to come later stays."""
    change = CardChange([], [], [])
    for cell in product(UsageKind, Direction, LineType, Initiator):
        own = [each for each in listed if each.cell == cell]
        now = next((each for each in own if _in_force([each.rate], at)), None)
        included = now is not None and now.rate.included
        if not cells.reach(cell, included=included) or (now is None and not cells.is_one):
            continue
        if now is not None and now.rate.start == at:
            change.replace.append(now.id)
            continue
        if now is not None:
            change.end.append(now.id)
        later = [each.rate.start for each in own if each.rate.start > at]
        change.begin.append((cell, min(later, default=None)))
    return change


class RateBook:
    """The rates of one account through all of its time.

    `own` in the order of effect, and of writing for one instant: the latest word counts. Cards
    and fees may be shared between books.
    """

    def __init__(
        self,
        plans: PlanHistory,
        cards: Mapping[str, RateCard],
        own: Sequence[AgreedRate] = (),
        fees: CarrierFees | None = None,
    ) -> None:
        self._plans, self._cards, self._own, self._fees = plans, cards, own, fees or {}
        self._timelines: dict[_Key, _Timeline] = {}

    def rate(self, event: UsageEvent, *, field: str) -> Rated:
        """M3: the rate in force when the event happened, times the quantity, exact to the micro."""
        e = event
        key = (e.kind, e.direction, e.line_type, e.initiator, e.carrier)
        changes, entries = self._timelines.get(key) or self._timeline(key, field)
        entry = entries[bisect_right(changes, e.happened_at)]
        if entry is None:
            raise _no_rate(event, field, ever=any(entries))
        amount, fee = entry.rate * e.quantity, entry.fee * e.quantity
        if abs(amount) > LIMIT or abs(fee) > LIMIT:
            raise InvalidInput(
                "One event cannot cost that much: report it in parts.", field=f"{field}.quantity"
            )
        return Rated(entry.rate, amount, entry.included, entry.fee, fee, entry.deferred)

    def entry(self, cell: Cell, carrier: str | None, at: datetime) -> Entry | None:
        """What counts at an instant, computed from the data; None without a rate."""
        plan_id = self._plans.at(at)
        listed = _in_force(self._cards[plan_id].get(cell, ()), at)
        own = self._agreed(cell, plan_id, at, included=listed is not None and listed.included)
        found = listed if own is None else own
        if found is None:
            return None
        fee = None if carrier is None else _in_force(self._fees[carrier].get(cell[:2], ()), at)
        return Entry(
            plan_id=plan_id,
            rate=found.amount,
            included=found.included,
            fee=0 if fee is None else fee.amount,
            deferred=posts_at_end_of_day(cell) and not found.included,
            negotiated=own is not None,
            is_example=found.is_example,
        )

    def _agreed(self, cell: Cell, plan_id: str, at: datetime, *, included: bool) -> Rate | None:
        for each in reversed(self._own):
            reaches = each.plan_id in {None, plan_id} and each.cells.reach(cell, included=included)
            if reaches and each.start <= at:
                if each.amount is None:
                    return None
                return Rate(each.start, None, each.amount, each.included)
        return None

    def _timeline(self, key: _Key, field: str) -> _Timeline:
        """Made once for a cell: all that counts, from change to change."""
        *_, carrier = key
        if carrier is not None and carrier not in self._fees:
            known = ", ".join(sorted(self._fees)) or "none yet"
            raise InvalidInput(
                f"There is no carrier of this name; known are: {known}. Leave it out if the "
                "carrier is not known.",
                field=f"{field}.carrier",
            )
        changes = sorted(set(self._changes(key[:4], carrier)))
        entries = [self.entry(key[:4], carrier, at) for at in (ALWAYS, *changes)]
        self._timelines[key] = changes, entries
        return changes, entries

    def _changes(self, cell: Cell, carrier: str | None) -> Iterator[datetime]:
        for since, _ in self._plans.changes:
            yield since
        for agreed in self._own:
            yield agreed.start
        for card in self._cards.values():
            yield from _ends(card.get(cell, ()))
        if carrier is not None:
            yield from _ends(self._fees[carrier].get(cell[:2], ()))


def _ends(rates: Sequence[Rate]) -> Iterator[datetime]:
    for rate in rates:
        yield rate.start
        if rate.end is not None:
            yield rate.end


def _in_force(rates: Sequence[Rate], at: datetime) -> Rate | None:
    for rate in rates:
        if rate.start <= at and (rate.end is None or at < rate.end):
            return rate
    return None


def _no_rate(event: UsageEvent, field: str, *, ever: bool) -> InvalidInput:
    what = " ".join(event.cell)
    if ever:
        return InvalidInput(
            f"The plan had no rate for {what} on {event.happened_at:%Y-%m-%d}: correct the time, "
            "or ask the operators for one.",
            field=f"{field}.happenedAt",
        )
    return InvalidInput(
        f"The plan has no rate for {what}: correct the kind, or ask the operators for one.",
        field=f"{field}.kind",
    )
