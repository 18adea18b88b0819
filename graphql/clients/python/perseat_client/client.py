from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any, Optional, Union

from .activate_user import ActivateUser
from .add_card import AddCard
from .async_base_client import AsyncBaseClient
from .base_model import UNSET, UnsetType
from .billing_details_page import BillingDetailsPage
from .billing_run_progressed import BillingRunProgressed
from .buy_credits import BuyCredits
from .cancel_subscription import CancelSubscription
from .change_password import ChangePassword
from .change_plan import ChangePlan
from .choose_card import ChooseCard
from .coming_invoice import ComingInvoice
from .configure_auto_top_up import ConfigureAutoTopUp
from .convert_trial import ConvertTrial
from .create_key import CreateKey
from .create_user import CreateUser
from .credit_balance_changed import CreditBalanceChanged
from .credit_entry_list import CreditEntryList
from .credits_page import CreditsPage
from .dashboard import Dashboard
from .deactivate_user import DeactivateUser
from .delete_user import DeleteUser
from .end_session import EndSession
from .enums import Role, Term, UsageBy, UserOrder, UserStatus
from .grant_role import GrantRole
from .history_page import HistoryPage
from .input_types import (
    ConfigureAutoTopUpInput,
    CreateApiKeyInput,
    CreateUserInput,
    DeleteUserInput,
    PreviewInput,
    UpdateBillingDetailsInput,
    UpdateUserInput,
    UsageEventFilter,
    UserRoleInput,
    UserStatusInput,
)
from .invoice_changed import InvoiceChanged
from .invoice_detail import InvoiceDetail
from .invoices_page import InvoicesPage
from .keys_page import KeysPage
from .log_in import LogIn
from .log_out import LogOut
from .log_out_everywhere import LogOutEverywhere
from .pause_user import PauseUser
from .pay_invoice import PayInvoice
from .payments_page import PaymentsPage
from .plan_page import PlanPage
from .preview_plan_change import PreviewPlanChange
from .preview_user_change import PreviewUserChange
from .refresh_session import RefreshSession
from .remove_card import RemoveCard
from .request_password_link import RequestPasswordLink
from .resume_subscription import ResumeSubscription
from .revoke_key import RevokeKey
from .revoke_role import RevokeRole
from .rotate_key import RotateKey
from .send_password_link import SendPasswordLink
from .session import Session
from .set_credit_alerts import SetCreditAlerts
from .set_top_up_rule import SetTopUpRule
from .suspend_user import SuspendUser
from .top_up_changed import TopUpChanged
from .top_up_page import TopUpPage
from .update_billing_details import UpdateBillingDetails
from .update_user import UpdateUser
from .usage_event_detail import UsageEventDetail
from .usage_event_list import UsageEventList
from .usage_page import UsagePage
from .user_detail import UserDetail
from .users_page import UsersPage


def gql(q: str) -> str:
    return q


