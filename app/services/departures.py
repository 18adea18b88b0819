"""Rule U5: what users leave behind, in the transaction that deletes them.

Usage events, charges and the history of states are records of the bill: nothing here touches them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.departures import Attached, Departure, check_departure
from app.services.assignments import check_assignable
from app.store import departures as store
from app.store import log_ins


async def attached(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> Attached:
    """How much names the user now; it decides nothing, so it needs no lock."""
    return await store.attached(uow.session, account_id, user_id)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What was decided about lists, and how many of them each user owns."""

    departure: Departure
    lists: Mapping[UUID, int]

    def check(self, user_id: UUID) -> None:
        """R-15."""
        check_departure(self.departure, user_id, lists=self.lists.get(user_id, 0))


async def leaving(
    uow: UnitOfWork, account_id: UUID, user_ids: Sequence[UUID], departure: Departure
) -> Leaving:
    """Ask it who may leave. The account must be locked; an heir who cannot be one is refused."""
    heir = departure.new_list_owner_id
    await check_assignable(uow, account_id, {"newListOwnerId": heir})
    return Leaving(departure, await store.lists(uow.session, account_id, user_ids))


async def release(
    uow: UnitOfWork, account_id: UUID, user_ids: Sequence[UUID], departure: Departure
) -> None:
    """Undo what names the users, all of whom may leave: a fixed number of statements."""
    if departure.delete_lists:
        await store.delete_lists(uow.session, account_id, user_ids)
    elif departure.new_list_owner_id is not None:
        heir = departure.new_list_owner_id
        await store.hand_over_lists(uow.session, account_id, user_ids, heir)
    await store.leave(uow.session, account_id, user_ids)
    await log_ins.close(uow.session, account_id, user_ids)
