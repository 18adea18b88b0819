"""Rules M7 and M8: who asks what a line of previous debt is for is told, event by event."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.bootstrap import Perseat
from app.domain.debts import DebtStory
from app.domain.money import UNIT
from app.domain.top_ups import AutoTopUp, Refusal
from app.domain.usage import LineType, UsageKind
from app.services import auto_top_up, debt_stories
from app.store import debt_stories as store
from tests.make import Company, at, dollars, drain, make_company, money, query, sms
from tests.services.paying import hear, invoice, pay, taken, taken_back
from tests.services.test_adopted_refunds import adopt, by_hand

SMS, LOOKUP = UsageKind.SMS_SEGMENT, UsageKind.LOOKUP


async def stories(company: Company) -> list[DebtStory]:
    """Of its charges for usage, in the order of posting."""
    sql = "SELECT account_id, id FROM charges WHERE account_id = :id ORDER BY posted_at, id"
    keys = [(row[0], row[1]) for row in await query(company.app, sql, id=company.id)]
    async with company.begin() as uow:
        found = await debt_stories.of_charges(uow.session, keys)
    return [found[key] for key in keys if key in found]


async def now(company: Company) -> DebtStory | None:
    ((clock,),) = await query(
        company.app, "SELECT test_clock FROM accounts WHERE id = :id", id=company.id
    )
    async with company.begin() as uow:
        found = await debt_stories.present(uow.session, [(company.id, clock)])
    return found.get((company.id, clock))


async def test_before_and_after_the_1st_it_is_the_same_story(app: Perseat) -> None:
    """M7: first the invoice will ask for it, then it does."""
    company = await make_company(app)
    await company.convert()
    await company.go_to("2025-11-10")
    await company.record(sms(2_000, "large"), sms(7, kind=LOOKUP))
    await company.go_to("2025-11-20")
    await company.buy("10.00")
    await company.record(sms(1_000))

    before = await now(company)
    await company.go_to("2025-12-01")
    (after,) = await stories(company)

    assert before is not None
    assert [(c.day.day, c.usage_kind, money(c.amount)) for c in after.contributors] == [
        (10, SMS, "30.00"),
        (20, SMS, "15.00"),
        (10, LOOKUP, "0.014"),
    ]
    assert (before.contributors, before.events) == (after.contributors, after.events)
    assert (after.events[0].event_id, len(after.events)) == ("large", 3)
    assert (money(after.used), money(after.added), money(after.balance)) == (
        *("45.014", "10.00", "-35.014"),
    )
    assert "The invoice of 1 December 2025 will ask for 35.01." in list(before.sentences())
    assert "Invoice 3 of 1 December 2025 asks for 35.01 as previous debt." in [*after.sentences()]
    assert (after.since, after.until) == (at("2025-11-01", "00:00"), at("2025-12-01", "00:00"))
    assert await now(company) is None


async def test_what_would_have_prevented_it(app: Perseat) -> None:
    """M6: the own rule, and one that never falls below zero."""
    company = await make_company(app)
    await company.convert()
    await company.record(sms(2_482))
    await company.go_to("2025-12-01")

    (story,) = await stories(company)

    (prevention,) = story.preventions
    assert prevention.sentence == (
        "Automatic top-up by 100.00 from 10.00 on would have charged once, 100.00 together, and "
        "the balance would have ended at 62.77 without ever being negative."
    )
    assert "Nothing was topped up: automatic top-up was off." in list(story.sentences())


async def test_what_the_provider_took_back_is_no_usage(app: Perseat) -> None:
    """M5, I6, M7: credits that were not paid for after all; what comes back is added."""
    company = await make_company(app)
    await company.convert()
    await company.buy("20.00")
    await company.record(sms(1_000))
    await company.go_to("2025-11-03")
    lost = taken_back(await taken(company), 20 * UNIT)
    await hear(company, lost)
    owed = await now(company)
    await hear(company, replace(lost, taken_back=15 * UNIT, returned=5 * UNIT))
    await company.go_to("2025-12-01")

    (story,) = await stories(company)

    assert owed is not None
    told = [*owed.sentences()]
    assert told[0] == (
        "Usage has taken 15.00 since 1 November 2025; there were 0.00 of credits, 20.00 were "
        "added, 20.00 went back, and 15.00 are missing."
    )
    assert told[1] == (
        "The payment provider took 20.00 back on 3 November 2025 that had bought credits: a "
        "dispute, or a payment that failed late."
    )
    assert told[2] == "1,000 SMS segments took 15.00 on 1 November 2025."
    figures = (story.used, story.added, story.gone_back, story.owed)
    assert [money(each) for each in figures] == ["15.00", "25.00", "20.00", "10.00"]
    assert next(story.sentences()).endswith(
        "25.00 were added, 20.00 went back, and 10.00 are missing."
    )


async def test_what_was_refunded_over_there_is_no_usage(app: Perseat) -> None:
    """M5, M7: by hand, of credits that were used."""
    company = await make_company(app)
    await company.convert()
    await company.buy("20.00")
    await company.record(sms(1_000))
    reference = await by_hand(company, 20 * UNIT)
    await adopt(company, reference)

    story = await now(company)

    assert story is not None
    assert [each.sentence for each in story.losses] == [
        "20.00 of credits went back on 1 November 2025: a refund at the payment provider."
    ]
    assert (money(story.used), money(story.owed)) == ("15.00", "15.00")


async def test_an_invoices_money_that_had_become_credits_goes_again(app: Perseat) -> None:
    """I6, M7: it was paid once more while it was in dispute, won, used up, and lost again."""
    company = await make_company(app)
    await company.convert()
    invoice_id, *_ = await invoice(company)
    lost = taken_back(await taken(company), 70 * UNIT)
    await hear(company, lost)
    await pay(company, invoice_id)
    await drain(app)
    await hear(company, replace(lost, taken_back=0, returned=70 * UNIT))
    await company.record(sms(1_000))
    await hear(company, replace(lost, returned=70 * UNIT))

    story = await now(company)

    assert story is not None
    assert [(each.entry_kind, money(each.amount)) for each in story.losses] == [
        ("TAKEN_FROM_CREDITS", "70.00")
    ]
    assert "had become credits when an invoice did not need it" in [*story.sentences()][1]
    assert (money(story.used), money(story.owed)) == ("15.00", "15.00")


async def test_why_it_was_not_topped_up(app: Perseat) -> None:
    """M6: each refusal of the month, by reason."""
    company = await make_company(app)
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp(enabled=True))
    await company.record(sms(1_000))
    await drain(app)

    story = await now(company)

    assert story is not None
    assert [(each.reason, each.times) for each in story.refusals] == [
        (Refusal.NO_PAYMENT_METHOD, 1)
    ]
    assert "It was not topped up on 1 November 2025: there was no payment method." in list(
        story.sentences()
    )


async def test_what_could_not_be_charged_is_no_advice(app: Perseat) -> None:
    """M6, P1: without a payment method it is said; a closed account is told nothing."""
    company = await make_company(app)
    await company.record(sms(1_000))

    story = await now(company)
    await company.cancel()
    closed = await now(company)

    assert story is not None
    assert story.preventions[0].sentence.startswith(
        "Automatic top-up by 100.00 from 10.00 on, if there were a payment method to charge, would "
        "have charged once"
    )
    assert closed is not None
    assert closed.preventions == []


async def test_refusals_of_several_days_name_the_first_and_the_last(app: Perseat) -> None:
    """M6: not all of them under their first day."""
    company = await make_company(app)
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp(enabled=True))
    for day in ("2025-11-02", "2025-11-05"):
        await company.go_to(day)
        await company.record(sms(1_000))
        await drain(app)

    story = await now(company)

    assert story is not None
    (told,) = [each for each in story.sentences() if each.startswith("It was not topped up")]
    assert told.startswith("It was not topped up from 2 to 5 November 2025")


async def test_usage_that_is_paid_afterwards_is_no_failure_of_top_up(app: Perseat) -> None:
    """M8: after a settlement the story begins with it."""
    company = await make_company(app)
    await company.convert()
    await company.record(sms(1_000))
    await company.go_to("2025-11-14")
    await company.pay_afterwards(usage=True)
    (unbilled,) = await stories(company)
    await company.go_to("2025-11-15")
    await company.record(sms(100))
    await company.go_to("2025-12-01")

    debt, accrued = await stories(company)

    assert (debt.post_paid, money(debt.used), debt.until) == (False, "15.00", at("2025-11-14"))
    assert (accrued.post_paid, money(accrued.used), accrued.since) == (
        *(True, "1.50", at("2025-11-14")),
    )
    assert "The invoice of 1 December 2025 will ask for 15.00." in list(unbilled.sentences())
    assert "Invoice 2 of 1 December 2025 asks for 15.00 as previous debt." in [*debt.sentences()]
    assert accrued.preventions == []
    assert list(accrued.sentences())[-1] == (
        "Invoice 2 of 1 December 2025 asks for 1.50 as the usage."
    )


async def test_what_counts_when_its_day_ends_belongs_to_the_story_of_then(app: Perseat) -> None:
    """M2, M8: what was settled in the middle of a day had no calls and texts abroad of that day."""
    company = await make_company(app)
    await company.convert()
    await company.go_to("2025-11-14")
    await company.record(sms(10, "abroad", line_type=LineType.INTERNATIONAL), sms(100, "here"))
    await company.pay_afterwards(usage=True)
    await company.record(sms(20, "later"))
    await company.go_to("2025-12-01")

    debt, accrued = await stories(company)

    assert [each.event_id for each in debt.events] == ["here"]
    assert [each.event_id for each in accrued.events] == ["abroad", "later"]
    assert [money(each.amount) for each in debt.contributors] == ["1.50"]
    assert [(each.what, money(each.amount)) for each in accrued.contributors] == [
        *(("international usage", "0.75"), ("20 SMS segments", "0.30"))
    ]
    assert (money(debt.used), money(accrued.used)) == ("1.50", "1.05")


async def test_an_invoice_that_was_issued_again_has_the_first_story(app: Perseat) -> None:
    """I3, M7."""
    company = await make_company(app)
    await company.convert(card="card_ok")
    await company.record(sms(1_000))
    await company.use_card("card_declined")
    await company.go_to("2025-12-01")
    instead = await company.void((await company.invoice_rows())[-1].id, reissue=True)

    first, again = await stories(company)

    assert instead is not None
    assert first.contributors == again.contributors
    assert again.carrier.invoice_id == instead.id
    assert first.carrier.invoice_id != instead.id


async def test_below_half_a_cent_no_invoice_asks(app: Perseat) -> None:
    """M7: and it is told so."""
    company = await make_company(app)
    await company.record(sms(2, kind=LOOKUP))

    story = await now(company)

    assert story is not None
    assert "No invoice asks for it: it is less than half a cent." in list(story.sentences())


async def test_many_entries_are_read_by_the_hour(
    app: Perseat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The story of a busy month is bounded; what is summed is exact."""
    company = await make_company(app)
    for minute in range(1, 5):
        await company.set_clock("2025-11-02", f"10:{minute:02}")
        await company.record(sms(100))
    exact = await now(company)
    few = str(store._MOVES).replace(str(store.ENTRIES), "2")  # noqa: SLF001
    monkeypatch.setattr(store, "_MOVES", text(few))
    by_hour = await now(company)

    assert exact is not None
    assert by_hour is not None
    assert exact.opening == by_hour.opening == 0
    assert exact.preventions[0].ended == by_hour.preventions[0].ended == dollars("94.00")


async def test_what_has_no_debt_has_no_story(app: Perseat) -> None:
    company = await make_company(app)
    await company.convert()

    assert (await stories(company), await now(company)) == ([], None)
