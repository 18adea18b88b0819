"""Documents from the database: what stands on the invoices that were really issued."""

from datetime import UTC, date, datetime

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.documents import Document, Party
from app.domain.errors import InvalidInput, NotFound
from app.domain.plans import Component
from app.domain.usage import Initiator, UsageKind
from app.services import document_links
from app.services.documents import credit_note_document, invoice_document
from app.store import documents as store
from tests.make import Company, at, make_company, money, sms

SELLER = Party("Perseat Ltd")
KEY = b"k" * 32
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


async def document_of(company: Company, issued_on: str) -> Document:
    """The document of the one invoice of that day."""
    rows = await company.invoice_rows()
    (invoice,) = [row for row in rows if str(row.issued_on) == issued_on]
    async with company.begin() as uow:
        return await invoice_document(uow, company.id, invoice.id, SELLER)


async def test_an_invoice_becomes_a_document(app: Perseat) -> None:
    """I1 to I5: its charges are its lines, and their derivations go with them."""
    company = await make_company(app, users=3, on="2025-12-23")
    await company.convert()
    await company.go_to("2026-01-01")

    document = await document_of(company, "2026-01-01")
    (line,) = document.lines

    assert (document.number, document.bill_to.name) == ("INV-0002", "Company")
    assert (line.plan, line.quantity, money(line.amount)) == ("uPro", 3, "210.00")
    assert line.inputs["price"] == 70_000_000
    assert (money(document.total), money(document.paid), document.due) == ("210.00", "210.00", 0)


async def test_a_renewal_shows_what_was_used_in_the_month_before(app: Perseat) -> None:
    """M2, M7: by the local day on which it happened, included units beside paid ones."""
    company = await make_company(
        app, users=3, may_go_negative=True, billing_timezone="America/Los_Angeles"
    )
    await company.convert()
    await company.set_clock("2025-11-20")
    await company.record(
        sms(2_000, happened_at=at("2025-11-20", "03:00")),  # the 19th in Los Angeles
        sms(482, happened_at=at("2025-11-20", "09:00")),
        sms(7, happened_at=at("2025-11-20", "10:00"), initiator=Initiator.AGENT),
    )
    await company.go_to("2025-12-02")

    document = await document_of(company, "2025-12-01")

    assert [
        (row.day, row.kind, row.events, row.included, row.paid, money(row.amount))
        for row in document.usage
    ] == [
        (date(2025, 11, 19), UsageKind.SMS_SEGMENT, 1, 0, 2_000, "30.00"),
        (date(2025, 11, 20), UsageKind.SMS_SEGMENT, 2, 7, 482, "7.23"),
    ]
    assert [money(line.amount) for line in document.lines if line.rule == "M7"] == ["37.23"]


async def test_a_late_event_is_shown_where_it_is_paid(app: Perseat) -> None:
    """M7: a late event belongs to the next period, whenever it happened."""
    company = await make_company(app, may_go_negative=True)
    await company.convert()
    await company.go_to("2025-12-02")
    await company.record(sms(100, happened_at=at("2025-11-30")))
    await company.go_to("2026-01-01")

    november = await document_of(company, "2025-12-01")
    december = await document_of(company, "2026-01-01")

    assert list(november.usage) == []
    assert [(row.day, money(row.amount)) for row in december.usage] == [
        (date(2025, 11, 30), "1.50")
    ]


async def test_a_first_invoice_has_no_usage_of_a_month(app: Perseat) -> None:
    company = await make_company(app)
    await company.convert()

    assert (await document_of(company, "2025-11-01")).usage_month is None


