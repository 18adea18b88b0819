"""Rules M1 to M4: events are recorded once, rated exactly, and never dropped."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.errors import InvalidInput
from app.domain.plans import Component
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.users import UserStatus
from app.services import ingestion
from app.services.ingestion import Disposition
from tests.golden import GOLDEN
from tests.make import Company, at, dollars, drain, make_company, money, query, sms

RECORDED, DUPLICATE, CONFLICT, INVALID = Disposition
AGENT: dict[str, Any] = {"initiator": Initiator.AGENT}
USES: dict[str, dict[str, Any]] = {
    "consumer inbound local minute": {
        "kind": UsageKind.CALL_MINUTE,
        "direction": Direction.INBOUND,
        "initiator": Initiator.CONSUMER,
    },
    "agent outbound local minute": {"kind": UsageKind.CALL_MINUTE, **AGENT},
    "automated outbound SMS segment": {},
    "power-dialer outbound minute": {
        "kind": UsageKind.CALL_MINUTE,
        "initiator": Initiator.POWER_DIALER,
    },
}


def said(batch: ingestion.Batch) -> list[Disposition]:
    return [each.disposition for each in batch.results]


async def _events(company: Company) -> list[tuple[Any, ...]]:
    sql = """SELECT event_id, quantity, rate, amount, included FROM usage_events
        WHERE account_id = :id ORDER BY event_id"""
    return [tuple(row) for row in await query(company.app, sql, id=company.id)]


@pytest.mark.parametrize("row", GOLDEN["companies"], ids=lambda row: row["plan"])
async def test_a_month_of_each_company_comes_out(app: Perseat, row: dict[str, Any]) -> None:
    """S1, M3, M7: subscription and usage, by the shipped catalogue, on the invoice of the 1st."""
    company = await make_company(app, row["plan"].lower())
    await company.set_minimum(int(row["licenses"]))
    await company.rent(Component.LOCAL_NUMBER, int(row["local_numbers"]))
    await company.convert()

    batch = await company.record(
        *(sms(int(use["qty"]), **USES[use["what"]]) for use in row["usage"])
    )
    await company.go_to("2025-12-01")

    assert money(batch.cost) == row["usage_cost"]
    assert [each.rated and each.rated.rate for each in batch.results] == [
        dollars(use["rate"]) for use in row["usage"]
    ]
    assert await company.invoices() == {
        "2025-11-01": row["subscription"],
        "2025-12-01": row["total"],
    }


async def test_what_is_included_is_recorded_at_the_rate_zero(app: Perseat) -> None:
    """M2: explained, but no debit; the same text on a toll-free line is metered."""
    company = await make_company(app)
    included = sms(50, "a", **AGENT)
    metered = sms(50, "b", line_type=LineType.TOLL_FREE, **AGENT)

    await company.record(included, metered)

    assert await _events(company) == [("a", 50, 0, 0, True), ("b", 50, 15_000, 750_000, False)]
    assert await company.balance() == "-0.75"


async def test_the_same_event_again_is_a_success_and_no_second_event(app: Perseat) -> None:
    """M1: within a batch and in a later one."""
    company = await make_company(app)
    event = sms(10)

    first = await company.record(event, event)
    again = await company.record(event)

    assert said(first) == [RECORDED, DUPLICATE]
    assert said(again) == [DUPLICATE]
    assert (money(first.cost), money(again.cost)) == ("0.15", "0.00")
    assert await company.balance() == "-0.15"


@pytest.mark.parametrize(
    "other",
    [
        {"quantity": 11},
        {"initiator": Initiator.API},
        {"happened_at": at("2025-11-01", "11:59")},
        {"kind": UsageKind.MMS_SEGMENT},
        {"direction": Direction.INBOUND},
        {"line_type": LineType.TOLL_FREE},
    ],
)
async def test_the_same_id_with_another_body_is_refused_and_reported(
    app: Perseat, other: dict[str, Any]
) -> None:
    """M1: within a batch and in a later one; what was recorded stays."""
    company = await make_company(app)
    event = sms(10, "one")

    first = await company.record(event, replace(event, **other))
    later = await company.record(sms(1, "two"), replace(event, **other))

    assert said(first) == [RECORDED, CONFLICT]
    assert said(later) == [RECORDED, CONFLICT]
    assert [each.error and each.error.field for each in later.results] == [None, "events.1.id"]
    assert [row[:2] for row in await _events(company)] == [("one", 10), ("two", 1)]


async def test_a_recorded_event_is_a_duplicate_also_behind_a_conflicting_one(app: Perseat) -> None:
    """M1: what decides is what was recorded, not who stands first in the batch."""
    company = await make_company(app)
    event = sms(10)
    await company.record(event)

    batch = await company.record(replace(event, quantity=11), event)

    assert said(batch) == [CONFLICT, DUPLICATE]


async def test_a_bad_event_never_rejects_its_neighbours(app: Perseat) -> None:
    """M1: each is answered for itself, in the order of the batch."""
    company, stranger = await make_company(app), await make_company(app, users=2)
    (user,) = await company.add()
    foreign = (await stranger.people())[0].id
    events = [
        sms(1, user_id=str(user.id)),
        sms(0),
        sms(event_id="\n"),
        sms(user_id=str(new_id())),
        sms(user_id=str(foreign)),
        sms(happened_at=at("2025-11-01", "12:05") + timedelta(seconds=1)),
        sms(happened_at=at("2019-12-31")),
        sms(1, happened_at=at("2025-11-01", "12:05")),
    ]

    batch = await company.record(*events)

    assert said(batch) == [RECORDED, *[INVALID] * 6, RECORDED]
    assert [each.error.field for each in batch.results if each.error] == [
        "events.1.quantity",
        "events.2.id",
        "events.3.userId",
        "events.4.userId",
        "events.5.happenedAt",
        "events.6.happenedAt",
    ]
    assert await company.balance() == "-0.03"


async def test_a_user_id_that_is_no_uuid_rejects_only_its_event(app: Perseat) -> None:
    """M1: a partner's typing error is reported, and the batch goes on."""
    company = await make_company(app)

    batch = await company.record(sms(1), sms(1, user_id="nobody"))

    assert said(batch) == [RECORDED, INVALID]


