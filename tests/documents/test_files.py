"""CSV and XLSX, written and read again."""

import csv
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app.documents import csv_files, xlsx_files
from app.documents.xlsx_files import XlsxFile
from app.domain.exports import Cell, Column
from tests.domain.test_exports import FORMULAS

COLUMNS = (
    Column("name"),
    Column("amount", Cell.AMOUNT),
    Column("quantity", Cell.COUNT),
    Column("day", Cell.DAY),
)


def from_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def to_csv(*rows: tuple[Any, ...]) -> bytes:
    return csv_files.head(COLUMNS) + csv_files.body(COLUMNS, rows)


def to_xlsx(folder: Path, *rows: tuple[Any, ...]) -> BytesIO:
    path = folder / "file.xlsx"
    book = XlsxFile(path, "Rows", COLUMNS)
    book.append(rows)
    book.close()
    return BytesIO(path.read_bytes())


def cells(content: BytesIO, sheet: str = "Rows") -> list[tuple[Any, ...]]:
    return list(load_workbook(content)[sheet].iter_rows(values_only=True))


def test_csv_is_read_as_it_was_written() -> None:
    rows = from_csv(
        to_csv(('Smith, "Jo"\n株式会社', 1_234_560_000, 3, date(2028, 2, 29)), (None,) * 4)
    )

    assert rows == [
        ["name", "amount", "quantity", "day"],
        ['Smith, "Jo"\n株式会社', "1234.56", "3", "2028-02-29"],
        ["", "", "", ""],
    ]


def test_csv_begins_with_a_mark_for_excel_and_ends_its_lines_as_it_should() -> None:
    """RFC 4180; every cell in quotes."""
    assert to_csv(("é", 0, 1, None)) == (
        b'\xef\xbb\xbf"name","amount","quantity","day"\r\n"\xc3\xa9","0.00","1",""\r\n'
    )


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_of_a_csv_calculates(text: str) -> None:
    (_, (name, amount, *_)) = from_csv(to_csv((text, -5_000_000, 1, None)))

    assert name.startswith("'")
    assert amount == "-5.00"


def test_a_workbook_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = cells(
        to_xlsx(tmp_path, ("株式会社 <&>", 1_234_560_000, 3, date(2028, 2, 29)), (None,) * 4)
    )

    assert rows[0] == ("name", "amount", "quantity", "day")
    name, amount, quantity, day = rows[1]
    assert (name, amount, quantity, day.date()) == ("株式会社 <&>", 1234.56, 3, date(2028, 2, 29))


def test_text_of_a_workbook_is_text(tmp_path: Path) -> None:
    """Neither a formula nor a link, and not changed: a string cell does not calculate."""
    texts = [*FORMULAS, "http://x.example", "123", "mailto:a@example.com"]
    sheet = load_workbook(to_xlsx(tmp_path, *((text, 0, 1, None) for text in texts)))["Rows"]
    found = [row[0] for row in sheet.iter_rows(min_row=2)]

    assert {cell.data_type for cell in found} <= {"s", "inlineStr"}
    assert [cell.hyperlink for cell in found] == [None] * len(texts)


@pytest.mark.parametrize(
    "text",
    ['<r><t>x</t></r><c r="A9"><f>1+1</f></c><r></r>', "<r></r>", "x" * 40_000, "\x01"],
)
def test_text_cannot_become_a_part_of_the_file(tmp_path: Path, text: str) -> None:
    rows = cells(to_xlsx(tmp_path, (text, 0, 1, None), ("next", 0, 1, None)))

    assert [row[0] for row in rows[2:]] == ["next"]
    assert str(rows[1][0]).strip()[:10] in {text[:10], "_x0001_"}


def test_amounts_are_exact_numbers(tmp_path: Path) -> None:
    """C4: what stands in the file is the decimal itself, not what a float makes of it."""
    amounts = [100_000, 200_000, 15_000, 999_999_999_990_000, -37_230_000, 1]
    content = to_xlsx(tmp_path, *(("x", amount, 1, None) for amount in amounts))

    with zipfile.ZipFile(content) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    for shown in ("0.10", "0.20", "0.015", "999999999.99", "-37.23", "0.000001"):
        assert f"<v>{shown}</v>" in sheet
    found = [Decimal(str(row[1])) for row in cells(content)[1:]]
    assert sum(found) == Decimal(sum(amounts)).scaleb(-6)


def test_ten_times_ten_cents_is_a_dollar(tmp_path: Path) -> None:
    rows = [("x", 100_000, 1, None)] * 10
    printed = [Decimal(row[1]) for row in from_csv(to_csv(*rows))[1:]]
    counted = [Decimal(str(row[1])) for row in cells(to_xlsx(tmp_path, *rows))[1:]]

    assert sum(printed) == sum(counted) == Decimal("1.00")


def test_what_is_too_long_for_a_sheet_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_files, "MOST_ROWS", 3)
    content = to_xlsx(tmp_path, *((str(each), 0, 1, None) for each in range(7)))

    assert [row[0] for row in cells(content)] == ["name", "0", "1", "2"]
    assert [row[0] for row in cells(content, "Rows 2")] == ["name", "3", "4", "5"]
    assert [row[0] for row in cells(content, "Rows 3")] == ["name", "6"]
