"""The enums of billing runs."""

from api.documentation import documented
from app.domain.runs import Outcome, RunMode, RunStatus

documented(
    RunMode,
    "Who has started a billing run.",
    AUTOMATIC="Billing itself: there is one per cut-off, and every invoice of the 1st is of it.",
    MANUAL="An operator: a dry run, or the posting of one.",
)
documented(
    RunStatus,
    "How far a billing run is.",
    PLANNING="The bills are being computed; nothing is posted.",
    PLANNED="A dry run is done: the plan has its hash and can be applied.",
    CHECKING="A plan is to be posted: its bills are computed again, nothing is posted yet.",
    POSTING="Invoices are issued, account by account.",
    FINISHED="Done: nobody waits for it any more but who is parked or has changed.",
    STALE="Some bills were not as planned: nothing was posted, the changed accounts say what.",
)
documented(
    Outcome,
    "What a billing run has made of an account.",
    PENDING="Its bill is not computed yet.",
    PLANNED="Its bill is computed, and waits to be posted.",
    TO_PARK="Posting would park it: the reason says why.",
    RETRYING="It was parked; an operator has released it, and it will be billed again.",
    BILLED="Its invoice is issued.",
    NOTHING="Nothing was to be billed, and there is no invoice.",
    ALREADY_BILLED="Billed meanwhile by another way, for the same amount.",
    PARKED="Not billed, and on hold until an operator retries it; the reason says why.",
    CHANGED="Not billed: its bill was not as planned; the reason says both totals.",
)
