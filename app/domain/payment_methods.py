"""Cards end: on which days before that somebody is told, by the account's own calendar (C1)."""

from datetime import date

NOTICE_DAYS = (30, 7, -1)
"""How many days are left when it is told, each once: the last says that the card has expired."""


def has_expired(expires_on: date | None, today: date) -> bool:
    """`expires_on` is the last day on which it can be charged; None: nobody knows it."""
    return expires_on is not None and expires_on < today
