"""Invoices as PDF: `/invoices/<id>.pdf`, for an API key or for whoever has a signed link."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth import Operation, authorize
from api.bearer import principal_of, unauthorized
from api.downloads import answering, headers, safe_name
from api.errors import Busy
from api.ids import decode, encode
from app.bootstrap import Perseat
from app.documents.pdf import pdf
from app.domain.documents import Document
from app.domain.errors import InvalidInput, NotFound
from app.services import document_links
from app.services.documents import invoice_document


def invoice_url(perseat: Perseat, account_id: UUID, invoice_id: UUID) -> str:
    """A link that a browser can open; nothing is read for it."""
    document_id = encode("invoice", account_id, invoice_id)
    now, key = perseat.clock.now(), perseat.signing_key
    token = document_links.sign(document_id, now=now, key=key)
    base = perseat.settings.base_url.rstrip("/")
    return f"{base}/invoices/{document_id}.pdf?token={token}"


@answering
async def invoice_pdf(request: Request) -> Response:
    perseat: Perseat = request.app.state.perseat
    document_id = request.path_params["id"]
    refused = await _refused(request, "invoice", document_id)
    if refused is not None:
        return refused
    account_id, invoice_id = _decoded("invoice", document_id)
    async with perseat.tenants.begin(account_id) as uow:
        document = await invoice_document(uow, account_id, invoice_id, perseat.settings.seller)
    return await _shown(document)


async def _refused(request: Request, kind: str, document_id: str) -> Response | None:
    """A link says which document it is for; a key may see those of its company."""
    token = request.query_params.get("token")
    if token is None:
        principal = await principal_of(request)
        if isinstance(principal, Response):
            return principal
        account_id, _ = _decoded(kind, document_id)
        authorize(principal, Operation.READ)
        if principal.account_id not in {None, account_id}:
            raise NotFound(kind, field="id")
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
        raise NotFound(kind, field="id") from None


async def _shown(document: Document) -> Response:
    name = safe_name(document.number, document.bill_to.name, suffix=".pdf")
    try:
        content = await pdf(document)
    except TimeoutError:
        raise Busy from None
    return Response(content, media_type="application/pdf", headers=headers(name, inline=True))


ROUTES = [Route("/invoices/{id}.pdf", invoice_pdf)]
