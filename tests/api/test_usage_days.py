"""`Account.usage`: paid, included, amount and fees, in total and by day, kind, user, line."""

from typing import Any

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.users import UserStatus
from tests.api.conftest import Client
from tests.make import Company, at, make_company, query, sms, statements

SUMS = "events paidQuantity includedQuantity amount { amount } fees { amount } total { amount }"
USAGE = f"""query($id: ID!, $from: Date, $to: Date, $by: UsageBy! = POSTED) {{ account(id: $id) {{
    usage(from: $from, to: $to, by: $by) {{ from to by totals {{ {SUMS} }}
        byDay {{ day {SUMS} }} byKind {{ kind {SUMS} }} byDirection {{ direction {SUMS} }}
        byLineType {{ lineType {SUMS} }} byInitiator {{ initiator {SUMS} }}
        byUser {{ label users user {{ status }} {SUMS} }}
        byLine {{ label lines line {{ number }} {SUMS} }} }} }} }}"""
EVERY = ["byDay", "byKind", "byDirection", "byLineType", "byInitiator", "byUser", "byLine"]


async def usage(ops: Client, company: Company, **asked: Any) -> dict[str, Any]:
    found = await ops.data(USAGE, id=encode("account", company.id), **asked)
    shown: dict[str, Any] = found["account"]["usage"]
    return shown


def brief(row: dict[str, Any]) -> tuple[int, int, int, str, str]:
    return (
        row["events"],
        row["paidQuantity"],
        row["includedQuantity"],
        row["amount"]["amount"],
        row["fees"]["amount"],
    )


async def lived(app: Perseat) -> Company:
    """Texts of an agent and a campaign, a look-up of nobody, a toll-free call; two days."""
    company = await make_company(app, users=3, on="2025-11-10", may_go_negative=True)
    ada, ben = await company.people()
    await company.record(
        sms(4, user_id=str(ada.id), happened_at=at("2025-11-09")),
        sms(2, user_id=str(ada.id), initiator=Initiator.AGENT, happened_at=at("2025-11-10")),
    )
    await company.set_clock("2025-11-12")
    await company.record(
        sms(3, user_id=str(ben.id), line_type=LineType.TOLL_FREE, happened_at=at("2025-11-12")),
        sms(1, kind=UsageKind.LOOKUP, initiator=Initiator.API, happened_at=at("2025-11-12")),
        sms(
            7,
            kind=UsageKind.CALL_MINUTE,
            direction=Direction.INBOUND,
            initiator=Initiator.CONSUMER,
            happened_at=at("2025-11-12"),
        ),
    )
    await company.change(ben, UserStatus.DELETED)
    return company


async def test_paid_included_and_amount(app: Perseat, ops: Client) -> None:
    """R-40; M2: what is included is counted, and costs nothing."""
    shown = await usage(ops, await lived(app))

    assert (shown["from"], shown["to"], shown["by"]) == ("2025-11-01", "2025-11-12", "POSTED")
    assert brief(shown["totals"]) == (5, 8, 9, shown["totals"]["amount"]["amount"], "0.00")
    by_day = {row["day"]: brief(row)[:3] for row in shown["byDay"]}
    assert len(by_day) == 12
    assert {day: row for day, row in by_day.items() if row[0]} == {
        "2025-11-10": (2, 4, 2),
        "2025-11-12": (3, 4, 7),
    }
    assert {row["kind"]: brief(row)[1:3] for row in shown["byKind"]} == {
        "SMS_SEGMENT": (7, 2),
        "LOOKUP": (1, 0),
        "CALL_MINUTE": (0, 7),
    }


async def test_the_day_of_posting_or_of_happening(app: Perseat, ops: Client) -> None:
    company = await lived(app)

    happened = await usage(
        ops, company, by="HAPPENED", **{"from": "2025-11-09", "to": "2025-11-10"}
    )
    posted = await usage(ops, company, by="POSTED", **{"from": "2025-11-09", "to": "2025-11-10"})

    assert [brief(row)[:3] for row in happened["byDay"]] == [(1, 4, 0), (1, 0, 2)]
    assert [brief(row)[:3] for row in posted["byDay"]] == [(0, 0, 0), (2, 4, 2)]


async def test_users_who_are_deleted_are_shown_and_so_is_usage_of_nobody(
    app: Perseat, ops: Client
) -> None:
    """U5: history keeps them."""
    shown = await usage(ops, await lived(app))

    people = [(row["label"], row["users"], row["user"], row["events"]) for row in shown["byUser"]]
    assert sorted(people[:2], key=lambda each: each[3]) == [
        ("Ada Lovelace", 1, {"status": "DELETED"}, 1),
        ("Ada Lovelace", 1, {"status": "ACTIVE"}, 2),
    ]
    assert people[2] == ("No user", 0, None, 2)
    assert [(row["label"], row["lines"], row["line"]) for row in shown["byLine"]] == [
        ("No line", 0, None)
    ]


async def test_each_breakdown_sums_up_to_the_totals(app: Perseat, ops: Client) -> None:
    shown = await usage(ops, await lived(app))

    for name in EVERY:
        rows = shown[name]
        for field in ("events", "paidQuantity", "includedQuantity"):
            assert sum(row[field] for row in rows) == shown["totals"][field], name


