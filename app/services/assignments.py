"""Who may be given something: people of the account who are not deleted (U5)."""

from collections.abc import Mapping
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import NotFound, Refused
from app.domain.users import UserStatus
from app.store import users as store


async def check_assignable(
    uow: UnitOfWork, account_id: UUID, users: Mapping[str, UUID | None]
) -> None:
    """`users` by the field that names each. Ask under the account's lock, which a deletion takes
    too: so whoever is assignable is so until the end of the transaction."""
    named = {field: user_id for field, user_id in users.items() if user_id is not None}
    if not named:
        return
    found = await store.some(uow.session, account_id, list(named.values()))
    for field, user_id in named.items():
        if user_id not in found:
            raise NotFound("user", field=field)
        if found[user_id].status is UserStatus.DELETED:
            raise Refused("U5", "This user is deleted; choose another one.", field=field)