async def test_a_deleted_user_has_still_called(app: Perseat) -> None:
    """M4, U5: facts are never dropped."""
    company = await make_company(app, users=2)
    (user,) = await company.people()
    await company.change(user, UserStatus.DELETED)

    batch = await company.record(sms(user_id=str(user.id)))

    assert said(batch) == [RECORDED]


async def test_a_thousand_events_are_a_batch_and_cost_exactly_fifteen(app: Perseat) -> None:
    """C4: nothing is rounded per event; an empty batch and a larger one are refused."""
    company = await make_company(app)
    events = [sms() for _ in range(1_000)]

    batch = await company.record(*events)

    assert (money(batch.cost), await company.balance()) == ("15.00", "-15.00")
    for wrong in ([], [*events, sms()]):
        with pytest.raises(InvalidInput) as refused:
            await company.record(*wrong)
        assert refused.value.field == "events"


async def test_ten_thousand_segments_cost_exactly_one_hundred_and_fifty(app: Perseat) -> None:
    """M3."""
    company = await make_company(app)

    batch = await company.record(sms(10_000))

    assert money(batch.cost) == "150.00"


@pytest.mark.parametrize("late", [False, True])
async def test_nothing_is_used_after_the_end_of_what_was_cancelled(
    app: Perseat, *, late: bool
) -> None:
    """P1, C5: the last day is posted and billed; no invoice would ask for what comes later."""
    company = await make_company(app, billing_timezone="America/New_York", may_go_negative=True)
    await company.convert()
    await company.cancel()
    await company.set_clock("2025-12-01", "04:59")
    await company.record(sms(1_000))
    await (company.set_clock if late else company.go_to)("2025-12-01", "05:00")

    happened = [at("2025-12-01", "04:59"), at("2025-12-01", "05:00")]
    batch = await company.record(*(sms(1_000, happened_at=each) for each in happened))

    assert said(batch) == [RECORDED, INVALID]
    assert [each.error and each.error.field for each in batch.results][1] == "events.1.happenedAt"
    await company.go_to("2025-12-02")
    assert (await company.invoices())["2025-12-01"] == "15.00"
    assert await company.balance() == "-15.00"


