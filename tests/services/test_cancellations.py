"""A cancelled subscription: nothing is renewed, nothing refunded, and everything owed is billed."""

import asyncio

import pytest

from app.bootstrap import Perseat
from app.domain.accounts import AccountStatus
from app.domain.errors import Conflict, Refused
from app.domain.plans import Component, Term
from app.services.verify import verify
from tests.make import at, make_company, query, sms


async def test_a_month_ends_and_nothing_follows(app: Perseat) -> None:
    """L5, L6: what is unbilled and the debt are on a last invoice; then the account is closed."""
    company = await make_company(app, users=2, may_go_negative=True)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.add()
    await company.record(sms(100, happened_at=at("2025-11-16")))
    await company.cancel()

    await company.go_to("2025-12-01")
    await company.go_to("2026-02-01")

    assert await company.invoices() == {"2025-11-01": "140.00", "2025-12-01": "36.50"}
    assert await company.status() is AccountStatus.CLOSED
    assert [row.kind for row in await company.invoice_rows()] == ["INITIAL", "TRUE_UP"]


async def test_a_year_is_trued_up_when_it_ends(app: Perseat) -> None:
    """L4: who came in the last month owes for it, with no renewal beside."""
    company = await make_company(app, on="2025-01-01")
    await company.convert(Term.ANNUAL)
    await company.go_to("2025-06-10")
    await company.cancel()
    await company.go_to("2025-12-02")
    await company.add()

    await company.go_to("2026-01-01")

    assert (await company.invoices())["2026-01-01"] == "62.14"  # 756.00 x 30 of 365
    assert await company.status() is AccountStatus.CLOSED


async def test_a_stub_ends_with_its_month(app: Perseat) -> None:
    """L2: a long term that has not begun is not begun."""
    company = await make_company(app, on="2025-11-10")
    await company.convert(Term.ANNUAL)
    await company.cancel()

    await company.go_to("2025-12-01")

    assert list(await company.invoices()) == ["2025-11-10"]
    assert await company.status() is AccountStatus.CLOSED


async def test_it_can_be_taken_back_until_the_end(app: Perseat) -> None:
    """L6: as if it had not been cancelled; what was scheduled before is scheduled still."""
    company = await make_company(app, "xpro")
    await company.convert()
    await company.change_plan("ipro")
    await company.cancel()
    await company.resume()

    await company.go_to("2025-12-01")

    assert (await company.invoices())["2025-12-01"] == "40.00"
    assert await company.status() is AccountStatus.PAID


async def test_an_upgrade_and_a_cancellation_on_one_day(app: Perseat) -> None:
    """L7: the difference is owed, whatever comes first."""
    for first, second in (("change", "cancel"), ("cancel", "change")):
        company = await make_company(app, "ipro")
        await company.convert()
        await company.go_to("2025-11-16")
        for what in (first, second):
            await (company.cancel() if what == "cancel" else company.change_plan("upro"))

        await company.go_to("2025-12-01")

        assert (await company.invoices())["2025-12-01"] == "15.00"


async def test_a_trial_is_closed_at_once(app: Perseat) -> None:
    """P1: there is nothing to bill and nothing to wait for."""
    company = await make_company(app)

    await company.cancel()

    assert await company.status() is AccountStatus.CLOSED
    with pytest.raises(Refused):
        await company.add()


async def test_after_the_end_nothing_can_be_bought(app: Perseat) -> None:
    """P1: also where no worker has closed it yet: what is due comes first."""
    company = await make_company(app)
    await company.convert()
    await company.cancel()
    await company.set_clock("2025-12-02")

    for late in (company.add, company.resume, company.change_plan):
        with pytest.raises(Refused, match="closed"):
            await late()
    with pytest.raises(Refused, match="closed"):
        await company.rent(Component.LOCAL_NUMBER, 1)


async def test_two_who_cancel_at_once(app: Perseat) -> None:
    """One does; the other is told."""
    company = await make_company(app)
    await company.convert()

    done = await asyncio.gather(company.cancel(), company.cancel(), return_exceptions=True)

    assert sorted(type(each).__name__ for each in done) == ["Conflict", "NoneType"]
    with pytest.raises(Conflict):
        await company.cancel()


async def test_what_was_never_cancelled_cannot_be_resumed(app: Perseat) -> None:
    company = await make_company(app)
    await company.convert()

    with pytest.raises(Conflict):
        await company.resume()


async def test_a_closed_account_still_pays_what_it_owes(app: Perseat) -> None:
    """I6: the ladder goes on after the end, and a good card ends it."""
    company = await make_company(app)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.add()
    await company.use_card("card_declined")
    await company.cancel()
    await company.go_to("2025-12-01")
    declined = (await company.invoice_rows())[-1]

    await company.use_card("card_ok")
    await company.go_to("2025-12-03")

    paid = (await company.invoice_rows())[-1]
    assert (declined.status, paid.status, paid.total) == ("OPEN", "PAID", paid.paid)
    assert await company.status() is AccountStatus.CLOSED


async def test_every_invariant_holds_afterwards(own_app: Perseat) -> None:
    """I7: the calendar ends where the term ends; who worked three months late closes once."""
    company = await make_company(own_app, users=3, on="2025-10-20")
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-12-10")
    await company.add(2)
    await company.cancel()
    await company.go_to("2026-06-01")

    found = [each async for each in verify(own_app.operators) if each.count]
    kinds = await query(own_app, "SELECT kind FROM subscription_changes ORDER BY id")

    assert [(each.invariant.name, each.findings) for each in found] == []
    assert [row[0] for row in kinds] == ["CANCELLED", "CLOSED"]
