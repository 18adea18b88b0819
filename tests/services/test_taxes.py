"""Rule I4: tax on the invoices that are issued, one by one and in the run of the 1st."""

from app.bootstrap import Perseat
from app.domain.billing_details import BillingDetails
from app.domain.plans import Component, Term
from app.domain.previews import Action
from app.services.billing_details import update_billing_details
from app.services.previews import Wish, preview
from tests.make import TESTER, Company, make_company, money, query, sms, statements

SUMS = """SELECT i.number, i.tax_rate, i.total - i.tax, i.tax, i.total,
        array_agg(c.tax ORDER BY c.id)
    FROM invoices i JOIN charges c ON c.account_id = i.account_id AND c.invoice_id = i.id
    WHERE i.account_id = :id GROUP BY i.account_id, i.id ORDER BY i.number"""


async def sums(company: Company) -> list[tuple[int, int, str, str, str, list[str]]]:
    """Number, rate, subtotal, tax, total and the tax of each line."""
    return [
        (number, rate, *map(money, amounts), [money(each) for each in lines])
        for number, rate, *amounts, lines in await query(company.app, SUMS, id=company.id)
    ]


async def book(company: Company, name: str) -> str:
    """What the ledger says of a book: debits less credits."""
    sql = """SELECT coalesce(sum(CASE WHEN debit = :book THEN amount ELSE -amount END), 0)::bigint
        FROM ledger_transfers WHERE account_id = :id AND :book IN (debit, credit)"""
    return money((await query(company.app, sql, id=company.id, book=name))[0][0])


async def test_a_conversion_is_taxed_and_so_is_the_renewal_with_its_unbilled_charges(
    app: Perseat,
) -> None:
    """L2: 70.00 and 5.00 at 19 % are 14.25. On the 1st: 70 x 15/30 = 35.00 unbilled, 2 x 70.00 and
    5.00 make 180.00, of which 34.20 is tax."""
    company = await make_company(app)
    await company.rent(Component.LOCAL_NUMBER, 1)
    await company.set(tax_rate=190_000)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.add()
    waiting = await query(
        app, "SELECT tax FROM charges WHERE account_id = :id AND invoice_id IS NULL", id=company.id
    )

    await company.go_to("2025-12-01")

    assert [tuple(row) for row in waiting] == [(0,)]
    assert await sums(company) == [
        (1, 190_000, "75.00", "14.25", "89.25", ["13.30", "0.95"]),
        (2, 190_000, "180.00", "34.20", "214.20", ["6.65", "26.60", "0.95"]),
    ]
    assert await company.taken() == ["214.20", "89.25"]
    assert (await book(company, "TAX"), await book(company, "REVENUE")) == ("-48.45", "-255.00")
    assert await book(company, "RECEIVABLE") == "0.00"


async def test_the_cents_of_the_tax_go_where_the_remainders_are_largest(app: Perseat) -> None:
    """I4: by hand, 3 x 33.87 (70 x 15/31) and 4 x 70.00 are 381.61, and 7.7 % of it is 29.38397:
    29.38. The exact shares are 2.6076 thrice and 21.5571: without their fractions of a cent 29.35,
    and the three cents go to the three largest remainders."""
    company = await make_company(app, on="2025-12-01")
    await company.set(tax_rate=77_000)
    await company.convert()
    await company.go_to("2025-12-17")
    for _ in range(3):
        await company.add()

    await company.go_to("2026-01-01")

    assert (await sums(company))[1] == (
        *(2, 77_000, "381.61", "29.38", "410.99"),
        ["2.61", "2.61", "2.61", "21.55"],
    )


async def test_previous_debt_is_taxed_and_credits_are_not(app: Perseat) -> None:
    """M5, M7: 25.00 of credits without tax; 2,500 messages at 0.015 less 25.00 are 12.50 of debt.
    70.00 + 12.50 at 10 % is 8.25."""
    company = await make_company(app, may_go_negative=True)
    await company.set(tax_rate=100_000)
    await company.convert()
    await company.buy("25")
    await company.record(sms(2_500))

    await company.go_to("2025-12-01")

    assert [row[:5] for row in await sums(company)] == [
        (1, 100_000, "70.00", "7.00", "77.00"),
        (2, 0, "25.00", "0.00", "25.00"),
        (3, 100_000, "82.50", "8.25", "90.75"),
    ]
    assert await company.balance() == "0.00"
    assert await book(company, "TAX") == "-15.25"


