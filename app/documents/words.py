"""The words of a document in a language: one table per language, English where there is none."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError

_TABLES = files("app.documents") / "languages"
LANGUAGES = sorted(
    each.name.removesuffix(".toml") for each in _TABLES.iterdir() if each.name.endswith(".toml")
)
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """`of("statuses", "PAID")`, and the locale that dates and amounts are written in."""

    locale: Locale
    table: Mapping[str, Mapping[str, str]]

    def of(self, group: str, key: str, **values: str) -> str:
        return self.table[group][key].format(**values)

    def label(self, key: str, **values: str) -> str:
        return self.of("labels", key, **values)


@lru_cache(maxsize=64)
def words(language: str) -> Words:
    """Of a BCP 47 tag: pt-BR has the words of pt and the dates and amounts of Brazil.

    Without words of its own a language gets all in English, dates and amounts too: `1.234` means
    another amount to who reads English.
    """
    locale = _locale(language)
    if locale is None or locale.language not in LANGUAGES:
        locale = Locale(FALLBACK)
    return Words(locale, table_of(locale.language))


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return None


@lru_cache(maxsize=16)
def table_of(language: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((_TABLES / f"{language}.toml").read_text(encoding="utf-8"))
