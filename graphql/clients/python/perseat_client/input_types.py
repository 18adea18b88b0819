from datetime import date, datetime
from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    Action,
    CommunicationKind,
    Component,
    Direction,
    Environment,
    EventKind,
    Initiator,
    KeyRole,
    Language,
    LineType,
    PaymentResolution,
    Role,
    Term,
    TopUpOutcome,
    UsageKind,
    UserStatus,
)


class AddOnInput(BaseModel):
    """Add or remove units of an add-on."""

    account_id: str = Field(alias="accountId")
    "The account."
    kind: Component
    "Any but LICENSE."
    quantity: int
    "How many more, or fewer; from 1."
    idempotency_key: str = Field(alias="idempotencyKey")
    "Any text of up to 200 characters that is new for each new wish."


class AddPaymentMethodInput(BaseModel):
    """Add a payment method."""

    account_id: str = Field(alias="accountId")
    "The account."
    token: str
    "The payment provider's token of a card, never its number. The sandbox provider has test cards. card_ok, card_two and card_three pay; card_answer_lost pays, but its first answer is lost; card_expiring pays and ends with the next month. Each of the others is declined for the reason in its name: card_declined, card_insufficient_funds, card_lost, card_stolen, card_expired, card_incorrect_cvc, card_processing_error, card_do_not_honor, card_authentication_required."
    make_default: bool = Field(alias="makeDefault", default=True)
    "Whether it is charged from now on; the first one always is."


class AdjustUsageInput(BaseModel):
    """Correct up to 1,000 events."""

    account_id: str = Field(alias="accountId")
    "The account."
    adjustments: list["UsageAdjustmentInput"]
    "One after the other, also of the same event."


class AdministratorInput(BaseModel):
    """The first administrator of a new account."""

    first_name: str = Field(alias="firstName")
    "First name."
    last_name: str = Field(alias="lastName")
    "Last name."
    email: str
    "E-mail address."


class AdoptChargeInput(BaseModel):
    """Book a charge that the provider has made and that is unknown here."""

    reference: str
    "What the provider calls it, from a reconciliation. It is the key, too: adopted again, it is the same payment."
    reason: str
    "Why; kept with the payment's steps."
    account_id: Optional[str] = Field(alias="accountId", default=None)
    "Whose it is, for a charge that does not tell it, as one that was made by hand; refused if its notes or its customer name another account."


class AdoptRefundsInput(BaseModel):
    """Book what has gone back at the provider and is unknown here: what somebody has given back over there, and refunds of ours that have come to another amount."""

    reference: str
    "What the provider calls the charge, from a reconciliation. It is the key, too: adopted again, they are the same refunds."
    reason: str
    "Why; kept with the refunds, and with the credit note that they make."


class AdvanceTestClockInput(BaseModel):
    """Advance the clock of a sandbox account."""

    account_id: str = Field(alias="accountId")
    "The sandbox account."
    to: datetime
    "A later instant."


class ApiKeyGrantInput(BaseModel):
    """An account that a partner's key may work for, or may no more."""

    account_id: str = Field(alias="accountId")
    "The account."
    api_key_id: str = Field(alias="apiKeyId")
    "A key of createPartnerKey."


class ApplyBillingRunInput(BaseModel):
    """Post exactly the plan of a dry run."""

    plan_hash: str = Field(alias="planHash")
    "The hash of the plan. It is the key, too: asked again, it is the same run."
    reason: str
    "Why; kept with the run."


class AssignContactsInput(BaseModel):
    """Assign contacts, all or none of them."""

    account_id: str = Field(alias="accountId")
    "The account."
    contact_ids: list[str] = Field(alias="contactIds")
    "1 to 100 contacts."
    user_id: Optional[str] = Field(alias="userId", default=None)
    "Who takes care of them; null for nobody."


class AuthorizeUsageInput(BaseModel):
    """Ask before spending: all of it may be spent, or nothing."""

    account_id: str = Field(alias="accountId")
    "The account."
    usage: list["UsageInput"]
    "What would be used: up to 100 lines, of a campaign for example."
    hold: Optional["HoldInput"] = None
    "Set the cost aside, so that nobody else is promised it."
    hold_id: Optional[str] = Field(alias="holdId", default=None)
    "Ask under an open hold, which was made for this usage."


