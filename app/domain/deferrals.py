"""Rule M2: what is recorded today and posted later: each carrier's fee, calls and texts abroad."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from app.domain.ledger import TransferKind
from app.domain.periods import midnight


class DeferralKind(StrEnum):
    """CARRIER_FEE: posts on the next day. INTERNATIONAL: at the end of its own."""

    CARRIER_FEE = "CARRIER_FEE"
    INTERNATIONAL = "INTERNATIONAL"


_MOMENT = timedelta(microseconds=1)


BOOKED_AS = {
    DeferralKind.CARRIER_FEE: TransferKind.CARRIER_FEES,
    DeferralKind.INTERNATIONAL: TransferKind.INTERNATIONAL_USAGE,
}


@lru_cache(maxsize=4096)
def effective_at(kind: DeferralKind, day: date, timezone: str) -> datetime:
    """When what was recorded on a local day counts: its last moment, or the next day's first.

    So what happens abroad on 31 January is January's, and that day's fees are February's.
    """
    end = midnight(day + timedelta(days=1), timezone)
    return end if kind is DeferralKind.CARRIER_FEE else end - _MOMENT
