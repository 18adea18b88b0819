"""What no log may say: keys, tokens, passwords, cards, and addresses of people."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

GONE = "[redacted]"
_NAMES = re.compile(
    r"authorization|cookie|passw|token|secret|(?<!dis)card|api.?key|signing.?key", re.IGNORECASE
)
_SECRETS = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"perseat_[\w-]{8,}"  # our keys
    r"|(?:sk|rk|pk|whsec|pm|seti|pi)_[\w-]{8,}"  # a payment provider's
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"  # signed tokens
    r"|(?:bearer|basic)\s+[\w.~+/=-]{6,}"
    r")",
    re.IGNORECASE,
)
_IN_URLS = re.compile(r"(?<=://)[^\s/@]+@")
_PAIRS = re.compile(
    r"((?:authorization|cookie|passw\w*|token|secret|(?<!dis)card\w*|api.?key)[\"']?\s*[:=]\s*)"
    r"(\"[^\"]*\"|'[^']*'|[^\s,;&})]+)",
    re.IGNORECASE,
)
_CARDS = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_TEN = 10


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: after it nothing is left to hide, in tracebacks neither."""
    return {name: GONE if _hides(name, value) else clean(value) for name, value in event.items()}


def clean(value: Any) -> Any:
    """The same without secrets, as deep as it goes; what is no text comes out as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {
            str(name): GONE if _hides(str(name), each) else clean(each)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(each) for each in value]
    return clean_text(str(value))


def clean_text(text: str) -> str:
    for pattern, instead in (
        (_IN_URLS, f"{GONE}@"),
        (_SECRETS, GONE),
        (_PAIRS, rf"\1{GONE}"),
        (_MAIL, "[e-mail]"),
    ):
        text = pattern.sub(instead, text)
    return _CARDS.sub(lambda found: GONE if is_card(found[0]) else found[0], text)


def is_card(text: str) -> bool:
    """Luhn: every second digit from the right doubled, its digits added, a multiple of ten."""
    digits = [int(each) for each in text if each.isdigit()]
    doubled = (sum(divmod(2 * each, _TEN)) for each in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % _TEN == 0


def _hides(name: str, value: Any) -> bool:
    return value is not None and _NAMES.search(name) is not None
