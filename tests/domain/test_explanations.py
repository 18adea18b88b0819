"""Rule I5: the sentence of each rule, with the golden figures and the forms that people read."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.causes import AddOnCame, Priced, Used
from app.domain.charges import debt, difference, top_up
from app.domain.explanations import REASONS, explain, sentences
from app.domain.facts import Afterwards, Credits, Facts, Floor, Paid, Upgrade
from app.domain.money import UNIT
from app.domain.periods import Period, month_of
from app.domain.plans import BillingPolicy, Component, Term
from app.domain.stories import Story, causes
from app.domain.usage import UsageKind
from app.domain.users import UserStatus
from tests.domain.books import LICENSE, NUMBER, dollars
from tests.domain.posted import (
    NOVEMBER,
    USER,
    came,
    facts,
    instant,
    licences,
    posted,
    term,
)
from tests.golden import GOLDEN

DECEMBER = month_of(date(2025, 12, 1))
NOBODY = Story()


def conversion(day: str, number: int, **histories: Any) -> Facts:
    on = date.fromisoformat(day)
    charge = licences("L2", month_of(on).since(on), number)
    return facts(posted(charge, on), on, **histories)


@pytest.mark.parametrize(
    "row", GOLDEN["proration"], ids=lambda row: f"{row['price']} {row['from']}"
)
def test_the_golden_figures_stand_in_the_sentence(row: dict[str, Any]) -> None:
    """C3, I5: price, days and unit; and the line where there are several."""
    first, last = (date.fromisoformat(each) for each in row["period"])
    whole = Period(first, date.fromordinal(last.toordinal() + 1))
    on, number = date.fromisoformat(row["from"]), int(row["qty"])
    charge = licences("L2", whole.since(on), number, whole=whole, price=dollars(row["price"]))

    told = sentences(facts(posted(charge, on), on, statuses={"ACTIVE": number}), NOBODY)

    days, of = row["days"]
    shown = f"{dollars(row['price']) // UNIT}.{dollars(row['price']) // 10_000 % 100:02}"
    assert f": {shown} x {days} of {of} days = {row['unit']}" in told
    assert (f"; {row['unit']} x {number} = {row['line']}." in told) == (number > 1)


def test_a_conversion_tells_the_users_of_its_day() -> None:
    """L2: the stub, and what follows it."""
    told = sentences(conversion("2025-12-23", 3, statuses={"ACTIVE": 2, "PAUSED": 1}), NOBODY)

    assert told == (
        "3 uPro licences from 23 to 31 December 2025: 70.00 x 9 of 31 days = 20.32; 20.32 x 3 = "
        "60.96. The trial was converted on 23 December, when there were 3 users (2 active, 1 "
        "paused). The first full month is billed on 1 January 2026."
    )


def test_a_conversion_on_a_1st_has_no_stub_to_tell_of() -> None:
    """L2, L1: the minimum floors it."""
    floor = Floor(10, date(2025, 11, 1), "Q-17", instant(date(2025, 10, 30)))
    found = conversion("2025-11-01", 10, statuses={"ACTIVE": 7}, floor=floor)

    assert sentences(found, NOBODY) == (
        "10 uPro licences from 1 to 30 November 2025: 70.00 x 10 = 700.00. The trial was converted "
        "on 1 November, when there were 7 active users, but the contract's minimum is 10."
    )
    assert [cause.sentence for cause in causes(found, NOBODY)] == [
        "On 1 November 2025 there were 7 active users.",
        "At least 10 licences are contracted (Q-17) since 1 November 2025.",
    ]


def test_a_minimum_that_is_reached_is_no_cause() -> None:
    """L1."""
    floor = Floor(3, date(2025, 11, 1), None, instant(date(2025, 10, 30)))
    found = conversion("2025-11-01", 3, statuses={"ACTIVE": 3}, floor=floor)

    assert "minimum" not in sentences(found, NOBODY)
    assert len(list(causes(found, NOBODY))) == 1


def addition(number: int, held: int, **histories: Any) -> Facts:
    on = date(2025, 11, 23)
    charge = licences("L3", NOVEMBER.since(on), number, first=held + 1)
    return facts(posted(charge, on), on, held=(held, 0), **histories)


def test_an_addition_tells_who_came_and_what_was_taken() -> None:
    """L3: 70 x 8/30."""
    story = Story([came("Grace Hopper", date(2025, 11, 23))])

    assert sentences(addition(1, 3), story) == (
        "One uPro licence from 23 to 30 November 2025: 70.00 x 8 of 30 days = 18.67. Grace Hopper "
        "became active on 23 November, and all 3 licences were taken. It is paid to the month's "
        "end; what follows is billed on the 1st."
    )


def test_an_addition_of_several_at_once() -> None:
    """L3: a bulk change is one charge."""
    day = date(2025, 11, 23)
    names = ["Grace Hopper", "Alan Turing", "Kurt Goedel", "Ada Lovelace"]

    told = sentences(addition(4, 1), Story([came(name, day) for name in names]))

    assert told.startswith("4 uPro licences from 23 to 30 November 2025: 70.00 x 8 of 30 days = ")
    assert (
        "Grace Hopper, Alan Turing and 2 others became active on 23 November, and the one " in told
    )
    assert "They are paid to the month's end" in told


@pytest.mark.parametrize(
    ("states", "did"),
    [
        ([UserStatus.SUSPENDED], "was added as suspended"),
        ([UserStatus.ACTIVE, UserStatus.SUSPENDED], "became billable"),
        ([], "became billable"),
    ],
)
def test_who_came_otherwise_than_active(states: list[UserStatus], did: str) -> None:
    """L3, U6; and without a history there is no name."""
    people = [came("Grace Hopper", date(2025, 11, 23), state) for state in states]

    assert f" {did} on 23 November" in sentences(addition(max(1, len(states)), 3), Story(people))


def test_an_addition_in_the_stub_of_a_long_term() -> None:
    """L3, L2: by the monthly equivalent of the term's price; the full term follows."""
    on = date(2025, 11, 23)
    charge = licences("L3", NOVEMBER.since(on), 1, first=2, price=dollars("756"), months=12)
    stub = term(NOVEMBER.since(date(2025, 11, 20)), "L2")
    found = facts(posted(charge, on), on, held=(1, 0), term=Term.ANNUAL, paid_term=stub)

    told = sentences(found, Story([came("Grace Hopper", on)]))

    assert ": 756.00 / 12 months x 8 of 30 days = 16.80. " in told
    assert told.endswith(
        "and the one licence was taken. It is paid to the month's end; the first "
        "full year is billed from the 1st."
    )


