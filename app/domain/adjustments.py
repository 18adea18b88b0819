"""M1, I3: usage that was reported wrongly is corrected by a difference, posted when it is said."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.domain.errors import BillingError, Conflict, InvalidInput, NotFound
from app.domain.usage import QUANTITY_LIMIT, check_names

Id = TypeVar("Id")
Name = tuple[str, str]
"""A source, and the id that it gave to an event."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`quantity` is the right one, whole; 0 takes the event back. `adjusts` names the event."""

    event_id: str
    adjusts: str
    quantity: int
    reason: str
    source: str = ""

    @property
    def name(self) -> Name:
        return (self.source, self.event_id)

    @property
    def original(self) -> Name:
        return (self.source, self.adjusts)


@dataclass(frozen=True, slots=True)
class Known(Generic[Id]):
    """An event that is recorded: `original` is its own id, or that of what it corrects; `total` is
    the quantity of the original with all its corrections up to this one."""

    original: Id
    total: int
    corrects: bool


@dataclass(slots=True)
class Corrections(Generic[Id]):
    """What is recorded, and what the corrections of one request add to it, one after the other."""

    known: dict[Name, Known[Id]]
    totals: dict[Id, int] = field(default_factory=dict)

    def difference(self, wish: Adjustment, where: str) -> tuple[Id, int] | None:
        """The original and what to post; None: this was said before. Raise, naming the field."""
        check(wish, where)
        original = self.known.get(wish.original)
        if original is None:
            raise NotFound("usage event", field=f"{where}.adjusts")
        if original.corrects:
            raise InvalidInput(
                "This is a correction itself: name the event that it corrects.",
                field=f"{where}.adjusts",
            )
        if (said := self.known.get(wish.name)) is not None:
            if said != Known(original.original, wish.quantity, corrects=True):
                raise _taken(where)
            return None
        before = self.totals[original.original]
        self.totals[original.original] = wish.quantity
        self.known[wish.name] = Known(original.original, wish.quantity, corrects=True)
        return original.original, wish.quantity - before


def check(wish: Adjustment, where: str) -> None:
    check_names(wish.event_id, wish.source, field=where)
    if not 0 <= wish.quantity <= QUANTITY_LIMIT:
        raise InvalidInput(
            f"The right quantity is a whole number from 0 to {QUANTITY_LIMIT:,}.",
            field=f"{where}.quantity",
        )


def _taken(where: str) -> BillingError:
    return Conflict(
        "This id was used before, for something else; give each correction an id of its own.",
        field=f"{where}.id",
    )
