"""`Account.usageEvents`: filtered, newest first, and each says why it cost what it cost."""

from datetime import timedelta
from typing import Any

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.adjustments import Adjustment
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.users import UserStatus
from app.models.api_keys import KeyRole
from app.services import adjustments, deferrals
from tests.api.conftest import Client, make_key
from tests.make import Company, at, make_company, sms, statements

EVENTS = """query($id: ID!, $first: Int! = 20, $after: String, $filter: UsageEventFilter) {
    account(id: $id) { usageEvents(first: $first, after: $after, filter: $filter) {
        nodes { id eventId source kind quantity rate { amount } amount { amount } included
            fee { amount } feeRate { amount } carrier explanation postedAt happenedAt
            user { id status } line { number } debit { kind amount { amount } }
            feeDebit { kind amount { amount } } reason
            invoice { number kind } adjusts { eventId } adjustedBy { eventId } }
        edges { cursor } pageInfo { hasNextPage endCursor } } } }"""


async def events(ops: Client, company: Company, **asked: Any) -> dict[str, Any]:
    found = await ops.data(EVENTS, id=encode("account", company.id), **asked)
    page: dict[str, Any] = found["account"]["usageEvents"]
    return page


async def names(ops: Client, company: Company, **chosen: Any) -> list[str]:
    page = await events(ops, company, filter=chosen)
    return [each["eventId"] for each in page["nodes"]]


async def lived(app: Perseat) -> tuple[Company, dict[str, str]]:
    """Four events of three days; the ids of whom they are."""
    company = await make_company(app, users=3, on="2025-11-10", may_go_negative=True)
    ada, ben = await company.people()
    line = (await company.attach(ada)).line
    user, line_id = str(ada.id), str(line.id)
    await company.record(
        sms(2, "agent", user_id=user, line_id=line_id, initiator=Initiator.AGENT),
        sms(10, "campaign", source="crm", user_id=str(ben.id), happened_at=at("2025-11-09")),
    )
    await company.set_clock("2025-11-12")
    await company.record(
        sms(1, "look-up", kind=UsageKind.LOOKUP, initiator=Initiator.API),
        sms(
            3,
            "toll-free",
            source="dialer",
            kind=UsageKind.CALL_MINUTE,
            direction=Direction.INBOUND,
            initiator=Initiator.CONSUMER,
            line_type=LineType.TOLL_FREE,
            user_id=user,
            happened_at=at("2025-11-12"),
        ),
    )
    await company.change(ben, UserStatus.DELETED)
    ids = {"ada": encode("user", company.id, ada.id), "ben": encode("user", company.id, ben.id)}
    return company, ids | {"line": encode("line", company.id, line.id), "number": line.number}


async def test_an_event_says_everything_of_itself(app: Perseat, ops: Client) -> None:
    """I5, M2, M3."""
    company, ids = await lived(app)

    (text,) = (await events(ops, company, filter={"eventId": "campaign"}))["nodes"]
    (free,) = (await events(ops, company, filter={"eventId": "agent"}))["nodes"]

    assert text.pop("id")
    assert text == {
        "eventId": "campaign",
        "source": "crm",
        "kind": "SMS_SEGMENT",
        "quantity": 10,
        "rate": {"amount": "0.015"},
        "amount": {"amount": "0.15"},
        "included": False,
        "fee": {"amount": "0.00"},
        "feeRate": {"amount": "0.00"},
        "carrier": None,
        "explanation": "10 outbound SMS segments by automation on a local line cost 0.015 each, "
        "0.15 in all, because what is automated is never part of the plan.",
        "postedAt": "2025-11-10T12:00:00+00:00",
        "happenedAt": "2025-11-09T12:00:00+00:00",
        "user": {"id": ids["ben"], "status": "DELETED"},
        "line": None,
        "debit": {"kind": "USAGE", "amount": {"amount": "-0.15"}},
        "feeDebit": None,
        "reason": None,
        "invoice": None,
        "adjusts": None,
        "adjustedBy": [],
    }
    assert (free["amount"]["amount"], free["debit"], free["included"]) == ("0.00", None, True)
    assert free["line"] == {"number": ids["number"]}
    assert free["explanation"].endswith("are part of the plan.")


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, {"agent", "campaign", "look-up", "toll-free"}),
        ({"kind": "SMS_SEGMENT"}, {"agent", "campaign"}),
        ({"direction": "INBOUND"}, {"toll-free"}),
        ({"lineType": "TOLL_FREE"}, {"toll-free"}),
        ({"lineType": "INTERNATIONAL"}, set()),
        ({"initiator": "AGENT"}, {"agent"}),
        ({"included": True}, {"agent"}),
        ({"included": False}, {"campaign", "look-up", "toll-free"}),
        ({"kind": "SMS_SEGMENT", "included": False}, {"campaign"}),
        ({"userId": "ada"}, {"agent", "toll-free"}),
        ({"userId": "ada", "included": True}, {"agent"}),
        ({"userId": "ben"}, {"campaign"}),
        ({"lineId": "line"}, {"agent"}),
        ({"source": "crm"}, {"campaign"}),
        ({"source": ""}, {"agent", "look-up"}),
        ({"source": "", "kind": "LOOKUP"}, {"look-up"}),
        ({"source": "crm", "kind": "LOOKUP"}, set()),
        ({"eventId": "toll-free"}, {"toll-free"}),
        ({"eventId": "nothing"}, set()),
        ({"postedFrom": "2025-11-11"}, {"look-up", "toll-free"}),
        ({"postedTo": "2025-11-11"}, {"agent", "campaign"}),
        ({"postedFrom": "2025-11-12", "postedTo": "2025-11-12"}, {"look-up", "toll-free"}),
        ({"happenedFrom": "2025-11-09", "happenedTo": "2025-11-11"}, {"campaign"}),
        ({"happenedFrom": "2025-11-10"}, {"toll-free"}),
        ({"happenedTo": "2025-11-08", "kind": "LOOKUP"}, {"look-up"}),
        ({"happenedTo": "2025-10-08"}, set()),
    ],
)
async def test_each_filter(
    app: Perseat, ops: Client, chosen: dict[str, Any], found: set[str]
) -> None:
    company, ids = await lived(app)
    given = {name: ids.get(value, value) for name, value in chosen.items()}

    assert set(await names(ops, company, **given)) == found


