"""What is paid afterwards, as operators and customers see it (M8)."""

from typing import Any

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.usage import LineType
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company, sms, statements

STANDING = """postPaid { usage subscription warnings }
    postPaidChanges { nodes { part postPaid contract reason actor } }
    credits { balance { amount } accrued { amount } autoTopUp { enabled stoppedReason } }
    monthToDate { charges { rule amount { amount } } }"""
ASK = f"query($id: ID!) {{ account(id: $id) {{ {STANDING} }} }}"
TOO_SMALL = (
    "Usage has cost at most 38.73 a month: paying afterwards is meant for more than 5,000.00."
)


async def agree(ops: Client, company: Company, **given: Any) -> dict[str, Any]:
    answer = f"account {{ {STANDING} }} charges {{ amount {{ amount }} derivation {{ rule }} }}"
    id_ = encode("account", company.id)
    return await ops.mutate("setPostPaid", answer, accountId=id_, **given)


async def test_what_is_owed_is_settled_and_what_is_used_then_accrues(
    app: Perseat, ops: Client
) -> None:
    """M7, M8: with a warning for what is too small, which refuses nothing."""
    company = await make_company(app)
    await company.convert()
    await company.record(sms(2_482))

    agreed = await agree(ops, company, usage=True, contract="C-17", reason="Large customer")
    await company.record(sms(100))
    shown = (await ops.data(ASK, id=encode("account", company.id)))["account"]

    assert agreed["userErrors"] == []
    assert agreed["charges"] == [{"amount": {"amount": "37.23"}, "derivation": {"rule": "M7"}}]
    assert agreed["account"]["credits"]["accrued"] == {"amount": "0.00"}
    assert shown["postPaid"] == {
        "usage": True,
        "subscription": False,
        "warnings": [TOO_SMALL],
    }
    (change,) = shown["postPaidChanges"]["nodes"]
    assert (change["part"], change["postPaid"], change["contract"], change["reason"]) == (
        *("USAGE", True, "C-17", "Large customer"),
    )
    assert shown["credits"]["balance"] == {"amount": "-1.50"}
    assert shown["credits"]["accrued"] == {"amount": "1.50"}
    assert shown["monthToDate"]["charges"] == [{"rule": "M8", "amount": {"amount": "1.50"}}]


async def test_what_waits_to_be_debited_is_accrued_too(app: Perseat, ops: Client) -> None:
    """M2, M8: as the 1st will ask for it; fees of the month's last day are the next month's."""
    company = await make_company(app)
    await company.convert()
    await company.pay_afterwards(usage=True)
    await company.record(sms(100, carrier="att"), sms(10, line_type=LineType.INTERNATIONAL))
    ask = "query($id: ID!) { account(id: $id) { credits { accrued { amount } } } }"
    first = await ops.data(ask, id=encode("account", company.id))
    await company.go_to("2025-11-30")
    await company.record(sms(100, carrier="att"))
    last = await ops.data(ask, id=encode("account", company.id))
    await company.go_to("2025-12-02")

    assert first["account"]["credits"]["accrued"] == {"amount": "2.55"}
    assert last["account"]["credits"]["accrued"] == {"amount": "4.05"}
    assert ("M8", "4.05") in [(each[0], each[3]) for each in await company.charges()]


async def test_what_stays_as_it_is_is_said(app: Perseat, ops: Client) -> None:
    """M6, M8: automatic top-up stops, and does not come back by itself; nothing is no agreement."""
    company = await make_company(app)
    given = {"accountId": encode("account", company.id), "reason": "Large customer"}
    answer = "notes"

    on = await ops.mutate("configureAutoTopUp", answer, accountId=given["accountId"], enabled=True)
    afterwards = await ops.mutate("setPostPaid", answer, **given, usage=True)
    before = await ops.mutate("setPostPaid", answer, **given, usage=False)
    nothing = await ops.mutate("setPostPaid", answer, **given)

    assert on["notes"][0].startswith("There is no payment method: nothing is charged until one is")
    assert afterwards["notes"] == ["Automatic top-up is off while usage is paid afterwards."]
    assert before["notes"][0].startswith("Automatic top-up is off, and stays off until")
    assert [each["field"] for each in nothing["userErrors"]] == ["usage"]
    assert "usage, subscription or both" in nothing["userErrors"][0]["message"]


async def test_a_large_customer_is_not_warned_about(app: Perseat, ops: Client) -> None:
    """M8: both sizes, of a trial too."""
    company = await make_company(app, "xpro")
    await company.set_minimum(40)
    await company.record(sms(500_000))

    agreed = await agree(ops, company, usage=True, subscription=True, contract="C", reason="Large")
    small = await agree(ops, await make_company(app), subscription=True, contract="C", reason="No")

    assert agreed["account"]["postPaid"]["warnings"] == []
    assert small["account"]["postPaid"]["warnings"] == [
        "The subscription costs 70.00 a month: paying afterwards is meant for more than 2,500.00."
    ]


async def test_what_is_refused_names_its_field(app: Perseat, ops: Client) -> None:
    """M8."""
    company = await make_company(app)

    bare = await agree(ops, company, subscription=True, reason="Large")
    mute = await agree(ops, company, usage=True, reason="")

    assert [(each["code"], each["field"]) for each in bare["userErrors"]] == [
        ("REFUSED", "contract")
    ]
    assert [each["field"] for each in mute["userErrors"]] == ["reason"]


async def test_only_operators_agree_to_it(app: Perseat, ops: Client) -> None:
    """U2: customers see it, and do not set it."""
    company = await make_company(app)
    key = await make_key(app, KeyRole.ADMINISTRATOR, company.id)
    administrator = Client(ops.http, key)

    refused = await agree(administrator, company, usage=True, reason="Please")
    shown = await administrator.data(ASK, id=encode("account", company.id))

    assert [each["code"] for each in refused["userErrors"]] == ["FORBIDDEN"]
    assert shown["account"]["postPaid"] == {"usage": False, "subscription": False, "warnings": []}


async def test_it_costs_as_many_statements_for_many_accounts(app: Perseat, ops: Client) -> None:
    """One read for all of them."""
    for _ in range(3):
        company = await make_company(app)
        await company.pay_afterwards(usage=True)

    async def asked(first: int) -> int:
        query = f"query($first: Int!) {{ accounts(first: $first) {{ nodes {{ {STANDING} }} }} }}"
        with statements(app) as sent:
            await ops.data(query, first=first)
        return len(sent)

    assert await asked(3) == await asked(2)
