"""Previews over HTTP: shown, promised by a token, done as shown or told why not."""

from typing import Any

import httpx
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.users import UserStatus
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company

PREVIEW = """query($input: PreviewInput!) { previewUserStatusChange(input: $input) {
  preview {
    sentence canBeUndone losses token
    access { canLogIn isBillable }
    unbilledCharge { description amount { amount } rule explanation period { days } }
    before { held occupied available minimum unbilled { amount } invoices { ...invoice } }
    after { held occupied available minimum unbilled { amount } invoices { ...invoice } }
  }
  userErrors { code field message }
} }
fragment invoice on UpcomingInvoice { kind issuedOn total { amount currency } unbilled { amount }
  charges { description component quantity unitAmount { amount } amount { amount } } }"""


async def ask(client: Client, **given: Any) -> Any:
    return (await client.data(PREVIEW, input=given))["previewUserStatusChange"]


@pytest.fixture
async def company(app: Perseat) -> Company:
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-23")
    return company


async def test_a_preview_shows_both_sides_and_changes_nothing(
    ops: Client, company: Company
) -> None:
    """L3: 18.67 for eight days of November, a licence more from December on."""
    shown = (await ask(ops, action="CREATE", accountId=encode("account", company.id)))["preview"]

    assert shown["unbilledCharge"]["amount"] == {"amount": "18.67"}
    assert shown["unbilledCharge"]["period"] == {"days": 8}
    assert shown["after"]["invoices"][0] == {
        "kind": "RENEWAL",
        "issuedOn": "2025-12-01",
        "total": {"amount": "298.67", "currency": "USD"},
        "unbilled": {"amount": "18.67"},
        "charges": [
            {
                "description": "uPro licence, 1 Dec to 31 Dec 2025",
                "component": "LICENSE",
                "quantity": 4,
                "unitAmount": {"amount": "70.00"},
                "amount": {"amount": "280.00"},
            }
        ],
    }
    assert [each["total"]["amount"] for each in shown["before"]["invoices"]] == ["210.00"] * 3
    assert (shown["before"]["held"], shown["after"]["held"]) == (3, 4)
    assert await company.licenses() == (3, 3, 0, 0)
    assert await company.unbilled() == "0.00"


async def test_a_change_with_its_token_does_what_was_shown(ops: Client, company: Company) -> None:
    """And of two clicks on one preview the second is told what the first has changed."""
    target = {"accountId": encode("account", company.id)}
    token = (await ask(ops, action="CREATE", **target))["preview"]["token"]
    person = {"firstName": "Eve", "lastName": "Adams", **target, "previewToken": token}

    first = await ops.mutate("createUser", "user { status }", email="eve@example.com", **person)
    second = await ops.mutate("createUser", "user { status }", email="adam@example.com", **person)

    assert first["user"] == {"status": "ACTIVE"}
    assert second["userErrors"][0]["code"] == "PREVIEW_CHANGED"
    assert second["userErrors"][0]["field"] == "previewToken"
    assert "3 of 3 held, minimum 0 then, 4 of 4 held" in second["userErrors"][0]["message"]
    assert await company.unbilled() == "18.67"


@pytest.mark.parametrize(
    ("action", "mutation", "more"),
    [
        ("PAUSE", "pauseUser", {}),
        ("SUSPEND", "suspendUser", {}),
        ("DELETE", "deleteUser", {}),
        ("GRANT_ROLE", "grantRole", {"role": "SUPERVISOR"}),
        ("REVOKE_ROLE", "revokeRole", {"role": "SUPERVISOR"}),
    ],
)
async def test_each_change_takes_the_token_of_its_preview(
    ops: Client, company: Company, action: str, mutation: str, more: dict[str, str]
) -> None:
    user, other = await company.people()
    target, wrong = (encode("user", company.id, each.id) for each in (user, other))
    if action == "REVOKE_ROLE":
        await ops.mutate("grantRole", "", id=target, **more)
    token = (await ask(ops, action=action, userId=target, **more))["preview"]["token"]

    mistaken = await ops.mutate(mutation, "", id=wrong, previewToken=token, **more)
    done = await ops.mutate(mutation, "user { id }", id=target, previewToken=token, **more)

    assert (mistaken["userErrors"][0]["code"], mistaken["userErrors"][0]["field"]) == (
        "INVALID",
        "previewToken",
    )
    assert (done["userErrors"], done["user"]["id"]) == ([], target)


async def test_activation_is_previewed_too(app: Perseat, ops: Client) -> None:
    """P4: accounts that are billed by active users."""
    company = await make_company(app, "provider", users=3)
    await company.convert()
    (user, _) = await company.people()
    await company.change(user, UserStatus.DEACTIVATED)
    target = encode("user", company.id, user.id)

    shown = (await ask(ops, action="ACTIVATE", userId=target))["preview"]
    done = await ops.mutate(
        "activateUser", "user { billable }", id=target, previewToken=shown["token"]
    )

    assert shown["sentence"].startswith("Activating this user adds 40.00 on the invoice of 1 Dec")
    assert shown["access"] == {"canLogIn": True, "isBillable": True}
    assert done["user"] == {"billable": True}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"action": "PAUSE"}, "userId"),
        ({"action": "CREATE"}, "accountId"),
        ({"action": "PAUSE", "userId": "x"}, "userId"),
        ({"action": "CREATE", "accountId": "account_x"}, "accountId"),
    ],
)
async def test_a_preview_says_what_it_needs_to_know(
    ops: Client, given: dict[str, str], field: str
) -> None:
    answer = await ask(ops, **given)

    assert answer["preview"] is None
    assert (answer["userErrors"][0]["code"], answer["userErrors"][0]["field"]) == ("INVALID", field)


async def test_who_may_not_change_may_not_preview(
    app: Perseat, http: httpx.AsyncClient, company: Company
) -> None:
    """U2; and another company's users do not exist."""
    user = (await company.people())[0]
    target = encode("user", company.id, user.id)
    stranger = await make_company(app)
    payer = Client(http, await make_key(app, KeyRole.BILLING_ADMIN, company.id))
    theirs = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, stranger.id))

    forbidden = await ask(payer, action="PAUSE", userId=target)
    missing = await ask(theirs, action="PAUSE", userId=target)

    assert forbidden["userErrors"][0]["code"] == "FORBIDDEN"
    assert (missing["userErrors"][0]["code"], missing["userErrors"][0]["field"]) == (
        "NOT_FOUND",
        "userId",
    )
