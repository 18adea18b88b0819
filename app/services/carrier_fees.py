"""The shipped fees of the carriers (M2): facts of autumn 2024, for each segment, in dollars.

Where a source names no direction the fee is asked for both; where it names one, the other is free.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy.dialects.postgresql import Range, insert

from app.db.base import metadata
from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.money import UNIT
from app.domain.usage import Direction, UsageKind

SMS, MMS = UsageKind.SMS_SEGMENT, UsageKind.MMS_SEGMENT
BOTH, OUT = tuple(Direction), (Direction.OUTBOUND,)
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
FEES = (
    ("t-mobile", SMS, BOTH, [(SINCE, "0.003")]),
    ("t-mobile", MMS, BOTH, [(SINCE, "0.01")]),
    ("att", SMS, BOTH, [(SINCE, "0.003")]),
    ("att", MMS, BOTH, [(SINCE, "0.005"), (datetime(2024, 10, 1, tzinfo=UTC), "0.0075")]),
    ("verizon", SMS, BOTH, [(SINCE, "0.003")]),
    ("verizon", MMS, BOTH, [(SINCE, "0.005")]),
    ("us-cellular", SMS, OUT, [(SINCE, "0.005")]),
    ("us-cellular", MMS, OUT, [(SINCE, "0.01")]),
    ("rogers", SMS, OUT, [(SINCE, "0.0078"), (datetime(2023, 10, 1, tzinfo=UTC), "0.0084")]),
    ("rogers", MMS, OUT, [(SINCE, "0.0156"), (datetime(2023, 10, 1, tzinfo=UTC), "0.017")]),
)
"""T-Mobile is also Sprint's. The days are days in UTC: no source says more."""


def rows() -> Iterator[dict[str, Any]]:
    for carrier, kind, directions, steps in FEES:
        for (start, amount), (end, _) in pairwise([*steps, (None, "")]):
            for direction in directions:
                yield {
                    "id": new_id(),
                    "carrier": carrier,
                    "kind": kind,
                    "direction": direction,
                    "effective": Range(start, end),
                    "amount": int(Decimal(amount) * UNIT),
                    "is_example": False,
                }


async def ship(uow: UnitOfWork) -> None:
    """What is there already, for any of these times, belongs to the operators."""
    table = metadata.tables["carrier_fees"]
    connection = await uow.session.connection()
    await connection.execute(insert(table).on_conflict_do_nothing(), list(rows()))
