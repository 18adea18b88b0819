"""The schema: every noun's queries and mutations, within limits that hold before any SQL."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Annotated, Any, TypeAlias

import strawberry
from graphql import GraphQLError
from strawberry.dataloader import DataLoader
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

import api.enums  # noqa: F401 - describes the enums of the domain
from api.account_changes import AccountMutation
from api.accounts import Account
from api.add_ons import AddOnMutation
from api.adjustments import AdjustmentMutation
from api.adoptions import AdoptionMutation
from api.agreements import AgreementMutation
from api.api_keys import ApiKeyMutation
from api.arguments import describe
from api.attributes import read_straight
from api.audit_events import AuditQuery
from api.authorizations import AuthorizationMutation
from api.auto_top_up import AutoTopUpMutation
from api.billing_details import BillingDetailsMutation
from api.budgets import Costs
from api.cancellations import CancellationMutation
from api.causes import CAUSES
from api.charges import Charge
from api.communications import CommunicationMutation
from api.contacts import Contact, ContactList, ContactMutation
from api.context import Context, Info
from api.corrections import CorrectionMutation
from api.credit_notes import CreditNote
from api.credits import CreditMutation
from api.errors import Faces
from api.events import EventQuery
from api.executor import Executor
from api.guard import guard
from api.holds import HoldMutation, HoldQuery
from api.ids import ALONE, decode_for, kind_of
from api.invoices import Invoice, InvoiceMutation
from api.limits import Parsed, tokens
from api.lines import Line, LineMutation
from api.live import Live
from api.loaders import Loaders
from api.log_ins import LogInMutation
from api.pagination import FIRST, Connection, connect, page_of
from api.partner_keys import PartnerKeyMutation
from api.passwords import PasswordMutation
from api.payment_methods import PaymentMethodMutation
from api.payments import Payment, PaymentMutation, PaymentQuery
from api.plan_changes import PlanChangeMutation, PlanChangeQuery
from api.plans import PlanQuery
from api.previews import PreviewQuery
from api.prices import PriceMutation
from api.quotes import QuoteQuery
from api.rate_changes import RateMutation
from api.rates import RateQuery
from api.reconciliation import ReconciliationQuery
from api.refunds import RefundMutation
from api.requests import Named
from api.ring_groups import RingGroup, RingGroupMutation
from api.roles import RoleMutation
from api.run_orders import RunMutation
from api.runs import BillingRun, RunQuery
from api.scalars import SCALARS
from api.sessions import SessionMutation, ViewerQuery
from api.top_up_reruns import TopUpRerunMutation
from api.top_ups import TopUpQuery
from api.usage import UsageMutation
from api.usage_events import UsageEvent
from api.user_states import UserStateMutation
from api.users import User, UserMutation
from api.validation import Validated
from api.webhook_changes import WebhookMutation
from app.domain.errors import InvalidInput
from app.store import pages

Node: TypeAlias = Annotated[
    Account
    | User
    | Invoice
    | CreditNote
    | Line
    | RingGroup
    | Contact
    | ContactList
    | UsageEvent
    | BillingRun
    | Payment,
    strawberry.union("Node", description="Whatever a global id stands for."),
]

NODES: Mapping[str, tuple[Callable[[Loaders], DataLoader[Any, Any]], Callable[[Any], Node]]] = {
    "account": (lambda loaders: loaders.account, Account.of),
    "user": (lambda loaders: loaders.user, User.of),
    "invoice": (lambda loaders: loaders.invoice, Invoice.of),
    "creditnote": (lambda loaders: loaders.credit_note, CreditNote.of),
    "line": (lambda loaders: loaders.line, Line.of),
    "ringgroup": (lambda loaders: loaders.ring_group, RingGroup.of),
    "contact": (lambda loaders: loaders.contact, Contact.of),
    "contactlist": (lambda loaders: loaders.contact_list, ContactList.of),
    "usage": (lambda loaders: loaders.usage_event, UsageEvent.of),
    "billingrun": (lambda loaders: loaders.billing_run, BillingRun.of),
    "payment": (lambda loaders: loaders.payment, Payment.of),
}
"""By the kind of a global id: where its row is read, and what it is shown as."""


@strawberry.type(description="Everything that can be read.")
class Query(
    PlanQuery,
    RateQuery,
    QuoteQuery,
    RunQuery,
    TopUpQuery,
    PreviewQuery,
    PlanChangeQuery,
    HoldQuery,
    ReconciliationQuery,
    PaymentQuery,
    AuditQuery,
    EventQuery,
    ViewerQuery,
):
    @strawberry.field(description="An account; null if there is none, or it is not yours.")
    async def account(self, info: Info, id: strawberry.ID) -> Account | None:
        account_id, _ = decode_for(info.context.principal, "account", id, field="id")
        rows = await info.context.loaders.account.load((account_id,))
        return Account.of(rows[0]) if rows else None

    @strawberry.field(
        description="The accounts that the key may see, newest first. A partner's key that was "
        "granted several sees of each but the one of the header `Perseat-Account` what it is "
        "called and where it stands."
    )
    async def accounts(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[Account]:
        granted = tuple(("id", each) for each in sorted(info.context.principal.granted))
        page = page_of("accounts", first, after, any_of=granted)
        async with info.context.listing() as session:
            rows = await pages.of_all_accounts(session, page)
        return connect(page, rows, Account.of)

    @strawberry.field(description="An invoice; null if there is none, or it is not yours.")
    async def invoice(self, info: Info, id: strawberry.ID) -> Invoice | None:
        key = decode_for(info.context.principal, "invoice", id, field="id")
        rows = await info.context.loaders.invoice.load(key)
        return Invoice.of(rows[0]) if rows else None

    @strawberry.field(
        description="A charge, to explain it; null if there is none, or it is not yours."
    )
    async def charge(self, info: Info, id: strawberry.ID) -> Charge | None:
        key = decode_for(info.context.principal, "charge", id, field="id")
        rows = await info.context.loaders.charge.load(key)
        if not rows:
            return None
        (account,) = await info.context.loaders.account.load(key[:1])
        return Charge.of(rows[0], account.currency)

    @strawberry.field(description="What a global id stands for; null if it is not yours.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        kind = kind_of(id)
        if kind not in NODES:
            raise InvalidInput("This is no id of anything that can be read alone.", field="id")
        loader, make = NODES[kind]
        key = decode_for(info.context.principal, kind, id, field="id")
        rows = await loader(info.context.loaders).load(key[:1] if kind in ALONE else key)
        return make(rows[0]) if rows else None


@strawberry.type(description="Everything that can be done. One input each; errors in userErrors.")
class Mutation(
    AccountMutation,
    PlanChangeMutation,
    CancellationMutation,
    PriceMutation,
    RateMutation,
    UserMutation,
    LineMutation,
    RingGroupMutation,
    ContactMutation,
    CommunicationMutation,
    PasswordMutation,
    UserStateMutation,
    RoleMutation,
    AddOnMutation,
    UsageMutation,
    AdjustmentMutation,
    AuthorizationMutation,
    HoldMutation,
    CreditMutation,
    AutoTopUpMutation,
    TopUpRerunMutation,
    PaymentMutation,
    AdoptionMutation,
    PaymentMethodMutation,
    InvoiceMutation,
    RunMutation,
    CorrectionMutation,
    RefundMutation,
    BillingDetailsMutation,
    AgreementMutation,
    ApiKeyMutation,
    LogInMutation,
    SessionMutation,
    PartnerKeyMutation,
    WebhookMutation,
):
    pass


class Reads(SchemaExtension):
    """The request's reading ends with the request."""

    async def on_operation(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            context = self.execution_context.context
            if isinstance(context, Context):
                await context.loaders.close()

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        """A message is read in a transaction of its own, which does not wait until it is sent."""
        context = self.execution_context.context
        if isinstance(context, Context):
            async with context.loaders.silent():
                """The connection goes back."""
            if context.cursor:
                result.extensions = {**(result.extensions or {}), "cursor": context.cursor}
        yield


class Schema(strawberry.Schema):
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Mistakes of callers are no news, and accidents are logged where they are masked."""

    async def stream(self, *args: Any, **given: Any) -> Any:
        """Subscriptions only. What is refused before the first message is a message, too."""
        given["allowed_operation_types"] = {OperationType.SUBSCRIPTION}
        return _answered(await super().stream(*args, **given))


async def _answered(results: Any) -> AsyncIterator[Any]:
    try:
        async with aclosing(results):
            async for each in results:
                yield each
    except GraphQLError as error:
        yield PreExecutionError(data=None, errors=[error])


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Live,
    types=CAUSES,
    extensions=[
        Costs,
        tokens,
        Parsed,
        Validated,
        Reads,
        Faces,
        Named,
    ],
    execution_context_class=Executor,
    config=StrawberryConfig(scalar_map=SCALARS),
)
CORE = schema._schema  # noqa: SLF001 - strawberry has no other name for it
describe(CORE)
read_straight(CORE)
guard(CORE)


def main() -> None:
    """`python -m api.schema > schema.graphql`, after every change of the API."""
    sys.stdout.write(f"{schema.as_str()}\n")


if __name__ == "__main__":
    main()
