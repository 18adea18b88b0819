"""Why a bill is not what it was last month: causes always add up."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.differences import DifferenceCause, Parts, difference

cents = st.integers(0, 10**7).map(lambda each: each * 10_000)
rents = st.dictionaries(
    st.sampled_from(["LICENSE", "LOCAL_NUMBER", "AI_TEXT_BOT"]),
    st.tuples(st.integers(1, 500), cents),
)
one_offs = st.dictionaries(st.sampled_from([each.value for each in DifferenceCause]), cents)
parts = st.builds(Parts, cents, st.sampled_from([0, 1, 3, 12]), rents, one_offs)


@given(before=st.none() | parts, after=parts)
def test_the_causes_add_up_to_the_difference(before: Parts | None, after: Parts) -> None:
    """To the micro, whatever the parts are; and no cause is there for nothing."""
    found = difference(before, after)

    assert sum(found.values()) == after.total - (before.total if before else 0)
    assert 0 not in found.values()


@given(parts)
def test_a_bill_that_is_the_same_differs_by_nothing_that_stands(each: Parts) -> None:
    """But what was paid for once is over, and there again."""
    found = difference(each, each)

    assert set(found) <= {
        DifferenceCause.USERS_ADDED,
        DifferenceCause.ADD_ONS,
        DifferenceCause.PRICE,
        DifferenceCause.ONE_OFF_ENDED,
    }
    assert sum(found.values()) == 0


@given(parts)
def test_what_is_kept_is_what_was_taken_apart(each: Parts) -> None:
    assert Parts.from_json(each.total, each.to_json()) == each


def _month(licenses: int, price: int, **one_offs: int) -> Parts:
    total = licenses * price + sum(one_offs.values())
    return Parts(total, 1, {"LICENSE": (licenses, price)}, one_offs)


def test_fewer_users_at_a_higher_price_are_two_causes() -> None:
    found = difference(_month(5, 70), _month(3, 80))

    assert found == {DifferenceCause.PRICE: 30, DifferenceCause.USERS_REMOVED: -140}


def test_a_user_of_last_month_is_over_as_a_part_and_stays_as_a_user() -> None:
    """L3: in December half of November and December whole; in January December's half is over."""
    november, december, january = _month(2, 70), _month(3, 70, USERS_ADDED=35), _month(3, 70)

    assert difference(november, december) == {DifferenceCause.USERS_ADDED: 105}
    assert difference(december, january) == {DifferenceCause.ONE_OFF_ENDED: -35}


def test_the_renewal_of_a_year_is_told_apart_from_growth() -> None:
    year = Parts(8_400, 12, {"LICENSE": (10, 840)}, {})
    between = Parts(0, 0, {}, {})

    assert difference(between, year) == {DifferenceCause.TERM: 8_400}
    assert difference(year, between) == {DifferenceCause.TERM: -8_400}
    assert difference(None, year) == {DifferenceCause.NEW: 8_400}
