"""Rule M2: what is recorded today and posted later: each carrier's fee, calls and texts abroad."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.money import Micros
from app.domain.periods import midnight
from app.domain.usage import Rated


class DeferralKind(StrEnum):
    """CARRIER_FEE: posts on the next day. INTERNATIONAL: at the end of its own."""

    CARRIER_FEE = "CARRIER_FEE"
    INTERNATIONAL = "INTERNATIONAL"


_MOMENT = timedelta(microseconds=1)


def parts(rated: Rated) -> Iterator[tuple[DeferralKind, Micros]]:
    """What of an event is not debited at once; nothing of nothing."""
    if rated.deferred and rated.amount:
        yield DeferralKind.INTERNATIONAL, rated.amount
    if rated.fee:
        yield DeferralKind.CARRIER_FEE, rated.fee


def at_once(rated: Rated) -> Micros:
    """What is debited in the transaction that records the event."""
    return 0 if rated.deferred else rated.amount


def effective_at(kind: DeferralKind, day: date, timezone: str) -> datetime:
    """When what was recorded on a local day counts: its last moment, or the next day's first.

    So what happens abroad on 31 January is January's, and that day's fees are February's.
    """
    end = midnight(day + timedelta(days=1), timezone)
    return end if kind is DeferralKind.CARRIER_FEE else end - _MOMENT
