"""Rule U1: who may log in; what is told of who may not, and how long one waits to try again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from app.domain.errors import BillingError
from app.domain.users import ACCESS, UserStatus

AT_ONCE = 10
"""Accounts that one password is tried for; who has more names one."""
STEP = timedelta(milliseconds=300)
"""Failures are told after one of these, or two, ...: what happens within one cannot be measured, so
that the time does not tell whether an address is in an account."""


def may_log_in(status: UserStatus, *, chosen: bool) -> bool:
    """By state, and with a password of one's own choice: the random one is nobody's (U6)."""
    return chosen and ACCESS[status].can_log_in


def rest_of_step(taken: timedelta) -> timedelta:
    """How long a failure that has taken so long is still kept back."""
    return -taken % STEP


def address(email: str) -> str:
    """An e-mail address as it is looked up; what is none is found nowhere."""
    return email.strip().lower()


def place_of(network: str) -> str:
    """Where a network address is counted: whoever has one of IPv6 has at least 2^64 of them, but
    for those that are IPv4's, which are what they say."""
    try:
        place = ip_address(network)
    except ValueError:
        return "unknown"
    if not isinstance(place, IPv6Address):
        return str(place)
    return str(place.ipv4_mapped or ip_network((place, 64), strict=False))


@dataclass(frozen=True, slots=True)
class Patience:
    """After `free` attempts within `window` each waits twice as long as the last, up to `most`;
    `half` is half of the first wait."""

    free: int
    window: timedelta
    most: timedelta
    half: timedelta = timedelta(seconds=1)

    def wait(self, attempts: int) -> timedelta:
        """What the attempt of this number costs before the next one."""
        if attempts <= self.free:
            return timedelta(0)
        return min(self.half * (1 << min(attempts - self.free, 16)), self.most)


PER_ADDRESS = Patience(5, timedelta(days=1), timedelta(minutes=15))
"""Of one e-mail address from one network address: nobody else is locked out."""
PER_NETWORK = Patience(100, timedelta(hours=1), timedelta(minutes=1))
"""Of all from one network address, where a whole office may sit."""


PER_MAILBOX = Patience(3, timedelta(days=1), timedelta(hours=1), half=timedelta(minutes=2))
"""Of links to one e-mail address, from wherever: nobody's mailbox is filled by others."""
PER_ASKER = Patience(20, timedelta(hours=1), timedelta(minutes=15), half=timedelta(seconds=15))
"""Of links that are asked for from one network address."""


class LogInFailed(BillingError):
    """One answer, whatever was wrong: who does not know must not learn who is a user."""

    code = "LOG_IN_FAILED"

    def __init__(self) -> None:
        super().__init__(
            "This e-mail address and password do not open anything. If they should, ask for a new "
            "link to set a password, here or of an administrator of your company."
        )


class TooManyAttempts(BillingError):
    """`retry_after`: whole seconds."""

    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts: wait {retry_after} seconds, then try again.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Company:
    id: UUID
    name: str


class SeveralAccounts(BillingError):
    """The password is right in more than one; `companies` are to choose from."""

    code = "SEVERAL_ACCOUNTS"

    def __init__(self, companies: Sequence[Company]) -> None:
        super().__init__(
            "This password opens several accounts: send the same with one of them.",
            field="accountId",
        )
        self.companies = companies
