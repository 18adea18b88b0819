"""Rule U7: a line is somebody's own, a ring group's, or nobody's; voicemail is its owner's."""

from uuid import UUID

import pytest

from app.domain.errors import InvalidInput
from app.domain.lines import LineChanges, LineSettings, settings_after

ADA, BOB, SALES, NOBODY = UUID(int=1), UUID(int=2), UUID(int=3), LineSettings()
ADAS = LineSettings(owner_id=ADA, voicemail=True)
OF_SALES = LineSettings(ring_group_id=SALES)


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        (ADAS, {}, ADAS),
        (ADAS, {"owner_id": ADA}, ADAS),
        (ADAS, {"voicemail": False}, LineSettings(owner_id=ADA)),
        (ADAS, {"owner_id": BOB}, LineSettings(owner_id=BOB)),
        (ADAS, {"owner_id": BOB, "voicemail": True}, LineSettings(BOB, voicemail=True)),
        (ADAS, {"owner_id": None}, NOBODY),
        (ADAS, {"owner_id": None, "ring_group_id": SALES}, OF_SALES),
        (OF_SALES, {"ring_group_id": None}, NOBODY),
        (OF_SALES, {"ring_group_id": None, "owner_id": ADA, "voicemail": True}, ADAS),
        (NOBODY, {"ring_group_id": SALES}, OF_SALES),
    ],
)
def test_what_is_not_named_stays_and_voicemail_goes_with_its_owner(
    before: LineSettings, changes: LineChanges, after: LineSettings
) -> None:
    assert settings_after(before, changes) == after


@pytest.mark.parametrize(
    ("before", "changes", "field"),
    [
        (ADAS, {"ring_group_id": SALES}, "ringGroupId"),
        (OF_SALES, {"owner_id": ADA}, "ownerId"),
        (NOBODY, {"owner_id": ADA, "ring_group_id": SALES}, "ringGroupId"),
        (NOBODY, {"voicemail": True}, "voicemail"),
        (OF_SALES, {"voicemail": True}, "voicemail"),
        (ADAS, {"owner_id": None, "voicemail": True}, "voicemail"),
    ],
)
def test_a_line_that_cannot_be_names_the_field(
    before: LineSettings, changes: LineChanges, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        settings_after(before, changes)

    assert refused.value.field == field
