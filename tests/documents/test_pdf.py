"""The PDF itself: what can be read off it, and what cannot be done to it."""

from datetime import date, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from app.documents import pdf
from app.documents.pdf import typeset
from app.domain.documents import Party
from app.domain.errors import Refused
from app.domain.invoices import InvoiceStatus
from tests.documents.conftest import (
    DECEMBER,
    credit_note,
    invoice,
    licences,
    line,
    printed,
    read,
)


def test_an_invoice_says_who_pays_what_and_why() -> None:
    """I4, I5: its sums, each line, each proration in one line, and the rule behind it."""
    text = printed(invoice())

    for expected in (
        "Perseat Ltd",
        "Mid-month Legal LLP",
        "INV-0007 OPEN",
        "Due date January 31, 2026",
        "Dec 23 – 31, 2025 · 70.00 × 9 of 31 days = 20.32",
        "3 20.32 60.96",
        "Previous debt, December 2025 1 37.23 37.23",
        "Total $308.19",
        "Amount due $308.19",
        "A licence added in the middle of a term is charged from its day on.",
        "Dec 5, 2025 SMS segments 3 1,000 2,482 37.230",
        "Total 4 1,000 2,483 37.245",
    ):
        assert expected in text


def test_what_was_paid_and_credited_is_not_due() -> None:
    """I4: due = total - paid - credited."""
    text = printed(invoice(paid=100_000_000, credited=8_190_000, usage=()))

    assert "Paid -$100.00" in text
    assert "Credited -$8.19" in text
    assert "Amount due $200.00" in text


def test_what_is_owed_back_is_told() -> None:
    """I4: paid and credited afterwards; then nothing is due, and some of it comes back."""
    text = printed(invoice(paid=308_190_000, credited=8_190_000, refundable=8_190_000, usage=()))

    assert "To be refunded $8.19" in text
    assert "Amount due $0.00" in text


def test_tax_has_its_rate_and_a_column() -> None:
    """I4: tax is the invoice's, shown at each line that bears it."""
    lines = [line(licences(1, 4), tax=39_900_000)]
    text = printed(invoice(lines=lines, tax=39_900_000, tax_rate=190_000, usage=()))

    assert "3 70.00 39.90 210.00" in text
    assert "Tax (19%) $39.90" in text
    assert "Total $249.90" in text


def test_a_void_invoice_says_so_on_every_page_and_asks_for_nothing() -> None:
    """I3: nobody pays by a void one by mistake."""
    pages = [page.extract_text() for page in read(invoice(status=InvoiceStatus.VOID)).pages]

    assert all("VOID" in page for page in pages)
    assert "Amount due $0.00" in pages[0]


def test_a_table_of_a_void_invoice_may_go_on_over_the_page() -> None:
    """The mark across the page is no part of the table's structure."""
    document = invoice(status=InvoiceStatus.VOID, lines=[*invoice().lines] * 20)

    assert len(read(document).pages) > 1


def test_a_credit_note_names_its_invoice_and_its_reason() -> None:
    """I3: corrections are credit notes; they give back, so nothing is due."""
    text = printed(credit_note(lines=[line(licences(4, 7, since=23))]))

    assert "Credit note" in text
    assert "For invoice INV-0007" in text
    assert "Reason Ordered by mistake." in text
    assert "Total credited $60.96" in text
    assert "Amount due" not in text


def test_the_same_invoice_is_the_same_bytes() -> None:
    assert typeset(invoice()) == typeset(invoice())


def test_it_can_be_archived_and_read_aloud() -> None:
    """PDF/A-2a and PDF/UA-1: the writer checks the rules and fails if one is broken."""
    content = typeset(invoice(language="de"))
    reader = read(invoice(language="de"))

    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert str(reader.root_object["/Lang"]) == "de"
    assert reader.metadata is not None
    assert reader.metadata.title == "Rechnung INV-0007"
    assert str(reader.metadata.creation_date) == "2026-01-01 00:00:00+00:00"