async def test_an_invoice_is_addressed_as_it_was_when_it_was_issued(app: Perseat) -> None:
    """I3, I4: frozen with the tax of that day, whatever the account says today."""
    company = await make_company(app)
    details = {"legal_name": "Firma GmbH", "address": "Weg 1\nBerlin", "tax_id": "DE 1"}
    await company.set(**details, language="de", tax_rate=190_000)
    await company.convert()
    await company.set(legal_name="Other", language="fr", tax_rate=0)

    document = await document_of(company, "2025-11-01")
    (line,) = document.lines

    assert document.bill_to == Party("Firma GmbH", "Weg 1\nBerlin", "DE 1")
    assert (document.language, document.tax_rate) == ("de", 190_000)
    assert (money(line.tax), money(document.tax)) == ("13.30", "13.30")
    assert (money(document.total), document.due) == ("83.30", 0)


async def test_a_credit_note_says_what_it_takes_back(app: Perseat) -> None:
    """I3: the whole of a charge with its calculation, a part of one as an amount."""
    company = await make_company(app, users=3, on="2025-12-23")
    await company.rent(Component.LOCAL_NUMBER, 1)
    await company.set(tax_rate=190_000)
    await company.convert()
    (invoice,) = await company.invoice_rows()
    async with company.begin() as uow:
        charges = await store.charges(uow.session, company.id, invoice.id)
    whole, part = sorted(charges, key=lambda charge: -charge.amount)
    note = await company.credit(invoice.id, (whole.id, money(whole.amount)), (part.id, "1.00"))

    async with company.begin() as uow:
        document = await credit_note_document(uow, company.id, note.id, SELLER)
        of_invoice = await invoice_document(uow, company.id, invoice.id, SELLER)

    assert (document.number, document.corrects, document.reason) == (
        "CN-0001",
        "INV-0001",
        "Too much",
    )
    assert sorted(
        (line.quantity, money(line.amount), bool(line.inputs)) for line in document.lines
    ) == [
        (1, "1.00", False),
        (3, "60.96", True),
    ]
    assert money(document.total) == money(note.amount + note.tax) == money(document.refundable)
    assert (money(of_invoice.refundable), of_invoice.due) == (money(note.refundable), 0)


async def test_anothers_credit_note_is_not_there(app: Perseat) -> None:
    company, other = await make_company(app), await make_company(app)
    await other.convert()
    note = await other.credit((await other.invoice_rows())[0].id)

    async with company.begin() as uow:
        with pytest.raises(NotFound):
            await credit_note_document(uow, company.id, note.id, SELLER)


@pytest.mark.parametrize("whose", ["nobody's", "another's"])
async def test_what_is_not_there_and_what_is_anothers_are_one_answer(
    app: Perseat, whose: str
) -> None:
    company, other = await make_company(app), await make_company(app)
    await other.convert()
    wanted = (await other.invoice_rows())[0].id if whose == "another's" else new_id()

    async with company.begin() as uow:
        with pytest.raises(NotFound):
            await invoice_document(uow, company.id, wanted, SELLER)


def test_a_link_opens_its_document_for_fifteen_minutes() -> None:
    token = document_links.sign("invoice_A", now=NOW, key=KEY)

    document_links.check("invoice_A", token, now=NOW, key=KEY)
    document_links.check("invoice_A", token, now=NOW.replace(minute=15), key=KEY)
    with pytest.raises(InvalidInput, match="expired"):
        document_links.check("invoice_A", token, now=NOW.replace(minute=15, second=1), key=KEY)


def test_a_link_opens_nothing_else() -> None:
    """One document; one key; and no token of another use."""
    token = document_links.sign("invoice_A", now=NOW, key=KEY)
    head, body, signature = token.split(".")
    others = (
        ("invoice_B", token, KEY),
        ("invoice_A", token, b"x" * 32),
        ("invoice_A", f"{head}.{body}.{signature[:-2]}AA", KEY),
        ("invoice_A", f"{head}.{body}.", KEY),
        ("invoice_A", "", KEY),
        ("invoice_A", "🙂", KEY),
    )

    for document_id, given, key in others:
        with pytest.raises(InvalidInput):
            document_links.check(document_id, given, now=NOW, key=key)
