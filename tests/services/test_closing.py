"""Money around the end of an account: what happened before is billed, whenever it is reported."""

import asyncio

import pytest

from app.bootstrap import Perseat
from app.domain.accounts import AccountStatus
from app.domain.plans import Term
from app.domain.runs import RunStatus
from app.domain.usage import Initiator, LineType, UsageKind
from app.services import accounts, credits
from app.services.ingestion import Disposition
from app.services.verify import verify
from tests.make import Company, at, dollars, drain, make_company, query, sms
from tests.services.running import JANUARY, apply, plan


async def report(
    company: Company, quantity: int, kind: UsageKind = UsageKind.SMS_SEGMENT, on: str = "2025-11-30"
) -> None:
    """An event of the last day."""
    event = sms(quantity, kind=kind, happened_at=at(on, "23:59"))
    batch = await company.record(event)
    assert [each.disposition for each in batch.results] == [Disposition.RECORDED]


async def closed(app: Perseat, on: str = "2025-12-05", **more: object) -> Company:
    """Cancelled in November, closed on 1 December, and some days later."""
    company = await make_company(app, **more)  # type: ignore[arg-type]
    await company.convert()
    await company.cancel()
    await company.go_to(on)
    assert await company.status() is AccountStatus.CLOSED
    return company


async def waits_for(company: Company) -> str | None:
    """The local day of its next cut-off."""
    sql = "SELECT (next_bill_at AT TIME ZONE billing_timezone)::text FROM accounts WHERE id = :id"
    ((found,),) = await query(company.app, sql, id=company.id)
    return None if found is None else str(found)


async def wrong(app: Perseat) -> list[tuple[str, list[str]]]:
    return [
        (each.invariant.name, [found.what for found in each.findings])
        async for each in verify(app.operators)
        if each.count
    ]


async def test_usage_that_is_reported_days_after_the_end_is_invoiced_and_paid(
    own_app: Perseat,
) -> None:
    """M7: on the next 1st, once; then the account rests again."""
    company = await closed(own_app)
    await report(company, 100)
    waiting = await waits_for(company)

    await company.go_to("2026-01-01")
    january = [(row.kind, row.status, row.total) for row in await company.invoice_rows()][1:]
    await company.go_to("2026-04-01")

    assert waiting == "2026-01-01 00:00:00"
    assert january == [("TRUE_UP", "PAID", dollars("1.50"))]
    assert await company.balance() == "0.00"
    assert len(await company.invoice_rows()) == 2
    assert (await company.status(), await waits_for(company)) == (AccountStatus.CLOSED, None)
    assert await wrong(own_app) == []


async def test_the_last_invoice_comes_first_and_what_is_late_on_the_next_1st(
    own_app: Perseat,
) -> None:
    """C5, M7: reported after the cut-off, and before the late run that closes the account."""
    company = await make_company(own_app)
    await company.convert()
    await company.record(sms(1_000))
    await company.cancel()
    await company.set_clock("2025-12-05")
    await report(company, 100)

    await drain(own_app)
    status, waiting = await company.status(), await waits_for(company)
    await company.go_to("2026-03-01")

    assert (status, waiting) == (AccountStatus.CLOSED, "2026-01-01 00:00:00")
    assert await company.invoices() == {
        "2025-11-01": "70.00",
        "2025-12-01": "15.00",
        "2026-01-01": "1.50",
    }
    assert await wrong(own_app) == []


async def test_a_trial_that_is_closed_with_a_debt(own_app: Perseat) -> None:
    """M7, P1: invoiced on the next 1st, due at once, paid when there is a card."""
    company = await make_company(own_app, billing_timezone="America/Los_Angeles")
    await company.record(sms(2_482))
    await company.cancel()
    waiting = await waits_for(company)

    await company.go_to("2025-12-01", "08:00")
    (unpaid,) = await company.invoice_rows()
    await company.use_card("card_ok")
    await company.go_to("2026-02-02")
    (paid,) = await company.invoice_rows()

    assert waiting == "2025-12-01 00:00:00"
    assert (unpaid.kind, unpaid.total) == ("TRUE_UP", dollars("37.23"))
    assert (unpaid.status, paid.status) == ("PAST_DUE", "PAID")
    assert (await company.balance(), await waits_for(company)) == ("0.00", None)
    assert await company.status() is AccountStatus.CLOSED
    assert await wrong(own_app) == []


