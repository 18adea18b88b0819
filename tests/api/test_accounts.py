"""The month through the API, as the SPA and a partner see it."""

from uuid import uuid4

from app.bootstrap import Perseat
from tests.api.conftest import Client
from tests.make import drain

ADMINISTRATOR = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com"}


async def _create(ops: Client, **more: object) -> str:
    given = {"name": "S2", "planId": "upro", "administrator": ADMINISTRATOR, **more}
    made = await ops.mutate("createAccount", "account { id status }", **given)
    assert made["userErrors"] == []
    assert made["account"]["status"] == "TRIAL"
    account_id: str = made["account"]["id"]
    return account_id


async def _company_of_s2(ops: Client) -> str:
    """A trial of three people, with a card, on 23 December."""
    account_id = await _create(ops, testClock="2025-12-23T10:00:00Z")
    for number in (1, 2):
        await ops.mutate(
            "createUser",
            "user { id }",
            accountId=account_id,
            firstName="User",
            lastName=str(number),
            email=f"user{number}@example.com",
        )
    await ops.mutate(
        "addPaymentMethod", "paymentMethod { last4 }", accountId=account_id, token="card_ok"
    )
    return account_id


async def test_the_company_of_s2_pays_60_96_and_210_00(app: Perseat, ops: Client) -> None:
    account_id = await _company_of_s2(ops)

    converted = await ops.mutate(
        "convertTrial",
        "invoice { total { amount currency } }",
        accountId=account_id,
        idempotencyKey=str(uuid4()),
    )
    await drain(app)
    await ops.mutate(
        "advanceTestClock", "account { id }", accountId=account_id, to="2026-01-01T00:00:00Z"
    )
    await drain(app)

    assert converted["invoice"]["total"] == {"amount": "60.96", "currency": "USD"}
    answer = await ops.data(
        """query($id: ID!) { account(id: $id) {
             licenses { held occupied available minimum byStatus { status count } }
             invoices { nodes { number kind status issuedOn total { amount } amountDue { amount }
               charges { description quantity unitAmount { amount } explanation
                 period { firstDay lastDay days } derivation { rule steps } } } } } }""",
        id=account_id,
    )
    renewal, initial = answer["account"]["invoices"]["nodes"]
    assert (renewal["kind"], renewal["total"]["amount"]) == ("RENEWAL", "210.00")
    assert (initial["number"], initial["status"]) == ("INV-0001", "PAID")
    assert initial["charges"][0]["unitAmount"]["amount"] == "20.32"
    assert initial["charges"][0]["period"] == {
        "firstDay": "2025-12-23",
        "lastDay": "2025-12-31",
        "days": 9,
    }
    assert initial["charges"][0]["explanation"] == (
        "3 uPro licences from 23 to 31 December 2025: 70.00 x 9 of 31 days = 20.32; 20.32 x 3 = "
        "60.96. The trial was converted on 23 December, when there were 3 active users. The first "
        "full month is billed on 1 January 2026."
    )
    assert answer["account"]["licenses"]["held"] == 3
