"""Phone numbers, in the one form that is kept: E.164."""

import re

from app.domain.errors import InvalidInput

_PUNCTUATION = str.maketrans("", "", " -.()/\N{NO-BREAK SPACE}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def clean_phone(value: str, *, field: str) -> str:
    """`+` and 7 to 15 digits, the country's first; spaces and the like are taken out."""
    phone = value.translate(_PUNCTUATION)
    if not _E164.fullmatch(phone):
        raise InvalidInput("A phone number looks like +14155550123, country first.", field=field)
    return phone
