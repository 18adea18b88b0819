"""Endpoints of webhooks, and the log of what was sent to them."""

from datetime import datetime
from typing import Any

import strawberry

from api.context import Info
from api.events import Event
from api.ids import encode
from api.pagination import FIRST, Connection, connect, page_of
from app.domain.events import EventKind
from app.domain.webhooks import DeliveryStatus, EndpointStatus


@strawberry.type(description="One try to send a webhook; kept for 30 days.")
class WebhookAttempt:
    at: datetime = strawberry.field(description="When it was sent.")
    response_status: int | None = strawberry.field(
        description="What the receiver answered; null if it did not."
    )
    response: str | None = strawberry.field(description="The first 200 characters of that answer.")
    error: str | None = strawberry.field(description="Why there was no answer, if there was none.")
    duration_ms: int = strawberry.field(description="Milliseconds until then.")
    next_attempt_at: datetime | None = strawberry.field(
        description="When it was going to be sent again; null if it has arrived or was given up."
    )

    @classmethod
    def of(cls, row: Any) -> "WebhookAttempt":
        return cls(
            at=row.at,
            response_status=row.response_status,
            response=row.response,
            error=row.error,
            duration_ms=row.duration_ms,
            next_attempt_at=row.next_attempt_at,
        )


@strawberry.type(description="A webhook: an event on its way to an endpoint.")
class WebhookDelivery:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    status: DeliveryStatus = strawberry.field(description="Whether it has arrived.")
    attempts: int = strawberry.field(description="How often it was sent.")
    created_at: datetime = strawberry.field(description="When the event happened, or was replayed.")
    attempted_at: datetime | None = strawberry.field(description="When it was sent last.")
    next_attempt_at: datetime | None = strawberry.field(
        description="Not before then is it sent (again); null when it is over."
    )
    response_status: int | None = strawberry.field(
        description="What the receiver answered last; only 2xx means that it has it."
    )
    response: str | None = strawberry.field(
        description="The beginning of that answer, up to 2,000 characters."
    )
    error: str | None = strawberry.field(description="Why there was no answer, if there was none.")
    duration_ms: int | None = strawberry.field(
        description="Milliseconds until the answer; after 10 seconds there is none."
    )
    body: str = strawberry.field(description="What is signed and sent, byte for byte.")

    @classmethod
    def of(cls, row: Any) -> "WebhookDelivery":
        return cls(
            row=row,
            id=encode("webhookdelivery", row.account_id, row.id),
            status=DeliveryStatus(row.status),
            attempts=row.attempts,
            created_at=row.created_at,
            attempted_at=row.attempted_at,
            next_attempt_at=row.next_attempt_at,
            response_status=row.response_status,
            response=row.response,
            error=row.error,
            duration_ms=row.duration_ms,
            body=row.body,
        )

    @strawberry.field(description="Each of its attempts, the first one first.")
    async def attempt_log(self, info: Info) -> list[WebhookAttempt]:
        key = (self.row.account_id, self.row.id)
        rows = await info.context.loaders.webhook_attempts.load(key)
        return [WebhookAttempt.of(each) for each in rows]

    @strawberry.field(description="What happened; null when it is older than 35 days.")
    async def event(self, info: Info) -> Event | None:
        key = (self.row.account_id, self.row.event_id)
        rows = await info.context.loaders.event.load(key)
        return Event.of(rows[0]) if rows else None


@strawberry.type(
    description="Where webhooks go, signed as Standard Webhooks says. They come in order, one at a "
    "time, at least once: who has seen a `webhook-id` ignores it. What fails is sent again for "
    "three days; after five tries it holds up the others no longer."
)
class WebhookEndpoint:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    url: str = strawberry.field(description="Where it is.")
    description: str = strawberry.field(description="What it is for.")
    kinds: list[EventKind] = strawberry.field(
        description="What is sent there; an empty list means everything, new kinds too."
    )
    status: EndpointStatus = strawberry.field(description="Whether anything is sent there.")
    disabled_reason: str | None = strawberry.field(
        description="Why it was disabled, if nobody did it."
    )
    failing_since: datetime | None = strawberry.field(
        description="Since when nothing arrives; after five days it is disabled, and somebody who "
        "looks after the money gets a mail. Null if the last one has arrived."
    )
    old_secret_until: datetime | None = strawberry.field(
        description="Until when the secret before the last rotation signs too."
    )
    created_at: datetime = strawberry.field(description="Since when it is told what happens.")

    @classmethod
    def of(cls, row: Any) -> "WebhookEndpoint":
        return cls(
            row=row,
            id=encode("webhookendpoint", row.account_id, row.id),
            url=row.url,
            description=row.description,
            kinds=[EventKind(each) for each in row.kinds],
            status=EndpointStatus(row.status),
            disabled_reason=row.disabled_reason,
            failing_since=row.failing_since,
            old_secret_until=row.old_secret_until,
            created_at=row.created_at,
        )

    @strawberry.field(description="What was sent there, newest first, kept for 30 days.")
    async def deliveries(
        self,
        info: Info,
        status: DeliveryStatus | None = None,
        first: int = FIRST,
        after: str | None = None,
    ) -> Connection[WebhookDelivery]:
        only: tuple[tuple[str, Any], ...] = (("endpoint_id", self.row.id),)
        if status is not None:
            only = (*only, ("status", status))
        page = page_of("webhook_deliveries", first, after, equals=only)
        rows = await info.context.loaders.page.load((page, self.row.account_id))
        return connect(page, rows, WebhookDelivery.of)


@strawberry.type
class WebhookFields:
    row: strawberry.Private[Any]

    @strawberry.field(description="Where webhooks of this account go, oldest first.")
    async def webhook_endpoints(self, info: Info) -> list[WebhookEndpoint]:
        rows = await info.context.loaders.webhook_endpoints.load((self.row.id,))
        return [WebhookEndpoint.of(each) for each in rows]
