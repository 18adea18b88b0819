"""P6 of the invariants: a provider's list grows old while it is read; what was overtaken meanwhile,
also by news that changed nothing here, is neither booked nor confirmed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import orjson

from app.bootstrap import Perseat
from app.domain.money import UNIT
from app.payments.provider import Charge
from app.services import provider_events, reconciliation
from app.services.verify import verify
from tests.make import Company, at_machine_time, drain, query
from tests.services.hearing import event, posted
from tests.services.reconciling import LATER, book, found
from tests.services.test_lost_again import Deciding, disputed, look


class Overtaken(Deciding):
    """What it lists is what was there before it was decided `anew`."""

    listed: Charge

    async def charges(self, since: datetime, until: datetime) -> AsyncIterator[Charge]:
        async for each in self._provider.charges(since, until):
            yield self.listed if each.reference == self.state.reference else each


async def test_a_victory_that_was_lost_meanwhile_is_not_booked(own_app: Perseat) -> None:
    company, _, lost, won = await disputed(own_app)
    await look(company, lost)
    provider = Overtaken(own_app.provider, lost)
    provider.listed = won
    then = at_machine_time(own_app, own_app.clock.now() + LATER)
    span = await reconciliation.span_of(then.operators, provider.name, None, None)

    row = await reconciliation.reconcile(then.operators, provider, span, actor="test")

    assert found(row) == []
    assert [each.status for each in await company.invoice_rows()] == ["PAST_DUE"]
    assert (await book(company, "CLEARING"), await book(company, "BANK")) == (0, 0)


async def test_what_is_gone_since_it_was_listed_is_no_difference(own_app: Perseat) -> None:
    company, charge, lost, _ = await disputed(own_app)
    await look(company, lost)
    provider = Overtaken(own_app.provider, lost)
    provider.listed = charge
    then = at_machine_time(own_app, own_app.clock.now() + LATER)
    span = await reconciliation.span_of(then.operators, provider.name, None, None)

    row = await reconciliation.reconcile(then.operators, provider, span, actor="test")

    assert found(row) == []
    assert (await book(company, "CLEARING"), await book(company, "BANK")) == (0, 0)


async def told(company: Company, provider: Deciding) -> str:
    """Of a webhook that came in."""
    charge = provider.state
    news = event(charge.key, company.id, "charge.late_failure", reference=charge.reference)
    heard = company.app.provider.verify(*posted(company.app, news))
    async with company.app.operators.begin() as uow:
        await provider_events.receive(uow, "sandbox", heard, orjson.dumps(news))
    return heard.id


async def test_webhooks_and_a_reconciliation_at_once_book_it_once(own_app: Perseat) -> None:
    company, charge, lost, won = await disputed(own_app)
    provider, seen = Deciding(own_app.provider, charge), []
    for number, each in enumerate((lost, won, lost, won, lost), start=1):
        provider.state = each
        then = at_machine_time(own_app, own_app.clock.now() + number * LATER)
        span = await reconciliation.span_of(then.operators, provider.name, None, None)
        names = [await told(company, provider) for _ in range(3)]

        await asyncio.gather(
            *(provider_events.process(own_app.operators, provider, name) for name in names * 2),
            reconciliation.reconcile(then.operators, provider, span, actor="test"),
        )
        await reconciliation.reconcile(then.operators, provider, span, actor="test")

        row = (await company.invoice_rows())[0]
        seen.append((row.status, row.paid // UNIT, await book(company, "CLEARING")))

    gone, back = ("PAST_DUE", 0, 0), ("PAID", 70, 0)
    assert seen == [gone, back, gone, back, gone]
    sql = """SELECT (SELECT count(*) FROM late_failures WHERE account_id = :id) AS gone,
        (SELECT count(*) FROM reinstatements WHERE account_id = :id) AS back"""
    assert await query(own_app, sql, id=company.id) == [(3, 2)]
    await drain(own_app)
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []
