// Generated: see generate.mjs.
import type { Operation } from "./perseat.js";

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Where an account stands. */
export type AccountStatus =
  /** Pays nothing yet. */
  | 'TRIAL'
  /** Converted: billed on each 1st. */
  | 'PAID'
  /** An invoice was refused for good; users keep their states. */
  | 'PAST_DUE'
  /** Over: nothing is billed any more but usage of before that its credits do not cover. */
  | 'CLOSED';

/** A change of one user that can be previewed. */
export type Action =
  /** Add a user. */
  | 'CREATE'
  /** Let a user do everything again. */
  | 'ACTIVATE'
  /** No calls come in. */
  | 'PAUSE'
  /** No log-in. */
  | 'SUSPEND'
  /** No log-in, and no bill (accounts billed by active users). */
  | 'DEACTIVATE'
  /** Gone for ever. */
  | 'DELETE'
  /** Give a role. */
  | 'GRANT_ROLE'
  /** Take a role. */
  | 'REVOKE_ROLE';

/** What is still to be done before a user's first log-in; the bill does not depend on it. */
export type Activation =
  /** A link went out by mail; nothing was chosen with it yet. */
  | 'INVITED'
  /** Created not active: an administrator has to activate the user now. */
  | 'AWAITING_ACTIVATION'
  /** Nothing: whether the user may log in is a matter of the status. */
  | 'DONE';

/** What whoever asks may do: the roles of people, and those of keys. */
export type ActorRole =
  /** A key of operators: everything, for every account. */
  | 'OPS'
  /** A partner's key: agents, supervisors and usage of one account; moves no money. */
  | 'PARTNER'
  /** Everything within one account but its contract. */
  | 'ADMINISTRATOR'
  /** Changes the money of one account, not its users. */
  | 'BILLING_ADMIN'
  /** Sees users and usage of one account, not what they cost. */
  | 'SUPERVISOR'
  /** Sees who they are, and what they make calls with. */
  | 'AGENT';

/** Which users count, and when. */
export type BillingPolicy =
  /** Active, paused and suspended users count; additions in mid-term are prorated. */
  | 'LICENSE'
  /** Active users at the cut-off count; nothing is prorated. */
  | 'ACTIVE_USERS';

/** What a subscription rents by the term. */
export type Component =
  /** A licence: one per billable user. */
  | 'LICENSE'
  /** A local phone number. */
  | 'LOCAL_NUMBER'
  /** A toll-free phone number. */
  | 'TOLL_FREE_NUMBER'
  /** An international phone number. */
  | 'INTERNATIONAL_NUMBER'
  /** A local presence package. */
  | 'LOCAL_PRESENCE'
  /** The recurring fee of a brand registration. */
  | 'BRAND_REGISTRATION'
  /** The recurring fee of a 10DLC campaign. */
  | 'CAMPAIGN_10DLC'
  /** The AI text bot. */
  | 'AI_TEXT_BOT'
  /** Voice analytics. */
  | 'VOICE_ANALYTICS'
  /** The AI voice bot. */
  | 'AI_VOICE_BOT';

/** Set the rule of automatic top-up; what is left out stays as it is. A new account has it switched off, with a threshold of 10.00, steps of 100.00, and caps of 1,000.00 a day and 5,000.00 a month. */
export type ConfigureAutoTopUpInput = {
  /** The account. */
  accountId: string;
  /** Whether it charges. Switching it on forgets a decline and closes the breaker: a balance that is low is charged at once. */
  enabled: boolean;
  /** At or below this balance it charges: zero or more; at first 10. */
  threshold?: string | null | undefined;
  /** The step, from 1.00, in whole cents; at first 100. */
  amount?: string | null | undefined;
  /** Most of a local day: at least one step; at first 1000. */
  dailyCap?: string | null | undefined;
  /** Most of a local month: at least the daily cap; at first 5000. */
  monthlyCap?: string | null | undefined;
};

/** A new key for one account. */
export type CreateApiKeyInput = {
  /** The account. */
  accountId: string;
  /** Any but OPS. */
  role: KeyRole;
  /** What it is for. */
  name: string;
  /** Only this of what the role may, as `users:read`; null for all of it. */
  scopes?: Array<string> | null | undefined;
  /** From when on it is refused; null for never. */
  expiresAt?: string | null | undefined;
  /** Any text of up to 200 characters that is new for each new wish: sent again within 30 days it makes nothing a second time and gets the same answer. But for `text`, of which only a hash is kept: if that answer was lost, `rotateApiKey` with `overlapHours: 0`. */
  idempotencyKey?: string | null | undefined;
};

/** A new user. There is no password here: the server makes one. */
export type CreateUserInput = {
  /** The account. */
  accountId: string;
  /** First name. */
  firstName: string;
  /** Last name. */
  lastName: string;
  /** E-mail address, unique within the account. */
  email: string;
  /** Roles; an agent if none is given. */
  roles?: Array<Role>;
  /** False for a user whom an administrator activates after the first steps. Until then the user is SUSPENDED, which is billed, or DEACTIVATED, which is not, where active users are billed. */
  active?: boolean;
  /** The token of a preview: the change does exactly what was shown, or fails with PREVIEW_CHANGED and what is different. */
  previewToken?: string | null | undefined;
  /** Any text of up to 200 characters that is new for each new wish: sent again within 30 days it makes nothing a second time and gets the same answer. */
  idempotencyKey?: string | null | undefined;
};

/** Delete a user for ever, and decide about the user's contact lists. */
export type DeleteUserInput = {
  /** The user. */
  id: string;
  /** Why; kept in the history. */
  reason?: string | null | undefined;
  /** The version that you have read; refused if the user has changed since. */
  expectedVersion?: number | null | undefined;
  /** The token of a preview: the change does exactly what was shown, or fails with PREVIEW_CHANGED and what is different. */
  previewToken?: string | null | undefined;
  /** For a deletion: who gets the user's contact lists. If there are any, say this or deleteLists. */
  newListOwnerId?: string | null | undefined;
  /** For a deletion: delete the user's contact lists too; their contacts stay. */
  deleteLists?: boolean;
};

/** Which way it went. */
export type Direction =
  /** To the company. */
  | 'INBOUND'
  /** From the company. */
  | 'OUTBOUND';

/** Which accounts a key opens. Bills of sandbox accounts are nobody's to pay. */
export type Environment =
  /** Real accounts; an operator's key opens sandbox accounts too. */
  | 'LIVE'
  /** Sandbox accounts, whose time stands still until it is advanced. */
  | 'TEST';

/** What went wrong, for programs; the message is for people. */
export type ErrorCode =
  /** A value can never be right: wrong form, too long, too many decimals. */
  | 'INVALID'
  /** There is no such thing, or it belongs to somebody else. */
  | 'NOT_FOUND'
  /** Right in itself, but not beside what is there: taken, already done, in flight. */
  | 'CONFLICT'
  /** A rule of billing says no; the message says which and what to do. */
  | 'REFUSED'
  /** Not with this role, or not with the scopes of this key; the message says who may. */
  | 'FORBIDDEN'
  /** The key was used for another request; take a new one. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** Billing of the account is on hold until an operator has looked. */
  | 'ACCOUNT_PARKED'
  /** The change would not do what its preview has shown; the message says why. */
  | 'PREVIEW_CHANGED'
  /** Bills are not what was planned; nothing was posted, the message says which. */
  | 'PLAN_CHANGED'
  /** Others change the account right now, or it was too much at once. Nothing was done: send the same again soon, or less. */
  | 'BUSY'
  /** Not without a key or a session; only logging in and asking for a link are. */
  | 'UNAUTHENTICATED'
  /** E-mail address and password do not let anybody in, whatever the reason. */
  | 'LOG_IN_FAILED'
  /** Log-in was tried, or a link asked for, too often; `retryAfter` says when it may be tried again. */
  | 'TOO_MANY_ATTEMPTS'
  /** The password opens several accounts: send the same with one of `accounts`. */
  | 'SEVERAL_ACCOUNTS'
  /** There is no session to go on with, or it has ended: log in again. */
  | 'SESSION_OVER';

/** What happens. A webhook's `type` is the name in quotes; there will be more. */
export type EventKind =
  /** `account.created`: Somebody has signed up: a trial. Data: plan, term. */
  | 'ACCOUNT_CREATED'
  /** `account.converted`: The trial is paid for from now on. Data: plan, term. */
  | 'ACCOUNT_CONVERTED'
  /** `account.closed`: What was paid for has ended. Data: effectiveOn. */
  | 'ACCOUNT_CLOSED'
  /** `user.created`: A user was added. Data: userId, status. */
  | 'USER_CREATED'
  /** `user.status_changed`: A user's state has changed, and with it perhaps the bill. Data: userId, before, status. */
  | 'USER_STATUS_CHANGED'
  /** `user.role_changed`: A user has got or lost a role. Data: userId, role, granted. */
  | 'USER_ROLE_CHANGED'
  /** `session.ended`: Somebody has logged out, or was. Only live streams are closed by it: it is in no webhook and in no list. Data: userId. */
  | 'SESSION_ENDED'
  /** `subscription.changed`: Plan or term were changed or will be, or a cancellation was taken back. Data: plan, term, change, effectiveOn. */
  | 'SUBSCRIPTION_CHANGED'
  /** `subscription.cancelled`: It will end when what is paid for ends. Data: plan, term, change, effectiveOn. */
  | 'SUBSCRIPTION_CANCELLED'
  /** `subscription.renewed`: The next term has begun. Data: plan, term, periodStart, periodEnd. */
  | 'SUBSCRIPTION_RENEWED'
  /** `invoice.issued`: An invoice is final, and asks for what is due. Data: invoiceId, number, kind, status, total, due, currency. */
  | 'INVOICE_ISSUED'
  /** `invoice.paid`: Nothing of an invoice is due any more. Data: invoiceId, number, kind, status, total, due, currency. */
  | 'INVOICE_PAID'
  /** `invoice.past_due`: Nobody could collect it, and nobody tries any more. Data: invoiceId, number, kind, status, total, due, currency. */
  | 'INVOICE_PAST_DUE'
  /** `invoice.voided`: An invoice was taken back. Data: invoiceId, number, kind, status, total, due, currency. */
  | 'INVOICE_VOIDED'
  /** `invoice.uncollectible`: An invoice was given up. Data: invoiceId, number, kind, status, total, due, currency. */
  | 'INVOICE_UNCOLLECTIBLE'
  /** `credit_note.issued`: What was billed too much is taken back. Data: creditNoteId, invoiceId, number, total, refundable, currency. */
  | 'CREDIT_NOTE_ISSUED'
  /** `refund.succeeded`: Money went back to the card. Data: refundId, paymentId, invoiceId, creditNoteId, amount. */
  | 'REFUND_SUCCEEDED'
  /** `refund.failed`: Money did not go back, or came back later. Data: refundId, paymentId, invoiceId, creditNoteId, amount, failureCode. */
  | 'REFUND_FAILED'
  /** `payment.succeeded`: The payment provider has the money. Data: paymentId, invoiceId, purpose, amount. */
  | 'PAYMENT_SUCCEEDED'
  /** `payment.declined`: The payment provider has refused. Data: paymentId, invoiceId, purpose, amount, declineCode. */
  | 'PAYMENT_DECLINED'
  /** `payment.unknown`: The provider has not answered: it may have the money or not. Nothing else is charged for it until that is known. Data: paymentId, invoiceId, purpose, amount. */
  | 'PAYMENT_UNKNOWN'
  /** `payment.taken_back`: A bank has taken back what was paid: it is owed again. Data: paymentId, invoiceId, purpose, amount. */
  | 'PAYMENT_TAKEN_BACK'
  /** `payment.reinstated`: What was taken back or given back is with us again. Data: paymentId, invoiceId, purpose, amount. */
  | 'PAYMENT_REINSTATED'
  /** `credits.balance_changed`: Prepaid credits were used, bought or corrected: once for all that happened at once. Data: balance. */
  | 'CREDITS_BALANCE_CHANGED'
  /** `top_up.started`: Credits are low: the card is charged. Data: paymentId, amount. */
  | 'TOP_UP_STARTED'
  /** `top_up.stopped`: Credits do not come by themselves any more. Data: reason. */
  | 'TOP_UP_STOPPED'
  /** `payment_method.added`: There is another card. Data: paymentMethodId. */
  | 'PAYMENT_METHOD_ADDED'
  /** `payment_method.removed`: A card is charged no more. Data: paymentMethodId. */
  | 'PAYMENT_METHOD_REMOVED'
  /** `payment_method.expiring`: The card ends in so many days, or has ended. Data: paymentMethodId, days. */
  | 'PAYMENT_METHOD_EXPIRING'
  /** `api_key.changed`: An API key was revoked, has got another text, or is for one account less. Data: apiKeyId. */
  | 'API_KEY_CHANGED'
  /** `billing_run.progressed`: A part of a billing run is done. For operators. Data: billingRunId, status. */
  | 'BILLING_RUN_PROGRESSED'
  /** `webhook_endpoint.disabled`: An endpoint has taken nothing for days, or is gone: nothing is sent there any more. Data: webhookEndpointId, reason. */
  | 'WEBHOOK_ENDPOINT_DISABLED'
  /** `webhook.test`: Somebody tries whether webhooks arrive. Data: webhookEndpointId. */
  | 'WEBHOOK_TEST';

