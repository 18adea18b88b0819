"""Named places at which a fault can be ordered: a kill, a stop, a pause, a lost connection.

Off, a point costs one look at a constant. On (`PERSEAT_FAULTS` names a folder, in tests only), a
point strikes if a file of its name lies there; whoever takes the file away is struck, so an order
is carried out once, by one process. Points that are reached are noted in `reached`.
"""

import asyncio
import os
import signal
import time
from enum import StrEnum
from pathlib import Path

FOLDER = Path(os.environ["PERSEAT_FAULTS"]) if os.environ.get("PERSEAT_FAULTS") else None
CUT = "cut"
"""Who stands between us and PostgreSQL finds here whose next commit gets no answer."""


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
    WEBHOOK_KEPT = "webhook.kept"
    """The event is kept, and the provider has no answer."""
    WEBHOOK_BOOKED = "webhook.booked"
    """What the event has led to is written and not committed."""
    TOP_UP_DECIDED = "top_up.decided"
    """The decision is recorded, with its intent if it is to charge, and not committed."""
    WORK_COMMITTED = "outbox.committed"
    """Work is written down for ever, and nobody has been told."""
    WORK_RUNG = "outbox.rung"
    """The bell has rung, and who rang does not know yet that it has."""
    WORK_DONE = "outbox.done"
    """All that a job of several transactions has to do is done, but for marking it."""
    USAGE_STAGED = "usage.staged"
    """Rated and copied; nothing of it is posted, no account is locked."""
    USAGE_POSTED = "usage.posted"
    """Events, sums and debits are written and not committed."""
    USAGE_COMMITTED = "usage.committed"
    """The body of events is recorded, and the partner has no answer."""
    MUTATION_COMMITTED = "api.committed"
    """What a mutation was asked for is done, and the client has no answer."""
    DEFERRALS_POSTED = "deferrals.posted"
    """The sums of a day are debited and not committed."""
    BILLING_CLAIMED = "billing.claimed"
    """Accounts that are due are claimed, and none of them is billed."""
    BILLING_POSTED = "billing.posted"
    """A chunk of accounts is billed and not committed."""
    BILLING_COMMITTED = "billing.committed"
    RUN_CLAIMED = "run.claimed"
    """The accounts of a chunk of an operator's run are claimed, and nothing is done for them."""
    RUN_WORKED = "run.worked"
    """A chunk is planned, checked or posted, and not committed."""
    RUN_COMMITTED = "run.committed"
    PAGE_LISTED = "reconciliation.listed"
    """A page of the provider's charges is read, and compared with nothing."""
    PAGE_CONFIRMED = "reconciliation.confirmed"
    """What agrees of a page is confirmed and not committed."""
    COMPARED = "reconciliation.compared"
    """All of a span is compared and confirmed, and no row says so."""
    COMPARISON_KEPT = "reconciliation.kept"
    """The row of a span is written and not committed."""
    ADOPTION_LISTED = "adoption.listed"
    """The provider has the charge that is to be adopted, and there is no payment of it."""
    ADOPTED = "adoption.booked"
    """The payment of an adopted charge is made and settled, and not committed."""
    ADOPTION_COMMITTED = "adoption.committed"
    EVENTS_TOLD = "events.told"
    """Events and their deliveries are written with their cause, and not committed."""
    DELIVERY_CLAIMED = "delivery.claimed"
    """An endpoint's lease is taken; the receiver has heard nothing."""
    DELIVERED = "delivery.sent"
    """The receiver has the webhook and has answered, and nothing of it is recorded."""
    NOTICE_DUE = "notice.due"
    """There is something to be told, and no letter in the outbox yet; nothing is committed."""
    NOTICE_WRITTEN = "notice.written"
    """The letters' jobs are in the outbox, and not committed."""
    MAIL_WRITTEN = "mail.written"
    """The letter's link is committed; no mail system has heard of it."""
    MAIL_SENT = "mail.sent"
    """The mail is away, and its job is not done."""


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
    elif what == "cancel":
        _cancel()
    elif what == "cut":
        (folder / CUT).write_text(str(os.getpid()))
    else:
        time.sleep(float(what))


def _cancel() -> None:
    """As a time limit does: what waits next is told."""
    if task := asyncio.current_task():
        task.cancel()
