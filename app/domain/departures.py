"""Rules U5 and R-15: what a user is attached to, and what has to be said before it is let go."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.errors import InvalidInput, Refused


@dataclass(frozen=True, slots=True)
class Attached:
    """How many of each name the user; `lists` are owned, `ring_groups` and `lines` ring."""

    contacts: int = 0
    lines: int = 0
    ring_groups: int = 0
    lists: int = 0
    calls: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Departure:
    """What becomes of the user's contact lists: they get a new owner, or they go too."""

    new_list_owner_id: UUID | None = None
    delete_lists: bool = False


def check_departure(departure: Departure, user_id: UUID, *, lists: int) -> None:
    """R-15: whoever owns lists is not deleted before it is decided who has them then."""
    if departure.new_list_owner_id == user_id:
        raise InvalidInput("The lists need an owner who stays.", field="newListOwnerId")
    if departure.new_list_owner_id is not None and departure.delete_lists:
        raise InvalidInput(
            "Lists get a new owner or are deleted, not both.",
            field="deleteLists",
        )
    if lists and departure.new_list_owner_id is None and not departure.delete_lists:
        owned = "a contact list" if lists == 1 else f"{lists:,} contact lists"
        raise Refused(
            "U5",
            f"This user owns {owned}. Name a new owner, or set deleteLists to delete them too; "
            "their contacts stay.",
            field="newListOwnerId",
        )