class BuyCreditsInput(BaseModel):
    """Buy credits with the default payment method."""

    account_id: str = Field(alias="accountId")
    "The account."
    amount: Decimal
    "1.00 to 100000.00, at most two decimals."
    idempotency_key: str = Field(alias="idempotencyKey")
    "Any text of up to 200 characters that is new for each new purchase."


class CancellationInput(BaseModel):
    """End a subscription, or take that back."""

    account_id: str = Field(alias="accountId")
    "The account."
    reason: Optional[str] = None
    "Why; kept in the history."


class ChangePasswordInput(BaseModel):
    """Choose another password. The bill does not change."""

    current_password: str = Field(alias="currentPassword")
    "The one that one has logged in with."
    password: str
    "The new one: 15 to 128 characters besides names and common words."


class ChangePlanInput(BaseModel):
    """Another plan, another term, or both; what is left out stays as it is, or as it is planned for the next renewal."""

    account_id: str = Field(alias="accountId")
    "The account."
    plan_id: Optional[str] = Field(alias="planId", default=None)
    "The plan, such as xpro. It counts users by the same policy."
    term: Optional[Term] = None
    "The term from a renewal on."
    reason: Optional[str] = None
    "Why; kept in the history."
    idempotency_key: str = Field(alias="idempotencyKey")
    "Any text of up to 200 characters that is new for each new wish."


class ChangeUserStatusesInput(BaseModel):
    """Change the state of many users of one account."""

    account_id: str = Field(alias="accountId")
    "The account."
    user_ids: list[str] = Field(alias="userIds")
    "1 to 100 users."
    status: UserStatus
    "The state that they are to have."
    reason: Optional[str] = None
    "Why; kept in the history."
    new_list_owner_id: Optional[str] = Field(alias="newListOwnerId", default=None)
    "For a deletion: who gets the user's contact lists. If there are any, say this or deleteLists."
    delete_lists: bool = Field(alias="deleteLists", default=False)
    "For a deletion: delete the user's contact lists too; their contacts stay."


class ConfigureAutoTopUpInput(BaseModel):
    """Set the rule of automatic top-up; what is left out stays as it is. A new account has it switched off, with a threshold of 10.00, steps of 100.00, and caps of 1,000.00 a day and 5,000.00 a month."""

    account_id: str = Field(alias="accountId")
    "The account."
    enabled: bool
    "Whether it charges. Switching it on forgets a decline and closes the breaker: a balance that is low is charged at once."
    threshold: Optional[Decimal] = None
    "At or below this balance it charges: zero or more; at first 10."
    amount: Optional[Decimal] = None
    "The step, from 1.00, in whole cents; at first 100."
    daily_cap: Optional[Decimal] = Field(alias="dailyCap", default=None)
    "Most of a local day: at least one step; at first 1000."
    monthly_cap: Optional[Decimal] = Field(alias="monthlyCap", default=None)
    "Most of a local month: at least the daily cap; at first 5000."


class ConvertTrialInput(BaseModel):
    """Convert a trial: it is charged at once."""

    account_id: str = Field(alias="accountId")
    "The account."
    term: Optional[Term] = None
    "Another term."
    idempotency_key: str = Field(alias="idempotencyKey")
    "Any text of up to 200 characters that is new for each new wish."


class CreateAccountInput(BaseModel):
    """A new company; it begins as a trial."""

    name: str
    "The company's name."
    plan_id: str = Field(alias="planId")
    "The plan, such as upro."
    administrator: "AdministratorInput"
    "Who runs it."
    term: Term = Term.MONTHLY
    "The term to convert to."
    billing_timezone: str = Field(alias="billingTimezone", default="UTC")
    "An IANA time zone."
    may_go_negative: bool = Field(alias="mayGoNegative", default=False)
    "Whether metered usage may go on past zero credits."
    test_clock: Optional[datetime] = Field(alias="testClock", default=None)
    "Makes it a sandbox account whose time stands there."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "Any text of up to 200 characters that is new for each new wish: sent again within 30 days it makes nothing a second time and gets the same answer."


