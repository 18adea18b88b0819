"""Runs localstripe as a program, on a free port of 127.0.0.1 that it prints.

Three things that Stripe does and localstripe does not are added here, or nothing that matters
could be tried on it:

- The same Idempotency-Key gives the first answer again, also a declined card's, and is refused
  for another request; localstripe would charge once more. Two at once wait here for each other,
  where Stripe tells the second to come again.
- PaymentIntents are listed newest first, by customer and by time; localstripe refuses filters.
- No more is refunded than was charged.

It keeps nothing on disk: localstripe would write all it knows into one file at every request.
"""

import asyncio
import hashlib
import socket
from collections import defaultdict
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from localstripe import resources
from localstripe.errors import UserError
from localstripe.server import app, store

REMEMBERED = frozenset({200, 402})
"""What has been carried out is kept; what was wrong in itself may be asked again."""

_answers: dict[str, tuple[str, int, bytes]] = {}
_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)


@web.middleware
async def keyed(request: web.Request, handler: Handler) -> web.StreamResponse:
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or key is None:
        return await handler(request)
    async with _locks[key]:
        asked = hashlib.sha256(request.path.encode() + await request.read()).hexdigest()
        if key not in _answers:
            return await _remembered(key, asked, request, handler)
        first, status, body = _answers[key]
        if first != asked:
            error = {"type": "idempotency_error", "message": "This key had other parameters."}
            return web.json_response({"error": error}, status=400)
        return web.Response(status=status, body=body, content_type="application/json")


async def _remembered(
    key: str, asked: str, request: web.Request, handler: Handler
) -> web.StreamResponse:
    response = await handler(request)
    if response.status in REMEMBERED and isinstance(response, web.Response):
        assert isinstance(response.body, bytes)
        _answers[key] = (asked, response.status, response.body)
    return response


def _listed(
    cls: Any,
    url: str,
    customer: str | None = None,
    created: dict[str, str] | None = None,
    limit: str | None = None,
    starting_after: str | None = None,
) -> Any:
    found = resources.List(url, limit=limit, starting_after=starting_after)
    since, until = [int((created or {}).get(each, -1)) for each in ("gte", "lt")]
    found._list = [  # noqa: SLF001
        each
        for name, each in reversed(store.items())
        if name.startswith(f"{cls.object}:")
        and customer in {None, each.customer}
        and since <= each.created
        and (until < 0 or each.created < until)
    ]
    return found


def _refund_within_charge(self: Any, **asked: Any) -> None:
    intent = resources.PaymentIntent._api_retrieve(asked["payment_intent"])  # noqa: SLF001
    left = intent.amount - intent.latest_charge.amount_refunded
    if int(asked["amount"]) > left:
        raise UserError(400, f"Refund amount is greater than unrefunded amount ({left}).")
    _refund(self, **asked)


_refund = resources.Refund.__init__


def main() -> None:
    type(store).dump_to_disk = lambda _: None
    resources.PaymentIntent._api_list_all = classmethod(_listed)  # noqa: SLF001
    resources.Refund.__init__ = _refund_within_charge
    app.middlewares.insert(0, keyed)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)  # noqa: T201
        web.run_app(app, sock=listening, print=None, access_log=None)


if __name__ == "__main__":
    main()
