"""`/invoices/<id>.pdf` and `/credit-notes/<id>.pdf`, for an API key or for whoever has a link."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.bearer import caller_of, unauthorized
from api.downloads import answering, headers, safe_name
from api.errors import Busy
from api.ids import decode, encode
from app.bootstrap import Perseat
from app.db.unit_of_work import UnitOfWork
from app.documents.pdf import pdf
from app.domain.access import Permission, check_said, require
from app.domain.documents import Document, Party
from app.domain.errors import InvalidInput, NotFound
from app.domain.ids import noun_of
from app.services import document_links
from app.services.documents import credit_note_document, invoice_document

Loader: TypeAlias = Callable[[UnitOfWork, UUID, UUID, Party], Awaitable[Document]]


def invoice_url(perseat: Perseat, account_id: UUID, invoice_id: UUID) -> str:
    """A link that a browser can open; nothing is read for it."""
    return _url(perseat, "invoices", encode("invoice", account_id, invoice_id))


def credit_note_url(perseat: Perseat, account_id: UUID, credit_note_id: UUID) -> str:
    return _url(perseat, "credit-notes", encode("creditnote", account_id, credit_note_id))


def _url(perseat: Perseat, folder: str, document_id: str) -> str:
    now, key = perseat.clock.now(), perseat.signing_key
    token = document_links.sign(document_id, now=now, key=key)
    base = perseat.settings.base_url.rstrip("/")
    return f"{base}/{folder}/{document_id}.pdf?token={token}"


@answering
async def invoice_pdf(request: Request) -> Response:
    return await _answered(request, "invoice", invoice_document)


@answering
async def credit_note_pdf(request: Request) -> Response:
    return await _answered(request, "creditnote", credit_note_document)


async def _answered(request: Request, kind: str, load: Loader) -> Response:
    perseat: Perseat = request.app.state.perseat
    document_id = request.path_params["id"]
    refused = await _refused(request, kind, document_id)
    if refused is not None:
        return refused
    account_id, row_id = _decoded(kind, document_id)
    async with perseat.tenants.begin(account_id) as uow:
        document = await load(uow, account_id, row_id, perseat.settings.seller)
    return await _shown(document)


async def _refused(request: Request, kind: str, document_id: str) -> Response | None:
    """A link says which document it is for; a key may see those of its company."""
    token = request.query_params.get("token")
    if token is None:
        principal = await caller_of(request)
        if isinstance(principal, Response):
            return principal
        account_id, _ = _decoded(kind, document_id)
        require(principal, Permission.INVOICES_READ)
        check_said(principal, account_id, field="id")
        if principal.account_id not in {None, account_id}:
            raise NotFound(noun_of(kind), field="id")
        return None
    perseat: Perseat = request.app.state.perseat
    now, key = perseat.clock.now(), perseat.signing_key
    try:
        document_links.check(document_id, token, now=now, key=key)
    except InvalidInput as error:
        return unauthorized(error.message)
    return None


def _decoded(kind: str, document_id: str) -> tuple[UUID, UUID]:
    """What is no id is the id of nothing."""
    try:
        return decode(kind, document_id, field="id")
    except InvalidInput:
        raise NotFound(noun_of(kind), field="id") from None


async def _shown(document: Document) -> Response:
    name = safe_name(document.number, document.bill_to.name, suffix=".pdf")
    try:
        content = await pdf(document)
    except TimeoutError:
        raise Busy from None
    return Response(content, media_type="application/pdf", headers=headers(name, inline=True))


ROUTES = [
    Route("/invoices/{id}.pdf", invoice_pdf),
    Route("/credit-notes/{id}.pdf", credit_note_pdf),
]
