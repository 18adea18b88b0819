"""Credits as the SPA and partners see them: every entry says what it was, and what was left."""

import asyncio
from typing import Any, TypeAlias

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.usage import LineType, UsageKind
from app.models.api_keys import KeyRole
from app.services import credits
from tests.api.conftest import Client, make_key
from tests.holding import held
from tests.make import Company, at, drain, make_company, sms, statements

ENTRIES = """query($id: ID!, $first: Int!, $after: String) { account(id: $id) { credits {
    balance { amount }
    entries(first: $first, after: $after) { nodes {
        kind at amount { amount } balance { amount }
        usage { kind events quantity amount { amount } }
        deferred { day events }
        payment { purpose status } invoice { kind number }
    } pageInfo { hasNextPage endCursor } } } } }"""


def node(company: Company) -> str:
    return encode("account", company.id)


async def credits_of(client: Client, company: Company, fields: str) -> dict[str, Any]:
    query = f"query($id: ID!) {{ account(id: $id) {{ credits {{ {fields} }} }} }}"
    found: dict[str, Any] = (await client.data(query, id=node(company)))["account"]["credits"]
    return found


async def test_each_entry_says_what_it_was_and_what_was_left(app: Perseat, ops: Client) -> None:
    """M4, M5, M7: by page as all at once."""
    company = await make_company(app, may_go_negative=True)
    await company.convert()
    await company.buy("20")
    await company.record(
        sms(100),
        sms(7, line_type=LineType.TOLL_FREE),
        sms(5, initiator="AGENT"),
        sms(2, kind=UsageKind.LOOKUP),
    )
    await company.record(sms(1500, happened_at=at("2025-11-01")))
    await company.go_to("2025-12-02")

    whole = (await ops.data(ENTRIES, id=node(company), first=50))["account"]["credits"]
    paged: list[Any] = []
    after = None
    for _ in range(5):
        page = (await ops.data(ENTRIES, id=node(company), first=1, after=after))["account"]
        paged += page["credits"]["entries"]["nodes"]
        after = page["credits"]["entries"]["pageInfo"]["endCursor"]

    rounding, debt, second, first, bought = nodes = whole["entries"]["nodes"]
    assert paged == nodes
    assert whole["balance"] == nodes[0]["balance"] == {"amount": "0.00"}
    assert [each["kind"] for each in nodes] == ["DEBT_ROUNDING", "DEBT", "USAGE", "USAGE", "TOP_UP"]
    assert bought["payment"] == {"purpose": "PURCHASE", "status": "SUCCEEDED"}
    assert (bought["invoice"]["kind"], bought["balance"]["amount"]) == ("TOP_UP", "20.00")
    assert {each["kind"]: (each["events"], each["quantity"]) for each in first["usage"]} == {
        "SMS_SEGMENT": (2, 107),
        "LOOKUP": (1, 2),
    }
    assert second["amount"]["amount"] == "-22.50"
    assert debt["invoice"]["kind"] == rounding["invoice"]["kind"] == "RENEWAL"
    assert debt["at"].startswith("2025-12-01T00:00")
    assert (debt["usage"], debt["payment"], second["invoice"]) == ([], None, None)


