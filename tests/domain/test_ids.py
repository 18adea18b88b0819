"""Global ids: of each thing there is one."""

from string import ascii_letters, digits
from uuid import UUID, uuid4

import pytest

from app.domain.errors import InvalidInput
from app.domain.ids import decode, encode

ALPHABET = ascii_letters + digits + "-_"


@pytest.mark.parametrize(("kind", "number"), [("account", 1), ("user", 2)])
def test_no_other_text_is_the_same_id(kind: str, number: int) -> None:
    """Other last letters, letters that base64 leaves out, and padding."""
    of = [uuid4() for _ in range(number)]
    one = encode(kind, *of)
    others = {one[:-1] + letter for letter in ALPHABET}
    others |= {f"{one}=", f"{one}==", f"{one}\n", f"{one} ", one[:20] + "!" + one[20:]}

    assert [each for each in others if decoded(kind, each) == (of[0], of[-1])] == [one]


def decoded(kind: str, text: str) -> tuple[UUID, UUID] | None:
    try:
        return decode(kind, text, field="id")
    except InvalidInput:
        return None


@pytest.mark.parametrize("text", ["", "user", "user_", "user_é", "user_" + "A" * 10_000])
def test_what_is_none_is_no_id(text: str) -> None:
    with pytest.raises(InvalidInput):
        decode("user", text, field="id")