async def test_batches_that_overlap_record_each_event_once(app: Perseat) -> None:
    """M1, M4: twelve at the same time, in different orders, and the balance is the sum."""
    company = await make_company(app)
    events = [sms(number) for number in range(1, 41)]
    shuffle = random.Random(7)  # noqa: S311 - an order, not a secret
    batches = [shuffle.sample(events, 30) for _ in range(12)]

    results = await asyncio.gather(*(company.record(*batch) for batch in batches))

    sent = {event.event_id for batch in batches for event in batch}
    recorded = [
        event.event_id
        for batch, one in zip(batches, results, strict=True)
        for event, each in zip(batch, one.results, strict=True)
        if each.disposition is RECORDED
    ]
    total = sum(event.quantity for event in events if event.event_id in sent) * 15_000
    assert sorted(recorded) == sorted(sent)
    assert {each for one in results for each in said(one)} == {RECORDED, DUPLICATE}
    assert await company.balance() == money(-total)


async def test_an_event_costs_what_was_in_force_when_it_happened(own_app: Perseat) -> None:
    """M3, P2: late events by the old rate, and what was recorded never changes."""
    company = await make_company(own_app, on="2025-11-10")
    cell = """plan_id = 'upro' AND kind = 'SMS_SEGMENT' AND direction = 'OUTBOUND'
        AND line_type = 'LOCAL' AND initiator = 'AUTOMATION'"""
    before = await company.record(sms(100, happened_at=at("2025-11-10")))

    await query(
        own_app,
        f"UPDATE rates SET effective = tstzrange(lower(effective), '2025-11-15Z') WHERE {cell}",  # noqa: S608
    )
    await query(
        own_app,
        """INSERT INTO rates (id, plan_id, kind, direction, line_type, initiator, effective,
            amount, is_example) VALUES (:id, 'upro', 'SMS_SEGMENT', 'OUTBOUND', 'LOCAL',
            'AUTOMATION', tstzrange('2025-11-15Z', NULL), 20000, true)""",
        id=new_id(),
    )
    await company.set_clock("2025-11-20")
    after = await company.record(
        sms(100, happened_at=at("2025-11-14", "23:59")),
        sms(100, happened_at=at("2025-11-15", "00:00")),
    )

    assert [money(before.cost), money(after.cost)] == ["1.50", "3.50"]
    assert [each.rated and each.rated.rate for each in after.results] == [15_000, 20_000]


async def test_usage_is_rated_by_the_plan_of_its_own_time(app: Perseat) -> None:
    """M3, L7: a late event of before an upgrade costs what the old plan asked for."""
    company = await make_company(app, "ipro", may_go_negative=True)
    await company.convert()
    await company.go_to("2025-11-10")
    await company.change_plan("upro")
    await company.change_plan("ipro")
    await company.go_to("2025-12-05")

    batch = await company.record(
        *(sms(1000, happened_at=at(day)) for day in ("2025-11-09", "2025-11-11", "2025-12-02"))
    )

    rated = [money(each.rated.amount) for each in batch.results if each.rated]
    assert rated == ["18.00", "15.00", "18.00"]


async def test_usage_after_a_1st_that_is_not_billed_yet_is_of_the_plan_that_began_then(
    app: Perseat,
) -> None:
    """C5, M3, L7: late workers change no rate. In Tokyo the 1st begins at 15:00 UTC."""
    company = await make_company(app, billing_timezone="Asia/Tokyo", may_go_negative=True)
    await company.convert()
    await company.change_plan("xpro")
    await company.change_plan("ipro")
    await company.set_clock("2025-12-02")
    moments = [at("2025-11-30", "14:59"), at("2025-11-30", "15:00")]

    late = await company.record(*(sms(1000, happened_at=moment) for moment in moments))
    await drain(app)
    on_time = await company.record(*(sms(1000, happened_at=moment) for moment in moments))

    for batch in (late, on_time):
        rated = [money(each.rated.amount) for each in batch.results if each.rated]
        assert rated == ["12.00", "18.00"]


async def test_a_batch_may_name_more_accounts_than_a_statement_has_parameters(app: Perseat) -> None:
    """M1: each line is answered, here that there is no such account."""
    reports = [(new_id(), sms()) for _ in range(33_000)]

    async with app.operators.begin() as uow:
        batch = await ingestion.ingest(uow, reports)

    assert set(said(batch)) == {INVALID}