async def test_a_day_that_is_debited_later_is_pending_until_then(app: Perseat, ops: Client) -> None:
    """M2, M4: carriers' fees and usage abroad count before they leave the credits."""
    company = await make_company(app)
    await company.convert()
    await company.buy("10")
    await company.record(
        sms(10, carrier="att", initiator="AGENT"),
        sms(10, line_type=LineType.INTERNATIONAL, happened_at=at("2025-11-01", "11:00")),
    )
    before = await credits_of(ops, company, PENDING + "pending { kind day events dueAt }")
    asked = await ops.mutate(
        "authorizeUsage",
        "funds { pendingDebits { amount } } projectedBalance { amount }",
        accountId=node(company),
        usage=[{**LINE, "quantity": 10}],
    )
    await company.go_to("2025-11-03")
    after = await credits_of(ops, company, PENDING)
    found = (await ops.data(ENTRIES, id=node(company), first=50))["account"]["credits"]

    pending = before["available"]["pendingDebits"]["amount"]
    assert [each["kind"] for each in before["pending"]] == ["CARRIER_FEE", "INTERNATIONAL"]
    assert [each["day"] for each in before["pending"]] == ["2025-11-01"] * 2
    assert before["available"]["balance"]["amount"] == "10.00"
    assert asked["funds"]["pendingDebits"]["amount"] == pending != "0.00"
    assert after["available"]["pendingDebits"]["amount"] == "0.00"
    assert after["available"]["available"] == before["available"]["available"]
    kinds = {each["kind"]: each for each in found["entries"]["nodes"]}
    assert kinds["CARRIER_FEES"]["deferred"] == {"day": "2025-11-01", "events": 1}
    assert kinds["INTERNATIONAL_USAGE"]["deferred"] == {"day": "2025-11-01", "events": 1}
    assert kinds["TOP_UP"]["deferred"] is None


@pytest.mark.parametrize(
    "after", ["", "x", "WyJlbnRyaWVzIGlkIGJlZm9yZSBkb3duIiwiMCIsIjAiXQ"], ids=["none", "x", "ids"]
)
async def test_a_cursor_of_another_list_is_refused(app: Perseat, ops: Client, after: str) -> None:
    company = await make_company(app)

    answer = await ops.ask(ENTRIES, id=node(company), first=5, after=after)

    assert answer["errors"][0]["extensions"]["field"] == "after"


PENDING = """available: funds { balance { amount } pendingDebits { amount } held { amount }
    available { amount } incoming { amount } }
    pending { kind amount { amount } payment { status } hold { reference status } }"""


async def test_what_is_under_way_is_shown_and_not_in_the_balance(app: Perseat, ops: Client) -> None:
    """M5: payments until they have succeeded, and what is set aside."""
    company = await make_company(app)
    await company.buy("5")
    await held(company, "spring", sms(100))
    gone = await held(company, "summer", sms(10))
    async with company.begin() as uow:
        await credits.buy_credits(uow, company.id, 7_000_000)
    before = await credits_of(ops, company, PENDING)
    released = await ops.mutate(
        "releaseHold", "hold { status }", id=encode("hold", company.id, gone.id)
    )
    await drain(app)
    after = await credits_of(ops, company, PENDING)
    await company.set_clock("2025-11-04")

    assert before["available"] == {
        "balance": {"amount": "5.00"},
        "pendingDebits": {"amount": "0.00"},
        "held": {"amount": "1.65"},
        "available": {"amount": "3.35"},
        "incoming": {"amount": "7.00"},
    }
    assert [(each["kind"], each["amount"]["amount"]) for each in before["pending"]] == [
        ("PURCHASE", "7.00"),
        ("HOLD", "-1.50"),
        ("HOLD", "-0.15"),
    ]
    assert released["hold"] == {"status": "RELEASED"}
    assert after["available"]["available"] == {"amount": "10.50"}
    assert [each["hold"] for each in after["pending"]] == [
        {"reference": "spring", "status": "OPEN"}
    ]
    fields = "pending { kind } holds { nodes { status remaining { amount } } }"
    done = await credits_of(ops, company, fields)
    assert done["pending"] == []
    assert [each["status"] for each in done["holds"]["nodes"]] == ["RELEASED", "EXPIRED"]
    assert {each["remaining"]["amount"] for each in done["holds"]["nodes"]} == {"0.00"}


LINE = {
    "kind": "SMS_SEGMENT",
    "direction": "OUTBOUND",
    "lineType": "LOCAL",
    "initiator": "AUTOMATION",
}
ANSWER = """allowed reason cost { amount } costs { amount } projectedBalance { amount }
    funds { available { amount } } hold { id status amount { amount } actor }"""


Partner: TypeAlias = tuple[Company, Client, dict[str, Any]]
HOLD = {"reference": "black friday", "expiresAt": "2025-11-02T00:00:00Z"}


