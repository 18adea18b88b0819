"""The permission that each operation and each type of the API needs; what is not here is refused.

The tests, the docs and the guard of the schema are made from these tables.
"""

from collections.abc import Mapping

from app.domain.access import Permission

P = Permission

QUERIES: Mapping[str, P | None] = {
    "viewer": None,
    "node": None,
    "plans": P.CATALOGUE_READ,
    "carrierFees": P.CATALOGUE_READ,
    "account": P.ACCOUNT_READ,
    "accounts": P.ACCOUNT_READ,
    "invoice": P.INVOICES_READ,
    "charge": P.INVOICES_READ,
    "topUp": P.CREDITS_READ,
    "hold": P.USAGE_READ,
    "quoteUsage": P.USAGE_READ,
    "previewUserStatusChange": P.USERS_WRITE,
    "previewPlanChange": P.MONEY_WRITE,
    "billingRuns": P.BILLING_RUN,
    "billingRun": P.BILLING_RUN,
    "reconciliations": P.RECONCILE,
    "payments": P.PAYMENTS_RESOLVE,
    "auditEvents": P.AUDIT_READ,
    "events": P.EVENTS_READ,
}
"""Without a permission: it is about who asks, or its answer's type says what is needed."""

MUTATIONS: Mapping[str, P | None] = {
    **dict.fromkeys(("logIn", "refreshSession", "logOut", "requestPasswordLink"), None),
    **dict.fromkeys(("logOutEverywhere", "endSession", "changePassword"), None),
    **dict.fromkeys(("createUser", "updateUser", "sendPasswordLink"), P.USERS_WRITE),
    **dict.fromkeys(("activateUser", "pauseUser", "suspendUser", "deactivateUser"), P.USERS_WRITE),
    **dict.fromkeys(("deleteUser", "changeUserStatuses"), P.USERS_WRITE),
    **dict.fromkeys(("grantRole", "revokeRole"), P.USERS_WRITE),
    **dict.fromkeys(("createLine", "updateLine", "recordCommunication"), P.TELEPHONY_WRITE),
    **dict.fromkeys(("createRingGroup", "setRingGroupMembers"), P.TELEPHONY_WRITE),
    **dict.fromkeys(("createContactList", "createContact", "assignContacts"), P.TELEPHONY_WRITE),
    **dict.fromkeys(("recordUsage", "adjustUsage", "authorizeUsage"), P.USAGE_WRITE),
    **dict.fromkeys(("releaseHold", "extendHold"), P.USAGE_WRITE),
    **dict.fromkeys(("convertTrial", "changePlan", "addAddOn", "removeAddOn"), P.MONEY_WRITE),
    **dict.fromkeys(("cancelSubscription", "resumeSubscription"), P.MONEY_WRITE),
    **dict.fromkeys(("buyCredits", "setCreditAlerts", "configureAutoTopUp"), P.MONEY_WRITE),
    **dict.fromkeys(("addPaymentMethod", "setDefaultPaymentMethod"), P.MONEY_WRITE),
    **dict.fromkeys(("removePaymentMethod", "payInvoice"), P.MONEY_WRITE),
    "updateBillingDetails": P.MONEY_WRITE,
    **dict.fromkeys(("setMinimumLicenses", "setNegotiatedPrice"), P.CONTRACT_WRITE),
    **dict.fromkeys(("setNegotiatedRate", "setPostPaid"), P.CONTRACT_WRITE),
    **dict.fromkeys(("setListPrice", "setRate"), P.CATALOGUE_WRITE),
    "createAccount": P.ACCOUNTS_CREATE,
    "advanceTestClock": P.CLOCK_ADVANCE,
    **dict.fromkeys(("issueCreditNote", "voidInvoice"), P.INVOICES_CORRECT),
    **dict.fromkeys(("markInvoiceUncollectible", "refundCreditNote"), P.INVOICES_CORRECT),
    **dict.fromkeys(("startBillingRun", "applyBillingRun", "retryBillingRun"), P.BILLING_RUN),
    "rerunTopUps": P.TOP_UPS_RERUN,
    "resolvePayment": P.PAYMENTS_RESOLVE,
    **dict.fromkeys(("adoptCharge", "adoptRefunds"), P.RECONCILE),
    **dict.fromkeys(("createApiKey", "rotateApiKey", "revokeApiKey"), P.KEYS_WRITE),
    **dict.fromkeys(("createPartnerKey", "grantApiKey", "revokeApiKeyGrant"), P.KEYS_GRANT),
    **dict.fromkeys(("createWebhookEndpoint", "updateWebhookEndpoint"), P.WEBHOOKS_WRITE),
    **dict.fromkeys(("rotateWebhookSecret", "deleteWebhookEndpoint"), P.WEBHOOKS_WRITE),
    **dict.fromkeys(("sendTestEvent", "replayEvent", "replayEvents"), P.WEBHOOKS_WRITE),
}
"""Without a permission: it is about who asks."""

ANONYMOUS = frozenset({"logIn", "refreshSession", "logOut", "requestPasswordLink"})
"""Of those, what asks for neither a key nor a session."""