/** Who started it. */
export type Initiator =
  /** A consumer: included on local lines. */
  | 'CONSUMER'
  /** A human agent: included on local lines. */
  | 'AGENT'
  /** A campaign or sequence: metered. */
  | 'AUTOMATION'
  /** The power dialer: metered. */
  | 'POWER_DIALER'
  /** A program: metered. */
  | 'API';

/** Why there is an invoice. */
export type InvoiceKind =
  /** A trial was converted: charged at once. */
  | 'INITIAL'
  /** A term starts: licences, add-ons, unbilled charges and previous debt. */
  | 'RENEWAL'
  /** A 1st within a long term: additions and previous debt. */
  | 'TRUE_UP'
  /** Credits were bought; it is paid when it appears. */
  | 'TOP_UP'
  /** A correction. */
  | 'ADJUSTMENT';

/** What is due on an invoice. */
export type InvoiceStatus =
  /** Not final. */
  | 'DRAFT'
  /** Final and due; collection is trying. */
  | 'OPEN'
  /** Nothing is due. */
  | 'PAID'
  /** Due, and collection has given up, unless `nextAttemptAt` says when it tries again. */
  | 'PAST_DUE'
  /** Taken back as if it had never asked for anything; it keeps its number and its lines. */
  | 'VOID'
  /** Given up: nobody tries to collect it, but it can still be paid. */
  | 'UNCOLLECTIBLE';

/** What an API key may do. */
export type KeyRole =
  /** Everything, for every account. */
  | 'OPS'
  /** Everything within one account but its contract: the minimum, the rate of tax and corrections of invoices are an operator's. */
  | 'ADMINISTRATOR'
  /** Changes the money of one account, not its users; reads all of it. */
  | 'BILLING_ADMIN'
  /** Agents, supervisors and usage of one account; changes no administrator or billing admin, moves no money, and reads all of it. */
  | 'PARTNER';

/** The language of an invoice; what is not translated is in English. */
export type Language =
  /** English. */
  | 'EN'
  /** German. */
  | 'DE'
  /** French. */
  | 'FR'
  /** Spanish. */
  | 'ES'
  /** Portuguese. */
  | 'PT'
  /** Italian. */
  | 'IT'
  /** Dutch. */
  | 'NL'
  /** Japanese. */
  | 'JA'
  /** Chinese. */
  | 'ZH'
  /** Arabic. */
  | 'AR'
  /** Hebrew. */
  | 'HE'
  /** Greek. */
  | 'EL'
  /** Russian. */
  | 'RU'
  /** Polish. */
  | 'PL';

/** On what line. */
export type LineType =
  /** A local line. */
  | 'LOCAL'
  /** A toll-free line: everything on it is metered. */
  | 'TOLL_FREE'
  /** An international line. */
  | 'INTERNATIONAL';

/** How far a payment has come. */
export type PaymentStatus =
  /** Intended, not yet sent to the provider. */
  | 'CREATED'
  /** Sent; the provider has not answered yet. */
  | 'SENT'
  /** The provider's answer was lost; it is asked again with the same key. */
  | 'UNKNOWN'
  /** The money was taken. */
  | 'SUCCEEDED'
  /** The money was refused. */
  | 'DECLINED'
  /** The money was taken, and all of it was given back. */
  | 'REFUNDED';

/** What will, or may, move the credits. */
export type PendingKind =
  /** An automatic top-up is on its way; the credits appear when it has succeeded. */
  | 'TOP_UP'
  /** Credits that were bought are on their way, likewise. */
  | 'PURCHASE'
  /** Carriers' fees of a day, debited on the next one. */
  | 'CARRIER_FEE'
  /** Calls and texts abroad of a day, debited at its end. */
  | 'INTERNATIONAL'
  /** An open hold sets credits aside; they leave as its usage is posted. */
  | 'HOLD';

/** A change of one user, asked about and not made. */
export type PreviewInput = {
  /** What would be done. */
  action: Action;
  /** The user; none for CREATE. */
  userId?: string | null | undefined;
  /** For CREATE: the account. */
  accountId?: string | null | undefined;
  /** For GRANT_ROLE and REVOKE_ROLE: the role. */
  role?: Role | null | undefined;
  /** For CREATE: the roles; an agent if none is given. */
  roles?: Array<Role>;
  /** For CREATE: false for a user who is activated later. */
  active?: boolean;
};

/** What a payment is for. */
export type Purpose =
  /** An invoice. */
  | 'INVOICE'
  /** An automatic top-up of credits. */
  | 'TOP_UP'
  /** Credits bought by hand. */
  | 'PURCHASE';

/** How far a refund has come. */
export type RefundStatus =
  /** Intended, not yet sent to the provider. */
  | 'CREATED'
  /** Sent; the provider has not answered yet. */
  | 'SENT'
  /** The provider's answer was lost; it is asked again with the same key. */
  | 'UNKNOWN'
  /** The money went back. */
  | 'SUCCEEDED'
  /** The provider refused it, or the card's bank days after it had SUCCEEDED; what is owed back is still owed. */
  | 'FAILED';

/** Why an automatic top-up does not charge. */
export type Refusal =
  /** It is switched off. */
  | 'OFF'
  /** A charge was declined; it stays off until a payment method changes, or somebody switches it on. */
  | 'DECLINED'
  /** More than 3 top-ups within 10 minutes; it stays off until it is switched on. */
  | 'BREAKER'
  /** Usage of this account is invoiced afterwards. */
  | 'POST_PAID'
  /** The account is closed. */
  | 'CLOSED'
  /** There is nothing to charge. */
  | 'NO_PAYMENT_METHOD'
  /** A charge for credits is not settled yet. */
  | 'IN_FLIGHT'
  /** It would charge more than its cap of a day. */
  | 'DAILY_CAP'
  /** It would charge more than its cap of a month. */
  | 'MONTHLY_CAP';

/** What a user may do. Every role occupies one licence. */
export type Role =
  /** Manages users and everything else. */
  | 'ADMINISTRATOR'
  /** Manages money, not users. */
  | 'BILLING_ADMIN'
  /** Watches over agents. */
  | 'SUPERVISOR'
  /** Makes and takes calls. */
  | 'AGENT';

/** How far a billing run is. */
export type RunStatus =
  /** The bills are being computed; nothing is posted. */
  | 'PLANNING'
  /** A dry run is done: the plan has its hash and can be applied. */
  | 'PLANNED'
  /** A plan is to be posted: its bills are computed again, nothing is posted yet. */
  | 'CHECKING'
  /** Invoices are issued, account by account. */
  | 'POSTING'
  /** Done: nobody waits for it any more but who is parked or has changed. */
  | 'FINISHED'
  /** Some bills were not as planned: nothing was posted, the changed accounts say what. */
  | 'STALE';

/** How long a subscription is paid for at a time. Every term starts on a 1st. */
export type Term =
  /** One calendar month. */
  | 'MONTHLY'
  /** Three calendar months; adjusted to actual users on each 1st. */
  | 'QUARTERLY'
  /** Twelve calendar months; adjusted to actual users on each 1st. */
  | 'ANNUAL';

/** What happened to a user. */
export type TimelineEventKind =
  /** The user was added; `toStatus` is the first state. */
  | 'USER_CREATED'
  /** The state changed from `fromStatus` to `toStatus`. */
  | 'USER_STATUS_CHANGED'
  /** The user got `role`. */
  | 'ROLE_GRANTED'
  /** The user lost `role`. */
  | 'ROLE_REVOKED';

/** What was decided about a top-up: a charge, that none is needed, or why there is none. */
export type TopUpOutcome =
  /** The payment method is charged. */
  | 'CHARGED'
  /** The balance is above the threshold. */
  | 'NOT_NEEDED'
  /** It is switched off. */
  | 'OFF'
  /** A charge was declined; it stays off until a payment method changes, or somebody switches it on. */
  | 'DECLINED'
  /** More than 3 top-ups within 10 minutes; it stays off until it is switched on. */
  | 'BREAKER'
  /** Usage of this account is invoiced afterwards. */
  | 'POST_PAID'
  /** The account is closed. */
  | 'CLOSED'
  /** There is nothing to charge. */
  | 'NO_PAYMENT_METHOD'
  /** A charge for credits is not settled yet. */
  | 'IN_FLIGHT'
  /** It would charge more than its cap of a day. */
  | 'DAILY_CAP'
  /** It would charge more than its cap of a month. */
  | 'MONTHLY_CAP';

