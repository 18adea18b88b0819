"""Rule M8: usage that is accrued and invoiced monthly, since when, and what was before."""

import asyncio

import pytest

from app.bootstrap import Perseat
from app.domain.errors import AccountParked, InvalidInput, Refused
from app.domain.plans import Term
from app.domain.top_ups import AutoTopUp, Refusal
from app.domain.usage import Initiator, LineType
from app.services import auto_top_up, top_ups
from app.services.post_paid import Agreement, set_post_paid
from app.services.verify import verify
from app.store import credits as credit_store
from tests.make import TESTER, Company, at, dollars, drain, make_company, query, sms
from tests.services.explaining import explained, told, why


async def lines(company: Company) -> list[tuple[str, str]]:
    """Rule and amount of each line for usage, in the order of posting."""
    return [(rule, amount) for rule, _, _, amount in await company.charges() if rule in "M7 M8"]


async def wrong(app: Perseat) -> list[tuple[str, list[str]]]:
    return [
        (each.invariant.name, [found.what for found in each.findings])
        async for each in verify(app.operators)
        if each.count
    ]


async def history(company: Company) -> list[tuple[str, bool, str | None]]:
    sql = """SELECT part, post_paid, contract FROM post_paid_changes
        WHERE account_id = :id ORDER BY at, id"""
    return [(row[0], row[1], row[2]) for row in await query(company.app, sql, id=company.id)]


async def test_accrued_usage_is_a_line_of_its_own(own_app: Perseat) -> None:
    """M8: every month, and the account is not asked for credits."""
    company = await make_company(own_app)
    await company.convert()
    await company.pay_afterwards(usage=True)
    await company.record(sms(1_000))
    await company.go_to("2025-12-01")
    await company.record(sms(2_000, happened_at=at("2025-11-30")))

    await company.go_to("2026-01-01")

    assert await company.invoices() == {
        "2025-11-01": "70.00",
        "2025-12-01": "85.00",
        "2026-01-01": "100.00",
    }
    assert await lines(company) == [("M8", "15.00"), ("M8", "30.00")]
    assert await company.balance() == "0.00"
    assert await wrong(own_app) == []


async def test_what_was_owed_before_is_previous_debt(own_app: Perseat) -> None:
    """M7, M8: settled at once, to exactly zero; what follows is accrued usage."""
    company = await make_company(own_app)
    await company.convert()
    await company.go_to("2025-11-14")
    await company.record(sms(2_482), sms(1))
    await company.pay_afterwards(usage=True)
    between = await company.balance(), await company.unbilled()
    await company.record(sms(100))
    accrued = await company.balance()

    await company.go_to("2025-12-01")

    assert (between, accrued) == (("0.00", "37.25"), "-1.50")
    assert await lines(company) == [("M7", "37.25"), ("M8", "1.50")]
    assert (await company.invoices())["2025-12-01"] == "108.75"
    assert await company.balance() == "0.00"
    assert await wrong(own_app) == []


async def test_it_is_explained_by_the_terms_of_its_time(app: Perseat) -> None:
    """I5, M8: however often they have changed since, also on a clock that stands still."""
    company = await make_company(app)
    await company.convert()
    await company.go_to("2025-11-14")
    await company.record(sms(1_000))
    await company.pay_afterwards(usage=True)
    await company.record(sms(100))
    await company.pay_afterwards(usage=False)
    await company.record(sms(10))
    await company.go_to("2025-12-01")
    await company.pay_afterwards(usage=True)

    found = [each for each in await explained(company) if each.facts.charge.rule in {"M7", "M8"}]

    assert [each.facts.charge.rule for each in found] == ["M7", "M8", "M7"]
    assert [each.recount.told for each in found] == [None] * 3
    assert why(found[0]) == (
        "Credits of 0.00 did not cover 1,000 SMS segments (15.00); the balance was set to zero on "
        "14 November 2025, when usage began to be paid in another way."
    )
    assert why(found[1]).endswith("; this account pays usage afterwards since 14 November 2025.")
    assert "Usage is paid afterwards since 14 November 2025 (C-17): Large customer." in told(
        found[1]
    )
    assert why(found[2]).endswith("the balance begins December at zero.")


