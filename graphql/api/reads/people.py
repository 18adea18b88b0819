"""What is read of people and of what they work with."""

from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from api.reads.reader import Reader
from app.store import (
    licenses,
    passwords,
    ring_groups,
    summaries,
)


class PeopleReads(Reader):
    @cached_property
    def user(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("users", ("account_id", "id"))

    @cached_property
    def roles(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("user_roles", ("account_id", "user_id"))

    @cached_property
    def line(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("lines", ("account_id", "id"))

    @cached_property
    def ring_group(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("ring_groups", ("account_id", "id"))

    @cached_property
    def ring_group_members(self) -> DataLoader[tuple[UUID, UUID], list[Any]]:
        return self._loader(ring_groups.members, ())

    @cached_property
    def contact(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("contacts", ("account_id", "id"))

    @cached_property
    def contact_list(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("contact_lists", ("account_id", "id"))

    @cached_property
    def invitee(self) -> DataLoader[tuple[UUID, ...], passwords.Invitee | None]:
        return self._loader(passwords.invitees, None)

    @cached_property
    def users_by_status(self) -> DataLoader[UUID, dict[str, int]]:
        return self._loader(summaries.users_by_status, {})

    @cached_property
    def users_by_status_at(self) -> DataLoader[tuple[UUID, datetime], dict[str, int]]:
        return self._loader(licenses.statuses_at, {})