/** What moved credits. */
export type TransferKind =
  /** An invoice was issued. */
  | 'INVOICE'
  /** A negative balance was put on an invoice. */
  | 'DEBT'
  /** What lay below a cent of a debt. */
  | 'DEBT_ROUNDING'
  /** A payment succeeded. */
  | 'PAYMENT'
  /** Credits were bought. */
  | 'TOP_UP'
  /** Usage was posted. */
  | 'USAGE'
  /** The tax of an invoice. */
  | 'TAX'
  /** A credit note or a void took back what was billed. */
  | 'REVERSAL'
  /** The same for a line of debt or usage. */
  | 'USAGE_REVERSAL'
  /** The same for tax. */
  | 'TAX_REVERSAL'
  /** What was paid and then credited is owed back. */
  | 'REFUND'
  /** An invoice was given up. */
  | 'BAD_DEBT'
  /** The carriers' fees of a day were posted, on the next day. */
  | 'CARRIER_FEES'
  /** The calls and texts abroad of a day were posted, at its end. */
  | 'INTERNATIONAL_USAGE'
  /** The payment provider confirms that it has the money; moves no credits. */
  | 'SETTLEMENT'
  /** What was owed back, or credits that were given back, went back to the card. */
  | 'REFUND_PAID'
  /** The provider has taken back what had been paid: it is owed again. */
  | 'LATE_FAILURE'
  /** The provider has returned what it had taken back: it pays what it had paid. */
  | 'RETURNED'
  /** What had gone back is with us again: it is owed to the customer again. */
  | 'OWED_AGAIN'
  /** The provider has returned what it had taken back, or a refund that was made there has failed: it buys the credits that it had bought, or some, if its invoice asks for nothing any more. */
  | 'RETURNED_TO_CREDITS'
  /** The same of an invoice's money that had become credits: they are less by it. */
  | 'TAKEN_FROM_CREDITS';

/** Change what is given; null takes it away where there can be none. */
export type UpdateBillingDetailsInput = {
  /** The account. */
  accountId: string;
  /** At most 200 characters. */
  legalName?: string | null | undefined;
  /** At most 8 lines and 500 characters. */
  address?: string | null | undefined;
  /** At most 40 characters. */
  taxId?: string | null | undefined;
  /** The language of invoices from now on. */
  language?: Language | null | undefined;
  /** Percent from 0 to 100, at most four decimals. Only operators change it: it changes what invoices ask for. */
  taxRate?: string | null | undefined;
};

/** Change what is given of a user. */
export type UpdateUserInput = {
  /** The user. */
  id: string;
  /** First name. */
  firstName?: string | null | undefined;
  /** Last name. */
  lastName?: string | null | undefined;
  /** E-mail address. */
  email?: string | null | undefined;
  /** The version that you have read; refused if the user has changed since. */
  expectedVersion?: number | null | undefined;
};

/** Which of its two days an event counts on. Both are days of the account's zone. */
export type UsageBy =
  /** The day on which it was posted: it decides the month, and the debit. */
  | 'POSTED'
  /** The day on which it was used; what is reported late was posted on a later day. */
  | 'HAPPENED';

/** Which usage events; all that is given has to fit. */
export type UsageEventFilter = {
  /** What was used. */
  kind?: UsageKind | null | undefined;
  /** Which way. */
  direction?: Direction | null | undefined;
  /** On what lines. */
  lineType?: LineType | null | undefined;
  /** Who started it. */
  initiator?: Initiator | null | undefined;
  /** Only what is part of the plan, or only what costs credits. */
  included?: boolean | null | undefined;
  /** Whose. */
  userId?: string | null | undefined;
  /** Of which line. */
  lineId?: string | null | undefined;
  /** Of which hold. */
  holdId?: string | null | undefined;
  /** Which system reported it. */
  source?: string | null | undefined;
  /** The partner's id, whole. */
  eventId?: string | null | undefined;
  /** The first day of posting, in the account's zone. */
  postedFrom?: string | null | undefined;
  /** The last day of it. */
  postedTo?: string | null | undefined;
  /** The first day of happening, in the account's zone. */
  happenedFrom?: string | null | undefined;
  /** The last day of it. */
  happenedTo?: string | null | undefined;
};

/** What was used. */
export type UsageKind =
  /** A minute of a call. */
  | 'CALL_MINUTE'
  /** A segment of a text message. */
  | 'SMS_SEGMENT'
  /** A segment of a multimedia message. */
  | 'MMS_SEGMENT'
  /** A look-up of a phone number. */
  | 'LOOKUP';

/** What a list of users is sorted by. */
export type UserOrder =
  /** When they were added. */
  | 'CREATED'
  /** Last name, then first name, without case and accents. */
  | 'NAME'
  /** E-mail address. */
  | 'EMAIL'
  /** The name of the state; in one state, when they were added. */
  | 'STATUS';

/** Give or take a role. */
export type UserRoleInput = {
  /** The user. */
  id: string;
  /** The role. */
  role: Role;
  /** The version that you have read; refused if the user has changed since. */
  expectedVersion?: number | null | undefined;
  /** The token of a preview: the change does exactly what was shown, or fails with PREVIEW_CHANGED and what is different. */
  previewToken?: string | null | undefined;
};

/** What a user may do, and whether the user is billed. */
export type UserStatus =
  /** Does everything; billed. */
  | 'ACTIVE'
  /** Logs in but gets no calls; still billed. */
  | 'PAUSED'
  /** Cannot log in; still billed. */
  | 'SUSPENDED'
  /** Cannot log in; not billed (accounts billed by active users). */
  | 'DEACTIVATED'
  /** Gone for ever; not billed from the next renewal on. */
  | 'DELETED';

/** Change the state of a user. */
export type UserStatusInput = {
  /** The user. */
  id: string;
  /** Why; kept in the history. */
  reason?: string | null | undefined;
  /** The version that you have read; refused if the user has changed since. */
  expectedVersion?: number | null | undefined;
  /** The token of a preview: the change does exactly what was shown, or fails with PREVIEW_CHANGED and what is different. */
  previewToken?: string | null | undefined;
};

export type BillingDetailsPageQueryVariables = Exact<{
  account: string;
}>;


export type BillingDetailsPageQuery = { account: { id: string, name: string, billingDetails: { legalName: string | null, address: string | null, taxId: string | null, language: Language, taxRate: string } } | null };

export type UpdateBillingDetailsMutationVariables = Exact<{
  input: UpdateBillingDetailsInput;
}>;


