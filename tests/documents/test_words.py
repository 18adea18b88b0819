"""Every language has every word, and says as much as English does."""

import re

import pytest

from app.documents.contents import contents
from app.documents.pdf import typeset
from app.documents.words import LANGUAGES, table_of, words
from app.domain.billing_details import Language
from app.domain.charges import _RULES
from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.plans import Component
from app.domain.usage import UsageKind
from tests.documents.conftest import invoice

ENGLISH = table_of("en")
OTHERS = [language for language in LANGUAGES if language != "en"]


def test_every_language_that_an_account_can_choose_has_words() -> None:
    assert set(Language) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("group", "known"),
    [
        ("kinds", set(InvoiceKind)),
        ("statuses", set(InvoiceStatus)),
        ("components", set(Component)),
        ("usage", set(UsageKind)),
    ],
)
def test_english_has_a_word_for_whatever_there_is(group: str, known: set[str]) -> None:
    assert set(ENGLISH[group]) == {str(each) for each in known}


def test_english_has_a_reason_for_every_rule_that_charges() -> None:
    """I5: a new rule needs its sentence."""
    assert {rule for rule, _ in _RULES} <= set(ENGLISH["rules"])


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_all_words_and_the_same_blanks_in_them(language: str) -> None:
    table = table_of(language)

    for group, entries in ENGLISH.items():
        assert set(table[group]) == set(entries)
        for key, text in entries.items():
            other = table[group][key]
            assert other.strip()
            assert set(re.findall(r"\{\w+\}", other)) == set(re.findall(r"\{\w+\}", text)), key


@pytest.mark.parametrize("language", OTHERS)
def test_its_sentences_are_its_own(language: str) -> None:
    table = table_of(language)

    assert not set(table["rules"].values()) & set(ENGLISH["rules"].values())


@pytest.mark.parametrize(
    ("tag", "language", "date"),
    [
        ("de", "de", "1. Januar 2026"),
        ("pt-BR", "pt", "1 de janeiro de 2026"),
        ("pt_PT", "pt", "1 de janeiro de 2026"),
        ("en-GB", "en", "1 January 2026"),
        ("sv", "en", "January 1, 2026"),
        ("", "en", "January 1, 2026"),
        ("../../etc", "en", "January 1, 2026"),
    ],
)
def test_a_language_without_words_gets_english_throughout(
    tag: str, language: str, date: str
) -> None:
    told = contents(invoice(language=tag))

    assert words(tag).locale.language == language
    assert told["language"] == language
    assert date in dict(told["facts"]).values()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_can_be_printed_in_it(language: str) -> None:
    """PDF/A takes no letter without a glyph; nothing that was said is without one."""
    assert typeset(invoice(language=language)).startswith(b"%PDF")
    assert "\ufffd" not in str(contents(invoice(language=language)))
