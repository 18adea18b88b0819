"""Rule M7 in the ledger: a debt is cleared to exactly zero by balanced transfers."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.charges import debt
from app.domain.ledger import Book, Transfer, TransferKind, clear_debt
from app.domain.money import CENT
from app.domain.periods import local_date, month_of
from tests.domain.books import dollars
from tests.make import at

REFERENCE = UUID(int=7)
CUT_OFF = at("2025-12-01", "00:00")
MONTH = month_of(local_date(CUT_OFF, "UTC"))


def cleared(balance: int) -> list[Transfer]:
    return clear_debt(debt(balance, MONTH, post_paid=False).amount, balance, REFERENCE, CUT_OFF)


def moved(transfers: list[Transfer], book: Book) -> int:
    gained = sum(each.amount for each in transfers if each.credit is book)
    return gained - sum(each.amount for each in transfers if each.debit is book)


@given(st.integers(-(10**15), -1))
def test_credits_return_to_exactly_zero(balance: int) -> None:
    """M7: what the invoice asks for and what is rounded away are the debt, to the micro."""
    transfers = cleared(balance)

    assert balance + moved(transfers, Book.CREDITS) == 0
    assert moved(transfers, Book.RECEIVABLE) % CENT == 0
    assert abs(moved(transfers, Book.ROUNDING)) <= CENT // 2
    assert sum(moved(transfers, book) for book in Book) == 0


@given(st.integers(-(10**15), -1))
def test_every_transfer_moves_something_once_between_two_books(balance: int) -> None:
    """One per kind and reference, more than zero, at the cut-off however late the run."""
    transfers = cleared(balance)

    assert all(each.amount > 0 and each.debit is not each.credit for each in transfers)
    assert len({each.kind for each in transfers}) == len(transfers)
    assert {(each.reference, each.effective_at) for each in transfers} == {(REFERENCE, CUT_OFF)}


def test_a_remainder_below_half_a_cent_is_ours() -> None:
    """-37.2345: 37.23 is invoiced, 0.0045 is given."""
    assert cleared(dollars("-37.2345")) == [
        Transfer(Book.RECEIVABLE, Book.CREDITS, 37_230_000, TransferKind.DEBT, REFERENCE, CUT_OFF),
        Transfer(
            Book.ROUNDING, Book.CREDITS, 4_500, TransferKind.DEBT_ROUNDING, REFERENCE, CUT_OFF
        ),
    ]


def test_a_remainder_of_half_a_cent_or_more_is_theirs() -> None:
    """-37.235: 37.24 is invoiced, and the 0.005 too much are taken back."""
    assert cleared(dollars("-37.235")) == [
        Transfer(Book.RECEIVABLE, Book.CREDITS, 37_240_000, TransferKind.DEBT, REFERENCE, CUT_OFF),
        Transfer(
            Book.CREDITS, Book.ROUNDING, 5_000, TransferKind.DEBT_ROUNDING, REFERENCE, CUT_OFF
        ),
    ]


def test_less_than_half_a_cent_is_never_invoiced() -> None:
    assert [each.kind for each in cleared(-4_999)] == [TransferKind.DEBT_ROUNDING]