class CreateApiKeyInput(BaseModel):
    """A new key for one account."""

    account_id: str = Field(alias="accountId")
    "The account."
    role: KeyRole
    "Any but OPS."
    name: str
    "What it is for."
    scopes: Optional[list[str]] = None
    "Only this of what the role may, as `users:read`; null for all of it."
    expires_at: Optional[datetime] = Field(alias="expiresAt", default=None)
    "From when on it is refused; null for never."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "Any text of up to 200 characters that is new for each new wish: sent again within 30 days it makes nothing a second time and gets the same answer. But for `text`, of which only a hash is kept: if that answer was lost, `rotateApiKey` with `overlapHours: 0`."


class CreateContactInput(BaseModel):
    """A new contact."""

    account_id: str = Field(alias="accountId")
    "The account."
    name: str
    "The contact's name."
    phone: str
    "E.164, such as +14155550123."
    assigned_to_id: Optional[str] = Field(alias="assignedToId", default=None)
    "Who takes care of it."
    contact_list_id: Optional[str] = Field(alias="contactListId", default=None)
    "The list that it is on."


class CreateContactListInput(BaseModel):
    """A new contact list."""

    account_id: str = Field(alias="accountId")
    "The account."
    name: str
    "Its name, unique within the account."
    owner_id: Optional[str] = Field(alias="ownerId", default=None)
    "Its owner."


class CreateLineInput(BaseModel):
    """A new line: somebody's own, a ring group's, or nobody's."""

    account_id: str = Field(alias="accountId")
    "The account."
    number: str
    "E.164, such as +14155550123; unique in the account."
    owner_id: Optional[str] = Field(alias="ownerId", default=None)
    "Whose own line it is."
    ring_group_id: Optional[str] = Field(alias="ringGroupId", default=None)
    "The ring group that it calls."
    voicemail: bool = False
    "Whether its owner has set voicemail."


class CreatePartnerKeyInput(BaseModel):
    """A new key for a partner who works for several accounts."""

    environment: Environment
    "Which accounts it may be granted."
    name: str
    "Whose it is."
    scopes: Optional[list[str]] = None
    "Only this of what partners may; null for all of it."
    expires_at: Optional[datetime] = Field(alias="expiresAt", default=None)
    "From when on it is refused; null for never."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "Any text of up to 200 characters that is new for each new wish: sent again within 30 days it makes nothing a second time and gets the same answer. But for `text`, of which only a hash is kept: if that answer was lost, `rotateApiKey` with `overlapHours: 0`."


class CreateRingGroupInput(BaseModel):
    """A new ring group."""

    account_id: str = Field(alias="accountId")
    "The account."
    name: str
    "Its name, unique within the account."
    user_ids: list[str] = Field(alias="userIds", default_factory=lambda: [])
    "Its members, in the order of calling."


class CreateUserInput(BaseModel):
    """A new user. There is no password here: the server makes one."""

    account_id: str = Field(alias="accountId")
    "The account."
    first_name: str = Field(alias="firstName")
    "First name."
    last_name: str = Field(alias="lastName")
    "Last name."
    email: str
    "E-mail address, unique within the account."
    roles: list[Role] = Field(default_factory=lambda: [])
    "Roles; an agent if none is given."
    active: bool = True
    "False for a user whom an administrator activates after the first steps. Until then the user is SUSPENDED, which is billed, or DEACTIVATED, which is not, where active users are billed."
    preview_token: Optional[str] = Field(alias="previewToken", default=None)
    "The token of a preview: the change does exactly what was shown, or fails with PREVIEW_CHANGED and what is different."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "Any text of up to 200 characters that is new for each new wish: sent again within 30 days it makes nothing a second time and gets the same answer."


class CreateWebhookEndpointInput(BaseModel):
    """A new endpoint; at most ten of an account."""

    account_id: str = Field(alias="accountId")
    "The account."
    url: str
    "https://..., on the public internet; redirects are not followed."
    kinds: Optional[list[EventKind]] = None
    "What is sent there; everything if not given or empty."
    description: str = ""
    "What it is for."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "Any text of up to 200 characters that is new for each new wish: sent again within 30 days it makes nothing a second time and gets the same answer."