async def test_a_rate_of_today_does_not_change_what_was_issued(app: Perseat) -> None:
    """I3, P2: an invoice keeps the rate of its day."""
    company = await make_company(app)
    await company.set(tax_rate=77_000)
    await company.convert()
    await company.set(tax_rate=81_000)

    await company.go_to("2025-12-01")

    assert [(row[1], row[3]) for row in await sums(company)] == [
        (77_000, "5.39"),
        (81_000, "5.67"),
    ]


async def test_a_rate_of_after_a_1st_does_not_tax_that_1st_however_late_it_is_billed(
    app: Perseat,
) -> None:
    """C5, I4: 70.00 untaxed on 1 December, seen on the 10th; then 19 %."""
    company = await make_company(app)
    await company.convert()
    await company.set_clock("2025-12-10")

    async with company.begin() as uow:
        await update_billing_details(uow, company.id, BillingDetails(tax_rate=190_000))
    await company.go_to("2026-01-01")

    assert [each[1:5] for each in await sums(company)][1:] == [
        (0, "70.00", "0.00", "70.00"),
        (190_000, "70.00", "13.30", "83.30"),
    ]


async def test_a_true_up_is_taxed(app: Perseat) -> None:
    """L4: 756.00 x 350/365 is 724.93, and 19 % of it 137.7367."""
    company = await make_company(app)
    await company.set(tax_rate=190_000)
    await company.convert(Term.ANNUAL)
    await company.go_to("2025-11-16")
    await company.add()

    await company.go_to("2025-12-01")

    _, (_, _, subtotal, tax, total, lines) = await sums(company)
    kinds = [row.kind for row in await company.invoice_rows()]
    assert kinds == ["INITIAL", "TRUE_UP"]
    assert (tax, lines) == (lines[0], [tax])
    assert (subtotal, tax, total) == ("724.93", "137.74", "862.67")


async def test_a_preview_says_what_the_invoice_will_ask_for(app: Perseat) -> None:
    """I2: the one function; 2 x 70.00 and 35.00 of before at 19 % are 208.25."""
    company = await make_company(app)
    await company.set(tax_rate=190_000)
    await company.convert()
    await company.set_clock("2025-11-16")

    async with company.begin() as uow:
        shown = await preview(uow, company.id, Wish(Action.CREATE), actor=TESTER)
    await company.add()
    await company.go_to("2025-12-01")

    upcoming = shown.after.invoices[0]
    assert (money(upcoming.total), money(upcoming.tax)) == ("208.25", "33.25")
    assert (money(upcoming.carried), len(upcoming.charges)) == ("35.00", 1)
    assert (await company.invoices())["2025-12-01"] == "208.25"


async def test_a_run_reads_unbilled_charges_once_whoever_is_taxed(own_app: Perseat) -> None:
    """I1, I4: one by one, so that each is joined by its id and with its tax, if it has one."""
    plain, taxed = await make_company(own_app), await make_company(own_app)
    await taxed.set(tax_rate=190_000)
    for company in (plain, taxed):
        await company.convert()
        await company.set_clock("2025-11-16")
        await company.add()

    with statements(own_app) as before:
        await plain.go_to("2025-12-01")
    with statements(own_app) as after:
        await taxed.go_to("2025-12-01")

    one_by_one = "SELECT c.account_id, c.id, c.amount"
    assert sum(one_by_one in each for each in before) == 1
    assert sum(one_by_one in each for each in after) == 1
    assert await plain.unbilled() == await taxed.unbilled() == "0.00"
    assert (await plain.invoices())["2025-12-01"] == "175.00"
    assert (await taxed.invoices())["2025-12-01"] == "208.25"
