"""Rules M2, M3 and P2: rates change from now on, for a plan or for one account."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.bootstrap import Perseat
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.money import LIMIT
from app.domain.rates import Cells
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.services.rate_changes import NewRate, set_negotiated_rate, set_rate
from app.services.rates import rate_book
from tests.make import TESTER, Company, at, make_company, query, sms

SMS = UsageKind.SMS_SEGMENT
AUTOMATED = Cells(SMS, Direction.OUTBOUND, LineType.LOCAL, Initiator.AUTOMATION)
AGENT = Cells(SMS, Direction.OUTBOUND, LineType.LOCAL, Initiator.AGENT)
AFAR = datetime(2090, 1, 1, tzinfo=UTC)


def new(amount: int | None, cells: Cells = AUTOMATED, **more: Any) -> NewRate:
    values: dict[str, Any] = {"plan_id": "upro", "why": "A new carrier", **more}
    return NewRate(cells=cells, amount=amount, **values)


async def change(app: Perseat, wish: NewRate) -> int:
    async with app.operators.begin() as uow:
        return len(await set_rate(uow, wish, actor=TESTER))


async def negotiate(company: Company, wish: NewRate) -> None:
    async with company.begin() as uow:
        await set_negotiated_rate(uow, company.id, wish, actor=TESTER)


async def rate_at(company: Company, instant: datetime, **more: Any) -> tuple[int, bool]:
    async with company.begin() as uow:
        book = await rate_book(uow, company.id)
    rated = book.rate(sms(happened_at=instant, **more), field="usage")
    return rated.rate, rated.included


async def test_a_rate_of_the_card_changes_from_an_instant_on(own_app: Perseat) -> None:
    """M3: what happened a microsecond before it keeps the old one."""
    company = await make_company(own_app)
    soon = own_app.clock.now() + timedelta(days=2)

    count = await change(own_app, new(20_000, effective_at=soon))

    assert count == 1
    before = soon - timedelta(microseconds=1)
    assert await rate_at(company, before) == (15_000, False)
    assert await rate_at(company, soon) == (20_000, False)


async def test_without_an_instant_it_is_now(own_app: Perseat) -> None:
    company = await make_company(own_app)
    before = own_app.clock.now()

    await change(own_app, new(20_000))

    assert await rate_at(company, before) == (15_000, False)
    assert await rate_at(company, own_app.clock.now()) == (20_000, False)


async def test_one_that_is_to_come_is_replaced_and_what_follows_it_stays(own_app: Perseat) -> None:
    """P2: a mistyped one, by another for the same instant; one between two ends with the next."""
    company = await make_company(own_app)
    first, middle, last = [own_app.clock.now() + timedelta(days=n) for n in (2, 4, 6)]
    await change(own_app, new(200_000, effective_at=first))
    await change(own_app, new(30_000, effective_at=last))

    await change(own_app, new(20_000, effective_at=first))
    await change(own_app, new(25_000, effective_at=middle))

    found = [(await rate_at(company, each))[0] for each in (first, middle, last, AFAR)]
    assert found == [20_000, 25_000, 30_000, 30_000]
    rows = await query(
        own_app,
        "SELECT amount, actor, is_example FROM rates WHERE reason = 'A new carrier' ORDER BY 1",
    )
    assert [tuple(row) for row in rows] == [
        (amount, "test", False) for amount in (20_000, 25_000, 30_000)
    ]


async def test_what_is_included_is_changed_only_by_its_whole_name(own_app: Perseat) -> None:
    """M2: all texts, and the texts of agents are still included; C-04: then they are not."""
    company = await make_company(own_app)

    count = await change(own_app, new(20_000, Cells(SMS)))
    between = await rate_at(company, AFAR, initiator=Initiator.AGENT)
    await change(own_app, new(30_000, AGENT))

    assert count == 2 * 3 * 5 - 2 * 2
    assert between == (0, True)
    assert await rate_at(company, AFAR, initiator=Initiator.AGENT) == (30_000, False)
    assert await rate_at(company, AFAR, line_type=LineType.TOLL_FREE) == (20_000, False)


async def test_more_may_be_included(own_app: Perseat) -> None:
    """M2: all on toll-free lines, by one decision."""
    company = await make_company(own_app)

    await change(own_app, new(0, Cells(line_type=LineType.TOLL_FREE), included=True))

    assert await rate_at(company, AFAR, line_type=LineType.TOLL_FREE) == (0, True)
    assert await rate_at(company, AFAR) == (15_000, False)


@pytest.mark.parametrize(
    ("wish", "error", "field"),
    [
        (new(-1), InvalidInput, "amount"),
        (new(LIMIT + 1), InvalidInput, "amount"),
        (new(None), InvalidInput, "amount"),
        (new(1, included=True), InvalidInput, "included"),
        (new(1, why=None), InvalidInput, "reason"),
        (new(1, why=" \n"), InvalidInput, "reason"),
        (new(1, plan_id="none"), NotFound, "planId"),
        (new(1, effective_at=at("2025-11-01")), Refused, "effectiveAt"),
        (new(1, effective_at=AFAR), Refused, "effectiveAt"),
        (
            new(1, Cells(SMS, line_type=LineType.LOCAL, initiator=Initiator.AGENT)),
            Refused,
            "planId",
        ),
    ],
)
async def test_a_rate_that_cannot_be_is_refused_with_its_field(
    app: Perseat, wish: NewRate, error: type[Exception], field: str
) -> None:
    """M3: nothing is rated again; and nothing that is included changes by accident."""
    with pytest.raises(error) as told:
        await change(app, wish)

    assert told.value.field == field  # type: ignore[attr-defined]


async def test_two_who_change_a_card_at_once_leave_one_rate_at_a_time(own_app: Perseat) -> None:
    """M3: the second one sees what the first one did."""
    company = await make_company(own_app)
    soon = own_app.clock.now() + timedelta(days=2)

    await asyncio.gather(
        *(change(own_app, new(each, effective_at=soon)) for each in (20_000, 30_000))
    )

    sql = """SELECT count(*) FROM rates WHERE plan_id = 'upro' AND kind = 'SMS_SEGMENT'
        AND direction = 'OUTBOUND' AND line_type = 'LOCAL' AND initiator = 'AUTOMATION'"""
    assert (await query(own_app, sql))[0][0] == 2
    assert (await rate_at(company, AFAR))[0] in {20_000, 30_000}


async def test_a_negotiated_rate_counts_for_what_happens_from_now_on(app: Perseat) -> None:
    """P2, M3: on the account's own clock; and it can be given back."""
    company = await make_company(app)
    await company.record(sms(100))

    await company.set_clock("2025-11-02")
    await negotiate(company, new(9_000, Cells(SMS), plan_id=None, why="Q-7"))
    await company.record(
        sms(100, happened_at=at("2025-11-02")), sms(100, happened_at=at("2025-11-02", "11:59"))
    )
    await company.set_clock("2025-11-03")
    await negotiate(company, new(None, Cells(), plan_id=None))
    await company.record(sms(100, happened_at=at("2025-11-03")))

    assert await company.balance() == "-5.40"  # 1.50, 0.90, 1.50 late, 1.50


