"""The enums of invoices, and what was paid for them."""

from api.documentation import documented
from app.domain.differences import DifferenceCause
from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.payments import PaymentStatus, Purpose, Source
from app.domain.reconciliation import Mismatch
from app.domain.refunds import RefundStatus

documented(
    InvoiceKind,
    "Why there is an invoice.",
    INITIAL="A trial was converted: charged at once.",
    RENEWAL="A term starts: licences, add-ons, unbilled charges and previous debt.",
    TRUE_UP="A 1st within a long term: additions and previous debt.",
    TOP_UP="Credits were bought; it is paid when it appears.",
    ADJUSTMENT="A correction.",
)
documented(
    InvoiceStatus,
    "What is due on an invoice.",
    DRAFT="Not final.",
    OPEN="Final and due; collection is trying.",
    PAID="Nothing is due.",
    PAST_DUE="Due, and collection has given up, unless `nextAttemptAt` says when it tries again.",
    VOID="Taken back as if it had never asked for anything; it keeps its number and its lines.",
    UNCOLLECTIBLE="Given up: nobody tries to collect it, but it can still be paid.",
)
documented(
    DifferenceCause,
    "Why a bill differs from the one of last month.",
    NEW="There is no bill of last month to compare with.",
    USERS_ADDED="More licences, and what was charged for parts of a month or term.",
    USERS_REMOVED="Fewer licences were renewed.",
    PRICE="Other prices or plans, and upgrades.",
    ADD_ONS="More or fewer add-ons.",
    TERM="A term of several months was renewed, this month or last month.",
    ONE_OFF_ENDED="What last month's bill had once: parts of months, upgrades.",
    USAGE="Post-paid usage.",
    DEBT="Previous debt: usage beyond the credits.",
    TAX="Tax, by its rate or by what is taxed.",
    OTHER="Anything else.",
)
documented(
    PaymentStatus,
    "How far a payment has come.",
    CREATED="Intended, not yet sent to the provider.",
    SENT="Sent; the provider has not answered yet.",
    UNKNOWN="The provider's answer was lost; it is asked again with the same key.",
    SUCCEEDED="The money was taken.",
    DECLINED="The money was refused.",
    REFUNDED="The money was taken, and all of it was given back.",
)
documented(
    RefundStatus,
    "How far a refund has come.",
    CREATED="Intended, not yet sent to the provider.",
    SENT="Sent; the provider has not answered yet.",
    UNKNOWN="The provider's answer was lost; it is asked again with the same key.",
    SUCCEEDED="The money went back.",
    FAILED="The provider refused it, or the card's bank days after it had SUCCEEDED; what is owed "
    "back is still owed.",
)
documented(
    Source,
    "Who brought the news that made a step of a payment.",
    REQUEST="A person asked for it.",
    WORKER="Nobody asked: it was due, or a worker sent it, or got no answer that says what came of "
    "it.",
    ANSWER="The provider's first answer.",
    LOOK_UP="A later look at the provider.",
    WEBHOOK="The provider told of it.",
    OPERATOR="A person found it out.",
    RECONCILIATION="The provider's list was compared with ours.",
)
documented(
    Purpose,
    "What a payment is for.",
    INVOICE="An invoice.",
    TOP_UP="An automatic top-up of credits.",
    PURCHASE="Credits bought by hand.",
)
documented(
    Mismatch,
    "What the payment provider and we see differently about a charge.",
    UNKNOWN_TO_US="The provider has taken money, and there is no payment of it here.",
    MISSING_AT_PROVIDER="A payment has succeeded here, and the provider knows no such charge.",
    AMOUNT="The provider has taken another amount.",
    CURRENCY="The provider has taken another currency.",
    STATUS="The money was taken there and not here, or here and not there.",
    TAKEN_AFTER_DECLINE="The provider has taken what was booked as declined here, or as not taken.",
    REFUND="The provider has given back more or less than we know.",
    REFUND_AMOUNT="A refund of ours has given back another amount there than it was to.",
    TAKEN_BACK="The provider has taken the money from us again.",
)
