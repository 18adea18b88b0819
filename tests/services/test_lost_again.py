"""I6, P6 of the invariants: a dispute is decided anew under its old id, and what was returned of it
is not returned any more: what is there now counts, whatever was there before."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from app.bootstrap import Perseat
from app.domain.errors import Conflict
from app.domain.money import UNIT
from app.domain.payments import Source, Told
from app.payments.provider import Charge, Provider
from app.services import provider_events, provider_news, reconciliation
from app.services.verify import verify
from tests.make import Company, at_machine_time, drain, make_company, query
from tests.services.hearing import event, posted
from tests.services.paying import taken, taken_back
from tests.services.reconciling import LATER, book, found

TOLD = Told(Source.WEBHOOK)


class Deciding:
    """A provider whose disputes of one charge are decided by a test."""

    def __init__(self, provider: Provider, charge: Charge) -> None:
        self.name, self.state, self._provider = provider.name, charge, provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    async def look_up(
        self, key: UUID, customer: str, reference: str | None = None
    ) -> Charge | None:
        found = await self._provider.look_up(key, customer, reference)
        return self._now(found) if found else None

    async def charges(self, since: datetime, until: datetime) -> AsyncIterator[Charge]:
        async for each in self._provider.charges(since, until):
            yield self._now(each)

    def _now(self, charge: Charge) -> Charge:
        return self.state if charge.reference == self.state.reference else charge


async def disputed(app: Perseat) -> tuple[Company, Charge, Charge, Charge]:
    """Who has paid 70.00: the charge as it was made, and with its dispute lost and won."""
    company = await make_company(app)
    await company.convert()
    charge = await taken(company)
    lost = taken_back(charge, 70 * UNIT)
    return company, charge, lost, replace(charge, returned=70 * UNIT)


async def look(company: Company, charge: Charge) -> list[str]:
    """As whoever asks the provider does: first what is known, then the charge, then the books."""
    assert charge.key is not None
    async with company.app.operators.begin() as uow:
        before = await provider_news.heard(uow, company.id, charge.key)
    async with company.app.operators.begin() as uow:
        return await provider_news.hear(uow, company.id, charge.key, charge, TOLD, before=before)


async def test_it_is_lost_and_won_as_often_as_it_is_decided(own_app: Perseat) -> None:
    company, charge, lost, won = await disputed(own_app)
    part = replace(charge, taken_back=30 * UNIT, returned=40 * UNIT)

    heard, paid = [], []
    for each in (lost, won, won, lost, charge, part, won, lost, won):
        heard.append(await look(company, each))
        paid.append((await company.invoice_rows())[0].paid // UNIT)

    gone, back = ["taken back"], ["returned"]
    assert heard == [gone, back, [], gone, [], back, back, gone, back]
    assert paid == [0, 70, 70, 0, 0, 40, 70, 0, 70]
    assert [each.status for each in await company.invoice_rows()] == ["PAID"]
    assert await book(company, "CLEARING") == 70 * UNIT
    await drain(own_app)
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_an_answer_that_was_overtaken_is_asked_for_again(app: Perseat) -> None:
    """It may be from before the victory that was booked meanwhile, or from after it."""
    company, charge, lost, won = await disputed(app)
    assert charge.key is not None
    async with app.operators.begin() as uow:
        before = await provider_news.heard(uow, company.id, charge.key)
    await look(company, lost)
    await look(company, won)

    with pytest.raises(Conflict, match="ask again"):
        async with app.operators.begin() as uow:
            await provider_news.hear(uow, company.id, charge.key, lost, TOLD, before=before)

    assert [each.status for each in await company.invoice_rows()] == ["PAID"]


async def test_a_webhook_tells_of_it(app: Perseat) -> None:
    company, charge, lost, won = await disputed(app)
    provider, outcomes = Deciding(app.provider, charge), []
    for each in (lost, won, lost, lost):
        provider.state = each
        told = event(charge.key, company.id, "charge.late_failure", reference=charge.reference)
        heard = app.provider.verify(*posted(app, told))
        async with app.operators.begin() as uow:
            await provider_events.receive(uow, "sandbox", heard, orjson.dumps(told))
        await provider_events.process(app.operators, provider, heard.id)
        sql = "SELECT outcome FROM provider_events WHERE id = :id"
        outcomes += [row.outcome for row in await query(app, sql, id=heard.id)]

    assert outcomes == ["BOOKED", "BOOKED", "BOOKED", "NOTHING_NEW"]
    assert [each.status for each in await company.invoice_rows()] == ["PAST_DUE"]


async def test_a_reconciliation_finds_it_where_the_webhook_was_lost(own_app: Perseat) -> None:
    company, charge, lost, won = await disputed(own_app)
    provider, rows = Deciding(own_app.provider, charge), []
    for number, each in enumerate((lost, won, lost), start=1):
        provider.state = each
        then = at_machine_time(own_app, own_app.clock.now() + number * LATER)
        span = await reconciliation.span_of(then.operators, provider.name, None, None)
        rows.append(await reconciliation.reconcile(then.operators, provider, span, actor="test"))

    assert [found(row) for row in rows] == [[], [], []]
    assert [each.status for each in await company.invoice_rows()] == ["PAST_DUE"]
    assert (await book(company, "CLEARING"), await book(company, "BANK")) == (0, 0)
