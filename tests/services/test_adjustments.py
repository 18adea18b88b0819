"""Rules M1, M3, M7 and I3: what was reported wrongly is corrected by a difference."""

import asyncio
from typing import Any

import pytest

from app.bootstrap import Perseat
from app.domain.adjustments import Adjustment
from app.domain.errors import InvalidInput
from app.domain.usage import Initiator
from app.services import ingestion
from app.services.ingestion import Disposition
from tests.make import Company, at, dollars, make_company, money, query, sms

RECORDED, DUPLICATE, CONFLICT, INVALID = Disposition


def right(name: str, adjusts: str, quantity: int, **more: str) -> Adjustment:
    return Adjustment(name, adjusts, quantity, more.pop("reason", "counted twice"), **more)


def said(batch: ingestion.Batch) -> list[Disposition]:
    return [each.disposition for each in batch.results]


async def _stored(company: Company) -> list[tuple[Any, ...]]:
    sql = """SELECT event_id, quantity, amount, reason FROM usage_events
        WHERE account_id = :id ORDER BY id"""
    return [tuple(row) for row in await query(company.app, sql, id=company.id)]


async def test_the_difference_is_posted_at_the_rate_of_the_event(app: Perseat) -> None:
    """M1, M3: up, down and back to nothing; each time the whole quantity is said."""
    company = await make_company(app)
    await company.record(sms(100, "a"))

    batch = await company.adjust(right("up", "a", 120), right("down", "a", 40))
    last = await company.adjust(right("none", "a", 0, reason="a test"))

    assert said(batch) == [RECORDED, RECORDED]
    assert (money(batch.cost), money(last.cost)) == ("-0.90", "-0.60")
    assert await _stored(company) == [
        ("a", 100, dollars("1.50"), None),
        ("up", 20, dollars("0.30"), "counted twice"),
        ("down", -80, dollars("-1.20"), "counted twice"),
        ("none", -40, dollars("-0.60"), "a test"),
    ]
    assert await company.balance() == "0.00"


async def test_the_same_correction_again_is_a_success_and_changes_nothing(app: Perseat) -> None:
    """M1: also after a later one; with another quantity it is refused."""
    company = await make_company(app)
    await company.record(sms(100, "a"), sms(5, "b"))
    await company.adjust(right("1", "a", 50), right("2", "a", 60))

    again = await company.adjust(
        right("1", "a", 50), right("1", "a", 51), right("1", "b", 50), right("2", "a", 60)
    )
    twice = await company.adjust(right("3", "a", 7), right("3", "a", 7), right("3", "a", 8))

    assert said(again) == [DUPLICATE, CONFLICT, CONFLICT, DUPLICATE]
    assert said(twice) == [RECORDED, DUPLICATE, CONFLICT]
    assert await company.balance() == "-0.18"


async def test_what_changes_nothing_is_a_success(app: Perseat) -> None:
    """I4: a zero amount; the correction is recorded all the same."""
    company = await make_company(app)
    await company.record(sms(100, "a"))

    batch = await company.adjust(right("1", "a", 100))

    assert (said(batch), money(batch.cost)) == ([RECORDED], "0.00")
    assert len(await _stored(company)) == 2


async def test_a_bad_correction_says_what_is_wrong_and_rejects_no_other(app: Perseat) -> None:
    company, other = await make_company(app), await make_company(app)
    await other.record(sms(1, "theirs"))
    await company.record(sms(10, "a"), sms(10, "s", source="dialer"))

    batch = await company.adjust(
        right("1", "a", 9),
        right("2", "nothing", 9),
        right("3", "theirs", 9),
        right("4", "1", 9),
        right("a", "a", 9),
        right("5", "a", -1),
        right("6", "a", 10**9),
        right("", "a", 1),
        right("7", "a", 1, reason=" "),
        right("8", "s", 1),
        right("8", "s", 1, source="dialer"),
    )

    fields = [each.error.field if each.error else None for each in batch.results]
    assert fields == [
        None,
        "adjustments.1.adjusts",
        "adjustments.2.adjusts",
        "adjustments.3.adjusts",
        "adjustments.4.id",
        "adjustments.5.quantity",
        "adjustments.6.quantity",
        "adjustments.7.id",
        "adjustments.8.reason",
        "adjustments.9.adjusts",
        None,
    ]
    with pytest.raises(InvalidInput) as refused:
        await company.adjust()
    assert refused.value.field == "adjustments"


async def test_an_event_is_not_known_by_the_id_of_a_correction(app: Perseat) -> None:
    """M1: ids are of events and of corrections alike."""
    company = await make_company(app)
    await company.record(sms(10, "a"))
    await company.adjust(right("b", "a", 12))

    batch = await company.record(sms(2, "b"))

    assert said(batch) == [CONFLICT]


async def test_an_invoice_that_is_final_stays_and_the_next_has_the_difference(
    app: Perseat,
) -> None:
    """M7, I3: November's debt was invoiced; what was too much is given back in December."""
    company = await make_company(app, may_go_negative=True)
    await company.convert()
    await company.record(sms(1_000, "november", happened_at=at("2025-11-01")))
    await company.go_to("2025-12-05")
    before = await company.invoices()

    await company.adjust(right("fewer", "november", 400))
    await company.record(sms(1_000, happened_at=at("2025-12-05")))
    await company.go_to("2026-01-02")

    invoices = await company.invoices()
    assert {day: invoices[day] for day in before} == before
    assert before["2025-12-01"] == "85.00"
    assert invoices["2026-01-01"] == "76.00"
    assert await company.balance() == "0.00"


async def test_what_is_included_is_corrected_without_money(app: Perseat) -> None:
    """M2."""
    company = await make_company(app)
    await company.record(sms(10, "a", initiator=Initiator.AGENT))

    batch = await company.adjust(right("1", "a", 3))

    assert (said(batch), money(batch.cost)) == ([RECORDED], "0.00")
    sql = "SELECT sum(quantity), sum(events) FROM usage_days WHERE account_id = :id"
    assert [tuple(row) for row in await query(app, sql, id=company.id)] == [(3, 2)]


async def test_two_corrections_at_once_come_one_after_the_other(app: Perseat) -> None:
    """M1: whichever is last, the whole is what it says."""
    company = await make_company(app)
    await company.record(sms(100, "a"))

    await asyncio.gather(*(company.adjust(right(str(n), "a", 10 * n)) for n in range(1, 9)))

    rows = await _stored(company)
    assert sum(row[1] for row in rows) == 10 * int(rows[-1][0])
    assert await company.balance() == money(-sum(row[2] for row in rows))
