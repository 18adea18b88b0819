"""Rule I3: numbers have no gaps, whoever issues at the same time and whatever is rolled back."""

import asyncio

from app.bootstrap import Perseat
from app.domain.charges import top_up
from app.domain.errors import BillingError
from app.domain.invoices import InvoiceKind
from app.domain.money import UNIT
from app.domain.periods import month_of
from app.services import credit_notes, invoices
from app.services.locks import any_account_locked
from tests.make import TESTER, Company, at, make_company, query
from tests.services.test_credit_notes import last, lines


class TakeBackError(Exception):
    """A transaction that gets as far as its number, and then does not commit."""


async def _adjust(company: Company, *, fails: bool) -> None:
    """Issue an invoice of 70.00."""
    day = at("2025-11-05").date()
    async with company.begin() as uow:
        account = await any_account_locked(uow, company.id)
        charges = [top_up("M5", 70 * UNIT)]
        await invoices.issue(
            uow, account, InvoiceKind.ADJUSTMENT, month_of(day), charges, issued_on=day
        )
        await asyncio.sleep(0)
        if fails:
            raise TakeBackError


async def _credit(company: Company, *, fails: bool) -> None:
    bill = (await company.invoice_rows())[0]
    charge = (await lines(company, bill.id))[0]
    new = credit_notes.NewCreditNote(bill.id, "Too much", [(charge, UNIT)])
    async with company.begin() as uow:
        await credit_notes.issue_credit_note(uow, company.id, new, actor=TESTER)
        await asyncio.sleep(0)
        if fails:
            raise TakeBackError


async def _void(company: Company, *, fails: bool) -> None:
    """Whichever is the newest just then; it may have gone by the time of the lock. Every second
    one is reissued."""
    await company.void((await last(company)).id, reissue=fails)


async def test_numbers_have_no_gaps_under_concurrency(own_app: Perseat) -> None:
    """I3: invoices, credit notes and voids of one account at
    once, every second of the first two rolled back after it had its number."""
    company = await make_company(own_app)
    await company.convert()
    works = [
        work(company, fails=bool(number % 2))
        for number in range(8)
        for work in (_adjust, _credit, _void)
    ]

    done = await asyncio.gather(*works, return_exceptions=True)

    failed = [each for each in done if each is not None]
    assert all(isinstance(each, TakeBackError | BillingError) for each in failed)
    assert sum(isinstance(each, TakeBackError) for each in failed) == 8
    numbers = "SELECT number FROM {} WHERE account_id = :id ORDER BY number"
    issued = [row[0] for row in await query(own_app, numbers.format("invoices"), id=company.id)]
    notes = [row[0] for row in await query(own_app, numbers.format("credit_notes"), id=company.id)]
    assert issued == list(range(1, len(issued) + 1))
    assert len(issued) >= 5
    assert notes == [1, 2, 3, 4]


async def test_each_account_counts_for_itself_and_notes_apart_from_invoices(app: Perseat) -> None:
    """I3."""
    one, other = await make_company(app), await make_company(app)
    for company in (one, other):
        await company.convert()

    notes = [await each.credit((await last(each)).id) for each in (one, other)]

    assert [note.number for note in notes] == [1, 1]
    assert [(await last(each)).number for each in (one, other)] == [1, 1]
