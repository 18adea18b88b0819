"""Rule I3: a credit note draws on what was billed, and never exceeds it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.types import new_id
from app.domain.credit_notes import Credit, Line, given_back, partial, reversal, whole
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.money import CENT
from tests.domain.books import dollars, shown


def line(amount: str, tax: str = "0", *, rule: str = "L6", credited: str = "0") -> Line:
    return Line(new_id(), rule, dollars(amount), dollars(tax), dollars(credited))


def test_a_line_is_credited_in_pieces_by_its_stored_tax() -> None:
    """I3: 33.33 with 6.33: 10.00 takes 1.90 (6.33 x 10 / 33.33 = 1.8992), the next 10.00 takes
    3.80 - 1.90 (3.7984), the rest takes what is left: 2.53."""
    taken = []
    now = line("33.33", "6.33")
    for amount in ("10", "10", None):
        (credit,) = partial([now], [(now.charge_id, None if amount is None else dollars(amount))])
        taken.append((shown(credit.amount), shown(credit.tax)))
        now = replace(
            now,
            credited=now.credited + credit.amount,
            credited_tax=now.credited_tax + credit.tax,
        )

    assert taken == [("10.00", "1.90"), ("10.00", "1.90"), ("13.33", "2.53")]
    assert now.rest == 0


@given(
    st.lists(st.tuples(st.integers(2, 10**6), st.integers(0, 2 * 10**5)), min_size=1, max_size=5),
    st.lists(st.integers(1, 10**6), max_size=5),
)
def test_what_went_back_is_split_to_the_cent(
    amounts: list[tuple[int, int]], pieces: list[int]
) -> None:
    """I3, I4: each piece with its tax; all of the tax exactly when all of a line is gone."""
    lines = [Line(new_id(), "L6", net * CENT, min(tax, net - 1) * CENT) for net, tax in amounts]
    for piece in (*pieces, None):
        left = sum(each.rest + each.rest_tax for each in lines)
        gross = left if piece is None else min(piece * CENT, left)
        if not gross:
            break
        try:
            parts = {each.charge_id: each for each in given_back(lines, gross)}
        except Refused:
            assert any(each.rest == CENT and each.rest_tax for each in lines)
            continue
        assert sum(each.amount + each.tax for each in parts.values()) == gross
        lines = [_after(each, parts.get(each.charge_id)) for each in lines]

    assert all(each.rest == each.rest_tax == 0 for each in lines)


def _after(line: Line, credit: Credit | None) -> Line:
    if credit is None:
        return line
    assert credit.amount > 0 <= credit.tax
    after = replace(
        line,
        credited=line.credited + credit.amount,
        credited_tax=line.credited_tax + credit.tax,
    )
    assert after.rest > 0 <= after.rest_tax or after.rest == after.rest_tax == 0
    return after


def test_no_more_went_back_than_was_left() -> None:
    with pytest.raises(Refused, match=r"Only 11\.90 of the invoice"):
        given_back([line("10", "1.90")], dollars("11.91"))


@given(
    st.integers(1, 10**7),
    st.integers(0, 10**7),
    st.lists(st.integers(1, 10**7), max_size=20),
)
def test_in_any_number_of_pieces_it_is_exactly_the_line_and_its_tax(
    cents: int, tax: int, pieces: list[int]
) -> None:
    """I3: no cent is lost or made up, in whatever order it is taken."""
    now = Line(new_id(), "L6", cents * CENT, tax * CENT)
    for piece in pieces:
        if now.rest == 0:
            break
        wanted = min(piece * CENT, now.rest)
        (credit,) = partial([now], [(now.charge_id, wanted)])
        assert credit.amount == wanted
        assert credit.tax >= 0
        assert credit.tax % CENT == 0
        now = replace(
            now,
            credited=now.credited + credit.amount,
            credited_tax=now.credited_tax + credit.tax,
        )
        assert now.credited_tax <= now.tax
    if now.rest:
        (last,) = whole([now])
        now = replace(now, credited=now.amount, credited_tax=now.credited_tax + last.tax)

    assert (now.credited, now.credited_tax) == (now.amount, now.tax)


def test_the_whole_rest_leaves_out_what_has_been_credited() -> None:
    done, partly, untouched = line("5", credited="5"), line("70", credited="60"), line("0.01")

    rest = whole([done, partly, untouched])

    assert [(each.charge_id, shown(each.amount)) for each in rest] == [
        (partly.charge_id, "10.00"),
        (untouched.charge_id, "0.01"),
    ]


@pytest.mark.parametrize("lines", [[], [line("0")], [line("70", credited="70")]])
def test_of_nothing_nothing_can_be_credited(lines: list[Line]) -> None:
    """I3: a credit of zero is no credit."""
    with pytest.raises(Refused) as refused:
        whole(lines)

    assert (refused.value.rule, refused.value.field) == ("I3", "invoiceId")


@pytest.mark.parametrize("amount", [0, -CENT, CENT + 1, CENT // 2])
def test_an_amount_is_more_than_zero_and_whole_cents(amount: int) -> None:
    each = line("70")

    with pytest.raises(InvalidInput):
        partial([each], [(each.charge_id, amount)])


def test_never_more_than_is_left_of_the_line() -> None:
    """I3: and the sentence says how much that is."""
    each = line("70", "13.30", credited="60")

    with pytest.raises(Refused, match=r"Only 10\.00 net is left") as refused:
        partial([each], [(each.charge_id, dollars("10.01"))])

    assert refused.value.rule == "I3"


def test_a_line_that_is_used_up_or_free_cannot_be_credited() -> None:
    for each in (line("70", credited="70"), line("0")):
        with pytest.raises(Refused):
            partial([each], [(each.charge_id, None)])


def test_lines_are_of_the_invoice_and_named_once() -> None:
    each = line("70")

    with pytest.raises(NotFound):
        partial([each], [(new_id(), None)])
    for wanted in ([], [(each.charge_id, CENT), (each.charge_id, None)]):
        with pytest.raises(InvalidInput):
            partial([each], wanted)


def test_debt_and_usage_take_back_the_revenue_of_usage() -> None:
    """M7, M8: their revenue was booked when the usage was posted."""
    found = reversal([("L6", 700, 133), ("M7", 37, 7), ("M8", 100, 19)])

    assert (found.revenue, found.usage, found.tax) == (700, 137, 159)
