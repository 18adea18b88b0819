"""Rule I3: an invoice is taken back, taken back and issued again, or given up."""

import asyncio

import pytest

from app.bootstrap import Perseat
from app.domain.accounts import AccountStatus
from app.domain.errors import Conflict, InvalidInput, Refused
from app.domain.plans import Component
from app.domain.users import UserStatus
from app.services import corrections, payments
from app.services.verify import verify
from tests.make import TESTER, Company, drain, make_company, query, sms
from tests.services.paying import attempts, invoice, pay, unpaid
from tests.services.test_credit_notes import last, lines
from tests.services.test_taxes import book, sums


async def statuses(company: Company) -> list[tuple[int, str, str]]:
    """Number, kind and status of each invoice."""
    return [(row.number, row.kind, row.status) for row in await company.invoice_rows()]


async def rectangles(company: Company) -> list[tuple[int, str, str, bool]]:
    """Invoice, slots, period and whether it was replaced, of each charge."""
    sql = """SELECT coalesce(i.number, 0), c.slots::text, c.period::text, c.replaced FROM charges c
        LEFT JOIN invoices i ON i.account_id = c.account_id AND i.id = c.invoice_id
        WHERE c.account_id = :id ORDER BY i.number, c.id"""
    return [tuple(row) for row in await query(company.app, sql, id=company.id)]


async def decisions(company: Company) -> list[tuple[str, str, str, bool]]:
    sql = """SELECT decided, reason, actor, replacement_id IS NOT NULL FROM invoice_decisions
        WHERE account_id = :id ORDER BY id"""
    return [tuple(row) for row in await query(company.app, sql, id=company.id)]


async def test_a_void_invoice_asks_for_nothing_and_its_days_stay_paid_for(app: Perseat) -> None:
    """I3, I7: the account recovers, nobody collects, and another user costs nothing more."""
    company = await unpaid(app, card="card_lost")
    await company.add()
    before = await company.status()

    await company.void((await last(company)).id)
    await company.use_card("card_ok")
    await drain(app)

    assert (before, await company.status()) == (AccountStatus.PAST_DUE, AccountStatus.PAID)
    assert await statuses(company) == [(1, "INITIAL", "VOID")]
    assert await decisions(company) == [("VOID", "Wrong address", "test", False)]
    assert (await company.licenses())[:2] == (2, 2)
    assert await attempts(company) == [("2025-11-10", "DECLINED")]
    assert [await book(company, name) for name in ("RECEIVABLE", "REVENUE")] == ["0.00", "0.00"]


async def test_the_run_goes_on_after_a_void(app: Perseat) -> None:
    """I3, L6: the renewal has the next number, and the void invoice keeps its own and its lines."""
    company = await unpaid(app, card="card_lost")
    await company.void((await last(company)).id)
    await company.use_card("card_ok")

    await company.go_to("2025-12-01")

    assert await statuses(company) == [(1, "INITIAL", "VOID"), (2, "RENEWAL", "PAID")]
    assert await rectangles(company) == [
        (1, "[1,2)", "[2025-11-10,2025-12-01)", False),
        (2, "[1,2)", "[2025-12-01,2026-01-01)", False),
    ]


async def test_reissued_it_asks_for_the_same_charges_of_whom_it_should(app: Perseat) -> None:
    """I3, I7: today's payer, tax id and rate, a new number, and the rectangles are its own."""
    company = await unpaid(app)
    await company.rent(Component.LOCAL_NUMBER, 1)
    await company.set(legal_name="Acme GmbH", tax_id="DE1", tax_rate=190_000, language="de")
    old = await last(company)

    new = await company.void(old.id, reissue=True)
    await company.use_card("card_ok")
    await drain(app)

    assert new is not None
    assert (old.kind, old.bill_to["name"], old.tax) == (new.kind, "Company", 0)
    assert new.bill_to == {
        "name": "Acme GmbH",
        "address": None,
        "taxId": "DE1",
        "language": "de",
    }
    assert await statuses(company) == [(1, "INITIAL", "VOID"), (2, "INITIAL", "PAID")]
    assert await sums(company) == [
        (1, 0, "49.00", "0.00", "49.00", ["0.00"]),
        (2, 190_000, "49.00", "9.31", "58.31", ["9.31"]),
    ]
    assert await rectangles(company) == [
        (1, "[1,2)", "[2025-11-10,2025-12-01)", True),
        (2, "[1,2)", "[2025-11-10,2025-12-01)", False),
        (0, "[1,2)", "[2025-11-10,2025-12-01)", False),
    ]
    assert (await company.licenses())[:2] == (1, 1)
    assert await company.taken() == ["58.31"]
    assert await decisions(company) == [("VOID", "Wrong address", "test", True)]