class CreditLineInput(BaseModel):
    """How much of a charge to take back."""

    charge_id: str = Field(alias="chargeId")
    "A charge of the invoice."
    amount: Optional[Decimal] = None
    "Net, in whole cents; all that is left of it if not given."


class DeleteUserInput(BaseModel):
    """Delete a user for ever, and decide about the user's contact lists."""

    id: str
    "The user."
    reason: Optional[str] = None
    "Why; kept in the history."
    expected_version: Optional[int] = Field(alias="expectedVersion", default=None)
    "The version that you have read; refused if the user has changed since."
    preview_token: Optional[str] = Field(alias="previewToken", default=None)
    "The token of a preview: the change does exactly what was shown, or fails with PREVIEW_CHANGED and what is different."
    new_list_owner_id: Optional[str] = Field(alias="newListOwnerId", default=None)
    "For a deletion: who gets the user's contact lists. If there are any, say this or deleteLists."
    delete_lists: bool = Field(alias="deleteLists", default=False)
    "For a deletion: delete the user's contact lists too; their contacts stay."


class EndSessionInput(BaseModel):
    """End one of one's own sessions."""

    id: str
    "The session."


class ExtendHoldInput(BaseModel):
    """Make an open hold longer."""

    id: str
    "The hold."
    expires_at: datetime = Field(alias="expiresAt")
    "Later than before, at most 31 days after it was made."


class HoldInput(BaseModel):
    """Set the estimate aside, if the answer is yes."""

    reference: str
    "Yours, up to 200 characters: stands for one hold while that is open. The same question with it again is the same hold; another one with it is an error."
    expires_at: datetime = Field(alias="expiresAt")
    "At most 31 days ahead."


class IssueCreditNoteInput(BaseModel):
    """Take back some lines of an invoice, or the whole rest of it."""

    invoice_id: str = Field(alias="invoiceId")
    "The invoice; not one for credits."
    reason: str
    "Why; at most 500 characters. The customer can read it."
    idempotency_key: str = Field(alias="idempotencyKey")
    "Any text of up to 200 characters that is new for each new wish."
    lines: Optional[list["CreditLineInput"]] = None
    "Which lines; each once. Not together with `whole`."
    whole: bool = False
    "All that has not been credited yet."


class LogInInput(BaseModel):
    """Log in. Neither it nor its answer changes any bill."""

    email: str
    "The e-mail address."
    password: str
    "The password that was chosen by a link."
    account_id: Optional[str] = Field(alias="accountId", default=None)
    "Only for who has the same password in several accounts: the one to open."


class MarkInvoiceUncollectibleInput(BaseModel):
    """Give an invoice up that nobody pays."""

    invoice_id: str = Field(alias="invoiceId")
    "The invoice."
    reason: str
    "Why; at most 500 characters. The customer can read it."


class PayInvoiceInput(BaseModel):
    """Pay an invoice now, with the default payment method."""

    invoice_id: str = Field(alias="invoiceId")
    "The invoice."
    idempotency_key: str = Field(alias="idempotencyKey")
    "Any text of up to 200 characters that is new for each new wish to pay."


class PaymentMethodInput(BaseModel):
    """A payment method of an account."""

    id: str
    "The payment method."


class PreviewInput(BaseModel):
    """A change of one user, asked about and not made."""

    action: Action
    "What would be done."
    user_id: Optional[str] = Field(alias="userId", default=None)
    "The user; none for CREATE."
    account_id: Optional[str] = Field(alias="accountId", default=None)
    "For CREATE: the account."
    role: Optional[Role] = None
    "For GRANT_ROLE and REVOKE_ROLE: the role."
    roles: list[Role] = Field(default_factory=lambda: [])
    "For CREATE: the roles; an agent if none is given."
    active: bool = True
    "For CREATE: false for a user who is activated later."


class PreviewPlanChangeInput(BaseModel):
    """A change of plan or term, asked about and not made."""

    account_id: str = Field(alias="accountId")
    "The account."
    plan_id: Optional[str] = Field(alias="planId", default=None)
    "The plan."
    term: Optional[Term] = None
    "The term."