async def test_pages_are_newest_first_with_every_kind_of_filter(app: Perseat, ops: Client) -> None:
    """By posting, whatever its cell: pages join up without a gap or a repetition."""
    company = await make_company(app, on="2025-11-10", may_go_negative=True)
    for number in range(7):
        await company.set_clock("2025-11-10", f"13:{number:02}")
        kind = UsageKind.LOOKUP if number % 3 else UsageKind.SMS_SEGMENT
        await company.record(sms(1, f"e{number}", kind=kind, initiator=Initiator.API))
    for chosen in ({}, {"included": False}, {"source": ""}, {"postedFrom": "2025-11-10"}):
        seen, after = [], None
        for _ in range(3):
            page = await events(ops, company, first=3, after=after, filter=chosen)
            seen += [each["eventId"] for each in page["nodes"]]
            after = page["pageInfo"]["endCursor"]

        assert seen == [f"e{number}" for number in reversed(range(7))], chosen
        assert not page["pageInfo"]["hasNextPage"]


async def test_the_invoice_that_asked_for_it(app: Perseat, ops: Client) -> None:
    """M7: the debt of November is on the invoice of 1 December, and December's is not."""
    company = await make_company(app, on="2025-11-10", may_go_negative=True)
    await company.convert()
    await company.record(sms(1000, "november", happened_at=at("2025-11-10")))
    await company.go_to("2025-12-01")
    await company.record(sms(1000, "december", happened_at=at("2025-11-30")))

    shown = {each["eventId"]: each for each in (await events(ops, company))["nodes"]}

    assert shown["november"]["invoice"] == {"number": "INV-0002", "kind": "RENEWAL"}
    assert shown["december"]["invoice"] is None


async def test_the_invoice_of_what_was_settled_on_the_same_day(app: Perseat, ops: Client) -> None:
    """M7, M8: what was owed when usage began to be paid afterwards, and nothing since."""
    company = await make_company(app, on="2025-11-10", may_go_negative=True)
    await company.convert()
    await company.record(sms(1000, "before", happened_at=at("2025-11-10")))
    await company.set_clock("2025-11-10", "13:00")
    await company.pay_afterwards(usage=True)
    await company.go_to("2025-12-02")

    (shown,) = (await events(ops, company))["nodes"]

    assert shown["invoice"] == {"number": "INV-0002", "kind": "RENEWAL"}


async def test_fees_and_usage_abroad_say_when_they_are_debited(app: Perseat, ops: Client) -> None:
    """M2: at the end of the day, and on the day after; also on 29 February."""
    company = await make_company(app, on="2028-02-28", may_go_negative=True)
    abroad = {"line_type": LineType.INTERNATIONAL, "happened_at": at("2028-02-28")}
    await company.record(sms(2, "abroad", **abroad))
    await company.record(
        sms(2, "free", initiator=Initiator.AGENT, carrier="att", happened_at=at("2028-02-28"))
    )
    before = {each["eventId"]: each for each in (await events(ops, company))["nodes"]}
    await company.set_clock("2028-03-01")
    await deferrals.post_due(app.operators, company.id)
    after = {each["eventId"]: each for each in (await events(ops, company))["nodes"]}

    assert [(each["debit"], each["feeDebit"]) for each in before.values()] == [(None, None)] * 2
    assert before["free"]["explanation"] == (
        "2 outbound SMS segments by an agent on a local line are part of the plan; AT&T charges "
        "0.003 each for carrying them, 0.006 in all, posted on 29 February 2028."
    )
    assert after["free"]["feeDebit"] == {"kind": "CARRIER_FEES", "amount": {"amount": "-0.006"}}
    assert after["abroad"]["debit"]["kind"] == "INTERNATIONAL_USAGE"
    assert "debited at the end of 28 February 2028" in after["abroad"]["explanation"]