export type UpdateBillingDetailsMutation = { updateBillingDetails: { billingDetails: { legalName: string | null, address: string | null, taxId: string | null, language: Language, taxRate: string } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type DetailsFragment = { legalName: string | null, address: string | null, taxId: string | null, language: Language, taxRate: string };

export type ChangePasswordMutationVariables = Exact<{
  current: string;
  password: string;
}>;


export type ChangePasswordMutation = { changePassword: { userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type CreditsPageQueryVariables = Exact<{
  account: string;
  from: string;
  to: string;
}>;


export type CreditsPageQuery = { account: { id: string, credits: { forecast: { sentence: string, runsOutAt: string | null, burnPerDay: { amount: string, currency: string } } | null, spend: { total: { amount: string, currency: string }, kinds: Array<{ kind: TransferKind, entries: number, amount: { amount: string, currency: string } }> }, pending: Array<{ kind: PendingKind, dueAt: string | null, day: string | null, events: number | null, amount: { amount: string, currency: string } }>, alerts: Array<{ id: string, armed: boolean, lastCrossedAt: string | null, threshold: { amount: string, currency: string } }>, topUps: { nodes: Array<{ id: string, purpose: Purpose, status: PaymentStatus, declineCode: string | null, createdAt: string, settledAt: string | null, amount: { amount: string, currency: string } }> }, refusals: { nodes: Array<{ reason: Refusal, at: string, balance: { amount: string, currency: string } }> }, balance: { amount: string, currency: string }, funds: { available: { amount: string, currency: string }, held: { amount: string, currency: string }, pendingDebits: { amount: string, currency: string }, incoming: { amount: string, currency: string } }, autoTopUp: { enabled: boolean, stoppedReason: Refusal | null, threshold: { amount: string, currency: string }, amount: { amount: string, currency: string }, dailyCap: { amount: string, currency: string }, monthlyCap: { amount: string, currency: string } } }, paymentMethods: Array<{ id: string, brand: string, last4: string, isDefault: boolean }> } | null };

export type CreditEntryListQueryVariables = Exact<{
  account: string;
  first?: number;
  after?: string | null | undefined;
}>;


export type CreditEntryListQuery = { account: { id: string, credits: { entries: { nodes: Array<{ id: string, kind: TransferKind, at: string, amount: { amount: string, currency: string }, balance: { amount: string, currency: string }, usage: Array<{ kind: UsageKind, events: number, quantity: number, amount: { amount: string, currency: string } }>, payment: { id: string, status: PaymentStatus } | null, invoice: { id: string, number: string, pdfUrl: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } } | null };

export type BuyCreditsMutationVariables = Exact<{
  account: string;
  amount: string;
  key: string;
}>;


export type BuyCreditsMutation = { buyCredits: { payment: { id: string, status: PaymentStatus, declineCode: string | null, amount: { amount: string, currency: string } } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type ConfigureAutoTopUpMutationVariables = Exact<{
  input: ConfigureAutoTopUpInput;
}>;


export type ConfigureAutoTopUpMutation = { configureAutoTopUp: { credits: { balance: { amount: string, currency: string }, funds: { available: { amount: string, currency: string }, held: { amount: string, currency: string }, pendingDebits: { amount: string, currency: string }, incoming: { amount: string, currency: string } }, autoTopUp: { enabled: boolean, stoppedReason: Refusal | null, threshold: { amount: string, currency: string }, amount: { amount: string, currency: string }, dailyCap: { amount: string, currency: string }, monthlyCap: { amount: string, currency: string } } } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type SetCreditAlertsMutationVariables = Exact<{
  account: string;
  thresholds: Array<string> | string;
}>;


export type SetCreditAlertsMutation = { setCreditAlerts: { credits: { alerts: Array<{ id: string, armed: boolean, threshold: { amount: string, currency: string } }> } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type AmountFragment = { amount: string, currency: string };

export type CreditsStateFragment = { balance: { amount: string, currency: string }, funds: { available: { amount: string, currency: string }, held: { amount: string, currency: string }, pendingDebits: { amount: string, currency: string }, incoming: { amount: string, currency: string } }, autoTopUp: { enabled: boolean, stoppedReason: Refusal | null, threshold: { amount: string, currency: string }, amount: { amount: string, currency: string }, dailyCap: { amount: string, currency: string }, monthlyCap: { amount: string, currency: string } } };

export type DashboardQueryVariables = Exact<{
  account: string;
}>;


export type DashboardQuery = { account: { id: string, name: string, status: AccountStatus, billingPolicy: BillingPolicy, billingTimezone: string, subscription: { term: Term, endsOn: string | null, plan: { id: string, name: string }, currentPeriod: { firstDay: string, lastDay: string } | null, next: { term: Term, effectiveOn: string, plan: { id: string, name: string } } | null }, licenses: { held: number, occupied: number, available: number, minimum: number, byStatus: Array<{ status: UserStatus, count: number }> }, credits: { balance: { amount: string, currency: string }, autoTopUp: { enabled: boolean, stoppedReason: Refusal | null, threshold: { amount: string, currency: string }, amount: { amount: string, currency: string } } }, users: { nodes: Array<{ id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } }, invoices: { nodes: Array<{ id: string, number: string, kind: InvoiceKind, status: InvoiceStatus, issuedOn: string, dueOn: string, total: { amount: string, currency: string }, amountDue: { amount: string, currency: string }, charges: Array<{ id: string, description: string, quantity: number, unitAmount: { amount: string, currency: string }, amount: { amount: string, currency: string } }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } }, upcomingInvoice: { kind: InvoiceKind, issuedOn: string, total: { amount: string, currency: string }, tax: { amount: string, currency: string }, unbilled: { amount: string, currency: string }, charges: Array<{ description: string, quantity: number, unitAmount: { amount: string, currency: string }, amount: { amount: string, currency: string } }> } | null } | null };

export type HistoryPageQueryVariables = Exact<{
  account: string;
  kinds?: Array<string> | string | null | undefined;
  first?: number;
  after?: string | null | undefined;
}>;


export type HistoryPageQuery = { account: { id: string, history: { nodes: Array<{ id: string, at: string, kind: string, sentence: string, actor: string | null, reason: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type InvoicesPageQueryVariables = Exact<{
  account: string;
  first?: number;
  after?: string | null | undefined;
}>;


export type InvoicesPageQuery = { account: { id: string, invoices: { nodes: Array<{ id: string, number: string, kind: InvoiceKind, status: InvoiceStatus, issuedOn: string, dueOn: string, nextAttemptAt: string | null, pdfUrl: string, period: { firstDay: string, lastDay: string }, total: { amount: string, currency: string }, amountDue: { amount: string, currency: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ComingInvoiceQueryVariables = Exact<{
  account: string;
}>;


export type ComingInvoiceQuery = { account: { id: string, unbilledCharges: Array<{ id: string, description: string, quantity: number, explanation: string, steps: Array<string>, unitAmount: { amount: string, currency: string }, amount: { amount: string, currency: string }, tax: { amount: string, currency: string }, period: { firstDay: string, lastDay: string } | null }>, upcomingInvoice: { kind: InvoiceKind, issuedOn: string, total: { amount: string, currency: string }, tax: { amount: string, currency: string }, unbilled: { amount: string, currency: string }, charges: Array<{ description: string, quantity: number, explanation: string, unitAmount: { amount: string, currency: string }, amount: { amount: string, currency: string } }> } | null } | null };

export type InvoiceDetailQueryVariables = Exact<{
  invoice: string;
}>;


export type InvoiceDetailQuery = { invoice: { taxRate: string, id: string, number: string, kind: InvoiceKind, status: InvoiceStatus, issuedOn: string, dueOn: string, nextAttemptAt: string | null, pdfUrl: string, subtotal: { amount: string, currency: string }, tax: { amount: string, currency: string }, amountPaid: { amount: string, currency: string }, amountCredited: { amount: string, currency: string }, amountRefundable: { amount: string, currency: string }, billTo: { name: string, address: string | null, taxId: string | null, language: Language }, charges: Array<{ id: string, description: string, quantity: number, explanation: string, steps: Array<string>, unitAmount: { amount: string, currency: string }, amount: { amount: string, currency: string }, tax: { amount: string, currency: string }, period: { firstDay: string, lastDay: string } | null }>, payments: Array<{ id: string, status: PaymentStatus, declineCode: string | null, createdAt: string, settledAt: string | null, amount: { amount: string, currency: string }, paymentMethod: { id: string, brand: string, last4: string } | null }>, creditNotes: Array<{ id: string, number: string, reason: string, total: { amount: string, currency: string } }>, decision: { reason: string, at: string, replacement: { id: string, number: string } | null } | null, replaces: { id: string, number: string } | null, period: { firstDay: string, lastDay: string }, total: { amount: string, currency: string }, amountDue: { amount: string, currency: string } } | null };

export type InvoiceRowFragment = { id: string, number: string, kind: InvoiceKind, status: InvoiceStatus, issuedOn: string, dueOn: string, nextAttemptAt: string | null, pdfUrl: string, period: { firstDay: string, lastDay: string }, total: { amount: string, currency: string }, amountDue: { amount: string, currency: string } };

export type LineFragment = { id: string, description: string, quantity: number, explanation: string, steps: Array<string>, unitAmount: { amount: string, currency: string }, amount: { amount: string, currency: string }, tax: { amount: string, currency: string }, period: { firstDay: string, lastDay: string } | null };

export type KeysPageQueryVariables = Exact<{
  account: string;
  first?: number;
  after?: string | null | undefined;
}>;


export type KeysPageQuery = { account: { id: string, apiKeys: { nodes: Array<{ id: string, name: string, role: KeyRole, environment: Environment | null, scopes: Array<string> | null, last4: string | null, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type CreateKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateKeyMutation = { createApiKey: { text: string | null, apiKey: { id: string, name: string, role: KeyRole, environment: Environment | null, scopes: Array<string> | null, last4: string | null, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type RotateKeyMutationVariables = Exact<{
  apiKey: string;
  hours?: number;
}>;


export type RotateKeyMutation = { rotateApiKey: { text: string | null, apiKey: { id: string, name: string, role: KeyRole, environment: Environment | null, scopes: Array<string> | null, last4: string | null, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type RevokeKeyMutationVariables = Exact<{
  apiKey: string;
}>;


export type RevokeKeyMutation = { revokeApiKey: { apiKey: { id: string, name: string, role: KeyRole, environment: Environment | null, scopes: Array<string> | null, last4: string | null, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type KeyFragment = { id: string, name: string, role: KeyRole, environment: Environment | null, scopes: Array<string> | null, last4: string | null, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null };

export type CreditBalanceChangedSubscriptionVariables = Exact<{
  account: string;
  after?: string | null | undefined;
}>;


export type CreditBalanceChangedSubscription = { creditBalanceChanged: { cursor: string, kind: EventKind | null, at: string, credits: { balance: { amount: string, currency: string } } } };

export type InvoiceChangedSubscriptionVariables = Exact<{
  account: string;
  after?: string | null | undefined;
}>;


export type InvoiceChangedSubscription = { invoiceChanged: { cursor: string, kind: EventKind | null, at: string, invoice: { id: string, number: string, kind: InvoiceKind, status: InvoiceStatus, issuedOn: string, dueOn: string, total: { amount: string, currency: string }, amountDue: { amount: string, currency: string } } | null } };

export type TopUpChangedSubscriptionVariables = Exact<{
  account: string;
  after?: string | null | undefined;
}>;


export type TopUpChangedSubscription = { topUpChanged: { cursor: string, kind: EventKind | null, at: string, autoTopUp: { enabled: boolean, stoppedReason: Refusal | null }, topUp: { payment: { id: string, purpose: Purpose, status: PaymentStatus, declineCode: string | null, amount: { amount: string, currency: string } } } | null } };

export type BillingRunProgressedSubscriptionVariables = Exact<{
  run: string;
  after?: string | null | undefined;
}>;


export type BillingRunProgressedSubscription = { billingRunProgressed: { cursor: string, kind: EventKind | null, at: string, run: { id: string, status: RunStatus, progress: { total: number, done: number, parked: number, changed: number } } } };

export type LogInMutationVariables = Exact<{
  email: string;
  password: string;
  account?: string | null | undefined;
}>;


export type LogInMutation = { logIn: { accessToken: string | null, expiresAt: string | null, retryAfter: number | null, accounts: Array<{ id: string, name: string }>, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type LogOutMutationVariables = Exact<{ [key: string]: never; }>;


export type LogOutMutation = { logOut: { userErrors: Array<{ code: ErrorCode, message: string }> } };

export type PaymentsPageQueryVariables = Exact<{
  account: string;
}>;


export type PaymentsPageQuery = { account: { id: string, status: AccountStatus, paymentMethods: Array<{ id: string, brand: string, last4: string, expiresOn: string | null, expired: boolean, isDefault: boolean }>, payments: { nodes: Array<{ id: string, purpose: Purpose, status: PaymentStatus, declineCode: string | null, createdAt: string, settledAt: string | null, nextLookAt: string | null, invoice: { id: string, number: string } | null, amount: { amount: string, currency: string }, amountRefunded: { amount: string, currency: string }, amountTakenBack: { amount: string, currency: string }, paymentMethod: { id: string, brand: string, last4: string } | null }> }, invoices: { nodes: Array<{ id: string, number: string, kind: InvoiceKind, status: InvoiceStatus, dueOn: string, nextAttemptAt: string | null, total: { amount: string, currency: string }, amountPaid: { amount: string, currency: string }, amountDue: { amount: string, currency: string }, payments: Array<{ id: string, purpose: Purpose, status: PaymentStatus, declineCode: string | null, createdAt: string, settledAt: string | null, nextLookAt: string | null, amount: { amount: string, currency: string }, amountRefunded: { amount: string, currency: string }, amountTakenBack: { amount: string, currency: string }, paymentMethod: { id: string, brand: string, last4: string } | null }>, creditNotes: Array<{ id: string, number: string, refunds: Array<{ id: string, status: RefundStatus, failureCode: string | null, amount: { amount: string, currency: string } }> }> }> } } | null };

export type AddCardMutationVariables = Exact<{
  account: string;
  token: string;
}>;


export type AddCardMutation = { addPaymentMethod: { paymentMethod: { id: string, brand: string, last4: string, expiresOn: string | null, expired: boolean, isDefault: boolean } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type ChooseCardMutationVariables = Exact<{
  method: string;
}>;


export type ChooseCardMutation = { setDefaultPaymentMethod: { paymentMethods: Array<{ id: string, brand: string, last4: string, expiresOn: string | null, expired: boolean, isDefault: boolean }>, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type RemoveCardMutationVariables = Exact<{
  method: string;
}>;


export type RemoveCardMutation = { removePaymentMethod: { paymentMethods: Array<{ id: string, brand: string, last4: string, expiresOn: string | null, expired: boolean, isDefault: boolean }>, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type PayInvoiceMutationVariables = Exact<{
  invoice: string;
  key: string;
}>;


export type PayInvoiceMutation = { payInvoice: { payment: { id: string, purpose: Purpose, status: PaymentStatus, declineCode: string | null, createdAt: string, settledAt: string | null, nextLookAt: string | null, amount: { amount: string, currency: string }, amountRefunded: { amount: string, currency: string }, amountTakenBack: { amount: string, currency: string }, paymentMethod: { id: string, brand: string, last4: string } | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type MethodFragment = { id: string, brand: string, last4: string, expiresOn: string | null, expired: boolean, isDefault: boolean };

export type ChargedFragment = { id: string, purpose: Purpose, status: PaymentStatus, declineCode: string | null, createdAt: string, settledAt: string | null, nextLookAt: string | null, amount: { amount: string, currency: string }, amountRefunded: { amount: string, currency: string }, amountTakenBack: { amount: string, currency: string }, paymentMethod: { id: string, brand: string, last4: string } | null };

export type PlanPageQueryVariables = Exact<{
  account: string;
}>;


export type PlanPageQuery = { account: { id: string, billingPolicy: BillingPolicy, subscription: { term: Term, minimumLicenses: number, endsOn: string | null, plan: { id: string, name: string }, currentPeriod: { firstDay: string, lastDay: string } | null, next: { term: Term, effectiveOn: string, plan: { id: string, name: string } } | null }, addOns: Array<{ kind: Component, quantity: number }> } | null, plans: Array<{ id: string, name: string, billingPolicy: BillingPolicy, currency: string, prices: Array<{ component: Component, term: Term, isExample: boolean, amount: { amount: string, currency: string } }> }> };

export type PreviewPlanChangeQueryVariables = Exact<{
  account: string;
  plan?: string | null | undefined;
  term?: Term | null | undefined;
}>;


export type PreviewPlanChangeQuery = { previewPlanChange: { preview: { sentence: string, effectiveOn: string, charges: Array<{ description: string, explanation: string, amount: { amount: string, currency: string } }>, before: { held: number, occupied: number, available: number, invoices: Array<{ issuedOn: string, total: { amount: string, currency: string } }> }, after: { held: number, occupied: number, available: number, invoices: Array<{ issuedOn: string, total: { amount: string, currency: string } }> } } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type ChangePlanMutationVariables = Exact<{
  account: string;
  plan?: string | null | undefined;
  term?: Term | null | undefined;
  key: string;
}>;


export type ChangePlanMutation = { changePlan: { effectiveOn: string | null, account: { id: string, subscription: { term: Term, minimumLicenses: number, endsOn: string | null, plan: { id: string, name: string }, currentPeriod: { firstDay: string, lastDay: string } | null, next: { term: Term, effectiveOn: string, plan: { id: string, name: string } } | null } } | null, charges: Array<{ id: string, description: string, explanation: string, amount: { amount: string, currency: string } }>, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type ConvertTrialMutationVariables = Exact<{
  account: string;
  term?: Term | null | undefined;
  key: string;
}>;


export type ConvertTrialMutation = { convertTrial: { account: { id: string, status: AccountStatus, subscription: { term: Term, minimumLicenses: number, endsOn: string | null, plan: { id: string, name: string }, currentPeriod: { firstDay: string, lastDay: string } | null, next: { term: Term, effectiveOn: string, plan: { id: string, name: string } } | null } } | null, invoice: { id: string, number: string, status: InvoiceStatus, total: { amount: string, currency: string } } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type CancelSubscriptionMutationVariables = Exact<{
  account: string;
  reason?: string | null | undefined;
}>;


export type CancelSubscriptionMutation = { cancelSubscription: { account: { id: string, subscription: { term: Term, minimumLicenses: number, endsOn: string | null, plan: { id: string, name: string }, currentPeriod: { firstDay: string, lastDay: string } | null, next: { term: Term, effectiveOn: string, plan: { id: string, name: string } } | null } } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type ResumeSubscriptionMutationVariables = Exact<{
  account: string;
}>;


export type ResumeSubscriptionMutation = { resumeSubscription: { account: { id: string, subscription: { term: Term, minimumLicenses: number, endsOn: string | null, plan: { id: string, name: string }, currentPeriod: { firstDay: string, lastDay: string } | null, next: { term: Term, effectiveOn: string, plan: { id: string, name: string } } | null } } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type SideFragment = { held: number, occupied: number, available: number, invoices: Array<{ issuedOn: string, total: { amount: string, currency: string } }> };

export type TermsFragment = { term: Term, minimumLicenses: number, endsOn: string | null, plan: { id: string, name: string }, currentPeriod: { firstDay: string, lastDay: string } | null, next: { term: Term, effectiveOn: string, plan: { id: string, name: string } } | null };

export type RefreshSessionMutationVariables = Exact<{ [key: string]: never; }>;


export type RefreshSessionMutation = { refreshSession: { accessToken: string | null, expiresAt: string | null, userErrors: Array<{ code: ErrorCode, message: string }> } };

export type RequestPasswordLinkMutationVariables = Exact<{
  email: string;
}>;


export type RequestPasswordLinkMutation = { requestPasswordLink: { retryAfter: number | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type SessionQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionQuery = { viewer: { name: string, role: ActorRole, accountId: string | null, user: { id: string, firstName: string, lastName: string, email: string, roles: Array<Role> } | null, sessions: Array<{ id: string, current: boolean, createdAt: string, lastUsedAt: string, expiresAt: string, userAgent: string }> } };

export type EndSessionMutationVariables = Exact<{
  session: string;
}>;


export type EndSessionMutation = { endSession: { userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type LogOutEverywhereMutationVariables = Exact<{ [key: string]: never; }>;


export type LogOutEverywhereMutation = { logOutEverywhere: { userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type TopUpPageQueryVariables = Exact<{
  account: string;
  first?: number;
  after?: string | null | undefined;
}>;


export type TopUpPageQuery = { account: { id: string, paymentMethods: Array<{ id: string, brand: string, last4: string, expiresOn: string | null, expired: boolean, isDefault: boolean }>, credits: { topUpDecisions: { nodes: Array<{ id: string, outcome: TopUpOutcome, sentence: string, at: string, times: number, balance: { amount: string, currency: string }, amount: { amount: string, currency: string }, payment: { id: string, status: PaymentStatus, declineCode: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } }, balance: { amount: string, currency: string }, autoTopUp: { enabled: boolean, stoppedReason: Refusal | null, threshold: { amount: string, currency: string }, amount: { amount: string, currency: string }, dailyCap: { amount: string, currency: string }, monthlyCap: { amount: string, currency: string } } } } | null };

export type SetTopUpRuleMutationVariables = Exact<{
  input: ConfigureAutoTopUpInput;
}>;


export type SetTopUpRuleMutation = { configureAutoTopUp: { notes: Array<string>, credits: { balance: { amount: string, currency: string }, autoTopUp: { enabled: boolean, stoppedReason: Refusal | null, threshold: { amount: string, currency: string }, amount: { amount: string, currency: string }, dailyCap: { amount: string, currency: string }, monthlyCap: { amount: string, currency: string } } } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type TopUpRuleFragment = { balance: { amount: string, currency: string }, autoTopUp: { enabled: boolean, stoppedReason: Refusal | null, threshold: { amount: string, currency: string }, amount: { amount: string, currency: string }, dailyCap: { amount: string, currency: string }, monthlyCap: { amount: string, currency: string } } };

export type UsagePageQueryVariables = Exact<{
  account: string;
  from?: string | null | undefined;
  to?: string | null | undefined;
  by?: UsageBy;
}>;


export type UsagePageQuery = { account: { id: string, billingTimezone: string, usage: { from: string, to: string, by: UsageBy, totals: { events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } }, byDay: Array<{ day: string, events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } }>, byKind: Array<{ kind: UsageKind, events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } }>, byDirection: Array<{ direction: Direction, events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } }>, byLineType: Array<{ lineType: LineType, events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } }>, byInitiator: Array<{ initiator: Initiator, events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } }>, byUser: Array<{ label: string, users: number, events: number, paidQuantity: number, includedQuantity: number, user: { id: string, status: UserStatus } | null, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } }>, byLine: Array<{ label: string, lines: number, events: number, paidQuantity: number, includedQuantity: number, line: { id: string, number: string } | null, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } }> } } | null };

export type UsageEventListQueryVariables = Exact<{
  account: string;
  filter?: UsageEventFilter | null | undefined;
  first?: number;
  after?: string | null | undefined;
}>;


export type UsageEventListQuery = { account: { id: string, usageEvents: { nodes: Array<{ id: string, eventId: string, postedAt: string, happenedAt: string, kind: UsageKind, direction: Direction, lineType: LineType, initiator: Initiator, quantity: number, included: boolean, carrier: string | null, explanation: string, amount: { amount: string, currency: string }, fee: { amount: string, currency: string }, user: { id: string, firstName: string, lastName: string, status: UserStatus } | null, line: { id: string, number: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type UsageEventDetailQueryVariables = Exact<{
  event: string;
}>;


export type UsageEventDetailQuery = { node:
    | { source: string, holdId: string | null, deferred: boolean, reason: string | null, id: string, eventId: string, postedAt: string, happenedAt: string, kind: UsageKind, direction: Direction, lineType: LineType, initiator: Initiator, quantity: number, included: boolean, carrier: string | null, explanation: string, rate: { amount: string, currency: string }, feeRate: { amount: string, currency: string }, debit: { id: string, kind: TransferKind, at: string, amount: { amount: string, currency: string } } | null, feeDebit: { id: string, kind: TransferKind, at: string, amount: { amount: string, currency: string } } | null, invoice: { id: string, number: string, status: InvoiceStatus, pdfUrl: string } | null, adjusts: { id: string, eventId: string, quantity: number } | null, adjustedBy: Array<{ id: string, eventId: string, quantity: number, reason: string | null, postedAt: string, amount: { amount: string, currency: string } }>, amount: { amount: string, currency: string }, fee: { amount: string, currency: string }, user: { id: string, firstName: string, lastName: string, status: UserStatus } | null, line: { id: string, number: string } | null }
    | Record<PropertyKey, never>
   | null };

type Figures_UsageOfDay_Fragment = { events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } };

type Figures_UsageOfDirection_Fragment = { events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } };

type Figures_UsageOfInitiator_Fragment = { events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } };

type Figures_UsageOfKind_Fragment = { events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } };

type Figures_UsageOfLine_Fragment = { events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } };

type Figures_UsageOfLineType_Fragment = { events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } };

type Figures_UsageOfUser_Fragment = { events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } };

type Figures_UsageSums_Fragment = { events: number, paidQuantity: number, includedQuantity: number, amount: { amount: string, currency: string }, fees: { amount: string, currency: string }, total: { amount: string, currency: string } };

export type FiguresFragment =
  | Figures_UsageOfDay_Fragment
  | Figures_UsageOfDirection_Fragment
  | Figures_UsageOfInitiator_Fragment
  | Figures_UsageOfKind_Fragment
  | Figures_UsageOfLine_Fragment
  | Figures_UsageOfLineType_Fragment
  | Figures_UsageOfUser_Fragment
  | Figures_UsageSums_Fragment
;

export type UsageEventRowFragment = { id: string, eventId: string, postedAt: string, happenedAt: string, kind: UsageKind, direction: Direction, lineType: LineType, initiator: Initiator, quantity: number, included: boolean, carrier: string | null, explanation: string, amount: { amount: string, currency: string }, fee: { amount: string, currency: string }, user: { id: string, firstName: string, lastName: string, status: UserStatus } | null, line: { id: string, number: string } | null };

export type UsersPageQueryVariables = Exact<{
  account: string;
  search?: string | null | undefined;
  status?: Array<UserStatus> | UserStatus | null | undefined;
  role?: Role | null | undefined;
  orderBy?: UserOrder;
  descending?: boolean;
  first?: number;
  after?: string | null | undefined;
}>;


export type UsersPageQuery = { account: { id: string, licenses: { held: number, occupied: number, available: number, minimum: number, byStatus: Array<{ status: UserStatus, count: number }> }, users: { totalCount: number, nodes: Array<{ id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type UserDetailQueryVariables = Exact<{
  account: string;
  user: string;
}>;


export type UserDetailQuery = { node:
    | { createdAt: string, version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null, access: { canLogIn: boolean, canSeeReports: boolean, canChangeSettings: boolean, canReceiveCalls: boolean, goesToVoicemail: boolean, canMakeCalls: boolean, ringsInGroups: boolean, isNotified: boolean, isBillable: boolean } }
    | Record<PropertyKey, never>
   | null, account: { id: string, timeline: { nodes: Array<{ at: string, actor: string, kind: TimelineEventKind, fromStatus: UserStatus | null, toStatus: UserStatus | null, role: Role | null, reason: string | null }> } } | null };

export type PreviewUserChangeQueryVariables = Exact<{
  input: PreviewInput;
}>;


export type PreviewUserChangeQuery = { previewUserStatusChange: { preview: { sentence: string, losses: Array<string>, canBeUndone: boolean, token: string, unbilledCharge: { description: string, explanation: string, amount: { amount: string, currency: string } } | null, leaves: { contacts: number, lines: number, ringGroups: number, lists: number, calls: number, messages: number }, before: { held: number, occupied: number, available: number, invoices: Array<{ issuedOn: string, total: { amount: string, currency: string } }> }, after: { held: number, occupied: number, available: number, invoices: Array<{ issuedOn: string, total: { amount: string, currency: string } }> } } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type CreateUserMutationVariables = Exact<{
  input: CreateUserInput;
}>;


export type CreateUserMutation = { createUser: { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type UpdateUserMutationVariables = Exact<{
  input: UpdateUserInput;
}>;


export type UpdateUserMutation = { updateUser: { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type ActivateUserMutationVariables = Exact<{
  input: UserStatusInput;
}>;


export type ActivateUserMutation = { activateUser: { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type PauseUserMutationVariables = Exact<{
  input: UserStatusInput;
}>;


export type PauseUserMutation = { pauseUser: { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type SuspendUserMutationVariables = Exact<{
  input: UserStatusInput;
}>;


export type SuspendUserMutation = { suspendUser: { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type DeactivateUserMutationVariables = Exact<{
  input: UserStatusInput;
}>;


export type DeactivateUserMutation = { deactivateUser: { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type DeleteUserMutationVariables = Exact<{
  input: DeleteUserInput;
}>;


export type DeleteUserMutation = { deleteUser: { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type GrantRoleMutationVariables = Exact<{
  input: UserRoleInput;
}>;


export type GrantRoleMutation = { grantRole: { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type RevokeRoleMutationVariables = Exact<{
  input: UserRoleInput;
}>;


export type RevokeRoleMutation = { revokeRole: { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type SendPasswordLinkMutationVariables = Exact<{
  user: string;
}>;


export type SendPasswordLinkMutation = { sendPasswordLink: { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> } };

export type PersonFragment = { id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null };

export type ChangedFragment = { user: { version: number, id: string, firstName: string, lastName: string, email: string, status: UserStatus, roles: Array<Role>, billable: boolean, activation: Activation | null } | null, userErrors: Array<{ code: ErrorCode, field: string | null, message: string }> };

const billingDetailsPage = "# Whom the invoices to come are addressed to; issued ones never change.\n\nquery BillingDetailsPage($account: ID!) {\n  account(id: $account) {\n    id\n    name\n    billingDetails { ...Details }\n  }\n}\n\nmutation UpdateBillingDetails($input: UpdateBillingDetailsInput!) {\n  updateBillingDetails(input: $input) {\n    billingDetails { ...Details }\n    userErrors { code field message }\n  }\n}\n\nfragment Details on BillingDetails { legalName address taxId language taxRate }\n";
export const BillingDetailsPage: Operation<BillingDetailsPageQuery, BillingDetailsPageQueryVariables> = { name: "BillingDetailsPage", document: billingDetailsPage };
export const UpdateBillingDetails: Operation<UpdateBillingDetailsMutation, UpdateBillingDetailsMutationVariables> = { name: "UpdateBillingDetails", document: billingDetailsPage };
const changePassword = "# Choose another password. One's other sessions end, this one goes on.\nmutation ChangePassword($current: String!, $password: String!) {\n  changePassword(input: { currentPassword: $current, password: $password }) {\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}\n";
export const ChangePassword: Operation<ChangePasswordMutation, ChangePasswordMutationVariables> = { name: "ChangePassword", document: changePassword };
const creditsPage = "# The credits page: what is left, what it will come to, what moved it, and what tops it up.\n\nquery CreditsPage($account: ID!, $from: Date!, $to: Date!) {\n  account(id: $account) {\n    id\n    credits {\n      ...CreditsState\n      forecast { sentence runsOutAt burnPerDay { ...Amount } }\n      spend(from: $from, to: $to) {\n        total { ...Amount }\n        kinds { kind entries amount { ...Amount } }\n      }\n      pending { kind dueAt day events amount { ...Amount } }\n      alerts { id armed lastCrossedAt threshold { ...Amount } }\n      topUps(first: 5) {\n        nodes { id purpose status declineCode createdAt settledAt amount { ...Amount } }\n      }\n      refusals(first: 5) { nodes { reason at balance { ...Amount } } }\n    }\n    paymentMethods { id brand last4 isDefault }\n  }\n}\n\n# What moved the balance, with the balance after each.\nquery CreditEntryList($account: ID!, $first: Int! = 20, $after: String) {\n  account(id: $account) {\n    id\n    credits {\n      entries(first: $first, after: $after) {\n        nodes {\n          id\n          kind\n          at\n          amount { ...Amount }\n          balance { ...Amount }\n          usage { kind events quantity amount { ...Amount } }\n          payment { id status }\n          invoice { id number pdfUrl }\n        }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n}\n\n# A new key for each click; the same key again if the answer was lost.\nmutation BuyCredits($account: ID!, $amount: Decimal!, $key: String!) {\n  buyCredits(input: { accountId: $account, amount: $amount, idempotencyKey: $key }) {\n    payment { id status declineCode amount { ...Amount } }\n    userErrors { code field message }\n  }\n}\n\nmutation ConfigureAutoTopUp($input: ConfigureAutoTopUpInput!) {\n  configureAutoTopUp(input: $input) {\n    credits { ...CreditsState }\n    userErrors { code field message }\n  }\n}\n\nmutation SetCreditAlerts($account: ID!, $thresholds: [Decimal!]!) {\n  setCreditAlerts(input: { accountId: $account, thresholds: $thresholds }) {\n    credits { alerts { id armed threshold { ...Amount } } }\n    userErrors { code field message }\n  }\n}\n\nfragment Amount on Money { amount currency }\n\nfragment CreditsState on Credits {\n  balance { ...Amount }\n  funds {\n    available { ...Amount }\n    held { ...Amount }\n    pendingDebits { ...Amount }\n    incoming { ...Amount }\n  }\n  autoTopUp {\n    enabled\n    stoppedReason\n    threshold { ...Amount }\n    amount { ...Amount }\n    dailyCap { ...Amount }\n    monthlyCap { ...Amount }\n  }\n}\n";
export const CreditsPage: Operation<CreditsPageQuery, CreditsPageQueryVariables> = { name: "CreditsPage", document: creditsPage };
export const CreditEntryList: Operation<CreditEntryListQuery, CreditEntryListQueryVariables> = { name: "CreditEntryList", document: creditsPage };
export const BuyCredits: Operation<BuyCreditsMutation, BuyCreditsMutationVariables> = { name: "BuyCredits", document: creditsPage };
export const ConfigureAutoTopUp: Operation<ConfigureAutoTopUpMutation, ConfigureAutoTopUpMutationVariables> = { name: "ConfigureAutoTopUp", document: creditsPage };
export const SetCreditAlerts: Operation<SetCreditAlertsMutation, SetCreditAlertsMutationVariables> = { name: "SetCreditAlerts", document: creditsPage };
const dashboardPage = "# The first page after log-in: the company, its licences and credits, people, bills, and what is next.\n\nquery Dashboard($account: ID!) {\n  account(id: $account) {\n    id\n    name\n    status\n    billingPolicy\n    billingTimezone\n    subscription {\n      plan { id name }\n      term\n      currentPeriod { firstDay lastDay }\n      next { plan { id name } term effectiveOn }\n      endsOn\n    }\n    licenses { held occupied available minimum byStatus { status count } }\n    credits {\n      balance { ...Amount }\n      autoTopUp { enabled stoppedReason threshold { ...Amount } amount { ...Amount } }\n    }\n    users(first: 20) {\n      nodes { id firstName lastName email status roles billable }\n      pageInfo { hasNextPage endCursor }\n    }\n    invoices(first: 12) {\n      nodes {\n        id\n        number\n        kind\n        status\n        issuedOn\n        dueOn\n        total { ...Amount }\n        amountDue { ...Amount }\n        charges { id description quantity unitAmount { ...Amount } amount { ...Amount } }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n    upcomingInvoice {\n      kind\n      issuedOn\n      total { ...Amount }\n      tax { ...Amount }\n      unbilled { ...Amount }\n      charges { description quantity unitAmount { ...Amount } amount { ...Amount } }\n    }\n  }\n}\n\nfragment Amount on Money { amount currency }\n";
export const Dashboard: Operation<DashboardQuery, DashboardQueryVariables> = { name: "Dashboard", document: dashboardPage };
const historyPage = "# What happened to the account and who did what, newest first; kinds are webhooks' types and mutations.\n\nquery HistoryPage($account: ID!, $kinds: [String!], $first: Int! = 20, $after: String) {\n  account(id: $account) {\n    id\n    history(kinds: $kinds, first: $first, after: $after) {\n      nodes { id at kind sentence actor reason }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n}\n";
export const HistoryPage: Operation<HistoryPageQuery, HistoryPageQueryVariables> = { name: "HistoryPage", document: historyPage };
const invoicesPage = "# Invoices: the list, one of them with the reason of each line, and what the next one will ask for.\n\nquery InvoicesPage($account: ID!, $first: Int! = 20, $after: String) {\n  account(id: $account) {\n    id\n    invoices(first: $first, after: $after) {\n      nodes { ...InvoiceRow }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n}\n\nquery ComingInvoice($account: ID!) {\n  account(id: $account) {\n    id\n    unbilledCharges { ...Line }\n    upcomingInvoice {\n      kind\n      issuedOn\n      total { ...Amount }\n      tax { ...Amount }\n      unbilled { ...Amount }\n      charges { description quantity unitAmount { ...Amount } amount { ...Amount } explanation }\n    }\n  }\n}\n\nquery InvoiceDetail($invoice: ID!) {\n  invoice(id: $invoice) {\n    ...InvoiceRow\n    subtotal { ...Amount }\n    tax { ...Amount }\n    taxRate\n    amountPaid { ...Amount }\n    amountCredited { ...Amount }\n    amountRefundable { ...Amount }\n    billTo { name address taxId language }\n    charges { ...Line }\n    payments { id status declineCode createdAt settledAt amount { ...Amount } paymentMethod { id brand last4 } }\n    creditNotes { id number reason total { ...Amount } }\n    decision { reason at replacement { id number } }\n    replaces { id number }\n  }\n}\n\nfragment Amount on Money { amount currency }\n\nfragment InvoiceRow on Invoice {\n  id\n  number\n  kind\n  status\n  period { firstDay lastDay }\n  issuedOn\n  dueOn\n  nextAttemptAt\n  total { ...Amount }\n  amountDue { ...Amount }\n  pdfUrl\n}\n\nfragment Line on Charge {\n  id\n  description\n  quantity\n  unitAmount { ...Amount }\n  amount { ...Amount }\n  tax { ...Amount }\n  period { firstDay lastDay }\n  explanation\n  steps\n}\n";
export const InvoicesPage: Operation<InvoicesPageQuery, InvoicesPageQueryVariables> = { name: "InvoicesPage", document: invoicesPage };
export const ComingInvoice: Operation<ComingInvoiceQuery, ComingInvoiceQueryVariables> = { name: "ComingInvoice", document: invoicesPage };
export const InvoiceDetail: Operation<InvoiceDetailQuery, InvoiceDetailQueryVariables> = { name: "InvoiceDetail", document: invoicesPage };
const keysPage = "# API keys of the account. The text of a key is shown once, when it is made.\n\nquery KeysPage($account: ID!, $first: Int! = 20, $after: String) {\n  account(id: $account) {\n    id\n    apiKeys(first: $first, after: $after) {\n      nodes { ...Key }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n}\n\nmutation CreateKey($input: CreateApiKeyInput!) {\n  createApiKey(input: $input) {\n    apiKey { ...Key }\n    text\n    userErrors { code field message }\n  }\n}\n\n# The old text stays good for so many hours.\nmutation RotateKey($apiKey: ID!, $hours: Int! = 24) {\n  rotateApiKey(input: { id: $apiKey, overlapHours: $hours }) {\n    apiKey { ...Key }\n    text\n    userErrors { code field message }\n  }\n}\n\nmutation RevokeKey($apiKey: ID!) {\n  revokeApiKey(input: { id: $apiKey }) {\n    apiKey { ...Key }\n    userErrors { code field message }\n  }\n}\n\nfragment Key on ApiKey { id name role environment scopes last4 createdAt expiresAt lastUsedAt revokedAt }\n";
export const KeysPage: Operation<KeysPageQuery, KeysPageQueryVariables> = { name: "KeysPage", document: keysPage };
export const CreateKey: Operation<CreateKeyMutation, CreateKeyMutationVariables> = { name: "CreateKey", document: keysPage };
export const RotateKey: Operation<RotateKeyMutation, RotateKeyMutationVariables> = { name: "RotateKey", document: keysPage };
export const RevokeKey: Operation<RevokeKeyMutation, RevokeKeyMutationVariables> = { name: "RevokeKey", document: keysPage };
const live = "# What changes while somebody looks at a page. `after` is the cursor of the last message that was heard; without it the\n# first message comes at once and says from where on one hears.\n\nsubscription CreditBalanceChanged($account: ID!, $after: String) {\n  creditBalanceChanged(accountId: $account, after: $after) {\n    cursor\n    kind\n    at\n    credits { balance { ...Amount } }\n  }\n}\n\nsubscription InvoiceChanged($account: ID!, $after: String) {\n  invoiceChanged(accountId: $account, after: $after) {\n    cursor\n    kind\n    at\n    invoice { id number kind status issuedOn dueOn total { ...Amount } amountDue { ...Amount } }\n  }\n}\n\nsubscription TopUpChanged($account: ID!, $after: String) {\n  topUpChanged(accountId: $account, after: $after) {\n    cursor\n    kind\n    at\n    autoTopUp { enabled stoppedReason }\n    topUp { payment { id purpose status declineCode amount { ...Amount } } }\n  }\n}\n\nsubscription BillingRunProgressed($run: ID!, $after: String) {\n  billingRunProgressed(runId: $run, after: $after) {\n    cursor\n    kind\n    at\n    run { id status progress { total done parked changed } }\n  }\n}\n\nfragment Amount on Money { amount currency }\n";
export const CreditBalanceChanged: Operation<CreditBalanceChangedSubscription, CreditBalanceChangedSubscriptionVariables> = { name: "CreditBalanceChanged", document: live };
export const InvoiceChanged: Operation<InvoiceChangedSubscription, InvoiceChangedSubscriptionVariables> = { name: "InvoiceChanged", document: live };
export const TopUpChanged: Operation<TopUpChangedSubscription, TopUpChangedSubscriptionVariables> = { name: "TopUpChanged", document: live };
export const BillingRunProgressed: Operation<BillingRunProgressedSubscription, BillingRunProgressedSubscriptionVariables> = { name: "BillingRunProgressed", document: live };
const logIn = "# Log in. The access token is kept in memory, never in storage; the cookie that comes with it is the\n# browser's. Send the header `Perseat-Request: 1`. With SEVERAL_ACCOUNTS let the person choose one of\n# `accounts`, and send the same with its id; with TOO_MANY_ATTEMPTS wait for `retryAfter` seconds.\nmutation LogIn($email: String!, $password: String!, $account: ID) {\n  logIn(input: { email: $email, password: $password, accountId: $account }) {\n    accessToken\n    expiresAt\n    accounts {\n      id\n      name\n    }\n    retryAfter\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}\n";
export const LogIn: Operation<LogInMutation, LogInMutationVariables> = { name: "LogIn", document: logIn };
const logOut = "# End the session of this browser. Send the header `Perseat-Request: 1`.\nmutation LogOut {\n  logOut {\n    userErrors {\n      code\n      message\n    }\n  }\n}\n";
export const LogOut: Operation<LogOutMutation, LogOutMutationVariables> = { name: "LogOut", document: logOut };
const paymentsPage = "# The billing page: what is due, what was charged or failed and when it is tried again, and cards.\n\nquery PaymentsPage($account: ID!) {\n  account(id: $account) {\n    id\n    status\n    paymentMethods { ...Method }\n    payments(first: 10) { nodes { ...Charged invoice { id number } } }\n    invoices(first: 10) {\n      nodes {\n        id\n        number\n        kind\n        status\n        dueOn\n        nextAttemptAt\n        total { ...Amount }\n        amountPaid { ...Amount }\n        amountDue { ...Amount }\n        payments { ...Charged }\n        creditNotes { id number refunds { id status failureCode amount { ...Amount } } }\n      }\n    }\n  }\n}\n\nmutation AddCard($account: ID!, $token: String!) {\n  addPaymentMethod(input: { accountId: $account, token: $token }) {\n    paymentMethod { ...Method }\n    userErrors { code field message }\n  }\n}\n\nmutation ChooseCard($method: ID!) {\n  setDefaultPaymentMethod(input: { id: $method }) {\n    paymentMethods { ...Method }\n    userErrors { code field message }\n  }\n}\n\nmutation RemoveCard($method: ID!) {\n  removePaymentMethod(input: { id: $method }) {\n    paymentMethods { ...Method }\n    userErrors { code field message }\n  }\n}\n\n# The same key again never charges again; while a payment is open it is the answer.\nmutation PayInvoice($invoice: ID!, $key: String!) {\n  payInvoice(input: { invoiceId: $invoice, idempotencyKey: $key }) {\n    payment { ...Charged }\n    userErrors { code field message }\n  }\n}\n\nfragment Method on PaymentMethod {\n  id\n  brand\n  last4\n  expiresOn\n  expired\n  isDefault\n}\n\nfragment Charged on Payment {\n  id\n  purpose\n  status\n  declineCode\n  createdAt\n  settledAt\n  nextLookAt\n  amount { ...Amount }\n  amountRefunded { ...Amount }\n  amountTakenBack { ...Amount }\n  paymentMethod { id brand last4 }\n}\n\nfragment Amount on Money {\n  amount\n  currency\n}\n";
export const PaymentsPage: Operation<PaymentsPageQuery, PaymentsPageQueryVariables> = { name: "PaymentsPage", document: paymentsPage };
export const AddCard: Operation<AddCardMutation, AddCardMutationVariables> = { name: "AddCard", document: paymentsPage };
export const ChooseCard: Operation<ChooseCardMutation, ChooseCardMutationVariables> = { name: "ChooseCard", document: paymentsPage };
export const RemoveCard: Operation<RemoveCardMutation, RemoveCardMutationVariables> = { name: "RemoveCard", document: paymentsPage };
export const PayInvoice: Operation<PayInvoiceMutation, PayInvoiceMutationVariables> = { name: "PayInvoice", document: paymentsPage };
const planPage = "# The plan: what there is, what another plan or term would cost, and the change itself.\n\nquery PlanPage($account: ID!) {\n  account(id: $account) {\n    id\n    billingPolicy\n    subscription { ...Terms }\n    addOns { kind quantity }\n  }\n  plans {\n    id\n    name\n    billingPolicy\n    currency\n    prices { component term amount { ...Amount } isExample }\n  }\n}\n\nquery PreviewPlanChange($account: ID!, $plan: ID, $term: Term) {\n  previewPlanChange(input: { accountId: $account, planId: $plan, term: $term }) {\n    preview {\n      sentence\n      effectiveOn\n      charges { description amount { ...Amount } explanation }\n      before { ...Side }\n      after { ...Side }\n    }\n    userErrors { code field message }\n  }\n}\n\n# A new key for each wish; the same key again if the answer was lost.\nmutation ChangePlan($account: ID!, $plan: ID, $term: Term, $key: String!) {\n  changePlan(input: { accountId: $account, planId: $plan, term: $term, idempotencyKey: $key }) {\n    account { id subscription { ...Terms } }\n    effectiveOn\n    charges { id description amount { ...Amount } explanation }\n    userErrors { code field message }\n  }\n}\n\n# The trial becomes a subscription, which is charged at once. A new key for each wish.\nmutation ConvertTrial($account: ID!, $term: Term, $key: String!) {\n  convertTrial(input: { accountId: $account, term: $term, idempotencyKey: $key }) {\n    account { id status subscription { ...Terms } }\n    invoice { id number total { ...Amount } status }\n    userErrors { code field message }\n  }\n}\n\n# At the end of the term; until then it can be taken back.\nmutation CancelSubscription($account: ID!, $reason: String) {\n  cancelSubscription(input: { accountId: $account, reason: $reason }) {\n    account { id subscription { ...Terms } }\n    userErrors { code field message }\n  }\n}\n\nmutation ResumeSubscription($account: ID!) {\n  resumeSubscription(input: { accountId: $account }) {\n    account { id subscription { ...Terms } }\n    userErrors { code field message }\n  }\n}\n\nfragment Amount on Money { amount currency }\n\nfragment Side on PreviewSide {\n  held\n  occupied\n  available\n  invoices { issuedOn total { ...Amount } }\n}\n\nfragment Terms on Subscription {\n  plan { id name }\n  term\n  currentPeriod { firstDay lastDay }\n  minimumLicenses\n  next { plan { id name } term effectiveOn }\n  endsOn\n}\n";
export const PlanPage: Operation<PlanPageQuery, PlanPageQueryVariables> = { name: "PlanPage", document: planPage };
export const PreviewPlanChange: Operation<PreviewPlanChangeQuery, PreviewPlanChangeQueryVariables> = { name: "PreviewPlanChange", document: planPage };
export const ChangePlan: Operation<ChangePlanMutation, ChangePlanMutationVariables> = { name: "ChangePlan", document: planPage };
export const ConvertTrial: Operation<ConvertTrialMutation, ConvertTrialMutationVariables> = { name: "ConvertTrial", document: planPage };
export const CancelSubscription: Operation<CancelSubscriptionMutation, CancelSubscriptionMutationVariables> = { name: "CancelSubscription", document: planPage };
export const ResumeSubscription: Operation<ResumeSubscriptionMutation, ResumeSubscriptionMutationVariables> = { name: "ResumeSubscription", document: planPage };
const refreshSession = "# When a page is loaded, and before the access token ends. Send the header `Perseat-Request: 1`.\nmutation RefreshSession {\n  refreshSession {\n    accessToken\n    expiresAt\n    userErrors {\n      code\n      message\n    }\n  }\n}\n";
export const RefreshSession: Operation<RefreshSessionMutation, RefreshSessionMutationVariables> = { name: "RefreshSession", document: refreshSession };
const requestPasswordLink = "# Ask for a link to choose a new password. Send the header `Perseat-Request: 1`. The answer is the\n# same whether anybody has the address; with TOO_MANY_ATTEMPTS wait for `retryAfter` seconds.\nmutation RequestPasswordLink($email: String!) {\n  requestPasswordLink(input: { email: $email }) {\n    retryAfter\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}\n";
export const RequestPasswordLink: Operation<RequestPasswordLinkMutation, RequestPasswordLinkMutationVariables> = { name: "RequestPasswordLink", document: requestPasswordLink };
const sessionPage = "# Who has logged in, for which account, and where else they are logged in.\n\nquery Session {\n  viewer {\n    name\n    role\n    accountId\n    user { id firstName lastName email roles }\n    sessions { id current createdAt lastUsedAt expiresAt userAgent }\n  }\n}\n\nmutation EndSession($session: ID!) {\n  endSession(input: { id: $session }) {\n    userErrors { code field message }\n  }\n}\n\n# This one too: log in again.\nmutation LogOutEverywhere {\n  logOutEverywhere {\n    userErrors { code field message }\n  }\n}\n";
export const Session: Operation<SessionQuery, SessionQueryVariables> = { name: "Session", document: sessionPage };
export const EndSession: Operation<EndSessionMutation, EndSessionMutationVariables> = { name: "EndSession", document: sessionPage };
export const LogOutEverywhere: Operation<LogOutEverywhereMutation, LogOutEverywhereMutationVariables> = { name: "LogOutEverywhere", document: sessionPage };
const topUpPage = "# Automatic top-up: its rule, why it stopped, what it did and did not, and the card that it charges.\n\nquery TopUpPage($account: ID!, $first: Int! = 20, $after: String) {\n  account(id: $account) {\n    id\n    paymentMethods { id brand last4 expiresOn expired isDefault }\n    credits {\n      ...TopUpRule\n      topUpDecisions(first: $first, after: $after) {\n        nodes {\n          id\n          outcome\n          sentence\n          at\n          times\n          balance { ...Amount }\n          amount { ...Amount }\n          payment { id status declineCode }\n        }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n}\n\nmutation SetTopUpRule($input: ConfigureAutoTopUpInput!) {\n  configureAutoTopUp(input: $input) {\n    credits { ...TopUpRule }\n    notes\n    userErrors { code field message }\n  }\n}\n\nfragment Amount on Money { amount currency }\n\nfragment TopUpRule on Credits {\n  balance { ...Amount }\n  autoTopUp {\n    enabled\n    stoppedReason\n    threshold { ...Amount }\n    amount { ...Amount }\n    dailyCap { ...Amount }\n    monthlyCap { ...Amount }\n  }\n}\n";
export const TopUpPage: Operation<TopUpPageQuery, TopUpPageQueryVariables> = { name: "TopUpPage", document: topUpPage };
export const SetTopUpRule: Operation<SetTopUpRuleMutation, SetTopUpRuleMutationVariables> = { name: "SetTopUpRule", document: topUpPage };
const usagePage = "# The usage page: totals, a chart, who and what it was, and the events behind every figure.\n\nquery UsagePage($account: ID!, $from: Date, $to: Date, $by: UsageBy! = POSTED) {\n  account(id: $account) {\n    id\n    billingTimezone\n    usage(from: $from, to: $to, by: $by) {\n      from\n      to\n      by\n      totals { ...Figures }\n      byDay { day ...Figures }\n      byKind { kind ...Figures }\n      byDirection { direction ...Figures }\n      byLineType { lineType ...Figures }\n      byInitiator { initiator ...Figures }\n      byUser(first: 10) { label users user { id status } ...Figures }\n      byLine(first: 10) { label lines line { id number } ...Figures }\n    }\n  }\n}\n\n# Events of the page's days, or of a row that was clicked: its user, line or kind is the filter.\nquery UsageEventList($account: ID!, $filter: UsageEventFilter, $first: Int! = 20, $after: String) {\n  account(id: $account) {\n    id\n    usageEvents(first: $first, after: $after, filter: $filter) {\n      nodes { ...UsageEventRow }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n}\n\n# One event, with everything that became of it.\nquery UsageEventDetail($event: ID!) {\n  node(id: $event) {\n    ... on UsageEvent {\n      ...UsageEventRow\n      source\n      holdId\n      deferred\n      rate { ...Amount }\n      feeRate { ...Amount }\n      debit { id kind at amount { ...Amount } }\n      feeDebit { id kind at amount { ...Amount } }\n      invoice { id number status pdfUrl }\n      reason\n      adjusts { id eventId quantity }\n      adjustedBy { id eventId quantity reason postedAt amount { ...Amount } }\n    }\n  }\n}\n\nfragment Amount on Money { amount currency }\n\nfragment Figures on UsageFigures {\n  events\n  paidQuantity\n  includedQuantity\n  amount { ...Amount }\n  fees { ...Amount }\n  total { ...Amount }\n}\n\nfragment UsageEventRow on UsageEvent {\n  id\n  eventId\n  postedAt\n  happenedAt\n  kind\n  direction\n  lineType\n  initiator\n  quantity\n  included\n  amount { ...Amount }\n  fee { ...Amount }\n  carrier\n  explanation\n  user { id firstName lastName status }\n  line { id number }\n}\n";
export const UsagePage: Operation<UsagePageQuery, UsagePageQueryVariables> = { name: "UsagePage", document: usagePage };
export const UsageEventList: Operation<UsageEventListQuery, UsageEventListQueryVariables> = { name: "UsageEventList", document: usagePage };
export const UsageEventDetail: Operation<UsageEventDetailQuery, UsageEventDetailQueryVariables> = { name: "UsageEventDetail", document: usagePage };
const usersPage = "# People: searched, filtered and in pages; one of them; and every change, with its price before it.\n\nquery UsersPage(\n  $account: ID!\n  $search: String\n  $status: [UserStatus!]\n  $role: Role\n  $orderBy: UserOrder! = NAME\n  $descending: Boolean! = false\n  $first: Int! = 20\n  $after: String\n) {\n  account(id: $account) {\n    id\n    licenses { held occupied available minimum byStatus { status count } }\n    users(\n      first: $first, after: $after, search: $search, status: $status, role: $role\n      orderBy: $orderBy, descending: $descending\n    ) {\n      totalCount\n      nodes { ...Person }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n}\n\nquery UserDetail($account: ID!, $user: ID!) {\n  node(id: $user) {\n    ... on User {\n      ...Person\n      createdAt\n      version\n      access {\n        canLogIn\n        canSeeReports\n        canChangeSettings\n        canReceiveCalls\n        goesToVoicemail\n        canMakeCalls\n        ringsInGroups\n        isNotified\n        isBillable\n      }\n    }\n  }\n  account(id: $account) {\n    id\n    timeline(first: 10, userId: $user) {\n      nodes { at actor kind fromStatus toStatus role reason }\n    }\n  }\n}\n\n# What it would cost, and what the user would lose. `token` has the change do exactly that.\nquery PreviewUserChange($input: PreviewInput!) {\n  previewUserStatusChange(input: $input) {\n    preview {\n      sentence\n      losses\n      canBeUndone\n      token\n      unbilledCharge { description amount { ...Amount } explanation }\n      leaves { contacts lines ringGroups lists calls messages }\n      before { ...Side }\n      after { ...Side }\n    }\n    userErrors { code field message }\n  }\n}\n\nmutation CreateUser($input: CreateUserInput!) {\n  createUser(input: $input) { ...Changed }\n}\n\nmutation UpdateUser($input: UpdateUserInput!) {\n  updateUser(input: $input) { ...Changed }\n}\n\nmutation ActivateUser($input: UserStatusInput!) {\n  activateUser(input: $input) { ...Changed }\n}\n\nmutation PauseUser($input: UserStatusInput!) {\n  pauseUser(input: $input) { ...Changed }\n}\n\nmutation SuspendUser($input: UserStatusInput!) {\n  suspendUser(input: $input) { ...Changed }\n}\n\nmutation DeactivateUser($input: UserStatusInput!) {\n  deactivateUser(input: $input) { ...Changed }\n}\n\nmutation DeleteUser($input: DeleteUserInput!) {\n  deleteUser(input: $input) { ...Changed }\n}\n\nmutation GrantRole($input: UserRoleInput!) {\n  grantRole(input: $input) { ...Changed }\n}\n\nmutation RevokeRole($input: UserRoleInput!) {\n  revokeRole(input: $input) { ...Changed }\n}\n\nmutation SendPasswordLink($user: ID!) {\n  sendPasswordLink(input: { userId: $user }) { ...Changed }\n}\n\nfragment Amount on Money { amount currency }\n\nfragment Person on User {\n  id\n  firstName\n  lastName\n  email\n  status\n  roles\n  billable\n  activation\n}\n\nfragment Changed on UserPayload {\n  user { ...Person version }\n  userErrors { code field message }\n}\n\nfragment Side on PreviewSide {\n  held\n  occupied\n  available\n  invoices { issuedOn total { ...Amount } }\n}\n";
export const UsersPage: Operation<UsersPageQuery, UsersPageQueryVariables> = { name: "UsersPage", document: usersPage };
export const UserDetail: Operation<UserDetailQuery, UserDetailQueryVariables> = { name: "UserDetail", document: usersPage };
export const PreviewUserChange: Operation<PreviewUserChangeQuery, PreviewUserChangeQueryVariables> = { name: "PreviewUserChange", document: usersPage };
export const CreateUser: Operation<CreateUserMutation, CreateUserMutationVariables> = { name: "CreateUser", document: usersPage };
export const UpdateUser: Operation<UpdateUserMutation, UpdateUserMutationVariables> = { name: "UpdateUser", document: usersPage };
export const ActivateUser: Operation<ActivateUserMutation, ActivateUserMutationVariables> = { name: "ActivateUser", document: usersPage };
export const PauseUser: Operation<PauseUserMutation, PauseUserMutationVariables> = { name: "PauseUser", document: usersPage };
export const SuspendUser: Operation<SuspendUserMutation, SuspendUserMutationVariables> = { name: "SuspendUser", document: usersPage };
export const DeactivateUser: Operation<DeactivateUserMutation, DeactivateUserMutationVariables> = { name: "DeactivateUser", document: usersPage };
export const DeleteUser: Operation<DeleteUserMutation, DeleteUserMutationVariables> = { name: "DeleteUser", document: usersPage };
export const GrantRole: Operation<GrantRoleMutation, GrantRoleMutationVariables> = { name: "GrantRole", document: usersPage };
export const RevokeRole: Operation<RevokeRoleMutation, RevokeRoleMutationVariables> = { name: "RevokeRole", document: usersPage };
export const SendPasswordLink: Operation<SendPasswordLinkMutation, SendPasswordLinkMutationVariables> = { name: "SendPasswordLink", document: usersPage };