class QuoteLineInput(BaseModel):
    """Something that would be used now."""

    kind: UsageKind
    "What was used."
    direction: Direction
    "Which way it went."
    line_type: LineType = Field(alias="lineType")
    "On what line."
    initiator: Initiator
    "Who started it."
    quantity: int
    "Whole units: minutes, segments, look-ups."
    carrier: Optional[str] = None
    "Who would carry it, such as att; its fee is passed on (M2)."


class QuoteUsageInput(BaseModel):
    """Up to 100 lines of usage to estimate."""

    account_id: str = Field(alias="accountId")
    "The account."
    lines: list["QuoteLineInput"]
    "What would be used."


class RecordCommunicationInput(BaseModel):
    """A call or a message that has happened."""

    account_id: str = Field(alias="accountId")
    "The account."
    kind: CommunicationKind
    "A call or a message."
    direction: Direction
    "Which way it went."
    line_id: str = Field(alias="lineId")
    "The line that it went over."
    user_id: Optional[str] = Field(alias="userId", default=None)
    "Who made or took it; a user who is deleted by now is not kept with it."
    contact_id: Optional[str] = Field(alias="contactId", default=None)
    "With whom."
    happened_at: Optional[datetime] = Field(alias="happenedAt", default=None)
    "When; now if it is not given, never later."


class RecordUsageInput(BaseModel):
    """Report up to 1,000 events; `POST /usage` takes up to 100,000."""

    account_id: str = Field(alias="accountId")
    "The account."
    events: list["UsageEventInput"]
    "What was used."


class RefundCreditNoteInput(BaseModel):
    """Give back what of a credit note had been paid."""

    credit_note_id: str = Field(alias="creditNoteId")
    "The credit note."
    idempotency_key: str = Field(alias="idempotencyKey")
    "Any text of up to 200 characters that is new for each new wish."


class ReleaseHoldInput(BaseModel):
    """Give back what a hold still sets aside."""

    id: str
    "The hold."


class ReplayEventInput(BaseModel):
    """Send an event to an endpoint again."""

    webhook_endpoint_id: str = Field(alias="webhookEndpointId")
    "The endpoint."
    event_id: str = Field(alias="eventId")
    "The event, of the same account."


class ReplayEventsInput(BaseModel):
    """Send the events of a time to an endpoint again: up to 1,000."""

    webhook_endpoint_id: str = Field(alias="webhookEndpointId")
    "The endpoint."
    since: datetime
    "From then on; up to 35 days ago."
    until: datetime
    "Before then."


class RequestPasswordLinkInput(BaseModel):
    """Ask for a link to choose a password, without having one."""

    email: str
    "The e-mail address that one logs in with."


class RerunTopUpsInput(BaseModel):
    """Decide again about top-ups, by the rule of each account. It lifts what a decline or the breaker has stopped for one attempt; a success switches the rule on again. Caps, open charges and what the company has switched off stand."""

    account_ids: Optional[list[str]] = Field(alias="accountIds", default=None)
    "Only these accounts."
    states: Optional[list[TopUpOutcome]] = None
    "Only accounts whose newest decision is one of these. Without accounts and states: all that are refused, but for those that are OFF."
    since: Optional[datetime] = None
    "Only if that decision is of then or later, in account's time."
    until: Optional[datetime] = None
    "Only if that decision is older than that, in account's time."
    first: int = 100
    "How many accounts, 1 to 1000."
    after: Optional[str] = None
    "The account after which to go on, if there are more."
    dry_run: bool = Field(alias="dryRun", default=True)
    "Only say what it would do; nothing is charged or recorded."
    reason: str
    "Why; kept with each decision, and needed for a dry run too."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "Needed if it is no dry run. The same key and input again is the same rerun: it answers what was decided, and finishes what was cut off."


class ResolvePaymentInput(BaseModel):
    """Say what came of a payment whose outcome is UNKNOWN, where the provider can't."""

    payment_id: str = Field(alias="paymentId")
    "The payment; it must be UNKNOWN."
    resolution: PaymentResolution
    "What was found out at the provider. Look it up there: what is taken and said to be not taken would be charged twice."
    provider_reference: Optional[str] = Field(alias="providerReference", default=None)
    "What the provider calls the charge."
    reason: str
    "How it was found out; kept with the step."
    idempotency_key: str = Field(alias="idempotencyKey")
    "Any text of up to 200 characters that is new for each new wish."


