"""Rule P1: the states of an account."""

from enum import StrEnum


class AccountStatus(StrEnum):
    """TRIAL: pays nothing yet. PAST_DUE: an invoice was refused for good (I6). CLOSED: over,
    but what usage of before leaves unpaid is billed (M7), and its people log in and read."""

    TRIAL = "TRIAL"
    PAID = "PAID"
    PAST_DUE = "PAST_DUE"
    CLOSED = "CLOSED"


CLOSED = "This account is closed."
