"""Named places at which a fault can be ordered: a kill, a stop, a pause, a lost connection.

Off, a point costs one look at a constant. On (`PERSEAT_FAULTS` names a folder, in tests only), a
point strikes if a file of its name lies there; whoever takes the file away is struck, so an order
is carried out once, by one process. Points that are reached are noted in `reached`.
"""

import os
import signal
import time
from enum import StrEnum
from pathlib import Path

FOLDER = Path(os.environ["PERSEAT_FAULTS"]) if os.environ.get("PERSEAT_FAULTS") else None


class Fault(StrEnum):
    """Where a process may be struck; the value is the name of the order's file."""

    INTENT_MADE = "payment.intent_made"
    """The intent is written and not committed."""
    INTENT_COMMITTED = "payment.intent_committed"
    LEASE_TAKEN = "payment.lease_taken"
    """Committed as SENT; the provider has heard nothing."""
    CHARGED = "payment.charged"
    """The provider has answered, and nothing of it is recorded."""
    MARKED_UNKNOWN = "payment.marked_unknown"
    SETTLING = "payment.settling"
    """In the middle of the settlement's transaction."""
    SETTLED = "payment.settled"
    """The settlement is written and not committed."""
    SETTLEMENT_COMMITTED = "payment.settlement_committed"
    REFUND_SENT = "refund.sent"
    """Committed as SENT; the provider has heard nothing."""
    REFUNDED = "refund.refunded"
    """The provider has given back, and nothing of it is recorded."""


def reach(point: Fault) -> None:
    """Strike if somebody has ordered it."""
    if FOLDER is not None:
        _strike(FOLDER, point)


def _strike(folder: Path, point: Fault) -> None:
    with (folder / "reached").open("a") as notes:
        notes.write(f"{point}\n")
    order = folder / point
    try:
        what = order.read_text()
        order.unlink()
    except FileNotFoundError:
        return
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif what == "lose":
        raise ConnectionError(f"ordered at {point}")
    else:
        time.sleep(float(what))