async def test_a_trial_that_is_closed_without_one_has_no_invoice(app: Perseat) -> None:
    """P1: there is nothing to wait for."""
    company = await make_company(app)
    await company.cancel()

    assert await waits_for(company) is None


async def test_two_reports_at_once_are_one_invoice(app: Perseat) -> None:
    """M7, I1."""
    company = await closed(app)

    await asyncio.gather(report(company, 100), report(company, 200))
    await company.go_to("2026-02-01")

    assert await company.invoices() == {"2025-11-01": "70.00", "2026-01-01": "4.50"}


async def test_a_report_while_the_last_bill_is_made(own_app: Perseat) -> None:
    """M7, C5: whichever comes first, what was posted after the cut-off waits for the next one."""
    company = await make_company(own_app)
    await company.convert()
    await company.record(sms(1_000))
    await company.cancel()
    await company.set_clock("2025-12-05")

    await asyncio.gather(report(company, 100), drain(own_app), report(company, 100))
    await company.go_to("2026-03-01")

    assert await company.invoices() == {
        "2025-11-01": "70.00",
        "2025-12-01": "15.00",
        "2026-01-01": "3.00",
    }
    assert await wrong(own_app) == []


async def test_a_month_later_again(app: Perseat) -> None:
    """M7: each report has its own next 1st, and a run that is late bills it once."""
    company = await closed(app)
    await report(company, 100)
    await company.go_to("2026-01-10")
    await report(company, 200)
    await company.go_to("2026-06-01")

    assert await company.invoices() == {
        "2025-11-01": "70.00",
        "2026-01-01": "1.50",
        "2026-02-01": "3.00",
    }


async def test_below_half_a_cent_there_is_no_invoice(own_app: Perseat) -> None:
    """M7, C4: 0.004 is owed; nothing is left, neither in the balance nor unaccounted for."""
    company = await closed(own_app)
    await report(company, 2, UsageKind.LOOKUP)

    await company.go_to("2026-02-01")

    assert list(await company.invoices()) == ["2025-11-01"]
    assert (await company.balance(), await waits_for(company)) == ("0.00", None)
    assert await wrong(own_app) == []


async def test_credits_that_are_left_pay_first_and_stay(own_app: Perseat) -> None:
    """M4: nothing is refunded by itself, nothing expires, and nobody calls it wrong."""
    company = await make_company(own_app)
    await company.convert()
    await company.buy("10.00")
    await company.cancel()
    await company.go_to("2025-12-05")

    await report(company, 100)
    await company.go_to("2026-02-01")

    assert (await company.balance(), await waits_for(company)) == ("8.50", None)
    assert await company.invoices() == {"2025-11-01": "70.00"}
    assert await wrong(own_app) == []


async def test_a_purchase_that_settles_after_the_end_is_credit(own_app: Perseat) -> None:
    """M5: what the provider has taken is booked, and pays what is reported later."""
    company = await make_company(own_app)
    await company.convert()
    await company.set_clock("2025-11-30", "23:59")
    async with company.begin() as uow:
        await credits.buy_credits(uow, company.id, dollars("25.00"))
    await company.cancel()
    jobs = "UPDATE outbox SET done_at = now() WHERE kind = 'drive_payment' AND done_at IS NULL"
    await query(own_app, jobs)
    await company.go_to("2025-12-02")
    await report(company, 100)

    open_ones = "SELECT id FROM payments WHERE account_id = :id AND status = 'CREATED'"
    ((payment,),) = await query(own_app, open_ones, id=company.id)
    async with company.begin() as uow:
        uow.enqueue("drive_payment", company.id, payment_id=str(payment))
    await drain(own_app)
    await company.go_to("2026-02-01")

    assert await company.top_ups() == [("PURCHASE", "SUCCEEDED", "25.00")]
    assert await company.balance() == "23.50"
    assert (await company.status(), await waits_for(company)) == (AccountStatus.CLOSED, None)
    assert await company.invoices() == {"2025-11-01": "70.00"}
    assert await wrong(own_app) == []