class RetryBillingRunInput(BaseModel):
    """Release accounts that a run has parked, and bill them."""

    run_id: str = Field(alias="runId")
    "The run that has parked them."
    account_ids: Optional[list[str]] = Field(alias="accountIds", default=None)
    "These of them; all if not given."
    accept_unusual: bool = Field(alias="acceptUnusual", default=False)
    "Unusual amounts are right, for this cut-off. Less than nothing never is."
    reason: str
    "Why."


class RevokeApiKeyInput(BaseModel):
    """End a key."""

    id: str
    "The key."


class RotateApiKeyInput(BaseModel):
    """A new text for a key."""

    id: str
    "The key."
    overlap_hours: int = Field(alias="overlapHours", default=24)
    "For how long the old text stays good, 0 to 168."


class SendPasswordLinkInput(BaseModel):
    """Whom to send a link."""

    user_id: str = Field(alias="userId")
    "The user."


class SetCreditAlertsInput(BaseModel):
    """Set the whole list of alerts."""

    account_id: str = Field(alias="accountId")
    "The account."
    thresholds: list[Decimal]
    "Up to 10 amounts; less than zero is debt. What is not in it tells no more. An account names at most 100 different ones in its life."


class SetListPriceInput(BaseModel):
    """A price of the list."""

    plan_id: str = Field(alias="planId")
    "The plan."
    component: Component
    "What it is the price of."
    term: Term
    "For how long."
    amount: Decimal
    "One unit for one whole term."
    effective_on: Optional[date] = Field(alias="effectiveOn", default=None)
    "From which day on; in two days at the earliest, and then if it is left out. A price that is scheduled for the same day is replaced."


class SetMinimumLicensesInput(BaseModel):
    """Set the contracted floor."""

    account_id: str = Field(alias="accountId")
    "The account."
    minimum: int
    "Licences that each renewal bills at least."
    effective_on: Optional[date] = Field(alias="effectiveOn", default=None)
    "The renewal from which it counts; the next one if not given."
    contract: Optional[str] = None
    "The quote or contract that says so; kept in the history."


class SetNegotiatedPriceInput(BaseModel):
    """A price for one account."""

    account_id: str = Field(alias="accountId")
    "The account."
    plan_id: str = Field(alias="planId")
    "On which plan it counts."
    component: Component
    "What it is the price of."
    term: Term
    "For how long."
    amount: Optional[Decimal] = None
    "One unit for one term; left out, the list's price counts again."
    effective_on: Optional[date] = Field(alias="effectiveOn", default=None)
    "From which day on; the next renewal if not given."
    contract: Optional[str] = None
    "What says so."


class SetNegotiatedRateInput(BaseModel):
    """A rate for one account."""

    kind: Optional[UsageKind] = None
    "What is used."
    direction: Optional[Direction] = None
    "Which way."
    line_type: Optional[LineType] = Field(alias="lineType", default=None)
    "On what line."
    initiator: Optional[Initiator] = None
    "Who starts it."
    included: bool = False
    "Part of the plan by decision; the amount is 0 then."
    effective_at: Optional[datetime] = Field(alias="effectiveAt", default=None)
    "It counts for what happens from then on; now if it is left out, never what is past."
    account_id: str = Field(alias="accountId")
    "The account."
    plan_id: Optional[str] = Field(alias="planId", default=None)
    "On which plan it counts; left out, on each that it will have."
    amount: Optional[Decimal] = None
    "One unit; left out, the plan's rates count again."
    contract: Optional[str] = None
    "What says so."


class SetPostPaidInput(BaseModel):
    """Say what is paid afterwards from now on: `usage`, `subscription` or both; what is left out stays."""

    account_id: str = Field(alias="accountId")
    "The account."
    usage: Optional[bool] = None
    "Whether usage is accrued and invoiced on each 1st."
    subscription: Optional[bool] = None
    "Whether invoices are due thirty days later; needs a contract."
    contract: Optional[str] = None
    "The contract or quote that says so; kept in the history."
    reason: str
    "Why; kept in the history."


