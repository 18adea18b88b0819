"""Who did something, as people know them. What is kept has only the id of a user, and whoever is
deleted is called by that (S33)."""

from uuid import UUID

from api.context import Info
from app.domain.permissions import user_in
from app.domain.users import UserStatus

WHO = "Who did it: a user by name and address, one who was deleted by the id; a key by its name."


async def name_of(info: Info, account_id: UUID, actor: str) -> str:
    user_id = user_in(actor)
    if user_id is None:
        return actor
    rows = await info.context.loaders.user.load((account_id, user_id))
    if not rows or rows[0].status == UserStatus.DELETED:
        return actor
    return f"{rows[0].first_name} {rows[0].last_name} ({rows[0].email})"
