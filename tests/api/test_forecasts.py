"""The upcoming invoice and the month to date: the invoicing function, asked before its time."""

from typing import Any

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.plans import Component, Term
from tests.api.conftest import Client
from tests.make import Company, at, make_company, sms, statements

UPCOMING = """query($id: ID!, $on: Date) { account(id: $id) {
    upcomingInvoice(on: $on) { kind issuedOn total { amount } unbilled { amount }
        charges { rule quantity amount { amount } } }
    monthToDate { since until unbilled { amount } charges { rule amount { amount } }
        total { amount } } } }"""


async def ask(ops: Client, company: Company, on: str | None = None) -> Any:
    return (await ops.data(UPCOMING, id=encode("account", company.id), on=on))["account"]


async def test_the_next_invoice_has_everything(app: Perseat, ops: Client) -> None:
    """I2: renewal, unbilled charges and debt, and then it is issued just so."""
    company = await make_company(app, users=2, may_go_negative=True)
    await company.rent(Component.LOCAL_NUMBER, 1)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.add()
    await company.record(sms(1000, happened_at=at("2025-11-16")))

    shown = (await ask(ops, company))["upcomingInvoice"]
    await company.go_to("2025-12-01")

    assert shown == {
        "kind": "RENEWAL",
        "issuedOn": "2025-12-01",
        "total": {"amount": "265.00"},
        "unbilled": {"amount": "35.00"},
        "charges": [
            {"rule": "L6", "quantity": 3, "amount": {"amount": "210.00"}},
            {"rule": "A1", "quantity": 1, "amount": {"amount": "5.00"}},
            {"rule": "M7", "quantity": 1, "amount": {"amount": "15.00"}},
        ],
    }
    assert (await company.invoices())["2025-12-01"] == "265.00"


async def test_a_long_term_has_its_true_up_first_and_its_renewal_at_a_later_date(
    app: Perseat, ops: Client
) -> None:
    """L4, L6: the next 1st, and any date: a date within the year finds the renewal."""
    company = await make_company(app, on="2025-01-01")
    await company.convert(Term.ANNUAL)
    await company.go_to("2025-11-23")
    await company.add()

    soon = await ask(ops, company)
    later = await ask(ops, company, "2025-12-02")
    much_later = await ask(ops, company, "2026-01-02")

    assert (soon["upcomingInvoice"]["kind"], soon["upcomingInvoice"]["total"]) == (
        "TRUE_UP",
        {"amount": "80.78"},
    )
    assert (later["upcomingInvoice"]["issuedOn"], later["upcomingInvoice"]["total"]) == (
        "2026-01-01",
        {"amount": "1512.00"},
    )
    assert much_later["upcomingInvoice"]["issuedOn"] == "2027-01-01"
    assert soon["monthToDate"] == {
        "since": "2025-11-01",
        "until": "2025-11-23",
        "unbilled": {"amount": "0.00"},
        "charges": [{"rule": "L4", "amount": {"amount": "80.78"}}],
        "total": {"amount": "80.78"},
    }


async def test_a_trial_sees_what_its_conversion_would_charge(app: Perseat, ops: Client) -> None:
    """L2: the golden stub; there is no month to date."""
    company = await make_company(app, users=3, on="2025-12-23")

    shown = await ask(ops, company)
    await company.convert()

    assert shown["upcomingInvoice"]["kind"] == "INITIAL"
    assert shown["upcomingInvoice"]["total"] == {"amount": "60.96"}
    assert shown["monthToDate"] is None
    assert await company.invoices() == {"2025-12-23": "60.96"}


async def test_after_a_cancellation_there_is_a_last_one_and_then_none(
    app: Perseat, ops: Client
) -> None:
    """L5: the last invoice has no renewal; a closed account has nothing to come."""
    company = await make_company(app)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.add()
    await company.cancel()

    last, none = await ask(ops, company), await ask(ops, company, "2025-12-02")
    await company.go_to("2025-12-01")
    closed = await ask(ops, company)

    assert last["upcomingInvoice"]["total"] == {"amount": "35.00"}
    assert (none["upcomingInvoice"], closed["upcomingInvoice"]) == (None, None)
    assert closed["monthToDate"] is None


