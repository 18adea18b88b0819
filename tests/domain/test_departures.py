"""Rule U5 with R-15: whoever owns lists is not deleted before it is said who has them then."""

from uuid import UUID

import pytest

from app.domain.departures import Departure, check_departure
from app.domain.errors import InvalidInput, Refused

ADA, BOB = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("departure", "lists"),
    [
        (Departure(), 0),
        (Departure(new_list_owner_id=BOB), 0),
        (Departure(delete_lists=True), 0),
        (Departure(new_list_owner_id=BOB), 3),
        (Departure(delete_lists=True), 3),
    ],
)
def test_a_user_leaves_when_every_list_is_taken_care_of(departure: Departure, lists: int) -> None:
    check_departure(departure, ADA, lists=lists)


@pytest.mark.parametrize(
    ("lists", "said"), [(1, "a contact list"), (3, "3 contact lists"), (1234, "1,234 contact")]
)
def test_an_undecided_list_keeps_its_owner_and_says_how_many(lists: int, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        check_departure(Departure(), ADA, lists=lists)

    assert (refused.value.rule, refused.value.field) == ("U5", "newListOwnerId")
    assert "deleteLists" in refused.value.message


@pytest.mark.parametrize(
    ("departure", "field"),
    [
        (Departure(new_list_owner_id=ADA), "newListOwnerId"),
        (Departure(new_list_owner_id=BOB, delete_lists=True), "deleteLists"),
    ],
)
def test_a_contradiction_is_refused(departure: Departure, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_departure(departure, ADA, lists=1)

    assert refused.value.field == field
