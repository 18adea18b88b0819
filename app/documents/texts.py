"""Text that somebody else has written, made fit to be printed whatever it is."""

import re
import unicodedata

from app.documents.fonts import covered

_LATIN_1 = 0x17F
_SILENT = {"Cc", "Cf"}
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_JOINERS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060"
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_LONG_WORD = re.compile(r"[!-~\u00a1-\u07ff]{31,}")
_PIECE = re.compile(r".{1,12}")
_RIGHT_TO_LEFT = {"R", "AL"}


def printable(text: str, most: int) -> str:
    """At most `most` characters, in one line, each of which some font of ours can show.

    Characters that would turn their neighbours around are taken out: a name must not be able to
    change how an amount beside it is read. Endless words get places where they may break.
    """
    short = text if len(text) <= most else text[: most - 1] + "…"
    shown = "".join(map(_shown, _REORDERING.sub("", short)))
    return _LONG_WORD.sub(_breakable, " ".join(shown.split()))


def _breakable(word: re.Match[str]) -> str:
    return "\N{ZERO WIDTH SPACE}".join(_PIECE.findall(word[0]))


def _shown(character: str) -> str:
    """The character, or what stands for it: a space, nothing, or the sign for what is missing."""
    if character.isspace():
        return " "
    if ord(character) <= _LATIN_1:
        return character if character.isprintable() else ""
    if character in _JOINERS or ord(character) in covered():
        return character
    silent = unicodedata.category(character) in _SILENT or _VARIANTS.match(character)
    return "" if silent else "\N{REPLACEMENT CHARACTER}"


def isolated(text: str, *, right_to_left: bool) -> str:
    """The text in its own direction, whatever the direction of what is around it."""
    if text and (right_to_left or any(map(_is_right_to_left, text))):
        return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
    return text


def _is_right_to_left(character: str) -> bool:
    return unicodedata.bidirectional(character) in _RIGHT_TO_LEFT
