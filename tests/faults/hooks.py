"""Somebody who gets webhooks while faults strike: each has to come, and may come twice."""

from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from api.ids import encode
from tests.faults.deeds import Doing
from tests.make import query

HEARD: set[str] = set()
"""The ids of events."""


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()
        HEARD.add(self.headers["webhook-id"])

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@cache
def address() -> str:
    """Of one receiver for all companies; it ends with the process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


async def hear(doing: Doing) -> None:
    """W5: an endpoint, and an event for it."""
    doing.hears = True
    made = await doing.do(
        "createWebhookEndpoint",
        "CreateWebhookEndpointInput",
        "webhookEndpoint { id }",
        url=address(),
    )
    given = {"id": made["webhookEndpoint"]["id"]}  # type: ignore[index]
    await doing.partner.do("sendTestEvent", "WebhookEndpointInput", "", **given)


async def unheard(doing: Doing) -> list[str]:
    """What was told and has not arrived, or has arrived and is not said to have."""
    sql = "SELECT event_id, status FROM webhook_deliveries WHERE account_id = :id"
    found = await query(doing.stack.app, sql, id=doing.company.id)
    told = [] if found else ["nothing was told"]
    for event_id, status in found:
        came = encode("event", doing.company.id, event_id) in HEARD
        told += [] if came and status == "DELIVERED" else [f"webhook is {status}, came: {came}"]
    return told