def test_many_lines_have_their_heads_and_numbers_on_every_page() -> None:
    december = [DECEMBER.start + timedelta(days=each % 31) for each in range(300)]
    lines = [line(licences(each + 1, each + 2, since=day.day)) for each, day in enumerate(december)]

    pages = [page.extract_text() for page in read(invoice(lines=lines, usage=())).pages]

    assert len(pages) >= 10
    for number, page in enumerate(pages, 1):
        assert ("Description Quantity Unit price Amount (USD)" in page) == ("uPro" in page)
        assert f"Page {number} of {len(pages)}" in page
        assert "Invoice INV-0007" in page
    assert sum(page.count("uPro licence") for page in pages) == 300


HOSTILE = [
    '#eval("1 + 1") #panic("x") *bold* _soft_ $x^2$ `raw` // gone /* gone */ @label <label> #{1}',
    '"); #read("/etc/passwd") //',
    "{page} {pages} {0} {what} %s $HOME",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_name_says_is_only_ever_printed(name: str) -> None:
    """It is data: neither markup nor a placeholder nor code, wherever it stands."""
    text = printed(invoice(bill_to=Party(name), lines=[], usage=()))

    assert name.replace(" ", "") in text.replace("\u200b", "").replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    "name",
    ["x" * 10_000, "word " * 2_000, "字" * 10_000, "\u202e" * 10_000, "\x00\x07\x1b\n\t\ufeff", ""],
    ids=["a word", "words", "no spaces", "reordering", "controls", "empty"],
)
def test_no_name_is_too_long_or_too_strange(name: str) -> None:
    party = Party(name, "\n".join([name[:500]] * 50), name)

    assert len(read(invoice(bill_to=party, seller=party, usage=())).pages) <= 3


def test_every_script_of_common_languages_has_letters() -> None:
    """The writer fails at a letter without a glyph, and PDF/A allows no boxes in its place."""
    names = "Łódź Ελλάδα Україна עברית العربية हिन्दी বাংলা தமிழ் ไทย 日本 中国 대한민국 ქართული 😀 ☎️"

    assert "\ufffd" not in printed(invoice(bill_to=Party(names), usage=()))


def test_what_no_font_has_gets_the_sign_for_it() -> None:
    """Hieroglyphs, private letters and unassigned ones do not keep an invoice from its reader."""
    text = printed(invoice(bill_to=Party("A \U00013000 \ue000 \U000fe4ec \u0378 B"), usage=()))

    assert "A \ufffd \ufffd \ufffd \ufffd B" in text


def _left(reader: PdfReader, wanted: str) -> float:
    """Where the first text that holds `wanted` begins, in points from the left."""
    found: list[float] = []

    def visit(text: str, page: list[float], line: list[float], *_: Any) -> None:
        if wanted in text:
            found.append(line[4] * page[0] + line[5] * page[2] + page[4])

    reader.pages[0].extract_text(visitor_text=visit)
    return found[0]


def test_arabic_is_laid_out_from_right_to_left() -> None:
    """The seller stands on the right, and the amounts' column on the left of the table."""
    arabic = read(invoice(language="ar", usage=()))
    english = read(invoice(usage=()))

    assert str(arabic.root_object["/Lang"]) == "ar"
    assert _left(arabic, "Perseat Ltd") > 300 > _left(english, "Perseat Ltd")
    assert _left(arabic, "60.96") < 300 < _left(english, "60.96")


async def test_what_is_too_long_for_paper_is_refused() -> None:
    """I5: its charges can be exported instead."""
    lines = [line(licences(1, 2))] * (pdf.MOST_ROWS + 1)

    with pytest.raises(Refused, match="export"):
        await pdf.pdf(invoice(lines=lines))


async def test_it_is_made_beside_other_work() -> None:
    assert (await pdf.pdf(invoice(issued_on=date(2026, 1, 2)))).startswith(b"%PDF")
