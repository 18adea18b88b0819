"""The sandbox provider, over HTTP: what `app.sandbox` serves, as the port has it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

import httpx
from standardwebhooks import Webhook, WebhookVerificationError

from app.domain.money import Micros
from app.payments import sandbox_reading as reading
from app.payments.provider import (
    NO_EVENT,
    Card,
    Charge,
    ChargeStatus,
    ForgedWebhook,
    Order,
    OutcomeUnknown,
    ProviderEvent,
    Refunded,
    UnknownCard,
)

PATIENCE = 10.0
"""Seconds for a request, from the first byte to the last: well below a payment's lease."""
LIMITS = httpx.Timeout(PATIENCE, connect=2.0)
PAGE = 500
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
UNRELIABLE = frozenset({401, 403, 408, 409, 425, 429})
"""Refusals that say nothing of what became of it, or blame our settings."""

T = TypeVar("T")


def client(
    url: str, key: str, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """To be used for the life of the process."""
    return httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {key}"},
        timeout=LIMITS,
        transport=transport,
        trust_env=False,
    )


class SandboxProvider:
    """Closes its client; whatever it cannot make sense of is an unknown outcome."""

    name = "sandbox"
    live = False
    keeps_keys: timedelta | None = None

    def __init__(self, http: httpx.AsyncClient, secret: str, *, patience: float = PATIENCE) -> None:
        self._http, self._webhook, self._patience = http, Webhook(secret), patience

    async def create_customer(self, key: UUID, name: str) -> str:
        body = {"key": str(key), "name": name}
        answer = await self._ask("POST", "/v1/customers", json=body)
        return _read(answer, lambda found: str(found["reference"]))

    async def attach(self, customer: str, token: str) -> Card:
        body = {"customer": customer, "token": token}
        answer = await self._ask("POST", "/v1/cards", json=body)
        if answer.is_client_error:
            raise UnknownCard(_code(answer) or token)
        return _read(answer, reading.card)

    async def charge(self, order: Order) -> Charge:
        body = {
            "key": str(order.key),
            "customer": order.customer,
            "token": order.token,
            "amount": order.amount,
            "currency": order.currency,
            "notes": dict(order.notes),
        }
        return _read(await self._ask("POST", "/v1/charges", json=body), reading.charge)

    async def look_up(
        self, key: UUID, customer: str, reference: str | None = None
    ) -> Charge | None:
        found = await self._look_up(reference, customer) if reference else None
        if found is not None and found.customer == customer:
            return found
        return await self._look_up(str(key), customer)

    async def _look_up(self, name: str, customer: str) -> Charge | None:
        path = f"/v1/charges/{quote(name, safe='')}"
        answer = await self._ask("GET", path, params={"customer": customer})
        return None if _code(answer) == "unknown_charge" else _read(answer, reading.charge)

    async def refund(self, key: UUID, charge: str, amount: Micros) -> Refunded:
        body = {"key": str(key), "charge": charge, "amount": amount}
        return _read(await self._ask("POST", "/v1/refunds", json=body), reading.refund)

    async def charges(self, since: datetime, until: datetime) -> AsyncIterator[Charge]:
        span = {"since": since.isoformat(), "until": until.isoformat(), "limit": PAGE}
        after: int | None = 0
        while after is not None:
            answer = await self._ask("GET", "/v1/charges", params={**span, "after": after})
            page, after = _read(answer, reading.page)
            for charge in page:
                yield charge

    async def charged(self) -> dict[UUID, Micros]:
        """What was taken and not given or taken back, by key: the provider's side of the books."""
        return {
            each.key: each.amount - each.taken_back - reading.given_back(each)
            async for each in self.charges(FIRST, LAST)
            if each.key and each.status is ChargeStatus.SUCCEEDED
        }

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        try:
            return reading.event(self._webhook.verify(body, dict(headers)))
        except (WebhookVerificationError, *NO_EVENT) as error:
            raise ForgedWebhook(str(error)) from error

    async def close(self) -> None:
        await self._http.aclose()

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """An answer that can be relied on."""
        try:
            async with asyncio.timeout(self._patience):
                answer = await self._http.request(method, path, **more)
        except (httpx.HTTPError, OSError) as error:
            reached = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            what = "the answer was lost on its way" if reached else "the provider is out of reach"
            raise OutcomeUnknown(f"{what} ({type(error).__name__})") from error
        if answer.is_server_error or answer.status_code in UNRELIABLE:
            raise OutcomeUnknown(f"the provider said {answer.status_code} {_code(answer)}")
        return answer


def _read(answer: httpx.Response, reader: Callable[[Any], T]) -> T:
    try:
        return reader(answer.raise_for_status().json())
    except (httpx.HTTPError, LookupError, TypeError, ValueError) as error:
        said = f"{answer.status_code} {_code(answer) or 'and nothing that makes sense'}"
        raise OutcomeUnknown(f"the provider said {said}") from error


def _code(answer: httpx.Response) -> str | None:
    """Of the sandbox's own errors; somebody between us speaks otherwise."""
    try:
        return str(answer.json()["error"]["code"])
    except (LookupError, TypeError, ValueError):
        return None