async def test_what_was_reissued_can_be_taken_back_again(app: Perseat) -> None:
    """I3: twice, and the third is paid; each number is there."""
    company = await unpaid(app)
    for _ in range(2):
        await company.void((await last(company)).id, reissue=True)
    await company.use_card("card_ok")
    await company.go_to("2025-12-01")

    assert await statuses(company) == [
        (1, "INITIAL", "VOID"),
        (2, "INITIAL", "VOID"),
        (3, "INITIAL", "PAID"),
        (4, "RENEWAL", "PAID"),
    ]
    assert await company.taken() == ["49.00", "70.00"]


async def test_a_licence_that_was_reissued_is_held_once(app: Perseat) -> None:
    """I7, L3, L5: everything that counts rectangles sees the new ones alone."""
    company = await make_company(app, users=3)
    await company.convert(card="card_insufficient_funds")
    await company.go_to("2025-11-16")
    await company.add()
    await company.go_to("2025-12-01")

    await company.void((await last(company)).id, reissue=True)
    held = await company.licenses()
    await company.delete((await company.people())[0])
    await company.add()
    await company.use_card("card_ok")
    await company.go_to("2026-01-01")

    assert held == (4, 4, 0, 0)
    assert await company.unbilled() == "0.00"
    assert [row[2:] for row in await company.issued()] == [
        ("2025-11-01", "210.00"),
        ("2025-12-01", "315.00"),
        ("2025-12-01", "315.00"),
        ("2026-01-01", "280.00"),
    ]


async def test_an_upgrade_stays_on_the_licences_that_were_reissued(own_app: Perseat) -> None:
    """I7, L7: first the invoice below it is issued again, then the one that it is on itself."""
    company = await make_company(own_app, "ipro", users=2)
    await company.convert(card="card_insufficient_funds")
    await company.go_to("2025-11-16")
    await company.change_plan("xpro")
    await company.void((await last(company)).id, reissue=True)
    await company.go_to("2025-12-01")

    await company.void((await last(company)).id, reissue=True)
    await company.use_card("card_ok")
    await company.go_to("2026-01-01")

    assert await company.issued() == [
        (1, "INITIAL", "2025-11-01", "80.00"),
        (2, "INITIAL", "2025-11-16", "80.00"),
        (3, "RENEWAL", "2025-12-01", "230.00"),
        (4, "RENEWAL", "2025-12-01", "230.00"),
        (5, "RENEWAL", "2026-01-01", "180.00"),
    ]
    assert (await company.licenses())[:2] == (2, 2)
    assert await company.taken() == ["180.00", "230.00", "80.00"]
    assert [each.invariant.name async for each in verify(own_app.operators) if each.count] == []


async def test_a_debt_stays_settled_and_only_its_revenue_moves(app: Perseat) -> None:
    """M7: void takes usage's revenue back, the new invoice earns it again; credits stay zero."""
    company = await make_company(app, may_go_negative=True)
    await company.convert(card="card_insufficient_funds")
    await company.record(sms(1_000))
    await company.go_to("2025-12-01")
    renewal = await last(company)

    await company.void(renewal.id, reissue=True)
    reissued = [await book(company, name) for name in ("USAGE_REVENUE", "RECEIVABLE")]
    await company.void((await last(company)).id)

    assert reissued == ["-15.00", "155.00"]
    assert [await book(company, name) for name in ("USAGE_REVENUE", "RECEIVABLE")] == [
        "0.00",
        "70.00",
    ]
    assert await company.balance() == "0.00"


async def test_what_was_paid_or_credited_is_not_taken_back(app: Perseat) -> None:
    """I3: the rest of it is credited instead."""
    paid, credited = await make_company(app), await unpaid(app)
    await paid.convert()
    await paid.buy("25")
    bill = await last(credited)
    (charge,) = await lines(credited, bill.id)
    await credited.credit(bill.id, (charge, "0.01"))

    for company, each in (
        *((paid, row) for row in await paid.invoice_rows()),
        (credited, await last(credited)),
    ):
        with pytest.raises(Refused) as refused:
            await company.void(each.id)
        assert (refused.value.rule, refused.value.field) == ("I3", "invoiceId")


async def test_a_second_void_is_a_conflict_and_changes_nothing(app: Perseat) -> None:
    """I3: also two at once, of which one reissues: one wins."""
    company = await unpaid(app)
    bill = await last(company)

    done = await asyncio.gather(
        *(company.void(bill.id, reissue=True) for _ in range(4)), return_exceptions=True
    )

    assert [type(each) for each in done].count(Conflict) == 3
    assert await statuses(company) == [(1, "INITIAL", "VOID"), (2, "INITIAL", "OPEN")]


