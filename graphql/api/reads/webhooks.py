"""What is read of webhooks."""

from functools import cached_property
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from api.reads.reader import Reader
from app.db.base import metadata

_ENDPOINTS = metadata.tables["webhook_endpoints"]


class WebhooksReads(Reader):
    @cached_property
    def webhook_endpoints(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        """Of an account; those that are deleted are not there."""
        there = _ENDPOINTS.c.status != "DELETED"
        return self._grouped("webhook_endpoints", ("account_id",), there)

    @cached_property
    def event(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("events", ("account_id", "id"))
