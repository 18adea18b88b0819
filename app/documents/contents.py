"""A document in its language: every text that is printed, so that the template only lays it out."""

from typing import Any

from app.documents.fonts import families
from app.documents.lines import lines, sums
from app.documents.style import Style, style_of
from app.documents.texts import printable
from app.documents.usage import usage
from app.domain.documents import Document, DocumentKind, Party
from app.domain.invoices import InvoiceStatus

NAME, ADDRESS, ADDRESS_LINES, REASON = 250, 100, 8, 1_000
"""The most characters of each, and lines; what is longer ends in an ellipsis."""

_TONES = {
    InvoiceStatus.PAID: "good",
    InvoiceStatus.PAST_DUE: "bad",
    InvoiceStatus.VOID: "bad",
    InvoiceStatus.UNCOLLECTIBLE: "bad",
}


def contents(document: Document) -> dict[str, Any]:
    """Texts, lists and lists of rows: what `document.typ` reads."""
    style = style_of(document)
    told = {
        **_head(document, style),
        "seller": _party(document.seller, style),
        "bill_to": _party(document.bill_to, style),
        "facts": _facts(document, style),
        "lines": lines(document, style),
        "sums": sums(document, style),
        "notes": _notes(document, style),
        "usage": usage(document, style),
    }
    return {**told, "fonts": families(str(style.words.locale), str(told))}


def _head(document: Document, style: Style) -> dict[str, Any]:
    label, locale = style.words.label, style.words.locale
    status = document.status and style.words.of("statuses", document.status)
    is_note = document.kind is DocumentKind.CREDIT_NOTE
    return {
        "language": locale.language,
        "region": locale.territory,
        "direction": style.direction,
        "title": label(document.kind.lower()),
        "number": document.number,
        "author": printable(document.seller.name, NAME),
        "status": status,
        "tone": _TONES.get(document.status, "plain") if document.status else "plain",
        "stamp": status if document.status is InvoiceStatus.VOID else None,
        "headline": [
            label("total_credited" if is_note else "due"),
            style.money(document.total if is_note else document.due),
        ],
        "bill_to_label": label("bill_to"),
        "page": style.words.table["labels"]["page"],
    }


def _party(party: Party, style: Style) -> dict[str, Any]:
    shown = [style.said(line, ADDRESS) for line in party.address.splitlines() if line.strip()]
    shown = shown[:ADDRESS_LINES]
    if party.tax_id:
        shown.append(style.words.label("tax_id", id=style.said(party.tax_id, ADDRESS)))
    return {"name": style.said(party.name, NAME), "lines": shown}


def _facts(document: Document, style: Style) -> list[list[str]]:
    """Pairs of a label and a value."""
    found = {
        f"{document.kind.lower()}_number": document.number,
        "corrects": document.corrects,
        "issued_on": style.day(document.issued_on),
        "due_on": style.day(document.due_on) if document.due_on else "",
        "cause": style.words.of("kinds", document.cause) if document.cause else "",
        "reason": style.said(document.reason, REASON),
    }
    return [[style.words.label(name), value] for name, value in found.items() if value]


def _notes(document: Document, style: Style) -> dict[str, Any]:
    """Why there is each kind of line; a credit note says its own reason."""
    known = style.words.table["rules"]
    rules = document.rules if document.kind is DocumentKind.INVOICE else []
    told = [known[rule] for rule in rules if rule in known]
    return {"title": style.words.label("notes"), "items": told}
