"""Licences through the API: now, at a past instant, and day by day (L1, L3 to L5, I7)."""

from typing import Any

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.plans import Term
from app.domain.users import UserStatus
from tests.api.conftest import Client
from tests.make import Company, make_company

CALENDAR = """query($id: ID!, $month: Date) { account(id: $id) { licenseCalendar(month: $month) {
    days { day held occupied chargeIds }
    charges { id firstUnit lastUnit amount { amount } derivation { rule } } } } }"""
LICENSES = """query($id: ID!, $at: DateTime) { account(id: $id) { licenses(at: $at) {
    held occupied available minimum byStatus { status count }
    trueUpCandidates { user { firstName } since amount { amount currency } } } } }"""


async def calendar(ops: Client, company: Company, month: str) -> dict[str, Any]:
    answer = await ops.data(CALENDAR, id=encode("account", company.id), month=month)
    found = answer["account"]["licenseCalendar"]
    charges = {each.pop("id"): each for each in found["charges"]}
    return {
        each["day"]: {**each, "charges": [charges[charge_id] for charge_id in each["chargeIds"]]}
        for each in found["days"]
    }


async def licenses(ops: Client, company: Company, at: str | None = None) -> Any:
    return (await ops.data(LICENSES, id=encode("account", company.id), at=at))["account"][
        "licenses"
    ]


def counts(day: dict[str, Any]) -> tuple[int, int | None]:
    return day["held"], day["occupied"]


async def test_the_calendar_shows_each_day_and_what_paid_for_it(app: Perseat, ops: Client) -> None:
    """L3, L5: added on the 10th, deleted on the 15th, taken again by another on the 20th."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-10")
    (user,) = await company.add()
    await company.go_to("2025-11-15")
    await company.change(user, UserStatus.DELETED)
    await company.go_to("2025-11-20")
    await company.add()

    days = await calendar(ops, company, "2025-11-01")

    assert len(days) == 30
    assert [counts(days[f"2025-11-{day:02}"]) for day in (1, 9, 10, 14, 15, 16, 19, 20, 21)] == [
        (3, 3),
        (3, 3),
        (4, 4),
        (4, 4),
        (4, 4),
        (4, 3),
        (4, 3),
        (4, 4),
        (4, None),
    ]
    assert days["2025-11-10"]["charges"] == [
        {
            "firstUnit": 1,
            "lastUnit": 3,
            "amount": {"amount": "210.00"},
            "derivation": {"rule": "L2"},
        },
        {
            "firstUnit": 4,
            "lastUnit": 4,
            "amount": {"amount": "49.00"},
            "derivation": {"rule": "L3"},
        },
    ]


async def test_a_user_of_one_day_is_seen_on_it(app: Perseat, ops: Client) -> None:
    """Edge case 8: added and deleted on one day, charged to the month's end."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-10")
    (user,) = await company.add()
    await company.change(user, UserStatus.DELETED)
    await company.go_to("2025-11-12")

    days = await calendar(ops, company, "2025-11-30")

    assert [counts(days[f"2025-11-{day}"]) for day in (10, 11)] == [(4, 4), (4, 3)]


async def test_a_month_before_and_a_month_after_are_empty(app: Perseat, ops: Client) -> None:
    company = await make_company(app, users=2)
    trial = await calendar(ops, company, "2025-11-01")
    await company.convert()

    before = await calendar(ops, company, "2025-10-01")
    after = await calendar(ops, company, "2026-02-01")

    assert counts(trial["2025-11-01"]) == (0, 2)
    assert {counts(day) for day in before.values()} == {(0, 0)}
    assert {counts(day) for day in after.values()} == {(0, None)}
    assert (len(before), len(after)) == (31, 28)


async def test_a_past_instant_is_counted_from_the_history(app: Perseat, ops: Client) -> None:
    """L1, U1."""
    company = await make_company(app, users=3)
    await company.set_minimum(3)
    await company.convert()
    await company.go_to("2025-11-10")
    one, two = await company.people()
    await company.change(one, UserStatus.PAUSED)
    await company.go_to("2025-11-20")
    await company.change(two, UserStatus.DELETED)
    await company.set_minimum(0)
    await company.go_to("2025-12-05")

    then = await licenses(ops, company, "2025-11-15T00:00:00Z")
    now = await licenses(ops, company)

    assert (then["held"], then["occupied"], then["minimum"], then["available"]) == (3, 3, 3, 0)
    assert {each["status"]: each["count"] for each in then["byStatus"] if each["count"]} == {
        "ACTIVE": 2,
        "PAUSED": 1,
    }
    assert (now["held"], now["occupied"], now["minimum"]) == (2, 2, 0)


async def test_two_instants_of_one_query_are_two_answers(app: Perseat, ops: Client) -> None:
    """L1."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-10")
    await company.add(2)
    await company.go_to("2025-11-20")
    query = """query($id: ID!) { account(id: $id) {
        early: licenses(at: "2025-11-05T00:00:00Z") { held occupied available }
        late: licenses(at: "2025-11-15T00:00:00Z") { held occupied available } } }"""

    both = (await ops.data(query, id=encode("account", company.id)))["account"]

    assert both == {
        "early": {"held": 3, "occupied": 3, "available": 0},
        "late": {"held": 5, "occupied": 5, "available": 0},
    }


async def test_a_renewal_that_is_late_is_no_loss_of_licences(app: Perseat, ops: Client) -> None:
    """L4, C5: until the run has come the term before it is what is held."""
    company = await make_company(app, users=3, on="2026-01-01")
    await company.convert(Term.QUARTERLY)
    await company.go_to("2026-03-20")
    await company.add()
    await company.set_clock("2026-04-01", "02:00")

    found = await licenses(ops, company)

    assert found["held"] == 3
    assert [each["since"] for each in found["trueUpCandidates"]] == ["2026-03-20"]


async def test_the_future_is_not_counted(app: Perseat, ops: Client) -> None:
    company = await make_company(app)

    at = "2025-11-01T12:00:01Z"

    answer = await ops.ask(LICENSES, id=encode("account", company.id), at=at)

    assert answer["errors"][0]["extensions"] == {"code": "INVALID", "field": "at"}


async def test_the_next_true_up_has_its_candidates(app: Perseat, ops: Client) -> None:
    """L4: newest first, each from the own day; in a month there are none."""
    company = await make_company(app, users=1)
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-11-10")
    await company.add(first="Early")
    await company.go_to("2025-11-16")
    await company.add(first="Late")

    found = [
        (each["user"]["firstName"], each["since"], each["amount"]["amount"])
        for each in (await licenses(ops, company))["trueUpCandidates"]
    ]
    await company.go_to("2025-12-01")
    later = (await licenses(ops, company))["trueUpCandidates"]

    assert found == [("Late", "2025-11-16", "166.97"), ("Early", "2025-11-10", "179.98")]
    assert later == []
    assert (await company.invoices())["2025-12-01"] == "346.95"