class SetRateInput(BaseModel):
    """Rates of a plan's card."""

    kind: Optional[UsageKind] = None
    "What is used."
    direction: Optional[Direction] = None
    "Which way."
    line_type: Optional[LineType] = Field(alias="lineType", default=None)
    "On what line."
    initiator: Optional[Initiator] = None
    "Who starts it."
    included: bool = False
    "Part of the plan by decision; the amount is 0 then."
    effective_at: Optional[datetime] = Field(alias="effectiveAt", default=None)
    "It counts for what happens from then on; now if it is left out, never what is past."
    plan_id: str = Field(alias="planId")
    "The plan."
    amount: Decimal
    "One unit, with at most six decimals."
    reason: str
    "Why; it is kept with the rate."


class SetRingGroupMembersInput(BaseModel):
    """Replace the members of a ring group."""

    id: str
    "The ring group."
    user_ids: list[str] = Field(alias="userIds")
    "All members, at most 1,000, in the order of calling."


class StartBillingRunInput(BaseModel):
    """Compute, or bill, everything that is due at a cut-off."""

    period: Optional[date] = None
    "A 1st; if not given, the next one that is to be billed."
    dry_run: bool = Field(alias="dryRun", default=True)
    "Only plan; with false what is due is posted without asking."
    due_only: bool = Field(alias="dueOnly", default=False)
    "Leave out accounts whose cut-off is still to come: a plan with such accounts is a forecast, and cannot be applied before the last of them has passed."
    sandbox: bool = False
    "Sandbox accounts instead of real ones."
    account_ids: Optional[list[str]] = Field(alias="accountIds", default=None)
    "Only these accounts, all real or all sandbox ones."
    reason: Optional[str] = None
    "Why; needed if it is no dry run. Kept with the run."


class UpdateBillingDetailsInput(BaseModel):
    """Change what is given; null takes it away where there can be none."""

    account_id: str = Field(alias="accountId")
    "The account."
    legal_name: Optional[str] = Field(alias="legalName", default=None)
    "At most 200 characters."
    address: Optional[str] = None
    "At most 8 lines and 500 characters."
    tax_id: Optional[str] = Field(alias="taxId", default=None)
    "At most 40 characters."
    language: Optional[Language] = None
    "The language of invoices from now on."
    tax_rate: Optional[Decimal] = Field(alias="taxRate", default=None)
    "Percent from 0 to 100, at most four decimals. Only operators change it: it changes what invoices ask for."


class UpdateLineInput(BaseModel):
    """Change what is given of a line; null takes away."""

    id: str
    "The line."
    owner_id: Optional[str] = Field(alias="ownerId", default=None)
    "Whose own line it is; a new owner has no voicemail."
    ring_group_id: Optional[str] = Field(alias="ringGroupId", default=None)
    "The ring group that it calls."
    voicemail: Optional[bool] = None
    "Whether its owner has set voicemail."


class UpdateUserInput(BaseModel):
    """Change what is given of a user."""

    id: str
    "The user."
    first_name: Optional[str] = Field(alias="firstName", default=None)
    "First name."
    last_name: Optional[str] = Field(alias="lastName", default=None)
    "Last name."
    email: Optional[str] = None
    "E-mail address."
    expected_version: Optional[int] = Field(alias="expectedVersion", default=None)
    "The version that you have read; refused if the user has changed since."


class UpdateWebhookEndpointInput(BaseModel):
    """What is given is changed."""

    id: str
    "The endpoint."
    url: Optional[str] = None
    "Another place."
    kinds: Optional[list[EventKind]] = None
    "Other kinds; an empty list means everything."
    description: Optional[str] = None
    "Other words."
    enabled: Optional[bool] = None
    "Enabled again it gets what waits, in order."


class UsageAdjustmentInput(BaseModel):
    """What an event should have said."""

    id: str
    "Yours; the same id again is the same correction."
    adjusts: str
    "Your id of the event that was wrong."
    quantity: int
    "The right quantity, whole; 0 takes it back."
    reason: str
    "Why, for those who ask later."
    source: str = ""
    "The source of both ids."