async def test_a_rate_that_was_agreed_for_another_plan_waits_for_it(app: Perseat) -> None:
    """P2, L7."""
    company = await make_company(app)
    await company.convert()
    await negotiate(company, new(9_000, plan_id="xpro"))
    before = await rate_at(company, at("2025-11-01", "12:00"))

    await company.set_clock("2025-11-02")
    await company.change_plan("xpro")

    assert before == (15_000, False)
    assert await rate_at(company, at("2025-11-02")) == (9_000, False)


async def test_an_account_may_have_more_included(app: Perseat) -> None:
    """M2: what is metered for others is recorded for nothing."""
    company = await make_company(app)

    await negotiate(company, new(0, Cells(line_type=LineType.TOLL_FREE), included=True))

    batch = await company.record(sms(10, line_type=LineType.TOLL_FREE))
    assert batch.results[0].rated is not None
    assert (batch.results[0].rated.included, batch.cost) == (True, 0)


@pytest.mark.parametrize(
    ("wish", "error", "field"),
    [
        (new(-1), InvalidInput, "amount"),
        (new(None, included=True), InvalidInput, "included"),
        (new(1, plan_id="none"), NotFound, "planId"),
        (new(1, why="x" * 501), InvalidInput, "contract"),
        (new(1, effective_at=at("2025-11-01", "11:59")), Refused, "effectiveAt"),
        (new(1, effective_at=at("2035-12-01")), Refused, "effectiveAt"),
    ],
)
async def test_a_negotiated_rate_that_cannot_be_is_refused_with_its_field(
    app: Perseat, wish: NewRate, error: type[Exception], field: str
) -> None:
    """P2: what was rated stays rated."""
    company = await make_company(app)

    with pytest.raises(error) as told:
        await negotiate(company, wish)

    assert told.value.field == field  # type: ignore[attr-defined]
