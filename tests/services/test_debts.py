"""Rule M7: what usage left unpaid is on the invoice of the 1st, and the balance is zero again."""

import pytest

from app.bootstrap import Perseat
from app.domain.plans import Term
from app.domain.top_ups import AutoTopUp
from app.domain.usage import UsageKind
from app.services import auto_top_up
from tests.make import at, drain, make_company, money, query, sms


@pytest.mark.parametrize(
    ("kind", "quantity", "invoice"),
    [
        (UsageKind.SMS_SEGMENT, 1, "70.02"),
        (UsageKind.SMS_SEGMENT, 2_482, "107.23"),
        (UsageKind.LOOKUP, 1, "70.00"),
        (UsageKind.LOOKUP, 7, "70.01"),
    ],
)
async def test_previous_debt_below_a_cent_goes_to_exactly_zero(
    app: Perseat, kind: UsageKind, quantity: int, invoice: str
) -> None:
    """M7, C4: rounded once, when it is invoiced; the rest is an entry of its own."""
    company = await make_company(app)
    await company.convert()
    await company.record(sms(quantity, kind=kind))

    await company.go_to("2025-12-01")

    assert (await company.invoices())["2025-12-01"] == invoice
    assert await company.balance() == "0.00"


async def test_a_late_event_belongs_to_the_next_period(app: Perseat) -> None:
    """M7: posted after the cut-off, before a late run, although it happened in November."""
    company = await make_company(app)
    await company.convert()
    await company.record(sms(100))
    await company.set_clock("2025-12-01", "04:00")
    await company.record(sms(1_000, happened_at=at("2025-11-30", "23:59")))

    await drain(app)
    december, balance = (await company.invoices())["2025-12-01"], await company.balance()
    await company.go_to("2026-01-01")

    assert (december, balance) == ("71.50", "-15.00")
    assert (await company.invoices())["2026-01-01"] == "85.00"
    assert await company.balance() == "0.00"


async def test_debt_is_invoiced_also_when_a_long_term_does_not_renew(app: Perseat) -> None:
    """M7: on an invoice of that 1st."""
    company = await make_company(app)
    await company.convert(Term.ANNUAL)
    await company.record(sms(100))

    await company.go_to("2025-12-01")

    rows = [(row.kind, money(row.total)) for row in await company.invoice_rows()]
    assert rows == [("INITIAL", "756.00"), ("TRUE_UP", "1.50")]
    assert await company.balance() == "0.00"


async def test_a_debt_that_an_overdue_1st_asks_for_is_not_topped_up_too(app: Perseat) -> None:
    """C5, M6, M7: -255.00 is on the invoice of 1 December; then 100.00 end above the threshold."""
    company = await make_company(app, may_go_negative=True)
    await company.convert()
    await company.record(sms(16_000), sms(1_000, happened_at=at("2025-11-01")))
    await company.set_clock("2025-12-02")

    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp(enabled=True))
    jobs = "UPDATE outbox SET done_at = now() WHERE account_id = :id AND kind = 'bill_account'"
    await query(app, jobs, id=company.id)
    await drain(app)

    assert await company.issued() == [
        (1, "INITIAL", "2025-11-01", "70.00"),
        (2, "RENEWAL", "2025-12-01", "325.00"),
        (3, "TOP_UP", "2025-12-02", "100.00"),
    ]
    assert await company.balance() == "100.00"
