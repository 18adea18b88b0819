"""`/exports/invoices.csv` and so on: all that was billed, for a key, as a stream."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.bearer import caller_of
from api.downloads import answering, headers, safe_name
from api.ids import decode
from app.bootstrap import Perseat
from app.documents.streams import STREAMS
from app.domain.access import Permission, Principal, asking_for, check_account, require
from app.domain.errors import NotFound
from app.domain.exports import Days, Export, day_of
from app.services import exports


@answering
async def export(request: Request) -> Response:
    principal = await caller_of(request)
    if isinstance(principal, Response):
        return principal
    require(principal, Permission.INVOICES_READ)
    what, kind = _file(request.path_params["file"])
    if what is Export.USAGE:
        require(principal, Permission.USAGE_READ)
    first, last = (day_of(request.query_params.get(name), field=name) for name in ("from", "to"))
    account_id = _account(principal, request.query_params.get("account"))
    pages = await _pages(request.app.state.perseat, account_id, what, Days(first, last))
    stream, media = STREAMS[kind]
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
    if stem not in set(Export) or kind not in STREAMS:
        raise NotFound("export", field="file")
    return Export(stem), kind


def _account(principal: Principal, asked: str | None) -> UUID | None:
    """A company's key exports its company; an operator's one company, or all without one."""
    account_id = decode("account", asked, field="account")[0] if asked else None
    who = asking_for(principal, account_id, field="account")
    if account_id is None:
        return who.account_id
    check_account(who, account_id, field="account")
    return account_id


ROUTES = [Route("/exports/{file}", export)]