async def test_what_is_debited_later_is_explained_where_it_is_charged(app: Perseat) -> None:
    """I5, M2: usage abroad of the day on which usage began to be paid afterwards."""
    company = await make_company(app)
    await company.convert()
    await company.set_clock("2025-11-14")
    await company.record(sms(1_000), sms(100, line_type=LineType.INTERNATIONAL))
    await company.set_clock("2025-11-14", "13:00")
    await company.pay_afterwards(usage=True)
    await company.go_to("2025-12-01")

    found = [each for each in await explained(company) if each.facts.charge.rule in {"M7", "M8"}]

    assert await lines(company) == [("M7", "15.00"), ("M8", "7.50")]
    assert why(found[0]).startswith("Credits of 0.00 did not cover 1,000 SMS segments (15.00); ")
    assert why(found[1]).startswith("100 SMS segments (7.50); ")


async def test_on_the_way_back_what_is_accrued_is_never_topped_up(own_app: Perseat) -> None:
    """M6, M8: it is invoiced; a rule that is switched on afterwards begins at zero."""
    company = await make_company(own_app)
    await company.convert()
    await company.pay_afterwards(usage=True)
    await company.record(sms(100_000))
    await company.pay_afterwards(usage=False)
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp(enabled=True))
    await drain(own_app)

    await company.go_to("2025-12-01")

    assert await company.top_ups() == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert (await company.invoices())["2025-12-01"] == "1570.00"
    assert await lines(company) == [("M8", "1500.00")]
    assert await company.balance() == "100.00"
    assert await wrong(own_app) == []


async def test_automatic_top_up_stops_and_an_open_charge_settles(own_app: Perseat) -> None:
    """M6, M8: with its reason; a new card does not switch it on again."""
    company = await make_company(own_app)
    await company.convert()
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp(enabled=True))
    async with company.begin() as uow:
        await top_ups.top_up_if_low(uow, company.id)
    opened = await company.top_ups()
    await company.pay_afterwards(usage=True)
    await drain(own_app)
    await company.use_card("card_ok")
    await company.record(sms(10_000))
    await drain(own_app)

    async with company.begin() as uow:
        row = await credit_store.get(uow.session, company.id)
    await company.go_to("2025-12-01")

    assert opened == [("TOP_UP", "CREATED", "100.00")]
    assert await company.top_ups() == [("TOP_UP", "SUCCEEDED", "100.00")]
    assert (row.enabled, row.stopped_reason) == (False, Refusal.POST_PAID)
    assert await lines(company) == [("M8", "50.00")]
    assert await wrong(own_app) == []


async def test_credits_of_before_are_used_first(app: Perseat) -> None:
    """M8: what was bought stays bought."""
    company = await make_company(app)
    await company.convert()
    await company.buy("10.00")
    await company.pay_afterwards(usage=True)
    await company.record(sms(1_000))

    await company.go_to("2025-12-01")

    assert await lines(company) == [("M8", "5.00")]


async def test_below_half_a_cent_there_is_no_charge(own_app: Perseat) -> None:
    """M7, C4: 0.004 is accounted for, and not asked for."""
    company = await make_company(own_app)
    await company.convert()
    await company.record(sms(2, kind="LOOKUP"))
    await company.pay_afterwards(usage=True)
    await company.record(sms(2, kind="LOOKUP"))

    await company.go_to("2025-12-01")

    assert await lines(company) == []
    assert await company.balance() == "0.00"
    assert await wrong(own_app) == []


async def test_what_a_late_run_bills_was_used_under_the_terms_of_then(app: Perseat) -> None:
    """C5, M8: the 1sts that have passed are billed before anything changes."""
    company = await make_company(app)
    await company.convert()
    await company.record(sms(1_000))
    await company.set_clock("2025-12-05")

    await company.pay_afterwards(usage=True)

    assert await lines(company) == [("M7", "15.00")]
    assert (await company.invoices())["2025-12-01"] == "85.00"


@pytest.mark.parametrize("term", [Term.QUARTERLY, Term.ANNUAL])
async def test_usage_is_invoiced_monthly_on_long_terms_too(app: Perseat, term: Term) -> None:
    """M8, R-47."""
    company = await make_company(app)
    await company.convert(term)
    await company.pay_afterwards(usage=True)
    for month in ("2025-12-01", "2026-01-01"):
        await company.record(sms(100))
        await company.go_to(month)

    assert list((await company.invoices()).values())[1:] == ["1.50", "1.50"]


async def test_in_a_trial_it_waits_for_the_first_1st(own_app: Perseat) -> None:
    """P1, M7, M8: a trial pays nothing yet; what it owes is asked for after the conversion."""
    company = await make_company(own_app)
    await company.record(sms(100))
    await company.pay_afterwards(usage=True)
    await company.record(sms(200))
    await company.go_to("2026-01-10")
    nothing = await company.invoices()
    await company.convert()
    first = await company.invoices()

    await company.go_to("2026-02-01")

    assert (nothing, list(first.values())) == ({}, ["49.68"])
    assert (await company.invoices())["2026-02-01"] == "74.50"
    assert await lines(company) == [("M7", "1.50"), ("M8", "3.00")]
    assert await wrong(own_app) == []


