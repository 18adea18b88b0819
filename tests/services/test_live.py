"""Who listens hears all that is committed, in whatever order that happens, and can go on later."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain import live as rules
from app.domain.errors import InvalidInput
from app.domain.events import EventKind
from app.domain.ids import decode, encode
from app.domain.live import BALANCE, INVOICES, KEPT, MOST, Behind, Mark, of_run
from app.doorbell import ArqBell, told
from app.models.api_keys import PLATFORM
from app.services.live import Feed, Listener, News
from tests.make import make_company, query

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def feed_of(
    app: Perseat,
    every: timedelta = timedelta(milliseconds=50),
    redis_url: str = "redis://127.0.0.1:1",
) -> Feed:
    """By itself, without a doorbell."""
    return Feed(app.operators, partial(told, redis_url), every=every)


async def heard(listener: Listener) -> News:
    async with asyncio.timeout(20):
        while (news := listener.take(NOW)) is None:
            await listener.more.wait()
    return news


async def tell_balance(app: Perseat, account_id: UUID, balance: int = 0) -> None:
    async with app.tenants.begin(account_id) as uow:
        uow.tell(EventKind.CREDITS_BALANCE_CHANGED, account_id, balance=balance)


def invoice(uow: Any, account_id: UUID, invoice_id: UUID) -> None:
    told = {"number": "1", "kind": "RENEWAL", "status": "OPEN", "total": 0, "due": 0}
    uow.tell(EventKind.INVOICE_ISSUED, account_id, invoice_id=invoice_id, currency="USD", **told)


async def test_what_commits_later_is_heard_though_it_began_sooner(app: Perseat) -> None:
    """Its id, its time and its transaction are older than what was heard before."""
    account_id, feed = new_id(), feed_of(app)
    first, second = new_id(), new_id()
    async with feed.listening(account_id, INVOICES) as listener:
        async with app.tenants.begin(account_id) as late:
            invoice(late, account_id, first)
            await late.write_news()
            async with app.tenants.begin(account_id) as early:
                invoice(early, account_id, second)
            sooner = await heard(listener)
            assert listener.take(NOW) is None
        later = await heard(listener)

    assert [rules_id(sooner), rules_id(later)] == [second, first]


def rules_id(news: News) -> UUID:
    return decode("invoice", news.subject, field="id")[1]


async def test_a_mark_is_from_before_what_was_not_committed(app: Perseat) -> None:
    """Whoever goes on hears it, though what they had heard was younger."""
    account_id, feed = new_id(), feed_of(app)
    late_one, early_one = new_id(), new_id()
    async with app.tenants.begin(account_id) as late:
        invoice(late, account_id, late_one)
        await late.write_news()
        async with feed.listening(account_id, INVOICES) as listener:
            async with app.tenants.begin(account_id) as early:
                invoice(early, account_id, early_one)
            mark = (await heard(listener)).mark

    async with feed_of(app).listening(account_id, INVOICES, mark) as listener:
        again = {rules_id(await heard(listener)), rules_id(await heard(listener))}

    assert again == {late_one, early_one}


async def test_many_at_once_lose_nothing(app: Perseat) -> None:
    account_id, feed = new_id(), feed_of(app)
    ids = {new_id() for _ in range(30)}

    async def issue(invoice_id: UUID) -> None:
        async with app.tenants.begin(account_id) as uow:
            invoice(uow, account_id, invoice_id)

    async with feed.listening(account_id, INVOICES) as listener:
        issuing = asyncio.gather(*map(issue, ids))
        found: set[UUID] = set()
        while found != ids:
            found.add(rules_id(await heard(listener)))
        await issuing


async def test_what_was_not_taken_is_heard_again(app: Perseat) -> None:
    """Of two of one look the first one's mark is from before both."""
    account_id, feed = new_id(), feed_of(app)
    one, two = new_id(), new_id()
    async with feed.listening(account_id, INVOICES) as listener:
        async with app.tenants.begin(account_id) as uow:
            invoice(uow, account_id, one)
            invoice(uow, account_id, two)
        first = await heard(listener)
        last = await heard(listener)

    async with feed_of(app).listening(account_id, INVOICES, first.mark) as listener:
        assert {rules_id(await heard(listener)) for _ in range(2)} == {one, two}
    async with feed_of(app).listening(account_id, INVOICES, last.mark) as listener:
        assert listener.take(NOW) is None