async def test_a_correction_and_what_it_corrects(app: Perseat, ops: Client) -> None:
    """M1, I3: each names the other."""
    company, _ = await lived(app)
    async with company.begin() as uow:
        wish = Adjustment("fix", "campaign", 4, "counted twice", "crm")
        await adjustments.adjust_usage(uow, company.id, [wish])

    shown = {each["eventId"]: each for each in (await events(ops, company))["nodes"]}

    assert shown["fix"]["adjusts"] == {"eventId": "campaign"}
    assert shown["campaign"]["adjustedBy"] == [{"eventId": "fix"}]
    assert (shown["fix"]["quantity"], shown["fix"]["reason"]) == (-6, "counted twice")
    assert shown["fix"]["explanation"].startswith("A correction takes back 6 outbound SMS")
    assert shown["fix"]["debit"]["amount"] == {"amount": "0.09"}


async def test_an_event_is_a_node(app: Perseat, ops: Client) -> None:
    company, _ = await lived(app)
    (shown,) = (await events(ops, company, filter={"eventId": "campaign"}))["nodes"]
    node = "query($id: ID!) { node(id: $id) { ... on UsageEvent { eventId amount { currency } } } }"

    found = await ops.data(node, id=shown["id"])
    stranger = await make_company(app)
    other = Client(ops.http, await make_key(app, KeyRole.ADMINISTRATOR, stranger.id))

    assert found["node"] == {"eventId": "campaign", "amount": {"currency": "USD"}}
    assert (await other.data(node, id=shown["id"]))["node"] is None
    assert (await ops.data(node, id=encode("usage", company.id, new_id())))["node"] is None


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"postedFrom": "2025-11-02", "postedTo": "2025-11-01"}, "postedFrom"),
        ({"happenedFrom": "2025-11-02", "happenedTo": "2025-11-01"}, "happenedFrom"),
        ({"userId": "x"}, "userId"),
        ({"userId": encode("user", new_id(), new_id())}, "userId"),
        ({"holdId": encode("hold", new_id(), new_id())}, "holdId"),
        ({"eventId": "a\nb"}, "eventId"),
        ({"source": "a\nb"}, "source"),
    ],
)
async def test_a_filter_that_cannot_be(
    app: Perseat, ops: Client, chosen: dict[str, str], field: str
) -> None:
    company = await make_company(app)

    answer = await ops.ask(EVENTS, id=encode("account", company.id), filter=chosen)

    assert [each["extensions"]["field"] for each in answer["errors"]] == [field]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "America/Havana"])
async def test_days_of_a_filter_are_the_accounts(app: Perseat, ops: Client, zone: str) -> None:
    """C1: also on a day that begins twice (Havana, 2 November 2025)."""
    company = await make_company(
        app, on="2025-11-01", time="00:00", billing_timezone=zone, may_go_negative=True
    )
    start = at("2025-11-01", "00:00")
    for hour in range(80):
        day, time = str(start + timedelta(hours=hour, minutes=30)).split("+")[0].split()
        await company.set_clock(day, time)
        await company.record(sms(1, f"h{hour}", happened_at=at(day, time)))
    usage = """query($id: ID!) { account(id: $id) { usage(from: "2025-10-31", to: "2025-11-05") {
        byDay { day events } } } }"""

    rows = (await ops.data(usage, id=encode("account", company.id)))["account"]["usage"]["byDay"]
    for row in rows:
        for kind in ("posted", "happened"):
            chosen = {f"{kind}From": row["day"], f"{kind}To": row["day"]}
            page = await events(ops, company, first=100, filter=chosen)
            assert len(page["nodes"]) == row["events"], (row["day"], kind)
    assert sum(row["events"] for row in rows) == 80


MANY = """query($first: Int!) { accounts(first: $first) { nodes { usageEvents(first: 5,
    filter: { included: false }) { nodes { explanation user { id } line { id } debit { id }
    invoice { id } adjusts { id } adjustedBy { id } } } } } }"""


async def test_many_accounts_cost_as_many_queries_as_one(own_app: Perseat, own_ops: Client) -> None:
    for _ in range(20):
        company = await make_company(own_app, users=2, on="2025-11-10", may_go_negative=True)
        (user,) = await company.people()
        await company.record(sms(1, user_id=str(user.id)), sms(2))
    sent = {}
    for number in (1, 20):
        with statements(own_app) as found:
            data = await own_ops.data(MANY, first=number)
        nodes = [each["usageEvents"]["nodes"] for each in data["accounts"]["nodes"]]
        assert [len(each) for each in nodes] == [2] * number
        sent[number] = len(found)

    assert sent[1] == sent[20]
    assert sent[20] <= 9
