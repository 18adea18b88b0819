"""The fonts that come along as packages: a machine's own ones are never used, so that a document
looks the same, and is the same bytes, wherever it is made."""

import unicodedata
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

_FOLDERS = [Path(str(files(name))) for name in ("manimgx_fonts", "manimgx_fonts_cjk")]
_HAN = {"ja": "JP", "ko": "KR", "zh": "SC"}
_HAN_OF_SCRIPT = {"Hant": "TC", "HK": "HK", "TW": "TC", "MO": "HK"}


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Noto for 20 scripts beside Latin, and for Chinese, Japanese and Korean."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in _FOLDERS],
    )


def families(language: str, text: str) -> list[str]:
    """In the order in which they are asked for a letter. Han letters look different in each
    language: where the document's own has none, what else the text holds decides."""
    tags = language.replace("_", "-").split("-")
    han = next((_HAN_OF_SCRIPT[tag] for tag in tags if tag in _HAN_OF_SCRIPT), None)
    han = han or _HAN.get(tags[0]) or _han_in(text)
    first = ["Noto Sans", f"Noto Sans CJK {han}"]
    return first + sorted(set(fonts().families()) - set(first))


def _han_in(text: str) -> str:
    if any("\u3040" <= letter <= "\u30ff" for letter in text):
        return "JP"
    return "KR" if any("\uac00" <= letter <= "\ud7a3" for letter in text) else "SC"


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """The characters that there is a glyph for, but none that mean something to one font only. It
    takes half a second, once."""
    found: set[int] = set()
    for path in (path for folder in _FOLDERS for path in sorted(folder.glob("*.tt?"))):
        with TTFont(path, fontNumber=0, lazy=True) as font:
            found |= font.getBestCmap().keys()
    return frozenset(each for each in found if unicodedata.category(chr(each)) != "Co")