def test_a_true_up_tells_the_day_of_the_addition_and_of_the_count() -> None:
    """L4: 840 x 39/365."""
    year = Period(date(2025, 1, 1), date(2026, 1, 1))
    charge = licences(
        "L4", year.since(date(2025, 11, 23)), 1, first=4, whole=year, price=dollars("840")
    )
    on = date(2025, 12, 1)
    found = facts(
        posted(charge, on, issued_at=instant(on)),
        on,
        term=Term.ANNUAL,
        paid_term=term(year),
        statuses={"ACTIVE": 4},
        held=(4, 3),
    )

    assert sentences(found, Story([came("Grace Hopper", date(2025, 11, 23))])) == (
        "One uPro licence from 23 November to 31 December 2025: 840.00 x 39 of 365 days = 89.75. "
        "Grace Hopper became active on 23 November. On 1 December there were 4 active users and 3 "
        "licences paid for. It is paid to the year's end."
    )


@pytest.mark.parametrize(
    ("policy", "statuses", "told"),
    [
        ("LICENSE", {"ACTIVE": 2, "SUSPENDED": 1, "DELETED": 4}, "3 users (2 active, 1 suspended)"),
        ("ACTIVE_USERS", {"ACTIVE": 3, "DEACTIVATED": 4}, "3 active users"),
    ],
)
def test_a_renewal_tells_who_is_billable(policy: str, statuses: dict[str, int], told: str) -> None:
    """L6, P4."""
    charge = posted(licences("L6", DECEMBER, 3), DECEMBER.start)
    found = facts(charge, DECEMBER.start, policy=BillingPolicy(policy), statuses=statuses)

    assert sentences(found, NOBODY) == (
        "3 uPro licences from 1 to 31 December 2025: 70.00 x 3 = 210.00. The month is billed on "
        f"its first day, 1 December, when there were {told}."
    )


def test_one_is_one() -> None:
    """L6: one licence, one user, nothing multiplied by one."""
    charge = posted(licences("L6", DECEMBER, 1), DECEMBER.start)

    assert sentences(facts(charge, DECEMBER.start, statuses={"ACTIVE": 1}), NOBODY) == (
        "One uPro licence from 1 to 31 December 2025: 70.00. The month is billed on its first day, "
        "1 December, when there was 1 active user."
    )


def test_what_costs_nothing_is_told_like_anything_else() -> None:
    """I4: a zero amount of something is a charge."""
    charge = posted(licences("L6", DECEMBER, 2, price=0), DECEMBER.start)

    told = sentences(facts(charge, DECEMBER.start, statuses={"ACTIVE": 2}), NOBODY)

    assert told.startswith("2 uPro licences from 1 to 31 December 2025: 0.00 x 2 = 0.00. ")


