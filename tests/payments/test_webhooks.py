"""Webhooks of the sandbox: every change is told, signed, and told again until it is heard."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import pytest

from app.clock import SystemClock
from app.domain.money import UNIT
from app.payments.provider import ACCOUNT, ProviderEvent
from app.payments.sandbox import SandboxProvider, client
from app.sandbox import events
from app.sandbox.asgi import FILE, InProcess
from app.sandbox.book import Book
from app.sandbox.deliveries import Target, deliver
from tests.payments.contract import Adapter, new_key
from tests.payments.receiver import Receiver, receiving
from tests.payments.sandboxes import KEY, SECRET, adapter_of, in_process

T = TypeVar("T")


@dataclass(frozen=True)
class Till:
    """A sandbox that tells a receiver, at once and again at once."""

    book: Book
    http: httpx.AsyncClient
    adapter: Adapter
    receiver: Receiver

    async def heard(self) -> ProviderEvent:
        body, headers = await asyncio.to_thread(self.receiver.take)
        return self.adapter.provider.verify(body, headers)

    async def switch(self, customer: str, mode: str, **more: Any) -> None:
        body = {"customer": customer, "mode": mode, **more}
        (await self.http.put("/v1/switches", json=body)).raise_for_status()

    async def deliveries(self, key: UUID) -> list[tuple[str, list[dict[str, Any]]]]:
        """Kinds of the events of a charge, each with its deliveries."""
        told = (await self.http.get("/v1/events?limit=500")).json()["events"]
        mine = [each for each in told if each["data"]["key"] == str(key)]
        return [(each["type"], each["deliveries"]) for each in mine]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
async def till(tmp_path: Path, receiver: Receiver) -> AsyncIterator[Till]:
    book = Book(tmp_path / FILE)
    async with client("http://sandbox", KEY, InProcess(book, KEY)) as http:
        target = Target(receiver.url, SECRET, ladder=(timedelta(0),))
        task = asyncio.create_task(deliver(book, target))
        yield Till(book, http, adapter_of(SandboxProvider(http, SECRET)), receiver)
        task.cancel()
        await asyncio.wait([task])


async def test_every_change_is_told(till: Till) -> None:
    provider = till.adapter.provider
    order = await till.adapter.order()
    charge = await provider.charge(order)
    await provider.charge(order)
    await provider.charge(replace(order, key=(bad := new_key()), token="card_lost"))
    await provider.refund(new_key(), charge.reference, UNIT)
    await provider.refund(new_key(), charge.reference, 70 * UNIT)
    await till.http.post(f"/v1/charges/{order.key}/fail-late", json={})

    heard = [await till.heard() for _ in range(5)]

    assert [(each.kind, each.key) for each in heard] == [
        ("charge.succeeded", order.key),
        ("charge.declined", bad),
        ("refund.succeeded", order.key),
        ("refund.declined", order.key),
        ("charge.late_failure", order.key),
    ]
    assert {str(each.account_id) for each in heard} == {order.notes[ACCOUNT]}
    assert len({each.id for each in heard}) == 5
    assert [each.occurred_at for each in heard] == sorted(each.occurred_at for each in heard)


async def test_a_pending_charge_is_told_when_it_is_resolved(till: Till) -> None:
    order = await till.adapter.order()
    await till.switch(order.customer, "pending")
    await till.adapter.provider.charge(order)
    before = await till.deliveries(order.key)
    await till.http.post(f"/v1/charges/{order.key}/resolve", json={})

    assert before == []
    assert (await till.heard()).kind == "charge.succeeded"


async def test_it_is_told_again_until_it_is_heard(till: Till) -> None:
    """Under one id, so that who heard it before knows."""
    till.receiver.answers[:] = [500, 404, 302]
    order = await till.adapter.order()
    await till.adapter.provider.charge(order)

    heard = [await till.heard() for _ in range(4)]
    next_one = await till.adapter.order()
    await till.adapter.provider.charge(next_one)

    assert len({each.id for each in heard}) == 1
    assert (await till.heard()).key == next_one.key
    ((kind, deliveries),) = await till.deliveries(order.key)
    assert kind == "charge.succeeded"
    assert deliveries == [{"attempts": 4, "answer": "204", "due_at": None}]


async def test_webhooks_can_come_twice(till: Till) -> None:
    order = await till.adapter.order()
    await till.switch(order.customer, "duplicate_webhooks")
    await till.adapter.provider.charge(order)

    first, second = await till.heard(), await till.heard()

    assert first == second


async def test_webhooks_can_overtake_each_other(till: Till) -> None:
    order = await till.adapter.order()
    await till.switch(order.customer, "reordered_webhooks", seconds=30, times=2)
    await till.adapter.provider.charge(order)
    await till.adapter.provider.charge(replace(order, key=(second := new_key())))

    assert [(await till.heard()).key for _ in range(2)] == [second, order.key]


async def test_webhooks_can_be_late(till: Till) -> None:
    order = await till.adapter.order()
    await till.switch(order.customer, "late_webhooks", seconds=30)
    charge = await till.adapter.provider.charge(order)
    await till.adapter.provider.charge(replace(order, key=(later := new_key())))

    assert (await till.heard()).key == later
    ((_, (delivery,)),) = await till.deliveries(order.key)
    assert delivery["attempts"] == 0
    assert delivery["due_at"] == (charge.created_at + timedelta(seconds=30)).isoformat(
        timespec="microseconds"
    )


async def test_webhooks_can_be_lost(till: Till) -> None:
    """The event is kept, and nobody is told."""
    order = await till.adapter.order()
    await till.switch(order.customer, "no_webhooks")
    await till.adapter.provider.charge(order)

    assert await till.deliveries(order.key) == [("charge.succeeded", [])]


class Busy(Book):
    """Somebody else holds its file at first."""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if not hasattr(self, "refused"):
            self.refused = True
            raise sqlite3.OperationalError("database is locked")
        return await super().run(work)


async def test_a_book_that_is_busy_is_waited_for(tmp_path: Path, receiver: Receiver) -> None:
    async with in_process(tmp_path) as adapter:
        order = await adapter.order()
        await adapter.provider.charge(order)
        book = Busy(tmp_path / FILE)
        task = asyncio.create_task(deliver(book, Target(receiver.url, SECRET)))

        heard = await asyncio.to_thread(receiver.take)

        task.cancel()
        await asyncio.wait([task])
        await book.close()
        assert adapter.provider.verify(*heard).key == order.key


async def test_nobody_is_told_what_is_long_ago(tmp_path: Path) -> None:
    """Who says only now where webhooks go is not flooded."""
    book, now = Book(tmp_path / FILE), SystemClock().now()
    async with client("http://sandbox", KEY, InProcess(book, KEY)) as http:
        adapter = adapter_of(SandboxProvider(http, SECRET))
        await adapter.provider.charge(await adapter.order())

        due = [
            await book.run(lambda db, at=at: events.next_due(db, at))  # type: ignore[misc]
            for at in (now, now + events.KEPT, now + events.KEPT + timedelta(minutes=1))
        ]

    assert [each is not None for each in due] == [False, True, False]
