"""What happened and who did what, as sentences."""

import pytest

from app.domain.events import EventKind
from app.domain.histories import done, happened


def test_what_happened_says_its_figures_and_no_ids() -> None:
    data = {"invoiceId": "invoice_x", "number": "INV-0001", "total": "60.96", "kind": None}

    assert happened("invoice.paid", data) == (
        "Nothing of an invoice is due any more (number INV-0001, total 60.96)."
    )
    assert happened("user.role_changed", {"role": "AGENT", "granted": True}) == (
        "A user has got or lost a role (role AGENT, granted yes)."
    )


@pytest.mark.parametrize("kind", EventKind)
def test_each_kind_is_a_sentence(kind: EventKind) -> None:
    assert happened(kind, {}).endswith(".")


def test_what_somebody_did_says_who_and_why() -> None:
    assert done("voidInvoice", "ops key Ada", "billed twice") == (
        "ops key Ada: void invoice. Reason: billed twice"
    )
    assert done("createUser", "partner key CRM", None) == "partner key CRM: create user."
