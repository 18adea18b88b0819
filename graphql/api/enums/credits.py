"""The enums of credits and their top-ups."""

from api.documentation import documented
from app.domain.authorizations import Denial
from app.domain.holds import HoldStatus
from app.domain.ledger import TransferKind
from app.domain.top_up_decisions import TopUpOutcome, TopUpTrigger
from app.domain.top_ups import Refusal

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
    REFUND_PAID="What was owed back, or credits that were given back, went back to the card.",
    LATE_FAILURE="The provider has taken back what had been paid: it is owed again.",
    TAKEN_FROM_CREDITS="The same of an invoice's money that had become credits: they are less by "
    "it.",
    RETURNED="The provider has returned what it had taken back: it pays what it had paid.",
    OWED_AGAIN="What had gone back is with us again: it is owed to the customer again.",
    RETURNED_TO_CREDITS="The provider has returned what it had taken back, or a refund that was "
    "made there has failed: it buys the credits that it had bought, or some, if its invoice asks "
    "for nothing any more.",
    CARRIER_FEES="The carriers' fees of a day were posted, on the next day.",
    INTERNATIONAL_USAGE="The calls and texts abroad of a day were posted, at its end.",
    SETTLEMENT="The payment provider confirms that it has the money; moves no credits.",
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
