"""The enums of what an account is and has rented."""

from api.documentation import documented
from app.domain.accounts import AccountStatus
from app.domain.billing_details import Language
from app.domain.plan_changes import SubscriptionChangeKind
from app.domain.plans import BillingPolicy, Component, Term

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