@pytest.fixture
async def partner(app: Perseat, ops: Client) -> Partner:
    """A company with 700.00, its partner, and a campaign of 630.00 to ask for."""
    company = await make_company(app)
    await company.buy("700")
    lines = [{**LINE, "quantity": 40_000}, {**LINE, "lineType": "TOLL_FREE", "quantity": 2_000}]
    client = Client(ops.http, await make_key(app, KeyRole.PARTNER, company.id))
    return company, client, {"accountId": node(company), "usage": lines}


async def test_a_partner_asks_and_holds(partner: Partner) -> None:
    """M4: what is held for a campaign is promised to nobody else."""
    _, client, given = partner

    first = await client.mutate("authorizeUsage", ANSWER, **given, hold=HOLD)
    second = await client.mutate("authorizeUsage", ANSWER, **given)
    again = await client.mutate("authorizeUsage", ANSWER, **given, hold=HOLD)
    less = given | {"usage": given["usage"][0]}
    other = await client.mutate("authorizeUsage", ANSWER, **less, hold=HOLD)
    under = await client.mutate("authorizeUsage", ANSWER, **given, holdId=first["hold"]["id"])

    assert (first["allowed"], first["reason"], first["userErrors"]) == (True, None, [])
    assert [each["amount"] for each in first["costs"]] == ["600.00", "30.00"]
    assert (first["cost"]["amount"], first["projectedBalance"]["amount"]) == ("630.00", "70.00")
    assert first["hold"]["status"] == "OPEN"
    assert (second["allowed"], second["reason"]) == (False, "CREDITS_ON_HOLD")
    assert second["funds"]["available"]["amount"] == "70.00"
    assert again["hold"]["id"] == first["hold"]["id"]
    assert (other["allowed"], other["userErrors"][0]["code"]) == (None, "CONFLICT")
    assert other["userErrors"][0]["field"] == "hold.reference"
    assert (under["allowed"], under["hold"]["status"]) == (True, "OPEN")


async def test_a_partner_reports_and_sees_the_hold_drawn(
    app: Perseat, ops: Client, partner: Partner
) -> None:
    """M4: and no other company's partner sees it."""
    company, client, given = partner
    first = await client.mutate("authorizeUsage", ANSWER, **given, hold=HOLD)
    hold_id = first["hold"]["id"]
    used = {**LINE, "quantity": 30_000, "id": "1", "happenedAt": "2025-11-01T11:00:00Z"}

    drawn = await client.mutate(
        "recordUsage",
        "cost { amount } holds { id status remaining { amount } }",
        accountId=node(company),
        events=[used | {"holdId": hold_id}],
    )
    longer = await client.mutate(
        "extendHold",
        "hold { remaining { amount } used { amount } expiresAt }",
        id=hold_id,
        expiresAt="2025-11-05T00:00:00Z",
    )
    stranger = await make_company(app)
    theirs = Client(ops.http, await make_key(app, KeyRole.PARTNER, stranger.id))
    read = "query($id: ID!) { hold(id: $id) { reference status used { amount } } }"
    seen, unseen = [await each.data(read, id=hold_id) for each in (client, theirs)]
    released = await theirs.mutate("releaseHold", "", id=hold_id)

    assert drawn["holds"] == [{"id": hold_id, "status": "OPEN", "remaining": {"amount": "180.00"}}]
    assert longer["hold"]["used"]["amount"] == "450.00"
    assert longer["hold"]["remaining"]["amount"] == "180.00"
    assert unseen == {"hold": None}
    assert seen["hold"] == {
        "reference": "black friday",
        "status": "OPEN",
        "used": {"amount": "450.00"},
    }
    assert released["userErrors"][0]["code"] == "NOT_FOUND"
    assert await company.balance() == "250.00"


