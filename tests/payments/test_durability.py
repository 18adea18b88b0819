"""The sandbox's book outlives its process: whoever was answered was told the truth."""

import asyncio
import socket
import sqlite3
from dataclasses import replace
from pathlib import Path

from app.bootstrap import provider_of
from app.domain.money import UNIT
from app.payments.provider import Charge, Order, OutcomeUnknown
from app.payments.sandbox import SandboxProvider, client
from app.sandbox.asgi import FILE
from app.settings import Settings
from tests.payments.contract import new_key
from tests.payments.receiver import receiving
from tests.payments.sandboxes import HOST, KEY, SECRET, awake, in_process, running

ORDER = Order(new_key(), 70 * UNIT, "USD", "", "card_ok")


async def test_kill_9_in_the_middle_of_charges(tmp_path: Path) -> None:
    """P1, P3 of the invariants: each answer stays true, and each key has one charge."""
    orders = [replace(ORDER, key=new_key(), amount=UNIT + number) for number in range(60)]
    answered: dict[int, Charge] = {}

    async def ask(provider: SandboxProvider, number: int) -> None:
        try:
            answered[number] = await provider.charge(orders[number])
        except OutcomeUnknown:
            return

    with socket.create_server((HOST, 0)) as place:
        async with client(f"http://{HOST}:{place.getsockname()[1]}", KEY) as http:
            provider = SandboxProvider(http, SECRET, patience=60)
            with running(tmp_path, place, {}) as process:
                await awake(http)
                asked = [asyncio.create_task(ask(provider, number)) for number in range(60)]
                while len(answered) < 10:
                    await asyncio.wait(asked, timeout=0.001)
                process.kill()
                before = dict(answered)
            with running(tmp_path, place, {}):
                await asyncio.gather(*asked)
                kept = {each: await provider.look_up(orders[each].key, "") for each in before}
                again = await asyncio.gather(*(provider.charge(order) for order in orders))
                charged = await provider.charged()

    assert 10 <= len(before) < 60
    assert kept == before
    assert {number: again[number] for number in answered} == answered
    assert charged == {order.key: order.amount for order in orders}


async def test_switches_and_webhooks_outlive_it_too(tmp_path: Path) -> None:
    """What was not heard before the end is told after it, and orders stand."""
    order = replace(ORDER, key=new_key())
    with receiving() as receiver, socket.create_server((HOST, 0)) as place:
        receiver.answers[:] = [503]
        url = f"http://{HOST}:{place.getsockname()[1]}"
        more = {"PERSEAT_SANDBOX_WEBHOOK_URL": receiver.url}
        async with client(url, KEY) as http:
            provider = SandboxProvider(http, SECRET)
            with running(tmp_path, place, more):
                await awake(http)
                await provider.charge(order)
                missed = await asyncio.to_thread(receiver.take)
                await http.put("/v1/switches", json={"mode": "decline", "code": "do_not_honor"})
        async with client(url, KEY) as http:
            provider = SandboxProvider(http, SECRET)
            with running(tmp_path, place, more):
                heard = await asyncio.to_thread(receiver.take)
                declined = await provider.charge(replace(order, key=new_key()))

    assert provider.verify(*missed) == provider.verify(*heard)
    assert provider.verify(*heard).key == order.key
    assert declined.decline_code == "do_not_honor"


async def test_two_processes_share_a_book(tmp_path: Path) -> None:
    """As workers do that run without a server: one key, one charge."""
    async with in_process(tmp_path) as one, in_process(tmp_path) as two:
        order = await one.order()

        charges = await asyncio.gather(
            *(each.provider.charge(order) for each in (one, two) for _ in range(5))
        )

    assert len({each.reference for each in charges}) == 1


async def test_an_older_book_is_taken_over(tmp_path: Path) -> None:
    """Of charges alone, as it was before the sandbox was a server."""
    good, bad = new_key(), new_key()
    with sqlite3.connect(tmp_path / FILE) as old:
        old.execute("""CREATE TABLE charges (key TEXT PRIMARY KEY, amount INTEGER NOT NULL,
            currency TEXT NOT NULL, token TEXT NOT NULL, decline_code TEXT,
            asked INTEGER NOT NULL DEFAULT 1)""")
        rows = [(str(good), UNIT, "card_ok", None), (str(bad), UNIT, "card_lost", "card_lost")]
        old.executemany("INSERT INTO charges VALUES (?, ?, 'USD', ?, ?, 1)", rows)
    old.close()

    for _ in range(2):
        async with in_process(tmp_path) as adapter:
            assert isinstance(adapter.provider, SandboxProvider)
            assert await adapter.provider.charged() == {good: UNIT}
            found = await adapter.provider.look_up(bad, "")
    assert found is not None
    assert found.decline_code == "card_lost"


async def test_a_book_without_reinstatements_is_taken_over(tmp_path: Path) -> None:
    """As it was when nothing came back."""
    key = new_key()
    async with in_process(tmp_path) as adapter:
        await adapter.provider.charge(replace(ORDER, key=key))
    with sqlite3.connect(tmp_path / FILE) as old:
        old.execute("ALTER TABLE charges DROP COLUMN returned")
        old.execute("ALTER TABLE refunds DROP COLUMN failure_code")
        old.execute("PRAGMA user_version = 1")
    old.close()

    for _ in range(2):
        async with in_process(tmp_path) as adapter:
            found = await adapter.provider.look_up(key, ORDER.customer)
            assert found is not None
            assert (found.returned, found.refunds) == (0, ())


async def test_the_settings_choose_between_the_network_and_this_process(tmp_path: Path) -> None:
    """Both ask the same book, and have the same keys from the data folder."""
    here = provider_of(Settings(data_folder=tmp_path, sandbox_url=None))
    charge = await here.charge(ORDER)
    with socket.create_server((HOST, 0)) as place, running(tmp_path, place, _keys(tmp_path)):
        url = f"http://{HOST}:{place.getsockname()[1]}"
        there = provider_of(Settings(data_folder=tmp_path, sandbox_url=url))
        found = await there.look_up(ORDER.key, "")
        await there.close()
    await here.close()

    assert found == charge


def _keys(folder: Path) -> dict[str, str]:
    """Those that the data folder keeps by now."""
    return {
        "PERSEAT_SANDBOX_KEY": (folder / "sandbox.key").read_text(),
        "PERSEAT_SANDBOX_WEBHOOK_SECRET": (folder / "sandbox-webhooks.key").read_text(),
    }