async def test_what_waits_to_be_debited_after_the_end_is_foreseen(
    app: Perseat, ops: Client
) -> None:
    """M2, M7: carriers' fees of a closed account, before and after they are posted."""
    company = await make_company(app)
    await company.convert()
    await company.cancel()
    await company.go_to("2025-12-05")
    text = sms(1_000, initiator="AGENT", carrier="att", happened_at=at("2025-11-30"))
    await company.record(text)

    waiting = (await ask(ops, company))["upcomingInvoice"]
    await company.go_to("2025-12-07")
    posted = (await ask(ops, company))["upcomingInvoice"]
    await company.go_to("2026-01-02")

    assert waiting == posted
    assert (waiting["issuedOn"], waiting["total"]["amount"]) == ("2026-01-01", "3.00")
    assert (await company.invoices())["2026-01-01"] == "3.00"


async def test_a_change_of_plan_and_a_negotiated_price_are_foreseen(
    app: Perseat, ops: Client
) -> None:
    """L7, P2: what was asked for is in it from its renewal on."""
    company = await make_company(app, "xpro")
    await company.convert()
    await company.change_plan("ipro", Term.QUARTERLY)
    await company.negotiate(Component.LICENSE, "99.00", plan="ipro", term=Term.QUARTERLY)

    assert (await ask(ops, company))["upcomingInvoice"]["total"] == {"amount": "99.00"}


async def test_a_late_worker_changes_nothing_about_what_is_to_come(
    app: Perseat, ops: Client
) -> None:
    """C5: the cut-off that has passed and is not billed yet is the next one."""
    company = await make_company(app)
    await company.convert()
    await company.set_clock("2026-01-10")

    shown = await ask(ops, company, "2025-11-02")

    assert shown["upcomingInvoice"]["issuedOn"] == "2025-12-01"


async def test_a_page_of_accounts_reads_as_much_as_one(own_app: Perseat, own_ops: Client) -> None:
    """No statement per account: trials and converted ones, one or ten of each."""
    query = "{ accounts(first: 20) { nodes { upcomingInvoice { total { amount } } } } }"
    numbers = []
    for companies in (1, 9):
        for number in range(2 * companies):
            company = await make_company(own_app)
            if number % 2:
                await company.start()
        with statements(own_app) as sent:
            await own_ops.data(query)
        numbers.append(len(sent))

    assert numbers[0] == numbers[1]


TAXED = """query($id: ID!) { account(id: $id) {
    upcomingInvoice { total { amount } tax { amount } unbilled { amount } }
    monthToDate { total { amount } tax { amount } } } }"""


async def test_what_is_shown_is_taxed_as_it_will_be(app: Perseat, ops: Client) -> None:
    """I2, I4: the conversion of 70.00 at 19 %; then 140.00 and 35.00 unbilled, 33.25 of tax."""
    company = await make_company(app)
    await company.set(tax_rate=190_000)
    account = encode("account", company.id)

    trial = (await ops.data(TAXED, id=account))["account"]
    await company.convert()
    await company.go_to("2025-11-16")
    await company.add()
    paid = (await ops.data(TAXED, id=account))["account"]
    await company.go_to("2025-12-01")

    assert trial["upcomingInvoice"] == {
        "total": {"amount": "83.30"},
        "tax": {"amount": "13.30"},
        "unbilled": {"amount": "0.00"},
    }
    assert paid["upcomingInvoice"] == {
        "total": {"amount": "208.25"},
        "tax": {"amount": "33.25"},
        "unbilled": {"amount": "35.00"},
    }
    assert paid["monthToDate"] == {"total": {"amount": "41.65"}, "tax": {"amount": "6.65"}}
    assert list((await company.invoices()).values()) == ["83.30", "208.25"]
