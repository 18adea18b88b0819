"""All tables; importing this package registers each of them."""

from app.db.events import Event
from app.db.outbox import OutboxJob
from app.models.accounts import Account
from app.models.add_ons import AddOn, AddOnChange
from app.models.alerts import AlertCrossing, CreditAlert
from app.models.api_keys import ApiKey, ApiKeyGrant
from app.models.audit_events import AuditEvent, AuditHead
from app.models.communications import Communication
from app.models.contacts import Contact, ContactList
from app.models.corrections import InvoiceDecision
from app.models.credit_notes import CreditNote, CreditNoteLine
from app.models.credits import Credits
from app.models.deferrals import UsageDeferral
from app.models.holds import UsageHold
from app.models.idempotency import IdempotencyKey
from app.models.invoices import Charge, Invoice
from app.models.ledger import LedgerTransfer
from app.models.lines import Line
from app.models.log_ins import LogIn
from app.models.passwords import Password, PasswordLink
from app.models.payments import (
    Payment,
    PaymentCustomer,
    PaymentMethod,
    PaymentStep,
    PaymentTransition,
)
from app.models.plans import Plan, Price, Rate
from app.models.post_paid import PostPaidChange
from app.models.prices import AccountPrice
from app.models.provider_events import ReceivedEvent
from app.models.rates import AccountRate, CarrierFee
from app.models.reconciliation import Reconciliation
from app.models.refunds import LateFailure, Refund, Reinstatement
from app.models.ring_groups import RingGroup, RingGroupMember
from app.models.runs import BillingRun, BillingRunAccount
from app.models.sessions import RefreshToken, Session
from app.models.subscriptions import MinimumLicenses, Subscription, SubscriptionChange
from app.models.top_ups import TopUpDecision, TopUpRerun
from app.models.usage import UsageDay, UsageEvent
from app.models.users import RoleChange, User, UserRole, UserState
from app.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = [
    "Account",
    "AccountPrice",
    "AccountRate",
    "AddOn",
    "AddOnChange",
    "AlertCrossing",
    "ApiKey",
    "ApiKeyGrant",
    "AuditEvent",
    "AuditHead",
    "BillingRun",
    "BillingRunAccount",
    "CarrierFee",
    "Charge",
    "Communication",
    "Contact",
    "ContactList",
    "CreditAlert",
    "CreditNote",
    "CreditNoteLine",
    "Credits",
    "Event",
    "IdempotencyKey",
    "Invoice",
    "InvoiceDecision",
    "LateFailure",
    "LedgerTransfer",
    "Line",
    "LogIn",
    "MinimumLicenses",
    "OutboxJob",
    "Password",
    "PasswordLink",
    "Payment",
    "PaymentCustomer",
    "PaymentMethod",
    "PaymentStep",
    "PaymentTransition",
    "Plan",
    "PostPaidChange",
    "Price",
    "Rate",
    "ReceivedEvent",
    "Reconciliation",
    "RefreshToken",
    "Refund",
    "Reinstatement",
    "RingGroup",
    "RingGroupMember",
    "RoleChange",
    "Session",
    "Subscription",
    "SubscriptionChange",
    "TopUpDecision",
    "TopUpRerun",
    "UsageDay",
    "UsageDeferral",
    "UsageEvent",
    "UsageHold",
    "User",
    "UserRole",
    "UserState",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