@pytest.mark.parametrize(
    ("added", "wanted", "held", "told"),
    [
        (1, 3, 2, "One was added on 16 November, when 3 were rented and 2 paid for."),
        (5, 5, 0, "5 were added on 16 November, when 5 were rented and none paid for."),
        (1, 1, 0, "One was added on 16 November, when one was rented and none paid for."),
    ],
)
def test_an_add_on_within_a_month(added: int, wanted: int, held: int, told: str) -> None:
    """A1, L5: fewer may be charged than were added."""
    on = date(2025, 11, 16)
    number = wanted - held
    charge = licences(
        "A1", NOVEMBER.since(on), number, first=held + 1, price=4 * UNIT, component=NUMBER
    )
    change = AddOnCame(USER, NUMBER, added, instant(on), on, "Ada")
    found = facts(posted(charge, on), on, units=(wanted, wanted - added), held=(held, 0))

    assert told in sentences(found, Story(add_ons=[change]))
    assert "2.00" in sentences(found, NOBODY)


def test_add_ons_go_with_the_conversion_and_the_renewal() -> None:
    """A1: with the licences of their term."""
    begun = instant(NOVEMBER.start)
    charge = posted(licences("A1", NOVEMBER, 10, price=5 * UNIT, component=NUMBER), NOVEMBER.start)
    charge = replace(charge, issued_at=begun)
    converted = facts(charge, NOVEMBER.start, paid_term=term(NOVEMBER, "L2", begun))
    renewed = facts(charge, NOVEMBER.start, paid_term=term(NOVEMBER, "L6", begun))

    assert sentences(converted, NOBODY) == (
        "10 uPro local numbers from 1 to 30 November 2025: 5.00 x 10 = 50.00. The trial was "
        "converted on 1 November, when they had been added already."
    )
    assert sentences(renewed, NOBODY).endswith(
        "The month is billed on its first day, 1 November, for what was rented then."
    )


def test_add_ons_of_a_true_up() -> None:
    """A1, L4."""
    year, on = Period(date(2025, 1, 1), date(2026, 1, 1)), date(2025, 12, 1)
    charge = licences(
        "A1", year.since(date(2025, 11, 23)), 2, first=4, whole=year, component=NUMBER
    )
    day = date(2025, 11, 23)
    changes = [
        AddOnCame(USER, NUMBER, 2, instant(day), day, "Ada"),
        AddOnCame(USER, NUMBER, -1, instant(day), day, "Ada"),
        AddOnCame(USER, NUMBER, 3, instant(year.start), year.start, "Ada"),
    ]
    found = facts(
        posted(charge, on, issued_at=instant(on)),
        on,
        term=Term.ANNUAL,
        paid_term=term(year),
        units=(5, 5),
        held=(5, 3),
    )

    assert sentences(found, Story(add_ons=changes)).endswith(
        "On 1 December 5 were rented and 3 paid for; the newest are charged, from their own day to "
        "the year's end."
    )
    assert [cause.sentence for cause in causes(found, Story(add_ons=changes))] == [
        "2 local numbers were added on 23 November 2025."
    ]


def test_an_upgrade_tells_both_plans() -> None:
    """L7: iPro to uPro, 30 x 9/31."""
    on = date(2025, 12, 23)
    charge = difference(
        LICENSE,
        plans=("iPro", "uPro"),
        prices=(dollars("40"), dollars("70")),
        period=DECEMBER.since(on),
        whole=DECEMBER,
        held=1,
        months=1,
        upgrade=1,
    )
    old = Upgrade(USER, "ipro", "iPro", None, instant(on), "Ada", "more rates")
    found = facts(posted(charge, on), on, held=(1, 1), upgrade=old)

    assert sentences(found, NOBODY) == (
        "One licence upgraded to uPro from 23 to 31 December 2025: 70.00 - 40.00 = 30.00; 30.00 x "
        "9 of 31 days = 8.71. uPro took the place of iPro on 23 December: the difference of the "
        "prices is charged for one licence held then, to the end of what was paid for."
    )
    assert [cause.sentence for cause in causes(found, NOBODY)] == [
        "uPro took the place of iPro on 23 December 2025."
    ]


def test_credits_that_were_bought() -> None:
    """M5."""
    on = date(2025, 11, 16)
    paid = Paid(USER, 25 * UNIT, 25 * UNIT, 0, instant(on), instant(on))
    found = facts(posted(top_up("M5", 25 * UNIT), on), on, paid=paid)

    assert sentences(found, NOBODY) == (
        "Credits for usage, bought on 16 November 2025: 25.00. They appeared when the payment had "
        "succeeded, and pay for usage only."
    )
    assert [cause.sentence for cause in causes(found, NOBODY)] == [
        "The balance was 0.00 on 16 November 2025.",
        "The payment of 25.00 succeeded on 16 November 2025.",
    ]