async def test_many_users_are_the_first_few_and_the_others(app: Perseat, ops: Client) -> None:
    """Dearest first, then as they were created; nothing is left out."""
    company = await make_company(app, users=131, on="2025-11-10", may_go_negative=True)
    people = await company.people()
    await company.record(*(sms(1 + (n < 2), user_id=str(each.id)) for n, each in enumerate(people)))
    await company.record(sms(5))
    asking = """query($id: ID!, $first: Int!) { account(id: $id) { usage { byUser(first: $first)
        { label users paidQuantity user { id } } } } }"""

    for first in (1, 3, 100):
        data = await ops.data(asking, id=encode("account", company.id), first=first)
        rows = data["account"]["usage"]["byUser"]
        shown = [(row["label"], row["users"], row["paidQuantity"]) for row in rows[-2:]]
        others = 130 - first
        assert shown == [("No user", 0, 5), (f"{others} others", others, 132 - sum_of(first))]
        assert [row["user"]["id"] for row in rows[:first]] == [
            encode("user", company.id, each.id) for each in people[:first]
        ]


def sum_of(first: int) -> int:
    return first + min(first, 2)


async def test_nothing_used_is_zeros(app: Perseat, ops: Client) -> None:
    company = await make_company(app, on="2028-02-29")

    shown = await usage(ops, company)

    assert brief(shown["totals"]) == (0, 0, 0, "0.00", "0.00")
    assert (len(shown["byDay"]), shown["byDay"][-1]["day"]) == (29, "2028-02-29")
    assert [shown[name] for name in EVERY[1:]] == [[]] * 6


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("UTC", {"2025-10-26": 1, "2025-10-27": 0}),
        ("Pacific/Kiritimati", {"2025-10-26": 0, "2025-10-27": 1}),
        ("Etc/GMT+12", {"2025-10-26": 1, "2025-10-27": 0}),
    ],
)
async def test_days_are_the_accounts(
    app: Perseat, ops: Client, zone: str, days: dict[str, int]
) -> None:
    """C1."""
    company = await make_company(app, on="2025-11-01", billing_timezone=zone, may_go_negative=True)
    await company.record(sms(1, happened_at=at("2025-10-26", "12:30")))

    shown = await usage(ops, company, by="HAPPENED", **{"from": "2025-10-26", "to": "2025-10-27"})

    assert {row["day"]: row["events"] for row in shown["byDay"]} == days


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2025-11-02", "to": "2025-11-01"}, "from"),
        ({"from": "2024-10-05", "to": "2025-11-09"}, "from"),
        ({"from": "2025-11-11"}, "from"),
    ],
)
async def test_a_range_that_is_none_or_too_long(
    app: Perseat, ops: Client, asked: dict[str, str], field: str
) -> None:
    company = await make_company(app, on="2025-11-10")

    answer = await ops.ask(USAGE, id=encode("account", company.id), **asked)

    assert [each["extensions"]["field"] for each in answer["errors"]] == [field]


async def test_400_days_are_not_too_long(app: Perseat, ops: Client) -> None:
    company = await make_company(app, on="2025-11-10")

    shown = await usage(ops, company, **{"from": "2024-10-06", "to": "2025-11-09"})

    assert len(shown["byDay"]) == 400


async def test_units_beyond_32_bits(app: Perseat, ops: Client) -> None:
    """10,000 people talk a lot in a year."""
    company = await make_company(app, on="2025-11-10", may_go_negative=True)
    await company.record(sms(1))
    change = "UPDATE usage_days SET quantity = :quantity WHERE account_id = :id"
    await query(app, change, id=company.id, quantity=5_000_000_000)
    try:
        assert (await usage(ops, company))["totals"]["paidQuantity"] == 5_000_000_000
    finally:
        await query(app, change, id=company.id, quantity=1)


MANY = f"""query($first: Int!) {{ accounts(first: $first) {{ nodes {{
    usage {{ totals {{ {SUMS} }} byDay {{ {SUMS} }} byUser {{ user {{ id }} {SUMS} }}
        byLine {{ line {{ id }} {SUMS} }} byKind {{ {SUMS} }} }}
    year: usage(from: "2025-01-01", by: HAPPENED) {{ totals {{ {SUMS} }} }} }} }} }}"""


async def test_many_accounts_cost_as_many_queries_as_one(own_app: Perseat, own_ops: Client) -> None:
    for _ in range(30):
        company = await make_company(own_app, on="2025-11-10", may_go_negative=True)
        await company.record(sms(1))
    sent = {}
    for number in (1, 10, 30):
        with statements(own_app) as found:
            data = await own_ops.data(MANY, first=number)
        assert [each["usage"]["totals"]["events"] for each in data["accounts"]["nodes"]] == (
            [1] * number
        )
        sent[number] = len([each for each in found if "usage_days" in each])

    assert sent == {1: 2, 10: 2, 30: 2}


async def test_the_list_of_events_that_was_here_before_still_answers(
    app: Perseat, ops: Client
) -> None:
    """Deprecated, and as it was: all events, newest first, in pages."""
    company = await lived(app)
    asking = """query($id: ID!, $after: String) { account(id: $id) { usage(first: 3, after: $after)
        { nodes { id } edges { cursor node { id } } pageInfo { hasNextPage endCursor } } } }"""

    one = (await ops.data(asking, id=encode("account", company.id)))["account"]["usage"]
    after = one["pageInfo"]["endCursor"]
    two = (await ops.data(asking, id=encode("account", company.id), after=after))["account"]

    assert len({each["id"] for each in (*one["nodes"], *two["usage"]["nodes"])}) == 5
    assert [edge["node"] for edge in one["edges"]] == one["nodes"]
    assert (one["pageInfo"]["hasNextPage"], two["usage"]["pageInfo"]["hasNextPage"]) == (
        True,
        False,
    )
