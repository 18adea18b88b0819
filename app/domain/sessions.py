"""Sessions of people: how long one lasts, and what a refresh token that is shown is good for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from app.domain.errors import BillingError
from app.domain.users import ACCESS, UserStatus

LIFE = timedelta(days=30)
"""From the log-in, however often it is used."""
KEPT = timedelta(days=1)
"""After that end, for whoever asks what has happened; then nothing is left of a session."""
GRACE = timedelta(seconds=10)
"""Two tabs that refresh at the same moment, or one whose answer was lost, get the same successor;
later a used token is a stolen one. For as long a successor stays what it is: nobody can be given
one that is used already."""
_LONGEST_AGENT = 200


class Use(Enum):
    ROTATES = auto()
    STAYS = auto()
    REPEATS = auto()
    REUSED = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Shown:
    """A refresh token, its session and its user, as they are now."""

    made_at: datetime
    used_at: datetime | None
    expires_at: datetime
    ended_at: datetime | None
    status: UserStatus


def use_of(shown: Shown, now: datetime) -> Use:
    """What comes of it. A session that is over stays that; a reused token ends one."""
    if shown.ended_at or shown.expires_at <= now or not ACCESS[shown.status].can_log_in:
        return Use.OVER
    if shown.used_at is None:
        return Use.ROTATES if now - shown.made_at > GRACE else Use.STAYS
    return Use.REPEATS if now - shown.used_at <= GRACE else Use.REUSED


def clean_agent(text: str) -> str:
    """What a browser calls itself, as far as people read it."""
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST_AGENT].strip()


class SessionOver(BillingError):
    code = "SESSION_OVER"

    def __init__(self) -> None:
        super().__init__("There is no session to go on with: log in again.")
