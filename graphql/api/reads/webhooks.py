"""What is read of webhooks."""

from functools import cached_property
from typing import Any
from uuid import UUID

from sqlmodel import col
from strawberry.dataloader import DataLoader

from api.reads.reader import Reader
from app.domain.webhooks import EndpointStatus
from app.models import WebhookEndpoint

_THERE = col(WebhookEndpoint.status) != EndpointStatus.DELETED


class WebhooksReads(Reader):
    @cached_property
    def webhook_endpoints(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        """Of an account; those that are deleted are not there."""
        return self._grouped("webhook_endpoints", ("account_id",), _THERE)

    @cached_property
    def webhook_attempts(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        """Of a delivery, the first one first."""
        return self._grouped("webhook_attempts", ("account_id", "delivery_id"))

    @cached_property
    def event(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("events", ("account_id", "id"))
