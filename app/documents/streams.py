"""Rows become the bytes of a file while they are read: neither is ever there as a whole."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from app.documents import csv_files
from app.documents.xlsx_files import XlsxFile
from app.domain.exports import COLUMNS, Export

Pages: TypeAlias = AsyncGenerator[Sequence[Sequence[Any]], None]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE = 256 * 1024
_BOOKS_AT_ONCE = 2


async def csv_stream(what: Export, pages: Pages) -> AsyncIterator[bytes]:
    columns = COLUMNS[what]
    yield csv_files.head(columns)
    async with aclosing(pages):
        async for rows in pages:
            yield await asyncio.to_thread(csv_files.body, columns, rows)


async def xlsx_stream(what: Export, pages: Pages) -> AsyncIterator[bytes]:
    """A workbook is a ZIP file with its directory at the end: it is whole before it is sent."""
    with TemporaryDirectory(prefix="perseat-export-") as folder:
        path = Path(folder) / "export.xlsx"
        async with _turns(), aclosing(pages):
            book = XlsxFile(path, what.capitalize(), COLUMNS[what])
            async for rows in pages:
                await asyncio.to_thread(book.append, rows)
            await asyncio.to_thread(book.close)
        with await asyncio.to_thread(path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece


@lru_cache(maxsize=1)
def _turns() -> asyncio.Semaphore:
    return asyncio.Semaphore(_BOOKS_AT_ONCE)


STREAMS = {"csv": (csv_stream, "text/csv; charset=utf-8"), "xlsx": (xlsx_stream, _XLSX)}
"""By the ending of a file's name: what writes it, and what it is called on the way."""
