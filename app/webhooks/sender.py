"""Sends one webhook, once (S20, S21): signed, within ten seconds, to nobody but the host it names.

httpcore itself follows no redirects, knows no proxies of the environment and keeps no cookies.
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

import httpcore
from standardwebhooks import Webhook

from app.domain.webhooks import EXCERPT
from app.webhooks.network import PublicNetwork, Resolve, Unreachable, resolve

SECONDS = 10.0
MOST = 64 * 1024
AT_ONCE = 50
ODD = (
    *(httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException),
    *(OSError, ValueError),  # of names that only TLS finds odd
)
OK = 2
"""Hundreds: what a receiver answers that has it."""


@dataclass(frozen=True, slots=True)
class Message:
    """`id` is the same however often it is sent: by it the receiver knows what it has."""

    id: str
    url: str
    body: str
    secrets: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is None where nobody answered; then `error` says why."""

    status: int | None
    text: str = ""
    error: str | None = None
    duration_ms: int = 0

    @property
    def is_taken(self) -> bool:
        return self.status is not None and self.status // 100 == OK


class Sender:
    def __init__(
        self,
        *,
        to_loopback: bool = False,
        lookup: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._seconds = seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust,
            max_connections=AT_ONCE,
            max_keepalive_connections=0,  # each connection is looked at anew
            network_backend=PublicNetwork(to_loopback=to_loopback, lookup=lookup),
        )

    async def send(self, message: Message, now: datetime) -> Answer:
        """Never raises for what the receiver does, and waits for it ten seconds in all."""
        began = monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._post(message, now)
        except TimeoutError:
            answer = Answer(None, error=f"no answer within {self._seconds:g} seconds")
        except Unreachable as error:
            answer = Answer(None, error=str(error))
        except ssl.SSLError as error:
            answer = Answer(None, error=f"TLS: {error.reason}")
        except ODD as error:
            answer = Answer(None, error=f"{type(error).__name__}: {error}"[:EXCERPT])
        took = round((monotonic() - began) * 1000)
        return Answer(answer.status, answer.text, answer.error, took)

    async def _post(self, message: Message, now: datetime) -> Answer:
        headers = {
            "content-type": "application/json",
            "user-agent": "Perseat-Webhooks/1",
            "accept-encoding": "identity",
            **signed(message, now),
        }
        content = message.body.encode()
        async with self._pool.stream(
            "POST", message.url, headers=list(headers.items()), content=content
        ) as response:
            kept = b""
            async for chunk in response.aiter_stream():
                kept += chunk
                if len(kept) >= MOST:
                    break
            text = kept[:MOST].decode(errors="replace").replace("\0", "")
            return Answer(response.status, text[:EXCERPT])

    async def close(self) -> None:
        await self._pool.aclose()


def signed(message: Message, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; a signature for each secret that is valid."""
    at = now.astimezone(UTC).replace(microsecond=0)
    signatures = [Webhook(each).sign(message.id, at, message.body) for each in message.secrets]
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
