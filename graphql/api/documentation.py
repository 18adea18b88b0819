"""Every enum value says what it means for the bill."""

from enum import Enum
from typing import Any

import strawberry


def documented(kind: type[Enum], description: str, **values: str) -> Any:
    """Make a GraphQL enum of `kind`; each of its members needs a sentence."""
    missing = {member.name for member in kind} ^ set(values)
    if missing:
        raise LookupError((kind.__name__, missing))
    strawberry.enum(kind, description=description)
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
    return kind
