"""L5, P3, P5 of the invariants: what the provider has and what we have are the same, or named."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.errors import Conflict, InvalidInput
from app.domain.money import UNIT
from app.domain.payments import Outcome
from app.domain.reconciliation import (
    Mismatch,
)
from app.domain.spans import (
    OVERLAP,
)
from app.payments.provider import Charge, Provider
from app.services import reconciliation
from app.services.comparisons import Bounds
from app.services.verify import verify
from tests.make import Company, at_machine_time, drain, make_company, query
from tests.services.paying import hear, refund, taken
from tests.services.reconciling import (
    LATER,
    Listed,
    book,
    bought,
    charged_elsewhere,
    found,
    reconciled,
    sandbox,
)
from workers import tasks

DECLINED = Outcome("card_declined")


async def test_what_agrees_is_confirmed_once(own_app: Perseat) -> None:
    """L5: clearing returns to zero; two at once and a second time confirm nothing more."""
    company = await make_company(own_app)
    await company.buy("25.00")
    await company.convert()
    taken = sum(row.paid for row in await company.invoice_rows())
    before = await book(company, "CLEARING")

    rows = await asyncio.gather(reconciled(own_app), reconciled(own_app))
    again = await reconciled(own_app)

    assert sorted(row.confirmed for row in rows) == [0, 2]
    assert [(row.charges, row.differences) for row in (*rows, again)] == [(2, [])] * 3
    assert again.confirmed == 0
    assert (before, await book(company, "CLEARING"), await book(company, "BANK")) == (
        taken,
        0,
        taken,
    )
    assert [each.count async for each in verify(own_app.operators) if each.count] == []


async def test_every_difference_is_named_with_what_to_do(own_app: Perseat) -> None:
    company = await make_company(own_app)
    await company.use_card("card_ok")
    missing, _ = await bought(company, charge=False)
    amount, _ = await bought(company, amount=11 * UNIT)
    currency, _ = await bought(company, currency="EUR")
    declined, _ = await bought(company, DECLINED)
    not_taken, _ = await bought(company, token="card_declined")
    refunded, charge = await bought(company)
    lost, gone = await bought(company)
    assert charge is not None
    assert gone is not None
    await own_app.provider.refund(new_id(), charge.reference, 4 * UNIT)
    async with sandbox(own_app) as counter:
        failed = await counter.post(f"/v1/charges/{gone.reference}/fail-late", json={})
    unknown = await charged_elsewhere(company)
    agreed, _ = await bought(company)
    still_open, _ = await bought(company, None)

    row = await reconciled(own_app)
    early = await reconciled(own_app, later=timedelta())

    assert failed.is_success
    named = {each.payment_id: each.kind for each in found(row)}
    assert named == {
        None: Mismatch.UNKNOWN_TO_US,
        missing: Mismatch.MISSING_AT_PROVIDER,
        amount: Mismatch.AMOUNT,
        currency: Mismatch.CURRENCY,
        declined: Mismatch.TAKEN_AFTER_DECLINE,
        not_taken: Mismatch.STATUS,
        refunded: Mismatch.REFUND,
        still_open: Mismatch.STATUS,
    }
    assert len(row.differences) == len(named)
    assert (row.charges, row.confirmed) == (9, 3)
    assert next(each for each in found(row) if not each.payment_id).reference == unknown.reference
    assert await book(company, "BANK") == 10 * UNIT
    assert not {agreed, lost} & named.keys()
    assert still_open not in {each.payment_id for each in found(early)}
    assert missing not in {each.payment_id for each in found(early)}


async def test_a_payment_that_no_list_had_is_asked_for(own_app: Perseat) -> None:
    """Sent in one span and charged in another: the charge is looked up by its key."""
    company = await make_company(own_app)
    await company.buy("25.00")
    since = own_app.clock.now() + timedelta(hours=2)
    then = at_machine_time(own_app, since + timedelta(hours=2))
    span = await reconciliation.span_of(then.operators, "sandbox", since, None)

    row = await reconciliation.reconcile(then.operators, then.provider, span, actor="test")

    assert (row.charges, row.confirmed, row.differences) == (0, 1, [])
    assert await book(company, "CLEARING") == 0


async def test_days_that_were_missed_are_caught_up_one_by_one(own_app: Perseat) -> None:
    """C5: PostgreSQL knows which day is next; two workers at once keep one row of it."""
    company = await make_company(own_app)
    today = own_app.clock.now()
    assert not await reconciliation.is_due(own_app.operators, "sandbox")
    await company.buy("25.00")
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    then = at_machine_time(own_app, midnight + timedelta(days=3, hours=2))

    assert await reconciliation.is_due(then.operators, "sandbox")
    worked = []
    while await reconciliation.is_due(then.operators, "sandbox"):
        worked += await asyncio.gather(
            *(reconciliation.reconcile_next_day(then.operators, then.provider) for _ in range(2))
        )
    none = await reconciliation.reconcile_next_day(then.operators, then.provider)

    rows = await query(
        own_app,
        "SELECT since, until, charges, actor, automatic FROM reconciliations ORDER BY since",
    )
    assert (len(rows), none) == (3, False)
    again = (await taken(company)).created_at >= rows[0].until - OVERLAP
    assert [row.charges for row in rows] == [1, int(again), 0]
    assert {(row.actor, row.automatic) for row in rows} == {("worker", True)}
    assert [row.until for row in rows[:-1]] == [row.since for row in rows[1:]]
    assert rows[0].since <= today < rows[0].until
    assert all(row.until - row.since == timedelta(days=1) for row in rows)
    assert await book(company, "CLEARING") == 0


async def test_one_task_compares_all_days_that_were_missed(own_app: Perseat) -> None:
    """It begins no other one beside it, which would compare the same days."""
    company = await make_company(own_app)
    await company.buy("25.00")
    midnight = own_app.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    then = at_machine_time(own_app, midnight + timedelta(days=3, hours=2))

    await tasks.reconcile({"perseat": then})

    assert not await reconciliation.is_due(then.operators, "sandbox")
    rows = await query(own_app, "SELECT since FROM reconciliations")
    assert len(rows) == 3


async def test_a_provider_that_does_not_answer_leaves_the_day_to_be_done(own_app: Perseat) -> None:
    company = await make_company(own_app)
    await company.buy("25.00")
    then = at_machine_time(own_app, own_app.clock.now() + timedelta(days=2))
    async with sandbox(own_app) as counter:
        await counter.put("/v1/switches", json={"operation": "list", "mode": "error_before"})

    with pytest.raises(Conflict, match="does not answer"):
        await reconciliation.reconcile_next_day(then.operators, then.provider)

    assert await reconciliation.is_due(then.operators, "sandbox")
    assert await reconciliation.reconcile_next_day(then.operators, then.provider)
    assert await book(company, "CLEARING") == 0


async def test_a_span_ends_after_it_begins(own_app: Perseat) -> None:
    now: datetime = own_app.clock.now()

    with pytest.raises(InvalidInput):
        await reconciliation.span_of(own_app.operators, "sandbox", now, now)
    empty = await reconciled(own_app)

    assert (empty.charges, empty.confirmed, empty.differences) == (0, 0, [])


async def test_what_went_back_is_confirmed_too(own_app: Perseat) -> None:
    """L5, I3, I6: after a refund and a late failure nothing stays between us and the provider."""
    company = await make_company(own_app)
    await company.convert()
    await company.buy("25.00")
    first = await reconciled(own_app)
    lost = await taken(company)
    async with sandbox(own_app) as http:
        answer = await http.post(f"/v1/charges/{lost.key}/fail-late", json={})
        assert answer.is_success
    await hear(company, await taken(company))
    (invoice, _) = await company.invoice_rows()
    await refund(company, (await company.credit(invoice.id)).id)
    await drain(own_app)
    between = await book(company, "CLEARING")

    second = await reconciled(own_app, later=2 * LATER)
    third = await reconciled(own_app, later=3 * LATER)

    assert [(row.confirmed, row.differences) for row in (first, second, third)] == [
        (2, []),
        (2, []),
        (0, []),
    ]
    assert between == -(70 + 25) * UNIT
    assert (await book(company, "CLEARING"), await book(company, "BANK")) == (0, 0)
    assert [each.count async for each in verify(own_app.operators) if each.count] == []


async def test_a_day_with_too_much_in_it_is_compared_in_parts(own_app: Perseat) -> None:
    """L5: each no larger than what one task may do; none is left out, and the next part is longer
    again."""
    company = await make_company(own_app)
    await company.buy("25.00")
    noon = own_app.clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    async with own_app.operators.begin() as uow:
        start = noon.replace(hour=0)
        session = await uow.session.connection()
        await session.execute(text("UPDATE payments SET sent_at = :start"), {"start": start})
    listed = Listed(own_app.provider, [noon + timedelta(minutes=2 * each) for each in range(20)])
    then = at_machine_time(own_app, noon + timedelta(days=1))
    bounds = Bounds(charges=6)

    parts = 0
    while await reconciliation.is_due(then.operators, "sandbox"):
        parts += await reconciliation.reconcile_next_day(then.operators, listed, bounds)

    rows = await query(own_app, "SELECT since, until, charges FROM reconciliations ORDER BY since")
    assert parts == len(rows) > 4
    assert (rows[0].since, rows[-1].until) == (start, start + timedelta(days=1))
    assert [row.until for row in rows[:-1]] == [row.since for row in rows[1:]]
    assert max(row.charges for row in rows) <= 6
    for at in listed.times:
        assert any(row.since <= at < row.until for row in rows)


async def test_what_there_is_no_time_to_ask_for_is_asked_for_the_next_time(
    own_app: Perseat,
) -> None:
    """L5: one after the other, also if the first of them never agree."""
    companies = [await make_company(own_app) for _ in range(3)]
    for company in companies:
        await company.use_card("card_ok")
        await bought(company, charge=False)
    now = own_app.clock.now()
    bounds = Bounds(asking=timedelta(0), page=2)

    seen = []
    for days in (2, 3, 4):
        then = at_machine_time(own_app, now + timedelta(days=days))
        assert await reconciliation.reconcile_next_day(then.operators, then.provider, bounds)
        row = (await query(own_app, "SELECT * FROM reconciliations ORDER BY since DESC LIMIT 1"))[0]
        seen.append([each["account"] for each in row.differences])

    accounts = sorted(str(company.id) for company in companies)
    assert seen == [accounts[:2], accounts[2:], accounts[:2]]


async def nights(app: Perseat, days: int, provider: Provider | None = None) -> Perseat:
    """At two in the morning so many days later: what is due is compared, and nothing is left."""
    midnight = app.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    then = at_machine_time(app, midnight + timedelta(days=days, hours=2))
    while await reconciliation.reconcile_next_day(then.operators, provider or then.provider):
        pass
    return then


async def statuses(company: Company) -> list[str]:
    return [row.status for row in await company.invoice_rows()]


async def test_what_went_back_late_is_heard_of_though_its_webhook_was_lost(
    own_app: Perseat,
) -> None:
    """L5, I3, I6: of old charges, whose day was compared long ago; each lap asks for it again."""
    company = await make_company(own_app)
    await company.convert()
    charge = await taken(company)
    await nights(own_app, 3)
    async with sandbox(own_app) as counter:
        (await counter.post(f"/v1/charges/{charge.key}/fail-late", json={})).raise_for_status()

    await nights(own_app, 30)
    before = await statuses(company)
    await nights(own_app, 31)
    after = await statuses(company)
    async with sandbox(own_app) as counter:
        (await counter.post(f"/v1/charges/{charge.key}/reinstate", json={})).raise_for_status()
    await nights(own_app, 60)
    between = await statuses(company)
    then = await nights(own_app, 61)

    assert (before, after) == (["PAID"], ["PAST_DUE"])
    assert (between, await statuses(company)) == (["PAST_DUE"], ["PAID"])
    assert not await reconciliation.is_due(then.operators, "sandbox")
    actors = "SELECT DISTINCT actor FROM reconciliations WHERE NOT automatic ORDER BY actor"
    assert [row.actor for row in await query(own_app, actors)] == [
        "worker, 30 days later",
        "worker, 60 days later",
    ]
    assert await book(company, "CLEARING") == 0
    assert [each.count async for each in verify(own_app.operators) if each.count] == []


async def test_a_refund_by_hand_of_an_old_charge_is_named(own_app: Perseat) -> None:
    """L5: it waits for a person, as that of a young one does."""
    company = await make_company(own_app)
    await company.convert()
    charge = await taken(company)
    await nights(own_app, 3)
    await own_app.provider.refund(new_id(), charge.reference, 4 * UNIT)

    await nights(own_app, 31)

    rows = await query(own_app, "SELECT differences FROM reconciliations WHERE NOT automatic")
    (named,) = [each for row in rows for each in row.differences]
    assert (named["kind"], named["reference"]) == ("REFUND", charge.reference)


async def test_a_lap_goes_on_where_it_was_cut_off(own_app: Perseat) -> None:
    """L5: what is too much for one task is compared in parts, and none is left out."""
    company = await make_company(own_app)
    await company.buy("25.00")
    noon = own_app.clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    listed = Listed(own_app.provider, [noon + timedelta(minutes=2 * each) for each in range(20)])
    await nights(own_app, 30)
    then = at_machine_time(own_app, noon + timedelta(days=31))
    assert await reconciliation.reconcile_next_day(then.operators, then.provider)  # the 30th

    parts = 0
    while await reconciliation.is_due(then.operators, "sandbox"):
        parts += await reconciliation.reconcile_next_day(then.operators, listed, Bounds(charges=6))

    sql = "SELECT since, until, charges FROM reconciliations WHERE NOT automatic ORDER BY since"
    rows = await query(own_app, sql)
    midnight = noon.replace(hour=0)
    assert parts == len(rows) > 4
    assert (rows[0].since, rows[-1].until) == (midnight, midnight + timedelta(days=1))
    assert [row.until for row in rows[:-1]] == [row.since for row in rows[1:]]
    assert max(row.charges for row in rows) <= 6


class Slow:
    """A provider who begins to list, and goes on when a test lets him."""

    def __init__(self, provider: Provider) -> None:
        self.name, self._provider = provider.name, provider
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    async def charges(self, since: datetime, until: datetime) -> AsyncIterator[Charge]:
        self.begun.set()
        await self.goes_on.wait()
        async for each in self._provider.charges(since, until):
            yield each


async def test_of_two_at_once_the_slower_one_leads_no_lap_back(own_app: Perseat) -> None:
    """L5: a task may still be at a day when others have gone on."""
    company = await make_company(own_app)
    await company.buy("25.00")
    await nights(own_app, 31)
    midnight = own_app.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    then = at_machine_time(own_app, midnight + timedelta(days=34, hours=2))
    for _ in range(3):  # the days themselves
        assert await reconciliation.reconcile_next_day(then.operators, then.provider)
    slow = Slow(then.provider)
    one = asyncio.create_task(reconciliation.reconcile_next_day(then.operators, slow))
    await slow.begun.wait()
    await nights(own_app, 34)

    slow.goes_on.set()

    assert await one
    assert not await reconciliation.is_due(then.operators, "sandbox")
