"""`/exports/invoices.csv` and so on: all that was billed, for a key, as a stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.auth import Operation, authorize
from api.bearer import principal_of
from api.downloads import answering, headers, safe_name
from api.ids import decode
from app.bootstrap import Perseat
from app.documents import csv_files
from app.documents.xlsx_files import XlsxFile
from app.domain.errors import NotFound
from app.domain.exports import COLUMNS, Days, Export, day_of
from app.services import exports
from app.services.api_keys import Principal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE = 256 * 1024
_BOOKS_AT_ONCE = 2


@answering
async def export(request: Request) -> Response:
    principal = await principal_of(request)
    if isinstance(principal, Response):
        return principal
    authorize(principal, Operation.READ)
    what, kind = _file(request.path_params["file"])
    first, last = (day_of(request.query_params.get(name), field=name) for name in ("from", "to"))
    account_id = _account(principal, request.query_params.get("account"))
    pages = await _pages(request.app.state.perseat, account_id, what, Days(first, last))
    stream, media = _KINDS[kind]
    name = safe_name(what, *(str(day) for day in (first, last) if day), suffix=f".{kind}")
    return StreamingResponse(stream(what, pages), media_type=media, headers=headers(name))


async def _pages(
    perseat: Perseat, account_id: UUID | None, what: Export, days: Days
) -> exports.Pages:
    if account_id is None:
        return exports.pages(perseat.operators, None, what, days)
    await exports.check_account(perseat.tenants, account_id)
    return exports.pages(perseat.tenants, account_id, what, days)


def _file(name: str) -> tuple[Export, str]:
    stem, _, kind = name.partition(".")
    if stem not in set(Export) or kind not in _KINDS:
        raise NotFound("export", field="file")
    return Export(stem), kind


def _account(principal: Principal, asked: str | None) -> UUID | None:
    """A company's key exports its company; an operator's one company, or all without one."""
    if not asked:
        return principal.account_id
    account_id, _ = decode("account", asked, field="account")
    if principal.account_id not in {None, account_id}:
        raise NotFound("account", field="account")
    return account_id


async def _csv(what: Export, pages: exports.Pages) -> AsyncIterator[bytes]:
    columns = COLUMNS[what]
    yield csv_files.head(columns)
    async with aclosing(pages):
        async for rows in pages:
            yield await asyncio.to_thread(csv_files.body, columns, rows)


async def _xlsx(what: Export, pages: exports.Pages) -> AsyncIterator[bytes]:
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


_KINDS = {"csv": (_csv, "text/csv; charset=utf-8"), "xlsx": (_xlsx, XLSX)}


@lru_cache(maxsize=1)
def _turns() -> asyncio.Semaphore:
    return asyncio.Semaphore(_BOOKS_AT_ONCE)


ROUTES = [Route("/exports/{file}", export)]
