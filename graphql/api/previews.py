"""Previews: what a change of people would cost, before the click."""

from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.forecasts import UpcomingCharge, UpcomingInvoice
from api.money import Money
from api.mutations import mutate, user_errors
from api.users import Access
from app.db.unit_of_work import UnitOfWork
from app.domain.departures import Attached as Leaves
from app.domain.errors import BillingError, InvalidInput
from app.domain.previews import Action, Side
from app.domain.users import Role
from app.services import previews as service
from app.services import promises
from app.services.previews import Wish


@strawberry.type(description="The account without the change, or with it.")
class PreviewSide:
    held: int = strawberry.field(description="Licences paid for in the current term.")
    occupied: int = strawberry.field(description="Billable users.")
    available: int = strawberry.field(description="Licences that may be taken at no charge.")
    minimum: int = strawberry.field(description="The contracted floor of this term.")
    unbilled: Money = strawberry.field(description="Unbilled charges that the next invoice has.")
    invoices: list[UpcomingInvoice] = strawberry.field(
        description="The next three; both sides show the same cut-offs, if they have an invoice."
    )

    @classmethod
    def of(cls, side: Side, currency: str) -> "PreviewSide":
        return cls(
            held=side.licenses.held,
            occupied=side.licenses.occupied,
            available=side.licenses.available,
            minimum=side.licenses.minimum,
            unbilled=Money.of(side.unbilled, currency),
            invoices=[UpcomingInvoice.of(each, currency) for each in side.invoices],
        )


@strawberry.type(description="What names a user besides the bill.")
class Attached:
    contacts: int = strawberry.field(description="Assigned contacts; they become unassigned.")
    lines: int = strawberry.field(description="Own lines; they ring nobody then.")
    ring_groups: int = strawberry.field(description="Ring groups that the user leaves.")
    lists: int = strawberry.field(
        description="Contact lists: the deletion needs a new owner for them, or deletes them."
    )
    calls: int = strawberry.field(description="Calls; they stay in the history, with no user.")
    messages: int = strawberry.field(description="Messages; they stay, with no user.")

    @classmethod
    def of(cls, found: Leaves) -> "Attached":
        return cls(
            contacts=found.contacts,
            lines=found.lines,
            ring_groups=found.ring_groups,
            lists=found.lists,
            calls=found.calls,
            messages=found.messages,
        )


@strawberry.type(description="What a change of a user would do; nothing is changed by asking.")
class Preview:
    sentence: str = strawberry.field(description="All of it in one plain sentence.")
    before: PreviewSide = strawberry.field(description="If nothing is changed.")
    after: PreviewSide = strawberry.field(description="If it is.")
    unbilled_charge: UpcomingCharge | None = strawberry.field(
        description="The charge that the change makes at once; the next invoice carries it."
    )
    access: Access = strawberry.field(description="What the user may do afterwards.")
    losses: list[str] = strawberry.field(description="What the user may do no more.")
    leaves: Attached = strawberry.field(
        description="What a deletion lets go of; nothing for any other change."
    )
    can_be_undone: bool = strawberry.field(
        description="False for a deletion. A licence that was charged stays paid in any case."
    )
    token: str = strawberry.field(
        description="Give it to the mutation within 15 minutes: it does exactly this, or fails "
        "with what has changed."
    )

    @classmethod
    def of(cls, shown: service.Preview, token: str) -> "Preview":
        currency, charge = shown.currency, shown.after.charge
        access = Access.of(shown.access_after, billable=shown.is_billable)
        return cls(
            sentence=shown.sentence,
            before=PreviewSide.of(shown.before, currency),
            after=PreviewSide.of(shown.after, currency),
            unbilled_charge=None if charge is None else UpcomingCharge.of(charge, currency),
            access=access,
            losses=shown.losses,
            leaves=Attached.of(shown.leaves),
            can_be_undone=shown.can_be_undone,
            token=token,
        )


@strawberry.input(description="A change of one user, asked about and not made.")
class PreviewInput:
    action: Action = strawberry.field(description="What would be done.")
    user_id: strawberry.ID | None = strawberry.field(
        default=None, description="The user; none for CREATE."
    )
    account_id: strawberry.ID | None = strawberry.field(
        default=None, description="For CREATE: the account."
    )
    role: Role | None = strawberry.field(
        default=None, description="For GRANT_ROLE and REVOKE_ROLE: the role."
    )
    roles: list[Role] = strawberry.field(
        default_factory=list, description="For CREATE: the roles; an agent if none is given."
    )
    active: bool = strawberry.field(
        default=True, description="For CREATE: false for a user who is activated later."
    )


@strawberry.type(description="A preview, or why the change would be refused.")
class PreviewPayload:
    preview: Preview | None = strawberry.field(default=None, description="What it would do.")
    user_errors: list[UserError] = user_errors()


def _wish(given: PreviewInput, user_id: UUID) -> Wish:
    if given.action is Action.CREATE:
        return Wish(given.action, roles=frozenset(given.roles), active=given.active)
    role = frozenset({given.role} if given.role else ())
    return Wish(given.action, user_id, roles=role)


def _target(given: PreviewInput) -> tuple[str, str, str]:
    """Whose account it is about: somebody new needs one, anybody else has one."""
    creates = given.action is Action.CREATE
    kind, field = ("account", "accountId") if creates else ("user", "userId")
    if (text := given.account_id if creates else given.user_id) is None:
        raise InvalidInput(f"Say which {kind} it is about.", field=field)
    return kind, text, field


@strawberry.type
class PreviewQuery:
    @strawberry.field(
        description="What a change of a user would cost, and what the user would lose. What is "
        "due is billed first, as the change itself would do."
    )
    async def preview_user_status_change(self, info: Info, input: PreviewInput) -> PreviewPayload:
        async def work(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> PreviewPayload:
            actor, key = info.context.principal.actor, info.context.perseat.signing_key
            try:
                shown = await service.preview(uow, account_id, _wish(input, user_id), actor=actor)
            except BillingError as error:
                error.field = "userId" if error.field == "id" else error.field
                raise
            token = promises.sign(uow, account_id, shown, key=key)
            return PreviewPayload(preview=Preview.of(shown, token))

        try:
            target = _target(input)
        except InvalidInput as error:
            return PreviewPayload(user_errors=[UserError.of(error)])
        return await mutate(info, PreviewPayload, target, work)