async def test_the_newest_says_all(app: Perseat) -> None:
    account_id, feed = new_id(), feed_of(app)
    async with feed.listening(account_id, BALANCE) as listener:
        start = listener.mark(NOW)
        for balance in range(5):
            await tell_balance(app, account_id, balance)
        await heard(listener)

    async with feed_of(app).listening(account_id, BALANCE, start) as listener:
        assert (await heard(listener)).kind is EventKind.CREDITS_BALANCE_CHANGED
        assert listener.take(NOW) is None


async def test_nobody_hears_of_others(app: Perseat) -> None:
    mine, other, feed = new_id(), new_id(), feed_of(app)
    async with feed.listening(mine, BALANCE) as listener, feed.listening(other, BALANCE) as loud:
        await tell_balance(app, other)
        await heard(loud)
        assert listener.take(NOW) is None


async def test_a_run_is_heard_by_its_id(app: Perseat) -> None:
    one, feed = new_id(), feed_of(app)
    async with feed.listening(PLATFORM, of_run(encode("billingrun", one))) as listener:
        for run_id in (new_id(), one):
            async with app.operators.begin() as uow:
                told = {"billing_run_id": run_id, "status": "DONE"}
                uow.tell(EventKind.BILLING_RUN_PROGRESSED, PLATFORM, **told)
        await heard(listener)
        assert listener.take(NOW) is None


async def test_who_does_not_read_keeps_little(app: Perseat) -> None:
    """What waits is bounded; whoever is further behind reads anew."""
    account_id, feed = new_id(), feed_of(app)
    async with feed.listening(account_id, INVOICES) as listener:
        start = listener.mark(NOW)
        async with app.tenants.begin(account_id) as uow:
            for _ in range(MOST + 1):
                invoice(uow, account_id, new_id())
        async with asyncio.timeout(20):
            await listener.more.wait()
        with pytest.raises(Behind):
            listener.take(NOW)

    with pytest.raises(Behind):
        async with feed_of(app).listening(account_id, INVOICES, start):
            pass


async def test_a_mark_of_another_database_is_none(app: Perseat) -> None:
    """A database that was restored counts anew."""
    with pytest.raises(Behind):
        async with feed_of(app).listening(new_id(), BALANCE, Mark(2**60, NOW)):
            pass


async def test_the_doorbell_makes_it_quick(app: Perseat, redis_url: str) -> None:
    """By itself it would not look within the test."""
    account_id, bell = new_id(), ArqBell(redis_url)
    async with feed_of(app, timedelta(hours=1), redis_url).listening(
        account_id, BALANCE
    ) as listener:
        await tell_balance(app, account_id)
        while listener.take(NOW) is None:
            await bell.tell({account_id})
            await asyncio.sleep(0.01)
    await bell.close()


async def test_a_bell_that_is_away_is_no_matter() -> None:
    bell = ArqBell("redis://127.0.0.1:1")
    await bell.tell({new_id()})
    await bell.tell({new_id()})
    await bell.close()


async def test_who_is_gone_costs_nothing(app: Perseat) -> None:
    feed = feed_of(app)
    async with feed.listening(new_id(), BALANCE):
        pass
    assert feed.listeners == 0


async def test_an_event_knows_its_transaction(app: Perseat) -> None:
    company = await make_company(app)
    rows = await query(
        app,
        "SELECT xid < pg_current_xact_id()::text::bigint, xid > 0 FROM events "
        "WHERE account_id = :id",
        id=company.id,
    )
    assert set(rows) == {(True, True)}


def test_a_mark_reads_as_it_was_written() -> None:
    mark = Mark(2**62, NOW)
    assert Mark.read(mark.text, NOW) == mark


@pytest.mark.parametrize("text", ["", "x", "!" * 30, "A" * 22, "A" * 10_000, "_" * 22])
def test_what_is_no_mark(text: str) -> None:
    with pytest.raises((InvalidInput, Behind)) as caught:
        Mark.read(text, NOW)
    assert caught.value.field == "after"


def test_an_old_mark_says_to_read_anew() -> None:
    with pytest.raises(Behind):
        Mark.read(Mark(1, NOW).text, NOW + KEPT + timedelta(seconds=1))
    assert rules.Behind.code == "READ_ANEW"
