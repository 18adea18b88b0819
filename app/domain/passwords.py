"""Rule U6: which passwords may be chosen, for how long a link is good, and who is let in next."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.domain.errors import InvalidInput, Refused
from app.domain.users import ACCESS, UserStatus

LINK_LIFE = timedelta(hours=24)
FEWEST, MOST = 15, 128
_MOST_TYPED = 8 * MOST
"""Letters with their accents apart are longer than as they are kept."""
FEWEST_DIFFERENT = 5
_SHORTEST_WORD = 3
EXPECTED = (
    *("perseat", "administrator", "password", "passwort", "passphrase", "letmein", "iloveyou"),
    *("welcome", "changeme", "secret", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertz", "qwerty"),
    *("azerty", "abcdefgh", "abc123", "1234567890", "123456789", "12345678", "1234567", "123456"),
    "12345",
)
"""What everybody tries first."""


def clean_password(text: str, *, known: Iterable[str]) -> str:
    """A chosen password in NFKC. `known`: the names and the address of who chooses it.

    By NIST SP 800-63B-4 length is what counts, 15 to 128 characters, with no rule of composition.
    Words that anybody would guess do not count. An error never repeats what was typed.
    """
    password = typed(text)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        raise InvalidInput("A password has no control characters.", field="password")
    if not FEWEST <= len(password) <= MOST or len(text) > _MOST_TYPED:
        raise InvalidInput(f"A password has {FEWEST} to {MOST} characters.", field="password")
    if len(set(password.casefold())) < FEWEST_DIFFERENT:
        raise InvalidInput(
            f"A password has at least {FEWEST_DIFFERENT} different characters.", field="password"
        )
    if len(_unexpected(password, known)) < FEWEST:
        raise InvalidInput(
            f"A password has {FEWEST} characters besides your name, your e-mail address, the word "
            "perseat and the commonest passwords: a few more words will do.",
            field="password",
        )
    return password


def typed(text: str) -> str:
    """In the form in which passwords are kept, as far as one can be long: a text without end would
    take very long."""
    return unicodedata.normalize("NFKC", text[:_MOST_TYPED])


def _unexpected(password: str, known: Iterable[str]) -> str:
    words = {part for text in known for part in re.split(r"[\W_]+", _folded(text))}
    words = {word for word in words if len(word) >= _SHORTEST_WORD} | set(EXPECTED)
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.sub("|".join(map(re.escape, longest_first)), "", _folded(password))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


class Activation(StrEnum):
    INVITED = "INVITED"
    AWAITING_ACTIVATION = "AWAITING_ACTIVATION"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Standing:
    """A user on the way in. `times_let_in`: how often a state came that allows to log in."""

    status: UserStatus
    has_chosen: bool
    times_let_in: int

    @property
    def activation(self) -> Activation | None:
        """What is still to be done before a first log-in; None for who will never log in."""
        if self.status is UserStatus.DELETED:
            return None
        if not self.has_chosen:
            return Activation.INVITED
        return Activation.DONE if self.times_let_in else Activation.AWAITING_ACTIVATION


def may_have_link(standing: Standing) -> bool:
    """Who can log in, or was never let in yet."""
    return not standing.times_let_in or ACCESS[standing.status].can_log_in


def check_link(standing: Standing, *, field: str = "userId") -> None:
    """A link is for who can log in (U1), or has not been let in yet (U6)."""
    if standing.status is UserStatus.DELETED:
        raise Refused("U5", "A deleted user stays deleted; add a new user instead.", field=field)
    if not may_have_link(standing):
        raise Refused(
            "U1",
            f"This user is {standing.status} and cannot log in. Activate the user first.",
            field=field,
        )