class UsageEventFilter(BaseModel):
    """Which usage events; all that is given has to fit."""

    kind: Optional[UsageKind] = None
    "What was used."
    direction: Optional[Direction] = None
    "Which way."
    line_type: Optional[LineType] = Field(alias="lineType", default=None)
    "On what lines."
    initiator: Optional[Initiator] = None
    "Who started it."
    included: Optional[bool] = None
    "Only what is part of the plan, or only what costs credits."
    user_id: Optional[str] = Field(alias="userId", default=None)
    "Whose."
    line_id: Optional[str] = Field(alias="lineId", default=None)
    "Of which line."
    hold_id: Optional[str] = Field(alias="holdId", default=None)
    "Of which hold."
    source: Optional[str] = None
    "Which system reported it."
    event_id: Optional[str] = Field(alias="eventId", default=None)
    "The partner's id, whole."
    posted_from: Optional[date] = Field(alias="postedFrom", default=None)
    "The first day of posting, in the account's zone."
    posted_to: Optional[date] = Field(alias="postedTo", default=None)
    "The last day of it."
    happened_from: Optional[date] = Field(alias="happenedFrom", default=None)
    "The first day of happening, in the account's zone."
    happened_to: Optional[date] = Field(alias="happenedTo", default=None)
    "The last day of it."


class UsageEventInput(BaseModel):
    """A usage event."""

    kind: UsageKind
    "What was used."
    direction: Direction
    "Which way it went."
    line_type: LineType = Field(alias="lineType")
    "On what line."
    initiator: Initiator
    "Who started it."
    quantity: int
    "Whole units: minutes, segments, look-ups."
    id: str
    "Yours; the same id again is the same event. 1 to 200 printable characters; one that begins or ends with a blank is refused."
    happened_at: datetime = Field(alias="happenedAt")
    "When it happened, with a UTC offset; at most 5 minutes ahead of the account's clock."
    user_id: Optional[str] = Field(alias="userId", default=None)
    "Who used it."
    line_id: Optional[str] = Field(alias="lineId", default=None)
    "By which line."
    source: str = ""
    "Which of your systems reports it; ids are unique for each of them."
    carrier: Optional[str] = None
    "Who carried it, such as att; its fee is passed on (M2)."
    hold_id: Optional[str] = Field(alias="holdId", default=None)
    "The hold that was made for it, which it draws down."


class UsageInput(BaseModel):
    """Something that was used, or would be."""

    kind: UsageKind
    "What was used."
    direction: Direction
    "Which way it went."
    line_type: LineType = Field(alias="lineType")
    "On what line."
    initiator: Initiator
    "Who started it."
    quantity: int
    "Whole units: minutes, segments, look-ups."


class UserRoleInput(BaseModel):
    """Give or take a role."""

    id: str
    "The user."
    role: Role
    "The role."
    expected_version: Optional[int] = Field(alias="expectedVersion", default=None)
    "The version that you have read; refused if the user has changed since."
    preview_token: Optional[str] = Field(alias="previewToken", default=None)
    "The token of a preview: the change does exactly what was shown, or fails with PREVIEW_CHANGED and what is different."


class UserStatusInput(BaseModel):
    """Change the state of a user."""

    id: str
    "The user."
    reason: Optional[str] = None
    "Why; kept in the history."
    expected_version: Optional[int] = Field(alias="expectedVersion", default=None)
    "The version that you have read; refused if the user has changed since."
    preview_token: Optional[str] = Field(alias="previewToken", default=None)
    "The token of a preview: the change does exactly what was shown, or fails with PREVIEW_CHANGED and what is different."


class VoidInvoiceInput(BaseModel):
    """Take an invoice back of which nothing is paid or credited."""

    invoice_id: str = Field(alias="invoiceId")
    "The invoice; not one for credits."
    reason: str
    "Why; at most 500 characters. The customer can read it."
    idempotency_key: str = Field(alias="idempotencyKey")
    "Any text of up to 200 characters that is new for each new wish."
    reissue: bool = False
    "Ask for the same charges again on a new invoice, addressed and taxed as the account is now. Otherwise the days stay paid for, at no price."


class WebhookEndpointInput(BaseModel):
    """One endpoint."""

    id: str
    "The endpoint."


AdjustUsageInput.model_rebuild()
AuthorizeUsageInput.model_rebuild()
CreateAccountInput.model_rebuild()
IssueCreditNoteInput.model_rebuild()
QuoteUsageInput.model_rebuild()
RecordUsageInput.model_rebuild()
