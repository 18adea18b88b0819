"""A workbook that is written row by row to a file: memory does not grow with it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.domain.exports import Cell, Column
from app.domain.money import to_decimal

MOST_ROWS = 1_000_000
"""Of one sheet, with some room left below what Excel can open: then the next sheet begins."""

LONGEST = 32_000
_NUMBERS = {Cell.AMOUNT: "#,##0.00####", Cell.COUNT: "#,##0", Cell.DAY: "yyyy-mm-dd"}
_WIDTHS = {Cell.TEXT: 22, Cell.AMOUNT: 14, Cell.COUNT: 10, Cell.DAY: 12}


class XlsxFile:
    """Text is always text here, whatever it begins with; amounts are numbers."""

    def __init__(self, path: Path, title: str, columns: Sequence[Column]) -> None:
        self._book = Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(path.parent),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._title, self._columns, self._sheets, self._row = title, columns, 0, 0
        self._strong = self._book.add_format({"bold": True})
        self._formats = {
            cell: self._book.add_format({"num_format": number}) for cell, number in _NUMBERS.items()
        }
        self._sheet = self._new_sheet()

    def _new_sheet(self) -> Worksheet:
        self._sheets += 1
        suffix = f" {self._sheets}" if self._sheets > 1 else ""
        sheet: Worksheet = self._book.add_worksheet(f"{self._title}{suffix}")
        for index, column in enumerate(self._columns):
            sheet.set_column(index, index, _WIDTHS[column.cell])
            sheet.write_string(0, index, column.name, self._strong)
        sheet.freeze_panes(1, 0)
        self._row = 1
        return sheet

    def append(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            if self._row > MOST_ROWS:
                self._sheet = self._new_sheet()
            for index, (column, value) in enumerate(zip(self._columns, row, strict=True)):
                if value is not None:
                    self._write(index, column.cell, value)
            self._row += 1

    def _write(self, index: int, cell: Cell, value: Any) -> None:
        if cell is Cell.TEXT:
            self._sheet.write_string(self._row, index, _plain(str(value)))
        elif cell is Cell.DAY:
            self._sheet.write_datetime(self._row, index, value, self._formats[cell])
        else:
            number = to_decimal(value) if cell is Cell.AMOUNT else value
            self._sheet.write_number(self._row, index, number, self._formats[cell])

    def close(self) -> None:
        self._book.close()


def _plain(text: str) -> str:
    """The writer passes on as XML what begins with `<r>` and ends with `</r>`, and leaves out what
    is longer than a cell."""
    shown = text[:LONGEST]
    return f" {shown}" if shown.startswith("<r>") else shown
