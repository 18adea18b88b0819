"""What usage would cost, in figures and in a sentence, by the same book that rates it (M2, M3)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.deferrals import DeferralKind, effective_at
from app.domain.money import Micros, show
from app.domain.rates import Entry
from app.domain.usage import Rated, UsageEvent
from app.domain.wording import date_of


@dataclass(frozen=True, slots=True)
class Quoted:
    """`amount_at` and `fee_at`: when each would be debited; None of what would not be."""

    rated: Rated
    negotiated: bool
    amount_at: datetime | None
    fee_at: datetime | None
    sentence: str

    @property
    def total(self) -> Micros:
        return self.rated.amount + self.rated.fee


def quoted(event: UsageEvent, entry: Entry, rated: Rated, today: date, timezone: str) -> Quoted:
    """Of an event that would happen and be recorded now."""
    amount_at = event.happened_at if rated.amount else None
    if rated.amount and rated.deferred:
        amount_at = effective_at(DeferralKind.INTERNATIONAL, today, timezone)
    fee_at = effective_at(DeferralKind.CARRIER_FEE, today, timezone) if rated.fee else None
    return Quoted(rated, entry.negotiated, amount_at, fee_at, _tell(event, entry, rated, today))


def _tell(event: UsageEvent, entry: Entry, rated: Rated, today: date) -> str:
    what = f"{event.quantity:,} x {_name(event)}"
    told = f"{what}: included in the plan."
    if not rated.included:
        by = "the negotiated rate" if entry.negotiated else "the plan's rate"
        when = "at the end of today" if rated.deferred else "at once"
        told = f"{what}: {show(rated.amount)} by {by} of {show(rated.rate)}, debited {when}."
    if rated.fee:
        told += (
            f" The carrier's fee of {show(rated.fee_rate)} each, {show(rated.fee)}, is debited "
            f"on {date_of(today + timedelta(days=1))}."
        )
    return told


def _name(event: UsageEvent) -> str:
    words = " ".join(part.value.replace("_", " ").lower() for part in event.cell[:3])
    words = words.replace("sms", "SMS").replace("mms", "MMS").replace("toll free", "toll-free")
    return f"{words} ({event.initiator.value.replace('_', ' ').lower()})"
