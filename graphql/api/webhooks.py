"""`POST /webhooks/{provider}`: what a payment provider has to tell, verified and kept."""

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads import answering
from app.bootstrap import Perseat
from app.domain.errors import InvalidInput, NotFound
from app.faults import Fault, reach
from app.payments.provider import ForgedWebhook
from app.services import provider_events

MOST_BYTES = 256 * 1024
PATIENCE = 10
"""Seconds for a body to arrive."""


@answering
async def hear(request: Request) -> Response:
    """Answered as soon as it is kept, the second time too: what it means is found out later."""
    if request.path_params["provider"] != request.app.state.perseat.provider.name:
        raise NotFound("payment provider")
    await _keep(request.app.state.perseat, await _body(request), request.headers)
    return Response()


async def _keep(running: Perseat, body: bytes, headers: Mapping[str, str]) -> None:
    try:
        event = running.provider.verify(body, headers)
    except ForgedWebhook:
        message = "The signature is missing, wrong or too old; nothing was kept."
        raise InvalidInput(message) from None
    async with running.tenants.begin() as uow:
        await provider_events.receive(uow, running.provider.name, event, body)
    reach(Fault.WEBHOOK_KEPT)


async def _body(request: Request) -> bytes:
    try:
        async with asyncio.timeout(PATIENCE):
            return await request.body()
    except TimeoutError:
        raise InvalidInput(f"The body took more than {PATIENCE} seconds.") from None
    except ClientDisconnect:
        raise InvalidInput("The body ended too early; nothing was kept.") from None


ROUTES = [Route("/webhooks/{provider}", hear, methods=["POST"], max_body_size=MOST_BYTES)]
