"""The enums of usage."""

from api.documentation import documented
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.usage_days import UsageBy
from app.services.ingestion import Disposition

documented(
    UsageKind,
    "What was used.",
    CALL_MINUTE="A minute of a call.",
    SMS_SEGMENT="A segment of a text message.",
    MMS_SEGMENT="A segment of a multimedia message.",
    LOOKUP="A look-up of a phone number.",
)
documented(
    LineType,
    "On what line.",
    LOCAL="A local line.",
    TOLL_FREE="A toll-free line: everything on it is metered.",
    INTERNATIONAL="An international line.",
)
documented(Direction, "Which way it went.", INBOUND="To the company.", OUTBOUND="From the company.")
documented(
    Initiator,
    "Who started it.",
    CONSUMER="A consumer: included on local lines.",
    AGENT="A human agent: included on local lines.",
    AUTOMATION="A campaign or sequence: metered.",
    POWER_DIALER="The power dialer: metered.",
    API="A program: metered.",
)
documented(
    Disposition,
    "What became of a usage event.",
    RECORDED="New: rated and debited.",
    DUPLICATE="The same event again: a success, and no second debit.",
    CONFLICT="Its id stands for another event: refused.",
    INVALID="It cannot be right: refused.",
)
documented(
    UsageBy,
    "Which of its two days an event counts on. Both are days of the account's zone.",
    POSTED="The day on which it was posted: it decides the month, and the debit.",
    HAPPENED="The day on which it was used; what is reported late was posted on a later day.",
)