async def test_a_trial_that_is_closed_afterwards_is_billed_both(own_app: Perseat) -> None:
    """M7, M8: also what was settled and waits for an invoice."""
    company = await make_company(own_app)
    await company.record(sms(100))
    await company.pay_afterwards(usage=True)
    await company.cancel()

    await company.go_to("2025-12-01")
    await company.go_to("2026-02-01")

    assert await company.invoices() == {"2025-12-01": "1.50"}
    assert await wrong(own_app) == []


async def test_each_change_is_kept_and_none_is_written_twice(app: Perseat) -> None:
    """M8: two flags, set together or apart; what is so already is a success."""
    company = await make_company(app)
    await company.pay_afterwards(usage=True, subscription=True)
    await company.pay_afterwards(usage=True)
    await company.pay_afterwards(subscription=False)

    assert await history(company) == [
        ("USAGE", True, "C-17"),
        ("SUBSCRIPTION", True, "C-17"),
        ("SUBSCRIPTION", False, "C-17"),
    ]


async def test_two_at_once_settle_once(own_app: Perseat) -> None:
    """M7: one settles and both succeed; usage of the same moment is of one side or the other."""
    company = await make_company(own_app)
    await company.convert()
    await company.record(sms(1_000))

    await asyncio.gather(
        company.pay_afterwards(usage=True),
        company.record(sms(100)),
        company.pay_afterwards(usage=True),
    )
    await company.go_to("2025-12-01")

    assert [each[0] for each in await history(company)] == ["USAGE"]
    assert sum(dollars(amount) for _, amount in await lines(company)) == dollars("16.50")
    assert await wrong(own_app) == []


@pytest.mark.parametrize(
    ("agreement", "error"),
    [
        (Agreement("Large", subscription=True), Refused),
        (Agreement(" ", usage=True), InvalidInput),
        (Agreement("Large", usage=True, contract="x" * 501), InvalidInput),
    ],
    ids=["no contract", "no reason", "too long"],
)
async def test_what_is_missing_is_named(
    app: Perseat, agreement: Agreement, error: type[Exception]
) -> None:
    """M8: a subscription needs a contract; everything needs a reason."""
    company = await make_company(app)

    with pytest.raises(error):
        async with company.begin() as uow:
            await set_post_paid(uow, company.id, agreement, actor=TESTER)

    assert await history(company) == []


async def test_neither_closed_nor_parked_accounts_change(own_app: Perseat) -> None:
    """P1, C5: what is parked is billed by the terms of its cut-off first."""
    parked, closed = await make_company(own_app), await make_company(own_app)
    await parked.set(parked_at=at("2025-11-05"), parked_reason="a test")
    await closed.cancel()

    with pytest.raises(AccountParked):
        await parked.pay_afterwards(usage=True)
    with pytest.raises(Refused):
        await closed.pay_afterwards(usage=True)


async def test_a_subscription_that_is_paid_afterwards_has_a_due_date(app: Perseat) -> None:
    """M8: from the next invoice on, and no longer when that ends."""
    company = await make_company(app)
    await company.pay_afterwards(subscription=True)
    await company.convert()
    await company.go_to("2025-12-01")
    await company.pay_afterwards(subscription=False)
    await company.go_to("2026-01-01")

    due = [str(row.due_on) for row in await company.invoice_rows()]
    assert due == ["2025-12-01", "2025-12-31", "2026-01-01"]


async def test_sums_of_yesterday_are_settled_by_the_terms_of_yesterday(own_app: Perseat) -> None:
    """M2, M7, M8: also where nobody has posted them yet; today's fees are accrued tomorrow."""
    company = await make_company(own_app)
    await company.convert()
    await company.record(sms(1_000, initiator=Initiator.AGENT, carrier="att"))
    await company.set_clock("2025-11-02")
    text = sms(2_000, initiator=Initiator.AGENT, carrier="att", happened_at=at("2025-11-02"))
    await company.record(text)
    await company.pay_afterwards(usage=True)

    await company.go_to("2025-12-01")

    assert await lines(company) == [("M7", "3.00"), ("M8", "6.00")]
    assert await company.balance() == "0.00"
    assert await wrong(own_app) == []
