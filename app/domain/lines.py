"""Whose a line is: somebody's own, a ring group's, or nobody's (U7)."""

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from app.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class LineSettings:
    owner_id: UUID | None = None
    ring_group_id: UUID | None = None
    voicemail: bool = False


class LineChanges(TypedDict, total=False):
    """What is to be changed; None takes away, and what is not there stays."""

    owner_id: UUID | None
    ring_group_id: UUID | None
    voicemail: bool


def settings_after(before: LineSettings, changes: LineChanges) -> LineSettings:
    """Voicemail is its owner's setting: it goes with the owner, and a new one begins without."""
    owner_id = changes.get("owner_id", before.owner_id)
    ring_group_id = changes.get("ring_group_id", before.ring_group_id)
    if owner_id is not None and ring_group_id is not None:
        raise InvalidInput(
            "A line is somebody's own or a ring group's, not both; give null for the other.",
            field="ringGroupId" if changes.get("ring_group_id") else "ownerId",
        )
    kept = before.voicemail and owner_id == before.owner_id
    voicemail = changes.get("voicemail", kept)
    if voicemail and owner_id is None:
        raise InvalidInput("Voicemail needs an owner of the line.", field="voicemail")
    return LineSettings(owner_id, ring_group_id, voicemail)
