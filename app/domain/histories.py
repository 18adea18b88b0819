"""What happened to an account and who did what, in words: a list for people."""

import re
from collections.abc import Mapping
from typing import Any

from app.domain.events import CATALOGUE, EventKind

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def happened(kind: str, data: Mapping[str, Any]) -> str:
    """`Nothing of an invoice is due any more (number INV-0001, total 60.96, currency USD).`"""
    facts = ", ".join(
        f"{_words(name)} {_value(value)}"
        for name, value in data.items()
        if value is not None and not name.endswith("Id")
    )
    sentence = CATALOGUE[EventKind(kind)].sentence.rstrip(".")
    return f"{sentence} ({facts})." if facts else f"{sentence}."


def done(operation: str, actor: str, reason: str | None) -> str:
    """`ops key data folder: void invoice. Reason: billed twice`"""
    return f"{actor}: {_words(operation)}." + (f" Reason: {reason}" if reason else "")


def _words(name: str) -> str:
    return _HUMP.sub(" ", name).lower()


def _value(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