async def test_while_a_payment_is_open_it_is_neither_void_nor_given_up(app: Perseat) -> None:
    company = await make_company(app)
    await company.start()
    bill = await last(company)
    await payments.collect(app.operators, company.id, bill.id)

    for work in (company.void(bill.id), company.give_up(bill.id)):
        with pytest.raises(Conflict, match="under way"):
            await work
    await drain(app)

    assert await statuses(company) == [(1, "INITIAL", "PAID")]


async def test_what_is_given_up_is_not_collected_and_the_account_recovers(app: Perseat) -> None:
    """I3, I6: the ladder stops, a new card is not charged, and users keep their states."""
    company = await unpaid(app)

    await company.give_up((await last(company)).id)
    await company.give_up((await last(company)).id)
    await company.use_card("card_ok")
    await company.go_to("2025-11-30")

    assert await statuses(company) == [(1, "INITIAL", "UNCOLLECTIBLE")]
    assert await attempts(company) == [("2025-11-10", "DECLINED")]
    assert await company.status() is AccountStatus.PAID
    assert [await book(company, name) for name in ("BAD_DEBT", "RECEIVABLE")] == ["49.00", "0.00"]
    assert await decisions(company) == [("UNCOLLECTIBLE", "They moved away", "test", False)]
    assert {user.status for user in await company.people()} <= {UserStatus.ACTIVE}


async def test_an_account_recovers_when_the_last_of_its_invoices_is_given_up(app: Perseat) -> None:
    company = await unpaid(app, card="card_lost")
    await company.go_to("2025-12-01")
    first, second = [row.id for row in await company.invoice_rows()]

    await company.give_up(first)
    between = await company.status()
    await company.give_up(second)

    assert (between, await company.status()) == (AccountStatus.PAST_DUE, AccountStatus.PAID)


async def test_who_pays_late_makes_up_for_the_bad_debt(app: Perseat) -> None:
    """I3: by `payInvoice` only; the bad debt is gone, and nothing was receivable meanwhile."""
    company = await unpaid(app)
    bill = await last(company)
    await company.give_up(bill.id)

    await company.use_card("card_ok")
    await pay(company, bill.id)
    await drain(app)

    assert await statuses(company) == [(1, "INITIAL", "PAID")]
    assert [await book(company, name) for name in ("BAD_DEBT", "RECEIVABLE", "CLEARING")] == [
        "0.00",
        "0.00",
        "49.00",
    ]


async def test_a_late_payment_that_is_declined_leaves_it_given_up(app: Perseat) -> None:
    """I6: no ladder, and the account is not past due for it."""
    company = await unpaid(app)
    bill = await last(company)
    await company.give_up(bill.id)

    await pay(company, bill.id)
    await drain(app)

    assert (await invoice(company))[1:] == ("UNCOLLECTIBLE", None)
    assert await company.status() is AccountStatus.PAID


async def test_what_is_void_is_not_given_up_nor_paid_and_the_other_way_round(app: Perseat) -> None:
    void, given_up, paid = await unpaid(app), await unpaid(app), await make_company(app)
    await paid.convert()
    await void.void((await last(void)).id)
    await given_up.give_up((await last(given_up)).id)

    async def refused(company: Company, work: str) -> None:
        with pytest.raises((Conflict, Refused)):
            await getattr(company, work)((await last(company)).id)

    for company in (void, paid):
        await refused(company, "give_up")
    for company in (void, given_up):
        await refused(company, "void")
        await refused(company, "credit")
    with pytest.raises(Conflict):
        await pay(void, (await last(void)).id)


@pytest.mark.parametrize("reason", ["", " \n", "x" * 501, "a\x00b"])
async def test_there_is_a_reason_or_nothing_happens(app: Perseat, reason: str) -> None:
    company = await unpaid(app)
    bill = await last(company)

    for work in (corrections.void_invoice, corrections.mark_uncollectible):
        with pytest.raises(InvalidInput) as refused:
            async with company.begin() as uow:
                await work(uow, company.id, bill.id, reason, actor=TESTER)
        assert refused.value.field == "reason"

    assert await statuses(company) == [(1, "INITIAL", "OPEN")]


async def test_a_post_paid_invoice_that_is_reissued_is_due_thirty_days_later(app: Perseat) -> None:
    """M8: from the day of the new one; at local midnight, on a 29 February."""
    company = await make_company(app, on="2024-01-10", billing_timezone="Asia/Tokyo")
    await company.pay_afterwards(subscription=True)
    await company.convert()
    await company.set_clock("2024-01-29", "15:00")

    new = await company.void((await last(company)).id, reissue=True)

    assert new is not None
    assert (str(new.issued_on), str(new.due_on)) == ("2024-01-30", "2024-02-29")
    assert (await invoice(company))[2] == "2024-02-28 15:00"
