"""CSV as spreadsheets and programs both read it (RFC 4180), a page at a time.

It begins with a byte order mark: without one, Excel takes UTF-8 for the country's old encoding and
spoils every name. Python reads it with the encoding `utf-8-sig`.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from app.domain.exports import Cell, Column, defused
from app.domain.money import to_decimal


def head(columns: Sequence[Column]) -> bytes:
    return b"\xef\xbb\xbf" + _written([[column.name for column in columns]])


def body(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    cells = [column.cell for column in columns]
    return _written([_shown(*each) for each in zip(cells, row, strict=True)] for row in rows)


def _written(rows: Iterable[list[str]]) -> bytes:
    """Everything in quotes, so that no text can begin a cell of its own."""
    file = StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return file.getvalue().encode()


def _shown(cell: Cell, value: Any) -> str:
    """Amounts as plain decimals, days as ISO writes them, text that cannot calculate."""
    if value is None:
        return ""
    if cell is Cell.AMOUNT:
        return f"{to_decimal(value):f}"
    return str(value) if cell is not Cell.TEXT else defused(str(value))
