"""A document as PDF: archivable (PDF/A-2a), accessible (PDF/UA-1), the same bytes every time."""

import asyncio
from datetime import UTC, datetime, time
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import orjson
import typst

from app.documents.contents import contents
from app.documents.fonts import fonts
from app.domain.documents import Document
from app.domain.errors import Refused

MOST_ROWS = 5_000
"""Lines and days of usage: two hundred pages, a few seconds, 300 MB. Nobody reads more on paper."""

SECONDS = 30
AT_ONCE = 2
_FOLDER = Path(str(files("app.documents")))


async def pdf(document: Document) -> bytes:
    """Written in a thread, a few at a time; Refused if it is too long, TimeoutError if too slow."""
    if len(document.lines) + len(document.usage) > MOST_ROWS:
        raise Refused("I5", "This document is too long for a PDF; export its charges instead.")
    async with asyncio.timeout(SECONDS), _turns():
        return await asyncio.to_thread(typeset, document)


def typeset(document: Document) -> bytes:
    """What is printed travels as data and never becomes part of the template's text."""
    told = orjson.dumps(contents(document)).decode()
    made = datetime.combine(document.issued_on, time(), UTC)
    compiler = typst.Compiler(
        _template(), root=_FOLDER, font_paths=fonts(), ignore_system_fonts=True
    )
    result = compiler.compile(
        format="pdf", sys_inputs={"document": told}, pdf_standards=["a-2a", "ua-1"], timestamp=made
    )
    if not isinstance(result, bytes):
        raise TypeError(type(result))
    return result


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (_FOLDER / "document.typ").read_bytes()


@lru_cache(maxsize=1)
def _turns() -> asyncio.Semaphore:
    return asyncio.Semaphore(AT_ONCE)
