"""Phone numbers are E.164 before they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.phones import clean_phone


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("+14155550123", "+14155550123"),
        (" +1 (415) 555-0123 ", "+14155550123"),
        ("+49.30/1234567", "+49301234567"),
        ("+1234567", "+1234567"),
        ("+123456789012345", "+123456789012345"),
    ],
)
def test_a_number_is_kept_without_punctuation(given_: str, kept: str) -> None:
    assert clean_phone(given_, field="number") == kept


@pytest.mark.parametrize(
    "given_",
    [
        "",
        "+",
        "4155550123",
        "+0155550123",
        "+123456",
        "+1234567890123456",
        "++14155550123",
        "+1415555CALL",
        "+1415555012\N{ARABIC-INDIC DIGIT THREE}",
        "+14155550123\n",
        "+14155550123;ext=1",
    ],
)
def test_what_is_no_number_is_refused_with_its_field(given_: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_phone(given_, field="number")

    assert refused.value.field == "number"


@given(st.text())
def test_whatever_is_kept_is_kept_again(text: str) -> None:
    try:
        phone = clean_phone(text, field="number")
    except InvalidInput:
        return
    assert clean_phone(phone, field="number") == phone