OWN = frozenset({("Viewer", "user")})
"""Fields that lead to nothing but who asks: they need no permission for its type."""

SUBSCRIPTIONS: Mapping[str, P] = {
    **dict.fromkeys(("creditBalanceChanged", "topUpChanged"), P.CREDITS_READ),
    "invoiceChanged": P.INVOICES_READ,
    "billingRunProgressed": P.BILLING_RUN,
}

MOVING = frozenset(
    {
        *(P.MONEY_WRITE, P.INVOICES_CORRECT, P.PAYMENTS_RESOLVE, P.TOP_UPS_RERUN),
        *(P.RECONCILE, P.BILLING_RUN, P.USAGE_WRITE),
    }
)
"""What needs one of these moves money, or is about to."""

TYPES: Mapping[str, P | None] = {
    **dict.fromkeys(("Plan", "PlanRate", "Price", "CarrierFee"), P.CATALOGUE_READ),
    "Account": P.ACCOUNT_READ,
    **dict.fromkeys(("Subscription", "SubscriptionChange", "NegotiatedPrice"), P.CONTRACT_READ),
    **dict.fromkeys(("LicenseSummary", "LicenseCalendar", "MonthlyCost"), P.CONTRACT_READ),
    **dict.fromkeys(("AddOn", "PlanChangePreview", "Preview"), P.CONTRACT_READ),
    **dict.fromkeys(("User", "TimelineEvent"), P.USERS_READ),
    **dict.fromkeys(("Line", "RingGroup", "Contact", "ContactList"), P.TELEPHONY_READ),
    "Communication": P.TELEPHONY_READ,
    **dict.fromkeys(("Usage", "UsageEvent", "QuotedUsage", "UsageResult"), P.USAGE_READ),
    **dict.fromkeys(("Hold", "AccountRate", "NegotiatedRate"), P.USAGE_READ),
    **dict.fromkeys(("Credits", "CreditEntry", "TopUp", "TopUpView"), P.CREDITS_READ),
    **dict.fromkeys(("Funds", "AutoTopUp", "CreditAlert"), P.CREDITS_READ),
    **dict.fromkeys(("Invoice", "Charge", "CreditNote", "UpcomingInvoice"), P.INVOICES_READ),
    **dict.fromkeys(("MonthToDate", "BillingDetails", "DebtStory"), P.INVOICES_READ),
    **dict.fromkeys(("PostPaid", "PostPaidChange"), P.INVOICES_READ),
    **dict.fromkeys(("Payment", "PaymentMethod", "Refund"), P.PAYMENTS_READ),
    "ApiKey": P.KEYS_READ,
    **dict.fromkeys(("Event", "HistoryEntry"), P.EVENTS_READ),
    **dict.fromkeys(("WebhookEndpoint", "WebhookDelivery", "WebhookAttempt"), P.WEBHOOKS_READ),
    **dict.fromkeys(("BillingRun", "BillingRunAccount"), P.BILLING_RUN),
    "Reconciliation": P.RECONCILE,
    "TopUpRerunResult": P.TOP_UPS_RERUN,
    "AuditEvent": P.AUDIT_READ,
}
"""What may be reached only with a permission, by whatever way. Other types are parts of these."""

ROUTES: Mapping[str, P] = {
    "POST /usage": P.USAGE_WRITE,
    "GET /exports/{file}": P.INVOICES_READ,
    "GET /invoices/{id}.pdf": P.INVOICES_READ,
    "GET /credit-notes/{id}.pdf": P.INVOICES_READ,
}
"""What is not GraphQL."""

PARTS = frozenset(
    {
        *("Access", "AddOnCause", "AlertCrossing", "Attached", "BalanceCause", "BillTo"),
        *("BillingRunProgress", "CreditBalanceChange", "InvoiceChange", "TopUpChange"),
        *("BurnBasis", "ComingMinimum", "CreditForecast", "CreditNoteLine", "CreditSpend"),
        *("DebtContributor", "DebtEvent", "DebtLoss", "DebtPrevention", "DebtRefusal"),
        *("DeferredUsage", "Derivation", "DerivationInput", "Difference", "EntryUsage"),
        *("FeeCause",),
        *("InvoiceDecision", "LicenseDay", "MinimumCause", "Money", "NextTerm", "PageInfo"),
        *("PaymentCause", "PaymentStep", "PendingEntry", "Period", "PlanCause"),
        *("PlannedCharge", "PostPaidCause", "PreviewSide", "PriceCause", "Recomputed"),
        *("LogInAccount", "Session"),
        *("ReconciliationDifference", "Routing", "RunProgress", "RunTotals", "Skipped"),
        *("SpendKind", "StatusCount", "TopUpDecision", "TopUpRefusal", "TrueUpCandidate"),
        *("UpcomingCharge", "UsageCause", "UsageDebit", "UsageOfDay", "UsageOfDirection"),
        *("UsageOfInitiator", "UsageOfKind", "UsageOfLine", "UsageOfLineType", "UsageOfUser"),
        *("UsageSums", "UserCause", "UserError", "UserStatusResult", "UsersCause", "Viewer"),
    }
)
"""Types that tell nothing which what they are a part of does not."""