@pytest.mark.parametrize("term", [Term.QUARTERLY, Term.ANNUAL])
async def test_a_long_term_that_has_ended_is_not_trued_up_again(app: Perseat, term: Term) -> None:
    """L4, M7: the people are still there, and rent nothing any more."""
    company = await make_company(app, users=3, on="2025-01-01")
    await company.convert(term)
    await company.go_to("2025-02-10")
    await company.add()
    await company.cancel()
    await company.go_to("2026-01-02")
    before = await company.invoices()

    await report(company, 100, on="2025-03-31")
    await company.go_to("2026-05-01")

    assert await company.invoices() == {**before, "2026-02-01": "1.50"}


async def test_a_bill_that_is_parked_is_released_after_the_end_too(app: Perseat) -> None:
    """C5: an operator mends what parked it."""
    company = await closed(app)
    await report(company, 100)
    await company.set(parked_at=at("2025-12-05"), parked_reason="a test")
    await company.go_to("2026-01-02")
    parked = len(await company.invoice_rows())

    async with app.operators.begin() as uow:
        await accounts.release_parked(uow, company.id)
    await drain(app)

    assert (parked, len(await company.invoice_rows())) == (1, 2)
    assert await company.balance() == "0.00"


async def test_a_look_up_in_the_last_second(app: Perseat) -> None:
    """M7: what is posted before the cut-off is on the last invoice."""
    company = await make_company(app)
    await company.convert()
    await company.cancel()
    await company.set_clock("2025-11-30", "23:59")
    await company.record(sms(7, kind=UsageKind.LOOKUP))

    await company.go_to("2025-12-01")

    assert (await company.invoices())["2025-12-01"] == "0.01"
    assert await waits_for(company) is None


async def test_carriers_fees_of_the_last_day_are_asked_for_a_month_later(
    own_app: Perseat,
) -> None:
    """M2, M7: they count on the day after the end, and nobody has to report anything for that."""
    company = await make_company(own_app)
    await company.convert()
    await company.cancel()
    await company.go_to("2025-11-30")
    text = sms(1_000, initiator=Initiator.AGENT, carrier="att", happened_at=at("2025-11-30"))
    await company.record(text)

    await company.go_to("2025-12-01", "00:00")
    await company.go_to("2025-12-02")
    waiting = await waits_for(company)
    await company.go_to("2026-03-01")

    assert waiting == "2026-01-01 00:00:00"
    assert await company.invoices() == {"2025-11-01": "70.00", "2026-01-01": "3.00"}
    assert (await company.balance(), await waits_for(company)) == ("0.00", None)
    assert await wrong(own_app) == []


async def test_a_plan_of_operators_has_it_too(own_app: Perseat) -> None:
    """I2: what an operator reads is what is posted, once."""
    company = await closed(own_app)
    await report(company, 100)
    await company.set_clock("2026-01-02")

    planned = await plan(own_app, JANUARY)
    applied = await apply(own_app, planned)
    await drain(own_app)

    assert applied.status is RunStatus.FINISHED
    assert await company.invoices() == {"2025-11-01": "70.00", "2026-01-01": "1.50"}
    assert await waits_for(company) is None
    assert await wrong(own_app) == []


async def test_usage_abroad_of_a_last_day_is_asked_for_on_the_1st_that_follows(
    own_app: Perseat,
) -> None:
    """M2, M7: it counts at the end of its day, although it is posted after the cut-off."""
    company = await make_company(own_app)
    await company.set_clock("2025-11-20")
    await company.cancel()
    await company.set_clock("2025-11-30")
    await company.record(sms(100, line_type=LineType.INTERNATIONAL))

    await company.go_to("2025-12-02")
    invoices = await company.invoices()
    await company.go_to("2026-03-01")

    assert invoices == {"2025-12-01": "7.50"}
    assert await company.invoices() == invoices
    assert (await company.balance(), await waits_for(company)) == ("0.00", None)
    assert await wrong(own_app) == []