async def test_alerts_are_set_and_seen(app: Perseat, ops: Client) -> None:
    """M4: armed while the balance is above; by someone who may change money."""
    company = await make_company(app)
    await company.buy("10")
    shown = """credits { alerts { threshold { amount } armed lastCrossedAt }
        alertCrossings { nodes { threshold { amount } balance { amount } at } } }"""
    partner = Client(ops.http, await make_key(app, KeyRole.PARTNER, company.id))

    refused = await partner.mutate(
        "setCreditAlerts", shown, accountId=node(company), thresholds=["5"]
    )
    fine = await ops.mutate(
        "setCreditAlerts", shown, accountId=node(company), thresholds=["5", "20.50"]
    )
    finer = await ops.mutate(
        "setCreditAlerts", shown, accountId=node(company), thresholds=["0.001"]
    )
    await company.record(sms(400))
    after = await credits_of(ops, company, shown[len("credits {") : -1])

    assert refused["userErrors"][0]["code"] == "FORBIDDEN"
    assert [(each["threshold"]["amount"], each["armed"]) for each in fine["credits"]["alerts"]] == [
        ("20.50", False),
        ("5.00", True),
    ]
    assert finer["userErrors"][0]["field"] == "thresholds"
    assert [each["armed"] for each in after["alerts"]] == [False, False]
    assert after["alerts"][1]["lastCrossedAt"] == "2025-11-01T12:00:00+00:00"
    assert after["alerts"][0]["lastCrossedAt"] is None
    (crossing,) = after["alertCrossings"]["nodes"]
    assert (crossing["threshold"]["amount"], crossing["balance"]["amount"]) == ("5.00", "4.00")


BURN = """spend(from: "2025-11-01", to: "2025-11-05") { total { amount }
        kinds { kind entries amount { amount } } }
    forecast { burnPerHour { amount } burnPerDay { amount } runsOutAt sentence
        basedOn { since lastDay { amount } lastWeek { amount } entries } }"""


async def test_a_forecast_says_when_the_credits_run_out(app: Perseat, ops: Client) -> None:
    """M4: Saturday to Tuesday, 1.44 a day; in the zone of the company."""
    company = await make_company(app, billing_timezone="America/New_York")
    await company.buy("10")
    nothing = await credits_of(ops, company, BURN)
    for day in range(1, 5):
        await company.set_clock(f"2025-11-0{day}", "12:30")
        await company.record(sms(96), sms(50, initiator="AGENT"))

    found = await credits_of(ops, company, BURN)

    assert nothing["forecast"] is None
    assert nothing["spend"] == {"total": {"amount": "0.00"}, "kinds": []}
    assert found["spend"]["total"]["amount"] == "5.76"
    assert found["spend"]["kinds"] == [
        {"kind": "USAGE", "entries": 4, "amount": {"amount": "5.76"}}
    ]
    forecast = found["forecast"]
    assert forecast["basedOn"] == {
        "since": "2025-11-01T12:30:00+00:00",
        "lastDay": {"amount": "1.44"},
        "lastWeek": {"amount": "5.76"},
        "entries": 4,
    }
    assert forecast["burnPerDay"]["amount"] == "1.68"
    assert forecast["burnPerHour"]["amount"] == "0.07"
    assert forecast["runsOutAt"] == "2025-11-07T01:04:17+00:00"
    assert forecast["sentence"] == "At this rate the credits run out Thursday about 20:00."


async def test_many_accounts_with_forecasts_are_a_fixed_number_of_statements(
    app: Perseat, ops: Client
) -> None:
    query = f"""query($n: Int!) {{ accounts(first: $n) {{ nodes {{ credits {{ {PENDING} {BURN}
        alerts {{ armed lastCrossedAt }}
        entries(first: 3) {{ nodes {{ balance {{ amount }} usage {{ kind }} payment {{ status }}
            invoice {{ kind }} }} }} }} }} }} }}"""
    for _ in range(4):
        company = await make_company(app)
        await company.buy("10")
        await company.record(sms(96))
        await held(company, "spring", sms(10))
        await ops.mutate("setCreditAlerts", "", accountId=node(company), thresholds=["5"])
    numbers = []
    for number in (1, 4):
        with statements(app) as sent:
            await ops.data(query, n=number)
        numbers.append(len(sent))

    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    ("first", "last"), [("2025-11-02", "2025-11-01"), ("2025-01-01", "2025-04-04")]
)
async def test_spend_is_asked_for_in_some_days(
    app: Perseat, ops: Client, first: str, last: str
) -> None:
    company = await make_company(app)
    query = """query($id: ID!, $from: Date!, $to: Date!) { account(id: $id) { credits {
        spend(from: $from, to: $to) { total { amount } } } } }"""

    answer = await ops.ask(query, id=node(company), **{"from": first, "to": last})

    assert answer["errors"][0]["extensions"]["field"] == "to"


