"""Rule U5: what a user leaves behind, in the transaction that deletes the user.

Usage events, charges and the history of states are records of the bill: nothing here touches them.
"""

from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.departures import Attached, Departure, check_departure
from app.services.assignments import check_assignable
from app.store import departures as store


async def attached(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> Attached:
    """How much names the user now; it decides nothing, so it needs no lock."""
    return await store.attached(uow.session, account_id, user_id)


async def release(uow: UnitOfWork, account_id: UUID, user_id: UUID, departure: Departure) -> None:
    """Undo what names the user; R-15 decides about lists first. The account must be locked."""
    owned = await store.lists(uow.session, account_id, user_id)
    check_departure(departure, user_id, lists=owned)
    new_owner = departure.new_list_owner_id
    await check_assignable(uow, account_id, {"newListOwnerId": new_owner})
    if departure.delete_lists:
        await store.delete_lists(uow.session, account_id, user_id)
    elif new_owner is not None:
        await store.hand_over_lists(uow.session, account_id, user_id, new_owner)
    await store.leave(uow.session, account_id, user_id)
