"""The lines of a document and what they come to, in its language."""

from datetime import timedelta
from typing import Any

from app.documents.style import Style
from app.domain.documents import Document, DocumentKind, Line

DESCRIPTION = 500
_DAY = timedelta(days=1)


def lines(document: Document, style: Style) -> dict[str, Any]:
    """The heads of the columns and the rows; a column for tax where there is any."""
    label = style.words.label
    tax = [style.tax_label(document.tax_rate)] if document.tax else []
    heads = [label("description"), label("quantity"), label("unit"), *tax, style.amount_column()]
    return {"heads": heads, "rows": [_row(document, line, style) for line in document.lines]}


def _row(document: Document, line: Line, style: Style) -> dict[str, Any]:
    """`why`: the days that are paid for, and how a part of a period was priced."""
    period = [style.days(line.period)] if line.period else []
    share = [explanation(line, style)] if line.is_calculated else []
    tax = [style.plain(line.tax)] if document.tax else []
    return {
        "what": style.said(_what(document, line, style), DESCRIPTION),
        "why": " · ".join(period + share),
        "figures": [
            style.number(line.quantity),
            style.plain(line.unit),
            *tax,
            style.plain(line.amount),
        ],
    }


_KNOWN = {"M5": "purchase", "M6": "top_up", "M7": "debt", "M8": "usage"}


def _what(document: Document, line: Line, style: Style) -> str:
    """In the document's language where the rule says what it is, else as it was described."""
    of = style.words.of
    if line.component is not None and line.plan is not None:
        component = of("components", line.component)
        return of("lines", "rent", plan=line.plan, component=component)
    if line.rule in _KNOWN:
        month = document.usage_month
        first = month.start if month else document.issued_on.replace(day=1) - _DAY
        return of("lines", _KNOWN[line.rule], month=style.month(first))
    return line.description


def explanation(line: Line, style: Style) -> str:
    """C3, I5: `70.00 x 9 of 31 days = 20.32`, from the inputs that the charge keeps."""
    given = line.inputs
    price = style.plain(given["price"])
    if "from" in given:
        price = f"({price} \N{MINUS SIGN} {style.plain(given['from'])})"
    if (months := given.get("months", 1)) > 1:
        price = f"{price} ÷ {style.number(months)}"
    days, of = (style.number(given[name]) for name in ("days", "of"))
    return style.words.of(
        "lines", "share", price=price, days=days, of=of, unit=style.plain(line.unit)
    )


def sums(document: Document, style: Style) -> list[dict[str, Any]]:
    """I4: what it comes to, and what is still to be paid."""
    label = style.words.label
    is_note = document.kind is DocumentKind.CREDIT_NOTE
    rows = [
        (label("subtotal"), document.subtotal, False),
        (style.tax_label(document.tax_rate), document.tax, False),
        (label("total_credited" if is_note else "total"), document.total, True),
    ]
    owed = [(label("refundable"), document.refundable, False)] if document.refundable else []
    if not is_note:
        rows.append((label("paid"), -document.paid, False))
        rows += [(label("credited"), -document.credited, False)] if document.credited else []
        owed.append((label("due"), document.due, True))
    rows += owed
    return [
        {"label": name, "value": style.money(amount), "strong": strong}
        for name, amount, strong in rows
    ]
