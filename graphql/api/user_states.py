"""The states of users: one mutation each, and one for a hundred users at once."""

from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.ids import decode, decode_if_given
from api.mutations import keep_promise, mutate, user_errors
from api.users import EXPECTED_VERSION, PROMISE, User, UserPayload
from app.db.unit_of_work import UnitOfWork
from app.domain.departures import Departure
from app.domain.errors import BillingError, InvalidInput
from app.domain.previews import TARGETS, Action
from app.domain.users import UserStatus
from app.services import user_states as service
from app.services.previews import Wish

NOBODY = UUID(int=0)
NEW_OWNER = (
    "For a deletion: who gets the user's contact lists. If there are any, say this or deleteLists."
)
DELETE_LISTS = "For a deletion: delete the user's contact lists too; their contacts stay."


@strawberry.input(description="Change the state of a user.")
class UserStatusInput:
    id: strawberry.ID = strawberry.field(description="The user.")
    reason: str | None = strawberry.field(default=None, description="Why; kept in the history.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    preview_token: str | None = strawberry.field(default=None, description=PROMISE)


@strawberry.input(description="Delete a user for ever, and decide about the user's contact lists.")
class DeleteUserInput(UserStatusInput):
    new_list_owner_id: strawberry.ID | None = strawberry.field(default=None, description=NEW_OWNER)
    delete_lists: bool = strawberry.field(default=False, description=DELETE_LISTS)


@strawberry.input(description="Change the state of many users of one account.")
class ChangeUserStatusesInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    user_ids: list[strawberry.ID] = strawberry.field(description="1 to 100 users.")
    status: UserStatus = strawberry.field(description="The state that they are to have.")
    reason: str | None = strawberry.field(default=None, description="Why; kept in the history.")
    new_list_owner_id: strawberry.ID | None = strawberry.field(default=None, description=NEW_OWNER)
    delete_lists: bool = strawberry.field(default=False, description=DELETE_LISTS)


@strawberry.type(description="What came of one user of many.")
class UserStatusResult:
    user_id: strawberry.ID = strawberry.field(description="The user, as it was asked for.")
    user: User | None = strawberry.field(description="The user afterwards; null after an error.")
    error: UserError | None = strawberry.field(
        description="Why this user stayed as it was; the others are not affected."
    )


@strawberry.type(description="What came of changing many users.")
class ChangeUserStatusesPayload:
    results: list[UserStatusResult] = strawberry.field(
        default_factory=list, description="One for each user, in the order asked for."
    )
    user_errors: list[UserError] = user_errors()


def _departure(given: DeleteUserInput | ChangeUserStatusesInput, account_id: UUID) -> Departure:
    new_owner = decode_if_given(account_id, "user", given.new_list_owner_id, field="newListOwnerId")
    return Departure(new_owner, given.delete_lists)


async def _change(info: Info, given: UserStatusInput, action: Action) -> UserPayload:
    async def work(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> UserPayload:
        await keep_promise(info, uow, account_id, Wish(action, user_id), given.preview_token)
        row = await service.change_status(
            uow,
            account_id,
            user_id,
            TARGETS[action],
            cause=service.Cause(info.context.principal.actor, given.reason),
            expected_version=given.expected_version,
            departure=(
                _departure(given, account_id) if isinstance(given, DeleteUserInput) else None
            ),
        )
        return UserPayload(user=User.of(row))

    return await mutate(info, UserPayload, ("user", given.id, "id"), work)


def _result(text: str, outcome: service.Outcome) -> UserStatusResult:
    return UserStatusResult(
        user_id=strawberry.ID(text),
        user=None if outcome.user is None else User.of(outcome.user),
        error=None if outcome.error is None else _error(outcome.error),
    )


def _error(error: BillingError) -> UserError:
    """One of many users is told by the result that it stands in."""
    shown = UserError.of(error)
    shown.field = "userIds" if shown.field == "id" else shown.field
    return shown


def _ids(account_id: UUID, texts: list[strawberry.ID]) -> dict[strawberry.ID, UUID]:
    """In the order asked for. A user of another account is nobody here."""
    found: dict[strawberry.ID, UUID] = {}
    for number, text in enumerate(texts):
        field = f"userIds.{number}"
        owner, user_id = decode("user", text, field=field)
        if text in found:
            raise InvalidInput("This user is named twice.", field=field)
        found[text] = user_id if owner == account_id else NOBODY
    return found


@strawberry.type
class UserStateMutation:
    @strawberry.mutation(description="Activate; beyond the held licences this is charged.")
    async def activate_user(self, info: Info, input: UserStatusInput) -> UserPayload:
        return await _change(info, input, Action.ACTIVATE)

    @strawberry.mutation(description="Pause: no calls come in; still billed.")
    async def pause_user(self, info: Info, input: UserStatusInput) -> UserPayload:
        return await _change(info, input, Action.PAUSE)

    @strawberry.mutation(description="Suspend: no log-in; still billed.")
    async def suspend_user(self, info: Info, input: UserStatusInput) -> UserPayload:
        return await _change(info, input, Action.SUSPEND)

    @strawberry.mutation(description="Deactivate: no log-in, not billed (by active users).")
    async def deactivate_user(self, info: Info, input: UserStatusInput) -> UserPayload:
        return await _change(info, input, Action.DEACTIVATE)

    @strawberry.mutation(description="Delete for ever. The licence stays paid until its term ends.")
    async def delete_user(self, info: Info, input: DeleteUserInput) -> UserPayload:
        return await _change(info, input, Action.DELETE)

    @strawberry.mutation(
        description="Change up to 100 users; each succeeds or fails for itself, and one bill is "
        "made for all of them together."
    )
    async def change_user_statuses(
        self, info: Info, input: ChangeUserStatusesInput
    ) -> ChangeUserStatusesPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> ChangeUserStatusesPayload:
            ids = _ids(account_id, input.user_ids)
            outcomes = await service.change_statuses(
                uow,
                account_id,
                list(ids.values()),
                input.status,
                cause=service.Cause(info.context.principal.actor, input.reason),
                departure=_departure(input, account_id),
            )
            by_id = {each.user_id: each for each in outcomes}
            return ChangeUserStatusesPayload(
                results=[_result(text, by_id[user_id]) for text, user_id in ids.items()]
            )

        target = ("account", input.account_id, "accountId")
        return await mutate(info, ChangeUserStatusesPayload, target, work)
