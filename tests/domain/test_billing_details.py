"""Rule I3: whom an invoice is addressed to."""

from dataclasses import dataclass

import pytest

from app.domain.billing_details import BillingDetails, Language, bill_to, clean
from app.domain.errors import InvalidInput


@dataclass
class Payer:
    name: str = "Acme"
    legal_name: str | None = None
    address: str | None = None
    tax_id: str | None = None
    language: str = "en"


def test_without_a_legal_name_it_is_the_name_of_the_account() -> None:
    full = Payer("Acme", "Acme GmbH", "Hauptstr. 1\n10115 Berlin", "DE123456789", Language.DE)

    assert bill_to(Payer()) == {"name": "Acme", "address": None, "taxId": None, "language": "en"}
    assert bill_to(full) == {
        "name": "Acme GmbH",
        "address": "Hauptstr. 1\n10115 Berlin",
        "taxId": "DE123456789",
        "language": "de",
    }


def test_outer_spaces_and_empty_lines_go_and_empty_texts_are_none() -> None:
    given = BillingDetails(
        "  Acme   GmbH ", " Hauptstr. 1 \r\n\n 10115  Berlin\n", " \t", Language.DE
    )

    assert clean(given) == BillingDetails(
        "Acme GmbH", "Hauptstr. 1\n10115 Berlin", None, Language.DE
    )
    assert clean(BillingDetails(" ", " \n ", "")) == BillingDetails()


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (BillingDetails(legal_name="x" * 201), "legalName"),
        (BillingDetails(legal_name="x" * 10**6), "legalName"),
        (BillingDetails(legal_name="a\x00b"), "legalName"),
        (BillingDetails(legal_name="a\u202eb"), "legalName"),
        (BillingDetails(address="x" * 501), "address"),
        (BillingDetails(address="\n".join("123456789")), "address"),
        (BillingDetails(address="a\x07"), "address"),
        (BillingDetails(tax_id="1" * 41), "taxId"),
        (BillingDetails(tax_id="DE\u200b1"), "taxId"),
        (BillingDetails(tax_rate=-1), "taxRate"),
        (BillingDetails(tax_rate=1_000_001), "taxRate"),
    ],
)
def test_what_cannot_be_printed_is_refused_and_named(details: BillingDetails, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean(details)

    assert refused.value.field == field