class Perseat(AsyncBaseClient):
    async def billing_details_page(
        self, account: str, **kwargs: Any
    ) -> BillingDetailsPage:
        query = gql("""
            query BillingDetailsPage($account: ID!) {
              account(id: $account) {
                id
                name
                billingDetails {
                  ...Details
                }
              }
            }

            fragment Details on BillingDetails {
              legalName
              address
              taxId
              language
              taxRate
            }
            """)
        variables: dict[str, object] = {"account": account}
        response = await self.execute(
            query=query,
            operation_name="BillingDetailsPage",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return BillingDetailsPage.model_validate(data)

    async def update_billing_details(
        self, input: UpdateBillingDetailsInput, **kwargs: Any
    ) -> UpdateBillingDetails:
        query = gql("""
            mutation UpdateBillingDetails($input: UpdateBillingDetailsInput!) {
              updateBillingDetails(input: $input) {
                billingDetails {
                  ...Details
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Details on BillingDetails {
              legalName
              address
              taxId
              language
              taxRate
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="UpdateBillingDetails",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return UpdateBillingDetails.model_validate(data)

    async def change_password(
        self, current: str, password: str, **kwargs: Any
    ) -> ChangePassword:
        query = gql("""
            mutation ChangePassword($current: String!, $password: String!) {
              changePassword(input: {currentPassword: $current, password: $password}) {
                userErrors {
                  code
                  field
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {"current": current, "password": password}
        response = await self.execute(
            query=query, operation_name="ChangePassword", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ChangePassword.model_validate(data)

    async def credits_page(
        self, account: str, from_: date, to: date, **kwargs: Any
    ) -> CreditsPage:
        query = gql("""
            query CreditsPage($account: ID!, $from: Date!, $to: Date!) {
              account(id: $account) {
                id
                credits {
                  ...CreditsState
                  forecast {
                    sentence
                    runsOutAt
                    burnPerDay {
                      ...Amount
                    }
                  }
                  spend(from: $from, to: $to) {
                    total {
                      ...Amount
                    }
                    kinds {
                      kind
                      entries
                      amount {
                        ...Amount
                      }
                    }
                  }
                  pending {
                    kind
                    dueAt
                    day
                    events
                    amount {
                      ...Amount
                    }
                  }
                  alerts {
                    id
                    armed
                    lastCrossedAt
                    threshold {
                      ...Amount
                    }
                  }
                  topUps(first: 5) {
                    nodes {
                      id
                      purpose
                      status
                      declineCode
                      createdAt
                      settledAt
                      amount {
                        ...Amount
                      }
                    }
                  }
                  refusals(first: 5) {
                    nodes {
                      reason
                      at
                      balance {
                        ...Amount
                      }
                    }
                  }
                }
                paymentMethods {
                  id
                  brand
                  last4
                  isDefault
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment CreditsState on Credits {
              balance {
                ...Amount
              }
              funds {
                available {
                  ...Amount
                }
                held {
                  ...Amount
                }
                pendingDebits {
                  ...Amount
                }
                incoming {
                  ...Amount
                }
              }
              autoTopUp {
                enabled
                stoppedReason
                threshold {
                  ...Amount
                }
                amount {
                  ...Amount
                }
                dailyCap {
                  ...Amount
                }
                monthlyCap {
                  ...Amount
                }
              }
            }
            """)
        variables: dict[str, object] = {"account": account, "from": from_, "to": to}
        response = await self.execute(
            query=query, operation_name="CreditsPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CreditsPage.model_validate(data)

    async def credit_entry_list(
        self,
        account: str,
        first: int,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> CreditEntryList:
        query = gql("""
            query CreditEntryList($account: ID!, $first: Int! = 20, $after: String) {
              account(id: $account) {
                id
                credits {
                  entries(first: $first, after: $after) {
                    nodes {
                      id
                      kind
                      at
                      amount {
                        ...Amount
                      }
                      balance {
                        ...Amount
                      }
                      usage {
                        kind
                        events
                        quantity
                        amount {
                          ...Amount
                        }
                      }
                      payment {
                        id
                        status
                      }
                      invoice {
                        id
                        number
                        pdfUrl
                      }
                    }
                    pageInfo {
                      hasNextPage
                      endCursor
                    }
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {
            "account": account,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="CreditEntryList", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CreditEntryList.model_validate(data)

    async def buy_credits(
        self, account: str, amount: Decimal, key: str, **kwargs: Any
    ) -> BuyCredits:
        query = gql("""
            mutation BuyCredits($account: ID!, $amount: Decimal!, $key: String!) {
              buyCredits(input: {accountId: $account, amount: $amount, idempotencyKey: $key}) {
                payment {
                  id
                  status
                  declineCode
                  amount {
                    ...Amount
                  }
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {
            "account": account,
            "amount": amount,
            "key": key,
        }
        response = await self.execute(
            query=query, operation_name="BuyCredits", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return BuyCredits.model_validate(data)

    async def configure_auto_top_up(
        self, input: ConfigureAutoTopUpInput, **kwargs: Any
    ) -> ConfigureAutoTopUp:
        query = gql("""
            mutation ConfigureAutoTopUp($input: ConfigureAutoTopUpInput!) {
              configureAutoTopUp(input: $input) {
                credits {
                  ...CreditsState
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment CreditsState on Credits {
              balance {
                ...Amount
              }
              funds {
                available {
                  ...Amount
                }
                held {
                  ...Amount
                }
                pendingDebits {
                  ...Amount
                }
                incoming {
                  ...Amount
                }
              }
              autoTopUp {
                enabled
                stoppedReason
                threshold {
                  ...Amount
                }
                amount {
                  ...Amount
                }
                dailyCap {
                  ...Amount
                }
                monthlyCap {
                  ...Amount
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="ConfigureAutoTopUp",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return ConfigureAutoTopUp.model_validate(data)

    async def set_credit_alerts(
        self, account: str, thresholds: list[Decimal], **kwargs: Any
    ) -> SetCreditAlerts:
        query = gql("""
            mutation SetCreditAlerts($account: ID!, $thresholds: [Decimal!]!) {
              setCreditAlerts(input: {accountId: $account, thresholds: $thresholds}) {
                credits {
                  alerts {
                    id
                    armed
                    threshold {
                      ...Amount
                    }
                  }
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {"account": account, "thresholds": thresholds}
        response = await self.execute(
            query=query, operation_name="SetCreditAlerts", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return SetCreditAlerts.model_validate(data)

    async def dashboard(self, account: str, **kwargs: Any) -> Dashboard:
        query = gql("""
            query Dashboard($account: ID!) {
              account(id: $account) {
                id
                name
                status
                billingPolicy
                billingTimezone
                subscription {
                  plan {
                    id
                    name
                  }
                  term
                  currentPeriod {
                    firstDay
                    lastDay
                  }
                  next {
                    plan {
                      id
                      name
                    }
                    term
                    effectiveOn
                  }
                  endsOn
                }
                licenses {
                  held
                  occupied
                  available
                  minimum
                  byStatus {
                    status
                    count
                  }
                }
                credits {
                  balance {
                    ...Amount
                  }
                  autoTopUp {
                    enabled
                    stoppedReason
                    threshold {
                      ...Amount
                    }
                    amount {
                      ...Amount
                    }
                  }
                }
                users(first: 20) {
                  nodes {
                    id
                    firstName
                    lastName
                    email
                    status
                    roles
                    billable
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
                invoices(first: 12) {
                  nodes {
                    id
                    number
                    kind
                    status
                    issuedOn
                    dueOn
                    total {
                      ...Amount
                    }
                    amountDue {
                      ...Amount
                    }
                    charges {
                      id
                      description
                      quantity
                      unitAmount {
                        ...Amount
                      }
                      amount {
                        ...Amount
                      }
                    }
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
                upcomingInvoice {
                  kind
                  issuedOn
                  total {
                    ...Amount
                  }
                  tax {
                    ...Amount
                  }
                  unbilled {
                    ...Amount
                  }
                  charges {
                    description
                    quantity
                    unitAmount {
                      ...Amount
                    }
                    amount {
                      ...Amount
                    }
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {"account": account}
        response = await self.execute(
            query=query, operation_name="Dashboard", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Dashboard.model_validate(data)

    async def history_page(
        self,
        account: str,
        first: int,
        kinds: Union[Optional[list[str]], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> HistoryPage:
        query = gql("""
            query HistoryPage($account: ID!, $kinds: [String!], $first: Int! = 20, $after: String) {
              account(id: $account) {
                id
                history(kinds: $kinds, first: $first, after: $after) {
                  nodes {
                    id
                    at
                    kind
                    sentence
                    actor
                    reason
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {
            "account": account,
            "kinds": kinds,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="HistoryPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return HistoryPage.model_validate(data)

    async def invoices_page(
        self,
        account: str,
        first: int,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> InvoicesPage:
        query = gql("""
            query InvoicesPage($account: ID!, $first: Int! = 20, $after: String) {
              account(id: $account) {
                id
                invoices(first: $first, after: $after) {
                  nodes {
                    ...InvoiceRow
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment InvoiceRow on Invoice {
              id
              number
              kind
              status
              period {
                firstDay
                lastDay
              }
              issuedOn
              dueOn
              nextAttemptAt
              total {
                ...Amount
              }
              amountDue {
                ...Amount
              }
              pdfUrl
            }
            """)
        variables: dict[str, object] = {
            "account": account,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="InvoicesPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return InvoicesPage.model_validate(data)

    async def coming_invoice(self, account: str, **kwargs: Any) -> ComingInvoice:
        query = gql("""
            query ComingInvoice($account: ID!) {
              account(id: $account) {
                id
                unbilledCharges {
                  ...Line
                }
                upcomingInvoice {
                  kind
                  issuedOn
                  total {
                    ...Amount
                  }
                  tax {
                    ...Amount
                  }
                  unbilled {
                    ...Amount
                  }
                  charges {
                    description
                    quantity
                    unitAmount {
                      ...Amount
                    }
                    amount {
                      ...Amount
                    }
                    explanation
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment Line on Charge {
              id
              description
              quantity
              unitAmount {
                ...Amount
              }
              amount {
                ...Amount
              }
              tax {
                ...Amount
              }
              period {
                firstDay
                lastDay
              }
              explanation
              steps
            }
            """)
        variables: dict[str, object] = {"account": account}
        response = await self.execute(
            query=query, operation_name="ComingInvoice", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ComingInvoice.model_validate(data)

    async def invoice_detail(self, invoice: str, **kwargs: Any) -> InvoiceDetail:
        query = gql("""
            query InvoiceDetail($invoice: ID!) {
              invoice(id: $invoice) {
                ...InvoiceRow
                subtotal {
                  ...Amount
                }
                tax {
                  ...Amount
                }
                taxRate
                amountPaid {
                  ...Amount
                }
                amountCredited {
                  ...Amount
                }
                amountRefundable {
                  ...Amount
                }
                billTo {
                  name
                  address
                  taxId
                  language
                }
                charges {
                  ...Line
                }
                payments {
                  id
                  status
                  declineCode
                  createdAt
                  settledAt
                  amount {
                    ...Amount
                  }
                  paymentMethod {
                    id
                    brand
                    last4
                  }
                }
                creditNotes {
                  id
                  number
                  reason
                  total {
                    ...Amount
                  }
                }
                decision {
                  reason
                  at
                  replacement {
                    id
                    number
                  }
                }
                replaces {
                  id
                  number
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment InvoiceRow on Invoice {
              id
              number
              kind
              status
              period {
                firstDay
                lastDay
              }
              issuedOn
              dueOn
              nextAttemptAt
              total {
                ...Amount
              }
              amountDue {
                ...Amount
              }
              pdfUrl
            }

            fragment Line on Charge {
              id
              description
              quantity
              unitAmount {
                ...Amount
              }
              amount {
                ...Amount
              }
              tax {
                ...Amount
              }
              period {
                firstDay
                lastDay
              }
              explanation
              steps
            }
            """)
        variables: dict[str, object] = {"invoice": invoice}
        response = await self.execute(
            query=query, operation_name="InvoiceDetail", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return InvoiceDetail.model_validate(data)

    async def keys_page(
        self,
        account: str,
        first: int,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> KeysPage:
        query = gql("""
            query KeysPage($account: ID!, $first: Int! = 20, $after: String) {
              account(id: $account) {
                id
                apiKeys(first: $first, after: $after) {
                  nodes {
                    ...Key
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }

            fragment Key on ApiKey {
              id
              name
              role
              environment
              scopes
              last4
              createdAt
              expiresAt
              lastUsedAt
              revokedAt
            }
            """)
        variables: dict[str, object] = {
            "account": account,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="KeysPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return KeysPage.model_validate(data)

    async def create_key(self, input: CreateApiKeyInput, **kwargs: Any) -> CreateKey:
        query = gql("""
            mutation CreateKey($input: CreateApiKeyInput!) {
              createApiKey(input: $input) {
                apiKey {
                  ...Key
                }
                text
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Key on ApiKey {
              id
              name
              role
              environment
              scopes
              last4
              createdAt
              expiresAt
              lastUsedAt
              revokedAt
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="CreateKey", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CreateKey.model_validate(data)

    async def rotate_key(self, api_key: str, hours: int, **kwargs: Any) -> RotateKey:
        query = gql("""
            mutation RotateKey($apiKey: ID!, $hours: Int! = 24) {
              rotateApiKey(input: {id: $apiKey, overlapHours: $hours}) {
                apiKey {
                  ...Key
                }
                text
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Key on ApiKey {
              id
              name
              role
              environment
              scopes
              last4
              createdAt
              expiresAt
              lastUsedAt
              revokedAt
            }
            """)
        variables: dict[str, object] = {"apiKey": api_key, "hours": hours}
        response = await self.execute(
            query=query, operation_name="RotateKey", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return RotateKey.model_validate(data)

    async def revoke_key(self, api_key: str, **kwargs: Any) -> RevokeKey:
        query = gql("""
            mutation RevokeKey($apiKey: ID!) {
              revokeApiKey(input: {id: $apiKey}) {
                apiKey {
                  ...Key
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Key on ApiKey {
              id
              name
              role
              environment
              scopes
              last4
              createdAt
              expiresAt
              lastUsedAt
              revokedAt
            }
            """)
        variables: dict[str, object] = {"apiKey": api_key}
        response = await self.execute(
            query=query, operation_name="RevokeKey", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return RevokeKey.model_validate(data)

    async def credit_balance_changed(
        self,
        account: str,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> AsyncIterator[CreditBalanceChanged]:
        query = gql("""
            subscription CreditBalanceChanged($account: ID!, $after: String) {
              creditBalanceChanged(accountId: $account, after: $after) {
                cursor
                kind
                at
                credits {
                  balance {
                    ...Amount
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {"account": account, "after": after}
        async for data in self.execute_ws(
            query=query,
            operation_name="CreditBalanceChanged",
            variables=variables,
            **kwargs,
        ):
            yield CreditBalanceChanged.model_validate(data)

    async def invoice_changed(
        self,
        account: str,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> AsyncIterator[InvoiceChanged]:
        query = gql("""
            subscription InvoiceChanged($account: ID!, $after: String) {
              invoiceChanged(accountId: $account, after: $after) {
                cursor
                kind
                at
                invoice {
                  id
                  number
                  kind
                  status
                  issuedOn
                  dueOn
                  total {
                    ...Amount
                  }
                  amountDue {
                    ...Amount
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {"account": account, "after": after}
        async for data in self.execute_ws(
            query=query, operation_name="InvoiceChanged", variables=variables, **kwargs
        ):
            yield InvoiceChanged.model_validate(data)

    async def top_up_changed(
        self,
        account: str,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> AsyncIterator[TopUpChanged]:
        query = gql("""
            subscription TopUpChanged($account: ID!, $after: String) {
              topUpChanged(accountId: $account, after: $after) {
                cursor
                kind
                at
                autoTopUp {
                  enabled
                  stoppedReason
                }
                topUp {
                  payment {
                    id
                    purpose
                    status
                    declineCode
                    amount {
                      ...Amount
                    }
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {"account": account, "after": after}
        async for data in self.execute_ws(
            query=query, operation_name="TopUpChanged", variables=variables, **kwargs
        ):
            yield TopUpChanged.model_validate(data)

    async def billing_run_progressed(
        self, run: str, after: Union[Optional[str], UnsetType] = UNSET, **kwargs: Any
    ) -> AsyncIterator[BillingRunProgressed]:
        query = gql("""
            subscription BillingRunProgressed($run: ID!, $after: String) {
              billingRunProgressed(runId: $run, after: $after) {
                cursor
                kind
                at
                run {
                  id
                  status
                  progress {
                    total
                    done
                    parked
                    changed
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"run": run, "after": after}
        async for data in self.execute_ws(
            query=query,
            operation_name="BillingRunProgressed",
            variables=variables,
            **kwargs,
        ):
            yield BillingRunProgressed.model_validate(data)

    async def log_in(
        self,
        email: str,
        password: str,
        account: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> LogIn:
        query = gql("""
            mutation LogIn($email: String!, $password: String!, $account: ID) {
              logIn(input: {email: $email, password: $password, accountId: $account}) {
                accessToken
                expiresAt
                accounts {
                  id
                  name
                }
                retryAfter
                userErrors {
                  code
                  field
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {
            "email": email,
            "password": password,
            "account": account,
        }
        response = await self.execute(
            query=query, operation_name="LogIn", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return LogIn.model_validate(data)

    async def log_out(self, **kwargs: Any) -> LogOut:
        query = gql("""
            mutation LogOut {
              logOut {
                userErrors {
                  code
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {}
        response = await self.execute(
            query=query, operation_name="LogOut", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return LogOut.model_validate(data)

    async def payments_page(self, account: str, **kwargs: Any) -> PaymentsPage:
        query = gql("""
            query PaymentsPage($account: ID!) {
              account(id: $account) {
                id
                status
                paymentMethods {
                  ...Method
                }
                payments(first: 10) {
                  nodes {
                    ...Charged
                    invoice {
                      id
                      number
                    }
                  }
                }
                invoices(first: 10) {
                  nodes {
                    id
                    number
                    kind
                    status
                    dueOn
                    nextAttemptAt
                    total {
                      ...Amount
                    }
                    amountPaid {
                      ...Amount
                    }
                    amountDue {
                      ...Amount
                    }
                    payments {
                      ...Charged
                    }
                    creditNotes {
                      id
                      number
                      refunds {
                        id
                        status
                        failureCode
                        amount {
                          ...Amount
                        }
                      }
                    }
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment Charged on Payment {
              id
              purpose
              status
              declineCode
              createdAt
              settledAt
              nextLookAt
              amount {
                ...Amount
              }
              amountRefunded {
                ...Amount
              }
              amountTakenBack {
                ...Amount
              }
              paymentMethod {
                id
                brand
                last4
              }
            }

            fragment Method on PaymentMethod {
              id
              brand
              last4
              expiresOn
              expired
              isDefault
            }
            """)
        variables: dict[str, object] = {"account": account}
        response = await self.execute(
            query=query, operation_name="PaymentsPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PaymentsPage.model_validate(data)

    async def add_card(self, account: str, token: str, **kwargs: Any) -> AddCard:
        query = gql("""
            mutation AddCard($account: ID!, $token: String!) {
              addPaymentMethod(input: {accountId: $account, token: $token}) {
                paymentMethod {
                  ...Method
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Method on PaymentMethod {
              id
              brand
              last4
              expiresOn
              expired
              isDefault
            }
            """)
        variables: dict[str, object] = {"account": account, "token": token}
        response = await self.execute(
            query=query, operation_name="AddCard", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AddCard.model_validate(data)

    async def choose_card(self, method: str, **kwargs: Any) -> ChooseCard:
        query = gql("""
            mutation ChooseCard($method: ID!) {
              setDefaultPaymentMethod(input: {id: $method}) {
                paymentMethods {
                  ...Method
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Method on PaymentMethod {
              id
              brand
              last4
              expiresOn
              expired
              isDefault
            }
            """)
        variables: dict[str, object] = {"method": method}
        response = await self.execute(
            query=query, operation_name="ChooseCard", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ChooseCard.model_validate(data)

    async def remove_card(self, method: str, **kwargs: Any) -> RemoveCard:
        query = gql("""
            mutation RemoveCard($method: ID!) {
              removePaymentMethod(input: {id: $method}) {
                paymentMethods {
                  ...Method
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Method on PaymentMethod {
              id
              brand
              last4
              expiresOn
              expired
              isDefault
            }
            """)
        variables: dict[str, object] = {"method": method}
        response = await self.execute(
            query=query, operation_name="RemoveCard", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return RemoveCard.model_validate(data)

    async def pay_invoice(self, invoice: str, key: str, **kwargs: Any) -> PayInvoice:
        query = gql("""
            mutation PayInvoice($invoice: ID!, $key: String!) {
              payInvoice(input: {invoiceId: $invoice, idempotencyKey: $key}) {
                payment {
                  ...Charged
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment Charged on Payment {
              id
              purpose
              status
              declineCode
              createdAt
              settledAt
              nextLookAt
              amount {
                ...Amount
              }
              amountRefunded {
                ...Amount
              }
              amountTakenBack {
                ...Amount
              }
              paymentMethod {
                id
                brand
                last4
              }
            }
            """)
        variables: dict[str, object] = {"invoice": invoice, "key": key}
        response = await self.execute(
            query=query, operation_name="PayInvoice", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PayInvoice.model_validate(data)

    async def plan_page(self, account: str, **kwargs: Any) -> PlanPage:
        query = gql("""
            query PlanPage($account: ID!) {
              account(id: $account) {
                id
                billingPolicy
                subscription {
                  ...Terms
                }
                addOns {
                  kind
                  quantity
                }
              }
              plans {
                id
                name
                billingPolicy
                currency
                prices {
                  component
                  term
                  amount {
                    ...Amount
                  }
                  isExample
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment Terms on Subscription {
              plan {
                id
                name
              }
              term
              currentPeriod {
                firstDay
                lastDay
              }
              minimumLicenses
              next {
                plan {
                  id
                  name
                }
                term
                effectiveOn
              }
              endsOn
            }
            """)
        variables: dict[str, object] = {"account": account}
        response = await self.execute(
            query=query, operation_name="PlanPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PlanPage.model_validate(data)

    async def preview_plan_change(
        self,
        account: str,
        plan: Union[Optional[str], UnsetType] = UNSET,
        term: Union[Optional[Term], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> PreviewPlanChange:
        query = gql("""
            query PreviewPlanChange($account: ID!, $plan: ID, $term: Term) {
              previewPlanChange(input: {accountId: $account, planId: $plan, term: $term}) {
                preview {
                  sentence
                  effectiveOn
                  charges {
                    description
                    amount {
                      ...Amount
                    }
                    explanation
                  }
                  before {
                    ...Side
                  }
                  after {
                    ...Side
                  }
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment Side on PreviewSide {
              held
              occupied
              available
              invoices {
                issuedOn
                total {
                  ...Amount
                }
              }
            }
            """)
        variables: dict[str, object] = {"account": account, "plan": plan, "term": term}
        response = await self.execute(
            query=query,
            operation_name="PreviewPlanChange",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return PreviewPlanChange.model_validate(data)

    async def change_plan(
        self,
        account: str,
        key: str,
        plan: Union[Optional[str], UnsetType] = UNSET,
        term: Union[Optional[Term], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ChangePlan:
        query = gql("""
            mutation ChangePlan($account: ID!, $plan: ID, $term: Term, $key: String!) {
              changePlan(
                input: {accountId: $account, planId: $plan, term: $term, idempotencyKey: $key}
              ) {
                account {
                  id
                  subscription {
                    ...Terms
                  }
                }
                effectiveOn
                charges {
                  id
                  description
                  amount {
                    ...Amount
                  }
                  explanation
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment Terms on Subscription {
              plan {
                id
                name
              }
              term
              currentPeriod {
                firstDay
                lastDay
              }
              minimumLicenses
              next {
                plan {
                  id
                  name
                }
                term
                effectiveOn
              }
              endsOn
            }
            """)
        variables: dict[str, object] = {
            "account": account,
            "plan": plan,
            "term": term,
            "key": key,
        }
        response = await self.execute(
            query=query, operation_name="ChangePlan", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ChangePlan.model_validate(data)

    async def convert_trial(
        self,
        account: str,
        key: str,
        term: Union[Optional[Term], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ConvertTrial:
        query = gql("""
            mutation ConvertTrial($account: ID!, $term: Term, $key: String!) {
              convertTrial(input: {accountId: $account, term: $term, idempotencyKey: $key}) {
                account {
                  id
                  status
                  subscription {
                    ...Terms
                  }
                }
                invoice {
                  id
                  number
                  total {
                    ...Amount
                  }
                  status
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment Terms on Subscription {
              plan {
                id
                name
              }
              term
              currentPeriod {
                firstDay
                lastDay
              }
              minimumLicenses
              next {
                plan {
                  id
                  name
                }
                term
                effectiveOn
              }
              endsOn
            }
            """)
        variables: dict[str, object] = {"account": account, "term": term, "key": key}
        response = await self.execute(
            query=query, operation_name="ConvertTrial", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ConvertTrial.model_validate(data)

    async def cancel_subscription(
        self,
        account: str,
        reason: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> CancelSubscription:
        query = gql("""
            mutation CancelSubscription($account: ID!, $reason: String) {
              cancelSubscription(input: {accountId: $account, reason: $reason}) {
                account {
                  id
                  subscription {
                    ...Terms
                  }
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Terms on Subscription {
              plan {
                id
                name
              }
              term
              currentPeriod {
                firstDay
                lastDay
              }
              minimumLicenses
              next {
                plan {
                  id
                  name
                }
                term
                effectiveOn
              }
              endsOn
            }
            """)
        variables: dict[str, object] = {"account": account, "reason": reason}
        response = await self.execute(
            query=query,
            operation_name="CancelSubscription",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return CancelSubscription.model_validate(data)

    async def resume_subscription(
        self, account: str, **kwargs: Any
    ) -> ResumeSubscription:
        query = gql("""
            mutation ResumeSubscription($account: ID!) {
              resumeSubscription(input: {accountId: $account}) {
                account {
                  id
                  subscription {
                    ...Terms
                  }
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Terms on Subscription {
              plan {
                id
                name
              }
              term
              currentPeriod {
                firstDay
                lastDay
              }
              minimumLicenses
              next {
                plan {
                  id
                  name
                }
                term
                effectiveOn
              }
              endsOn
            }
            """)
        variables: dict[str, object] = {"account": account}
        response = await self.execute(
            query=query,
            operation_name="ResumeSubscription",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return ResumeSubscription.model_validate(data)

    async def refresh_session(self, **kwargs: Any) -> RefreshSession:
        query = gql("""
            mutation RefreshSession {
              refreshSession {
                accessToken
                expiresAt
                userErrors {
                  code
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {}
        response = await self.execute(
            query=query, operation_name="RefreshSession", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return RefreshSession.model_validate(data)

    async def request_password_link(
        self, email: str, **kwargs: Any
    ) -> RequestPasswordLink:
        query = gql("""
            mutation RequestPasswordLink($email: String!) {
              requestPasswordLink(input: {email: $email}) {
                retryAfter
                userErrors {
                  code
                  field
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {"email": email}
        response = await self.execute(
            query=query,
            operation_name="RequestPasswordLink",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return RequestPasswordLink.model_validate(data)

    async def session(self, **kwargs: Any) -> Session:
        query = gql("""
            query Session {
              viewer {
                name
                role
                accountId
                user {
                  id
                  firstName
                  lastName
                  email
                  roles
                }
                sessions {
                  id
                  current
                  createdAt
                  lastUsedAt
                  expiresAt
                  userAgent
                }
              }
            }
            """)
        variables: dict[str, object] = {}
        response = await self.execute(
            query=query, operation_name="Session", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Session.model_validate(data)

    async def end_session(self, session: str, **kwargs: Any) -> EndSession:
        query = gql("""
            mutation EndSession($session: ID!) {
              endSession(input: {id: $session}) {
                userErrors {
                  code
                  field
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {"session": session}
        response = await self.execute(
            query=query, operation_name="EndSession", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return EndSession.model_validate(data)

    async def log_out_everywhere(self, **kwargs: Any) -> LogOutEverywhere:
        query = gql("""
            mutation LogOutEverywhere {
              logOutEverywhere {
                userErrors {
                  code
                  field
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {}
        response = await self.execute(
            query=query,
            operation_name="LogOutEverywhere",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return LogOutEverywhere.model_validate(data)

    async def top_up_page(
        self,
        account: str,
        first: int,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> TopUpPage:
        query = gql("""
            query TopUpPage($account: ID!, $first: Int! = 20, $after: String) {
              account(id: $account) {
                id
                paymentMethods {
                  id
                  brand
                  last4
                  expiresOn
                  expired
                  isDefault
                }
                credits {
                  ...TopUpRule
                  topUpDecisions(first: $first, after: $after) {
                    nodes {
                      id
                      outcome
                      sentence
                      at
                      times
                      balance {
                        ...Amount
                      }
                      amount {
                        ...Amount
                      }
                      payment {
                        id
                        status
                        declineCode
                      }
                    }
                    pageInfo {
                      hasNextPage
                      endCursor
                    }
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment TopUpRule on Credits {
              balance {
                ...Amount
              }
              autoTopUp {
                enabled
                stoppedReason
                threshold {
                  ...Amount
                }
                amount {
                  ...Amount
                }
                dailyCap {
                  ...Amount
                }
                monthlyCap {
                  ...Amount
                }
              }
            }
            """)
        variables: dict[str, object] = {
            "account": account,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="TopUpPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return TopUpPage.model_validate(data)

    async def set_top_up_rule(
        self, input: ConfigureAutoTopUpInput, **kwargs: Any
    ) -> SetTopUpRule:
        query = gql("""
            mutation SetTopUpRule($input: ConfigureAutoTopUpInput!) {
              configureAutoTopUp(input: $input) {
                credits {
                  ...TopUpRule
                }
                notes
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment TopUpRule on Credits {
              balance {
                ...Amount
              }
              autoTopUp {
                enabled
                stoppedReason
                threshold {
                  ...Amount
                }
                amount {
                  ...Amount
                }
                dailyCap {
                  ...Amount
                }
                monthlyCap {
                  ...Amount
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="SetTopUpRule", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return SetTopUpRule.model_validate(data)

    async def usage_page(
        self,
        account: str,
        by: UsageBy,
        from_: Union[Optional[date], UnsetType] = UNSET,
        to: Union[Optional[date], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> UsagePage:
        query = gql("""
            query UsagePage($account: ID!, $from: Date, $to: Date, $by: UsageBy! = POSTED) {
              account(id: $account) {
                id
                billingTimezone
                usage(from: $from, to: $to, by: $by) {
                  from
                  to
                  by
                  totals {
                    ...Figures
                  }
                  byDay {
                    day
                    ...Figures
                  }
                  byKind {
                    kind
                    ...Figures
                  }
                  byDirection {
                    direction
                    ...Figures
                  }
                  byLineType {
                    lineType
                    ...Figures
                  }
                  byInitiator {
                    initiator
                    ...Figures
                  }
                  byUser(first: 10) {
                    label
                    users
                    user {
                      id
                      status
                    }
                    ...Figures
                  }
                  byLine(first: 10) {
                    label
                    lines
                    line {
                      id
                      number
                    }
                    ...Figures
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment Figures on UsageFigures {
              events
              paidQuantity
              includedQuantity
              amount {
                ...Amount
              }
              fees {
                ...Amount
              }
              total {
                ...Amount
              }
            }
            """)
        variables: dict[str, object] = {
            "account": account,
            "from": from_,
            "to": to,
            "by": by,
        }
        response = await self.execute(
            query=query, operation_name="UsagePage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return UsagePage.model_validate(data)

    async def usage_event_list(
        self,
        account: str,
        first: int,
        filter_: Union[Optional[UsageEventFilter], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> UsageEventList:
        query = gql("""
            query UsageEventList($account: ID!, $filter: UsageEventFilter, $first: Int! = 20, $after: String) {
              account(id: $account) {
                id
                usageEvents(first: $first, after: $after, filter: $filter) {
                  nodes {
                    ...UsageEventRow
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment UsageEventRow on UsageEvent {
              id
              eventId
              postedAt
              happenedAt
              kind
              direction
              lineType
              initiator
              quantity
              included
              amount {
                ...Amount
              }
              fee {
                ...Amount
              }
              carrier
              explanation
              user {
                id
                firstName
                lastName
                status
              }
              line {
                id
                number
              }
            }
            """)
        variables: dict[str, object] = {
            "account": account,
            "filter": filter_,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="UsageEventList", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return UsageEventList.model_validate(data)

    async def usage_event_detail(self, event: str, **kwargs: Any) -> UsageEventDetail:
        query = gql("""
            query UsageEventDetail($event: ID!) {
              node(id: $event) {
                __typename
                ... on UsageEvent {
                  ...UsageEventRow
                  source
                  holdId
                  deferred
                  rate {
                    ...Amount
                  }
                  feeRate {
                    ...Amount
                  }
                  debit {
                    id
                    kind
                    at
                    amount {
                      ...Amount
                    }
                  }
                  feeDebit {
                    id
                    kind
                    at
                    amount {
                      ...Amount
                    }
                  }
                  invoice {
                    id
                    number
                    status
                    pdfUrl
                  }
                  reason
                  adjusts {
                    id
                    eventId
                    quantity
                  }
                  adjustedBy {
                    id
                    eventId
                    quantity
                    reason
                    postedAt
                    amount {
                      ...Amount
                    }
                  }
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment UsageEventRow on UsageEvent {
              id
              eventId
              postedAt
              happenedAt
              kind
              direction
              lineType
              initiator
              quantity
              included
              amount {
                ...Amount
              }
              fee {
                ...Amount
              }
              carrier
              explanation
              user {
                id
                firstName
                lastName
                status
              }
              line {
                id
                number
              }
            }
            """)
        variables: dict[str, object] = {"event": event}
        response = await self.execute(
            query=query,
            operation_name="UsageEventDetail",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return UsageEventDetail.model_validate(data)

    async def users_page(
        self,
        account: str,
        order_by: UserOrder,
        descending: bool,
        first: int,
        search: Union[Optional[str], UnsetType] = UNSET,
        status: Union[Optional[list[UserStatus]], UnsetType] = UNSET,
        role: Union[Optional[Role], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> UsersPage:
        query = gql("""
            query UsersPage($account: ID!, $search: String, $status: [UserStatus!], $role: Role, $orderBy: UserOrder! = NAME, $descending: Boolean! = false, $first: Int! = 20, $after: String) {
              account(id: $account) {
                id
                licenses {
                  held
                  occupied
                  available
                  minimum
                  byStatus {
                    status
                    count
                  }
                }
                users(
                  first: $first
                  after: $after
                  search: $search
                  status: $status
                  role: $role
                  orderBy: $orderBy
                  descending: $descending
                ) {
                  totalCount
                  nodes {
                    ...Person
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {
            "account": account,
            "search": search,
            "status": status,
            "role": role,
            "orderBy": order_by,
            "descending": descending,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="UsersPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return UsersPage.model_validate(data)

    async def user_detail(self, account: str, user: str, **kwargs: Any) -> UserDetail:
        query = gql("""
            query UserDetail($account: ID!, $user: ID!) {
              node(id: $user) {
                __typename
                ... on User {
                  ...Person
                  createdAt
                  version
                  access {
                    canLogIn
                    canSeeReports
                    canChangeSettings
                    canReceiveCalls
                    goesToVoicemail
                    canMakeCalls
                    ringsInGroups
                    isNotified
                    isBillable
                  }
                }
              }
              account(id: $account) {
                id
                timeline(first: 10, userId: $user) {
                  nodes {
                    at
                    actor
                    kind
                    fromStatus
                    toStatus
                    role
                    reason
                  }
                }
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"account": account, "user": user}
        response = await self.execute(
            query=query, operation_name="UserDetail", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return UserDetail.model_validate(data)

    async def preview_user_change(
        self, input: PreviewInput, **kwargs: Any
    ) -> PreviewUserChange:
        query = gql("""
            query PreviewUserChange($input: PreviewInput!) {
              previewUserStatusChange(input: $input) {
                preview {
                  sentence
                  losses
                  canBeUndone
                  token
                  unbilledCharge {
                    description
                    amount {
                      ...Amount
                    }
                    explanation
                  }
                  leaves {
                    contacts
                    lines
                    ringGroups
                    lists
                    calls
                    messages
                  }
                  before {
                    ...Side
                  }
                  after {
                    ...Side
                  }
                }
                userErrors {
                  code
                  field
                  message
                }
              }
            }

            fragment Amount on Money {
              amount
              currency
            }

            fragment Side on PreviewSide {
              held
              occupied
              available
              invoices {
                issuedOn
                total {
                  ...Amount
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="PreviewUserChange",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return PreviewUserChange.model_validate(data)

    async def create_user(self, input: CreateUserInput, **kwargs: Any) -> CreateUser:
        query = gql("""
            mutation CreateUser($input: CreateUserInput!) {
              createUser(input: $input) {
                ...Changed
              }
            }

            fragment Changed on UserPayload {
              user {
                ...Person
                version
              }
              userErrors {
                code
                field
                message
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="CreateUser", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CreateUser.model_validate(data)

    async def update_user(self, input: UpdateUserInput, **kwargs: Any) -> UpdateUser:
        query = gql("""
            mutation UpdateUser($input: UpdateUserInput!) {
              updateUser(input: $input) {
                ...Changed
              }
            }

            fragment Changed on UserPayload {
              user {
                ...Person
                version
              }
              userErrors {
                code
                field
                message
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="UpdateUser", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return UpdateUser.model_validate(data)

    async def activate_user(
        self, input: UserStatusInput, **kwargs: Any
    ) -> ActivateUser:
        query = gql("""
            mutation ActivateUser($input: UserStatusInput!) {
              activateUser(input: $input) {
                ...Changed
              }
            }

            fragment Changed on UserPayload {
              user {
                ...Person
                version
              }
              userErrors {
                code
                field
                message
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="ActivateUser", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ActivateUser.model_validate(data)

    async def pause_user(self, input: UserStatusInput, **kwargs: Any) -> PauseUser:
        query = gql("""
            mutation PauseUser($input: UserStatusInput!) {
              pauseUser(input: $input) {
                ...Changed
              }
            }

            fragment Changed on UserPayload {
              user {
                ...Person
                version
              }
              userErrors {
                code
                field
                message
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="PauseUser", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PauseUser.model_validate(data)

    async def suspend_user(self, input: UserStatusInput, **kwargs: Any) -> SuspendUser:
        query = gql("""
            mutation SuspendUser($input: UserStatusInput!) {
              suspendUser(input: $input) {
                ...Changed
              }
            }

            fragment Changed on UserPayload {
              user {
                ...Person
                version
              }
              userErrors {
                code
                field
                message
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="SuspendUser", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return SuspendUser.model_validate(data)

    async def deactivate_user(
        self, input: UserStatusInput, **kwargs: Any
    ) -> DeactivateUser:
        query = gql("""
            mutation DeactivateUser($input: UserStatusInput!) {
              deactivateUser(input: $input) {
                ...Changed
              }
            }

            fragment Changed on UserPayload {
              user {
                ...Person
                version
              }
              userErrors {
                code
                field
                message
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="DeactivateUser", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return DeactivateUser.model_validate(data)

    async def delete_user(self, input: DeleteUserInput, **kwargs: Any) -> DeleteUser:
        query = gql("""
            mutation DeleteUser($input: DeleteUserInput!) {
              deleteUser(input: $input) {
                ...Changed
              }
            }

            fragment Changed on UserPayload {
              user {
                ...Person
                version
              }
              userErrors {
                code
                field
                message
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="DeleteUser", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return DeleteUser.model_validate(data)

    async def grant_role(self, input: UserRoleInput, **kwargs: Any) -> GrantRole:
        query = gql("""
            mutation GrantRole($input: UserRoleInput!) {
              grantRole(input: $input) {
                ...Changed
              }
            }

            fragment Changed on UserPayload {
              user {
                ...Person
                version
              }
              userErrors {
                code
                field
                message
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="GrantRole", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return GrantRole.model_validate(data)

    async def revoke_role(self, input: UserRoleInput, **kwargs: Any) -> RevokeRole:
        query = gql("""
            mutation RevokeRole($input: UserRoleInput!) {
              revokeRole(input: $input) {
                ...Changed
              }
            }

            fragment Changed on UserPayload {
              user {
                ...Person
                version
              }
              userErrors {
                code
                field
                message
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="RevokeRole", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return RevokeRole.model_validate(data)

    async def send_password_link(self, user: str, **kwargs: Any) -> SendPasswordLink:
        query = gql("""
            mutation SendPasswordLink($user: ID!) {
              sendPasswordLink(input: {userId: $user}) {
                ...Changed
              }
            }

            fragment Changed on UserPayload {
              user {
                ...Person
                version
              }
              userErrors {
                code
                field
                message
              }
            }

            fragment Person on User {
              id
              firstName
              lastName
              email
              status
              roles
              billable
              activation
            }
            """)
        variables: dict[str, object] = {"user": user}
        response = await self.execute(
            query=query,
            operation_name="SendPasswordLink",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return SendPasswordLink.model_validate(data)
