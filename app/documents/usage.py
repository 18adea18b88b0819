"""The appendix: what was used, by day and kind (M2, M3)."""

from collections.abc import Sequence
from typing import Any

from app.documents import formats
from app.documents.style import Style
from app.domain.documents import Document, UsageOfDay


def usage(document: Document, style: Style) -> dict[str, Any] | None:
    """None if nothing was used. A rate may be part of a cent, so the amounts may be too."""
    rows = document.usage
    if not rows or document.usage_month is None:
        return None
    label = style.words.label
    decimals = formats.places((row.amount for row in rows), document.currency)
    heads = [label(name) for name in ("day", "kind", "events", "included", "charged")]
    return {
        "title": label("usage", month=style.month(document.usage_month.start)),
        "note": label("usage_note"),
        "heads": [*heads, style.amount_column()],
        "rows": [
            {
                "day": formats.short_day(row.day, style.words.locale),
                "kind": style.words.of("usage", row.kind),
                "figures": _figures([row], style, decimals),
            }
            for row in rows
        ],
        "total": {"label": label("total"), "figures": _figures(rows, style, decimals)},
    }


def _figures(rows: Sequence[UsageOfDay], style: Style, decimals: int) -> list[str]:
    counts = (
        sum(row.events for row in rows),
        sum(row.included for row in rows),
        sum(row.paid for row in rows),
    )
    amount = sum(row.amount for row in rows)
    return [*map(style.number, counts), style.plain(amount, decimals)]