def test_credits_that_were_topped_up() -> None:
    """M6: -90 at a step of 100."""
    on = date(2025, 11, 16)
    paid = Paid(USER, 200 * UNIT, 100 * UNIT, dollars("-90"), instant(on), instant(on))

    found = facts(posted(top_up("M6", 100 * UNIT, 2), on), on, paid=paid)

    assert sentences(found, NOBODY) == (
        "Credits for usage, topped up on 16 November 2025: 100.00 x 2 = 200.00. The balance was "
        "-90.00: automatic top-up charges the fewest steps that end above its threshold."
    )


USED = [
    Used(
        UsageKind.SMS_SEGMENT,
        3,
        2_482,
        dollars("37.23"),
        instant(NOVEMBER.start),
        instant(NOVEMBER.last),
    ),
    Used(
        UsageKind.LOOKUP, 1, 1, dollars("0.002"), instant(NOVEMBER.start), instant(NOVEMBER.start)
    ),
]


def test_previous_debt_tells_what_was_used() -> None:
    """M7: the balance was negative at the cut-off."""
    on = DECEMBER.start
    charge = posted(debt(dollars("-37.232"), NOVEMBER, post_paid=False), on, issued_at=instant(on))
    found = facts(charge, on, credits=Credits(0, 0, dollars("-37.232")))

    assert sentences(found, Story(usage=USED)) == (
        "Previous debt, November 2025: balance -37.232 to the cent = 37.23. Credits of 0.00 did "
        "not cover 2,482 SMS segments (37.23), 1 look-up (0.002); the balance begins December at "
        "zero."
    )
    assert [cause.sentence for cause in causes(found, Story(usage=USED))] == [
        "2,482 SMS segments for 37.23, in 3 events.",
        "1 look-up for 0.002, in one event.",
        "November 2025 began with 0.00 of credits, 0.00 were added, and it ended at -37.232.",
    ]


def test_usage_that_is_paid_afterwards() -> None:
    """M8."""
    on = DECEMBER.start
    charge = posted(debt(dollars("-37.23"), NOVEMBER, post_paid=True), on, issued_at=instant(on))
    terms = Afterwards(instant(date(2025, 10, 14)), "C-17", "Large customer", "Ada")
    found = facts(charge, on, credits=Credits(0, 0, dollars("-37.23")), afterwards=terms)

    assert sentences(found, Story(usage=USED[:1])) == (
        "Usage, November 2025: balance -37.23 to the cent = 37.23. 2,482 SMS segments (37.23); "
        "this account pays usage afterwards since 14 October 2025."
    )
    assert next(causes(found, NOBODY)).sentence == (
        "Usage is paid afterwards since 14 October 2025 (C-17): Large customer."
    )
    assert "Usage of earlier months; " in sentences(found, NOBODY)


@pytest.mark.parametrize(
    ("since", "told"), [("2025-12-01", True), ("2025-10-01", False), ("2020-01-01", False)]
)
def test_a_price_that_the_customer_did_not_know_is_told(since: str, told: bool) -> None:  # noqa: FBT001
    """P2: since when, if it began after the customer came."""
    charge = posted(licences("L6", DECEMBER, 1), DECEMBER.start)
    day = date.fromisoformat(since)
    price = Priced("upro", "uPro", LICENSE, Term.MONTHLY, 70 * UNIT, day, instant(DECEMBER.start))

    found = sentences(facts(charge, DECEMBER.start), Story(price=price))

    assert found.endswith(" The price is 70.00 a month since 1 December.") == told
    assert price.sentence.startswith("One uPro licence costs 70.00 a month since ")


@pytest.mark.parametrize("rule", sorted(REASONS))
def test_what_is_not_posted_yet_is_told_in_general(rule: str) -> None:
    """I5: previews have no history."""
    assert explain("uPro licence", rule, ["70.00 x 1 = 70.00"]) == (
        f"uPro licence: 70.00 x 1 = 70.00. {REASONS[rule]}"
    )


def test_a_rule_without_words_still_has_its_steps() -> None:
    """I5: nothing that was stored is unreadable."""
    on = DECEMBER.start
    charge = replace(posted(licences("L6", DECEMBER, 1), on), rule="L9")
    other = replace(posted(top_up("M5", UNIT), on), rule="M9")

    assert sentences(facts(charge, on), NOBODY) == (
        "One uPro licence from 1 to 31 December 2025: 70.00."
    )
    assert sentences(facts(other, on), NOBODY) == "Credits, purchase: 1.00 x 1 = 1.00."


def test_add_ons_have_their_own_words() -> None:
    """A1."""
    charge = licences("A1", DECEMBER, 2, component=Component.VOICE_ANALYTICS)
    found = facts(posted(charge, DECEMBER.start), DECEMBER.start)

    assert sentences(found, NOBODY).startswith(
        "2 uPro voice analytics from 1 to 31 December 2025: "
    )