AFTERWARDS: dict[str, object] = {"post_paid_usage": True}
BOUGHT = """payment { id status amount { amount } declineCode }
    credits { balance { amount } funds { incoming { amount } available { amount } }
        pending { kind amount { amount } payment { id } } }"""


async def test_two_clicks_at_once_are_one_purchase(app: Perseat, ops: Client) -> None:
    """M5: with one key; the answer shows what is on its way, and that it cannot be spent yet."""
    company = await make_company(app)
    await company.use_card("card_ok")
    given = {"accountId": node(company), "amount": "25.00"}

    answers = await asyncio.gather(
        *(ops.mutate("buyCredits", BOUGHT, **given, idempotencyKey="click") for _ in range(4))
    )
    other = await ops.mutate("buyCredits", BOUGHT, **given, idempotencyKey="another")
    await drain(app)
    again = await ops.mutate("buyCredits", BOUGHT, **given, idempotencyKey="click")

    assert len({each["payment"]["id"] for each in [*answers, again]}) == 1
    for each in answers:
        assert each["credits"]["balance"]["amount"] == "0.00"
        assert each["credits"]["funds"] == {
            "incoming": {"amount": "25.00"},
            "available": {"amount": "0.00"},
        }
        assert each["credits"]["pending"][0]["payment"]["id"] == each["payment"]["id"]
    assert other["userErrors"][0]["code"] == "CONFLICT"
    assert again["payment"]["status"] == "SUCCEEDED"
    assert again["credits"]["balance"]["amount"] == "25.00"
    assert again["credits"]["pending"] == []
    assert await company.taken() == ["25.00"]


@pytest.mark.parametrize(
    ("card", "change", "code", "field"),
    [
        (None, {}, "REFUSED", "accountId"),
        ("card_ok", {"status": "CLOSED"}, "REFUSED", "accountId"),
        ("card_ok", AFTERWARDS, None, None),
        ("card_declined", {}, None, None),
    ],
    ids=["no card", "closed", "post-paid", "declined"],
)
async def test_who_may_buy_credits(
    app: Perseat,
    ops: Client,
    card: str | None,
    change: dict[str, object],
    code: str | None,
    field: str | None,
) -> None:
    """M5, M8: who is post-paid may still pay in advance; a declined card is told afterwards, and
    the next purchase may be tried at once."""
    company = await make_company(app)
    if card:
        await company.use_card(card)
    if change == AFTERWARDS:
        await company.pay_afterwards(usage=True)
    elif change:
        await company.set(**change)
    given = {"accountId": node(company), "amount": "5", "idempotencyKey": "one"}

    first = await ops.mutate("buyCredits", BOUGHT, **given)
    await drain(app)
    shown = await credits_of(ops, company, "pending { kind } topUps { nodes { declineCode } }")

    errors = [(each["code"], each["field"]) for each in first["userErrors"]]
    assert errors == ([(code, field)] if code else [])
    assert shown["pending"] == []
    if card == "card_declined":
        assert shown["topUps"]["nodes"][0]["declineCode"]
        await company.use_card("card_ok")
        given["idempotencyKey"] = "two"
        assert (await ops.mutate("buyCredits", BOUGHT, **given))["userErrors"] == []
        await drain(app)
    bought = card is not None and not code
    assert await company.balance() == ("5.00" if bought else "0.00")
