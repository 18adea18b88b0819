"""Webhooks of the sandbox provider, as its server signs them."""

from datetime import datetime
from uuid import UUID

import orjson
from standardwebhooks import Webhook

from app.bootstrap import Perseat
from app.db.types import new_id
from app.payments.provider import ACCOUNT
from app.signing import sandbox_secret


def event(
    key: UUID | None,
    account_id: UUID | None,
    kind: str = "charge.succeeded",
    name: str = "",
    **more: str,
) -> dict[str, object]:
    notes = {ACCOUNT: str(account_id)} if account_id else {}
    data = {"key": key and str(key), "notes": notes, **more}
    name = name or f"evt_{new_id().hex}"
    return {"id": name, "type": kind, "timestamp": "2025-11-10T12:00:00+00:00", "data": data}


def signed(app: Perseat, body: bytes, *, at: datetime | None = None) -> dict[str, str]:
    """Headers of a body, of now unless it was sent before."""
    name, sent = f"msg_{new_id().hex}", at or app.clock.now()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": Webhook(sandbox_secret(app.settings)).sign(name, sent, body.decode()),
    }


_WHOLE = b'{"id": %s, "type": "a", "timestamp": "%s", "data": %s}'
_BODY = _WHOLE.replace(b'data": %s', b'data": {"key": null, "notes": {}%s}')
_THEN = b"2025-11-10T12:00:00Z"
NO_EVENTS = {
    "a list": b"[]",
    "a word": _WHOLE % (b'"a"', _THEN, b'"c"'),
    "no notes": _WHOLE % (b'"a"', _THEN, b'{"key": null, "notes": 1}'),
    "a number's name": _BODY % (b"5", _THEN, b""),
    "no name": _BODY % (b'""', _THEN, b""),
    "a name with a zero byte": _BODY % (b'"\\u0000"', _THEN, b""),
    "a name with half a letter": _BODY % (b'"\\ud800"', _THEN, b""),
    "a reference that is none": _BODY % (b'"a"', _THEN, b', "reference": [1]'),
    "no zone": _BODY % (b'"a"', b"2025-11-10T12:00:00", b""),
    "no day": _BODY % (b'"a"', b"2025-13-10T12:00:00Z", b""),
    "very deep": 100_000 * b"[",
    "cut off": b"{",
}
"""Bodies that the provider itself might have signed."""


def posted(app: Perseat, what: dict[str, object]) -> tuple[bytes, dict[str, str]]:
    body = orjson.dumps(what)
    return body, signed(app, body)
