"""The enums of the domain as the API shows them."""

from api.documentation import documented
from app.domain.accounts import AccountStatus
from app.domain.authorizations import Denial
from app.domain.billing_details import Language
from app.domain.communications import CommunicationKind
from app.domain.differences import DifferenceCause
from app.domain.holds import HoldStatus
from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.ledger import TransferKind
from app.domain.passwords import Activation
from app.domain.payments import PaymentStatus, Purpose, Source
from app.domain.plan_changes import SubscriptionChangeKind
from app.domain.plans import BillingPolicy, Component, Term
from app.domain.previews import Action
from app.domain.reconciliation import Mismatch
from app.domain.refunds import RefundStatus
from app.domain.routing import RoutingOutcome, RoutingReason, SkipReason
from app.domain.runs import Outcome, RunMode, RunStatus
from app.domain.top_up_decisions import TopUpOutcome, TopUpTrigger
from app.domain.top_ups import Refusal
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.usage_days import UsageBy
from app.domain.users import Role, UserStatus
from app.models.api_keys import KeyRole
from app.services.ingestion import Disposition

documented(
    AccountStatus,
    "Where an account stands.",
    TRIAL="Pays nothing yet.",
    PAID="Converted: billed on each 1st.",
    PAST_DUE="An invoice was refused for good; users keep their states.",
    CLOSED="Over: nothing is billed any more but usage of before that its credits do not cover.",
)
documented(
    BillingPolicy,
    "Which users count, and when.",
    LICENSE="Active, paused and suspended users count; additions in mid-term are prorated.",
    ACTIVE_USERS="Active users at the cut-off count; nothing is prorated.",
)
documented(
    Term,
    "How long a subscription is paid for at a time. Every term starts on a 1st.",
    MONTHLY="One calendar month.",
    QUARTERLY="Three calendar months; adjusted to actual users on each 1st.",
    ANNUAL="Twelve calendar months; adjusted to actual users on each 1st.",
)
documented(
    SubscriptionChangeKind,
    "What became of plan and term.",
    CHANGED="Took effect at once: an upgrade, or any choice in a trial.",
    SCHEDULED="Asked for; the next renewal begins with it.",
    WITHDRAWN="What was asked for is taken back.",
    RENEWED="What was asked for took effect at a renewal.",
    CANCELLED="The subscription ends with what is paid for.",
    RESUMED="The cancellation is taken back.",
    CLOSED="The subscription is over.",
)
documented(
    Component,
    "What a subscription rents by the term.",
    LICENSE="A licence: one per billable user.",
    LOCAL_NUMBER="A local phone number.",
    TOLL_FREE_NUMBER="A toll-free phone number.",
    INTERNATIONAL_NUMBER="An international phone number.",
    LOCAL_PRESENCE="A local presence package.",
    BRAND_REGISTRATION="The recurring fee of a brand registration.",
    CAMPAIGN_10DLC="The recurring fee of a 10DLC campaign.",
    AI_TEXT_BOT="The AI text bot.",
    VOICE_ANALYTICS="Voice analytics.",
    AI_VOICE_BOT="The AI voice bot.",
)
documented(
    UserStatus,
    "What a user may do, and whether the user is billed.",
    ACTIVE="Does everything; billed.",
    PAUSED="Logs in but gets no calls; still billed.",
    SUSPENDED="Cannot log in; still billed.",
    DEACTIVATED="Cannot log in; not billed (accounts billed by active users).",
    DELETED="Gone for ever; not billed from the next renewal on.",
)
documented(
    Activation,
    "What is still to be done before a user's first log-in; the bill does not depend on it.",
    INVITED="A link went out by mail; nothing was chosen with it yet.",
    AWAITING_ACTIVATION="Created not active: an administrator has to activate the user now.",
    DONE="Nothing: whether the user may log in is a matter of the status.",
)
documented(
    Role,
    "What a user may do. Every role occupies one licence.",
    ADMINISTRATOR="Manages users and everything else.",
    BILLING_ADMIN="Manages money, not users.",
    SUPERVISOR="Watches over agents.",
    AGENT="Makes and takes calls.",
)
documented(
    Action,
    "A change of one user that can be previewed.",
    CREATE="Add a user.",
    ACTIVATE="Let a user do everything again.",
    PAUSE="No calls come in.",
    SUSPEND="No log-in.",
    DEACTIVATE="No log-in, and no bill (accounts billed by active users).",
    DELETE="Gone for ever.",
    GRANT_ROLE="Give a role.",
    REVOKE_ROLE="Take a role.",
)
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
    REFUND="The provider has given back more or less than we know.",
    TAKEN_BACK="The provider has taken the money from us again.",
)
documented(
    Refusal,
    "Why an automatic top-up does not charge.",
    OFF="It is switched off.",
    DECLINED="A charge was declined; it stays off until a payment method changes, or somebody "
    "switches it on.",
    BREAKER="More than 3 top-ups within 10 minutes; it stays off until it is switched on.",
    POST_PAID="Usage of this account is invoiced afterwards.",
    CLOSED="The account is closed.",
    NO_PAYMENT_METHOD="There is nothing to charge.",
    IN_FLIGHT="A charge for credits is not settled yet.",
    DAILY_CAP="It would charge more than its cap of a day.",
    MONTHLY_CAP="It would charge more than its cap of a month.",
)
documented(
    TopUpOutcome,
    "What was decided about a top-up: a charge, that none is needed, or why there is none.",
    CHARGED="The payment method is charged.",
    NOT_NEEDED="The balance is above the threshold.",
    OFF="It is switched off.",
    DECLINED="A charge was declined; it stays off until a payment method changes, or somebody "
    "switches it on.",
    BREAKER="More than 3 top-ups within 10 minutes; it stays off until it is switched on.",
    POST_PAID="Usage of this account is invoiced afterwards.",
    CLOSED="The account is closed.",
    NO_PAYMENT_METHOD="There is nothing to charge.",
    IN_FLIGHT="A charge for credits is not settled yet.",
    DAILY_CAP="It would charge more than its cap of a day.",
    MONTHLY_CAP="It would charge more than its cap of a month.",
)
documented(
    TopUpTrigger,
    "What made somebody look whether credits are to be topped up.",
    USAGE="Usage has brought the balance to the threshold or below.",
    SETTLED="A charge for credits was settled.",
    TICK="Each minute those who are low are looked at.",
    RULE="The rule was set.",
    METHOD="A payment method was added.",
    CLOCK="The clock of a sandbox account was advanced.",
    OPERATOR="An operator has asked for it.",
    EARLIER="Before that was recorded.",
)
documented(
    Language,
    "The language of an invoice; what is not translated is in English.",
    EN="English.",
    DE="German.",
    FR="French.",
    ES="Spanish.",
    PT="Portuguese.",
    IT="Italian.",
    NL="Dutch.",
    JA="Japanese.",
    ZH="Chinese.",
    AR="Arabic.",
    HE="Hebrew.",
    EL="Greek.",
    RU="Russian.",
    PL="Polish.",
)
documented(
    TransferKind,
    "What moved credits.",
    INVOICE="An invoice was issued.",
    DEBT="A negative balance was put on an invoice.",
    DEBT_ROUNDING="What lay below a cent of a debt.",
    PAYMENT="A payment succeeded.",
    TOP_UP="Credits were bought.",
    USAGE="Usage was posted.",
    TAX="The tax of an invoice.",
    REVERSAL="A credit note or a void took back what was billed.",
    USAGE_REVERSAL="The same for a line of debt or usage.",
    TAX_REVERSAL="The same for tax.",
    REFUND="What was paid and then credited is owed back.",
    BAD_DEBT="An invoice was given up.",
    REFUND_PAID="What was owed back went back to the card.",
    LATE_FAILURE="The provider has taken back what had been paid: it is owed again.",
    RETURNED="The provider has returned what it had taken back: it pays what it had paid.",
    OWED_AGAIN="What had gone back is with us again: it is owed to the customer again.",
    RETURNED_TO_CREDITS="The provider has returned what it had taken back: it buys the credits "
    "that it had bought, or some, if its invoice asks for nothing any more.",
    CARRIER_FEES="The carriers' fees of a day were posted, on the next day.",
    INTERNATIONAL_USAGE="The calls and texts abroad of a day were posted, at its end.",
    SETTLEMENT="The payment provider confirms that it has the money; moves no credits.",
)
documented(
    UsageKind,
    "What was used.",
    CALL_MINUTE="A minute of a call.",
    SMS_SEGMENT="A segment of a text message.",
    MMS_SEGMENT="A segment of a multimedia message.",
    LOOKUP="A look-up of a phone number.",
)
documented(Direction, "Which way it went.", INBOUND="To the company.", OUTBOUND="From the company.")
documented(
    LineType,
    "On what line.",
    LOCAL="A local line.",
    TOLL_FREE="A toll-free line: everything on it is metered.",
    INTERNATIONAL="An international line.",
)
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
    Denial,
    "Why usage may not be spent. An invoice that is past due is no reason.",
    INSUFFICIENT_CREDITS="The balance, less what is recorded and not debited yet, is too low: buy "
    "credits.",
    CREDITS_ON_HOLD="There are enough credits, but open holds have set them aside: release one, "
    "or buy more.",
    ACCOUNT_CLOSED="The account is closed; nothing can be used, and nothing is billed.",
)
documented(
    HoldStatus,
    "Whether a hold sets credits aside.",
    OPEN="It does; usage that is reported for it draws on it.",
    RELEASED="Not any more: somebody has released it.",
    EXPIRED="Not any more: its time is over.",
)
documented(
    KeyRole,
    "What an API key may do.",
    OPS="Everything, for every account.",
    ADMINISTRATOR="Everything within one account but its contract: the minimum, the rate of "
    "tax and corrections of invoices are an operator's.",
    BILLING_ADMIN="Changes the money of one account, not its users; reads all of it.",
    PARTNER="Agents, supervisors and usage of one account; changes no administrator or billing "
    "admin, moves no money, and reads all of it.",
)
documented(
    RoutingOutcome,
    "What becomes of a call that comes in now. It never changes the bill.",
    RINGS="Somebody is called.",
    VOICEMAIL="Nobody is called; the caller may leave a message.",
    UNANSWERED="Nobody is called, and no message is taken.",
)
documented(
    RoutingReason,
    "Why nobody is called.",
    NOBODY_ASSIGNED="The line has neither an owner nor a ring group.",
    NO_MEMBERS="The ring group is empty.",
    OWNER_SKIPPED="The state of the line's owner does not allow it.",
    ALL_MEMBERS_SKIPPED="The state of each member of the ring group does not allow it.",
)
documented(
    SkipReason,
    "The state in which somebody is not called.",
    PAUSED="Paused: not called, but still billed; the own line goes to voicemail if set.",
    SUSPENDED="Suspended: not called, no voicemail, but still billed.",
    DEACTIVATED="Deactivated: not called, no voicemail, not billed.",
    DELETED="Deleted: not called and not billed; deletion takes people out of routing.",
)
documented(
    CommunicationKind,
    "What is kept in the history. What it costs is a usage event's business.",
    CALL="A phone call.",
    MESSAGE="A text or multimedia message.",
)
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
    UsageBy,
    "Which of its two days an event counts on. Both are days of the account's zone.",
    POSTED="The day on which it was posted: it decides the month, and the debit.",
    HAPPENED="The day on which it was used; what is reported late was posted on a later day.",
)
