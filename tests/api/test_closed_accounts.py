"""P1: people of a closed account log in and read, and look after what is owed; whatever else they
would change is refused, and says why."""

from api import operations as tables
from app.bootstrap import Perseat
from app.domain.access import permitted
from app.domain.permissions import ActorRole
from app.domain.users import Role
from tests.api.browser import browser, codes
from tests.api.conftest import Client, serving
from tests.api.matrix import Ids, call, operations
from tests.api.pages import DOCUMENTS
from tests.lived import lived
from tests.logging_in import enter, person, token_of
from tests.make import make_company

CLOSED = "This account is closed."
OWED = {"addPaymentMethod", "setDefaultPaymentMethod", "removePaymentMethod", "payInvoice"}
"""Who owes something pays it."""
LEFT = {"updateBillingDetails", "recordUsage", "adjustUsage", "authorizeUsage", "releaseHold"}
"""Invoices for what is reported late (M7) need an address; what was set aside is let go."""
ONESELF = {
    *("changePassword", "endSession", "logOut", "logOutEverywhere"),
    *("refreshSession", "logIn", "requestPasswordLink"),
}
SHUT = {"rotateApiKey", "revokeApiKey", "updateWebhookEndpoint", "deleteWebhookEndpoint"}
HEARD = {"rotateWebhookSecret", "sendTestEvent", "replayEvent", "replayEvents"}
"""Programs go on reading, too."""
UNCLEAR = {"advanceTestClock", "createLine", "createContact", "addAddOn", "removeAddOn"} | {
    *("createApiKey", "createWebhookEndpoint")
}
"""What the probe asks for is refused before anybody looks at the account."""


async def test_people_of_a_closed_account_log_in_and_read(app: Perseat) -> None:
    company = await make_company(app)
    user = await person(company, Role.BILLING_ADMIN)
    await company.buy("25.00")
    await company.cancel()  # a trial, which ends at once

    async with browser(app) as front:
        assert codes(await front.log_in(user.email)) == []
        asked = {"account": Ids(company.id, {}).text("account")}
        document = DOCUMENTS["invoices_page.graphql"]
        answer = await front.http.post(
            "/graphql",
            json={"query": document, "variables": asked, "operationName": "InvoicesPage"},
            headers={"authorization": f"Bearer {front.token}"},
        )

    (invoice,) = answer.json()["data"]["account"]["invoices"]["nodes"]
    assert invoice["kind"] == "TOP_UP"


async def test_a_closed_account_has_no_new_webhook_endpoint(app: Perseat, ops: Client) -> None:
    """As it has no new key."""
    company = await make_company(app)
    await company.cancel()
    given = {"accountId": Ids(company.id, {}).text("account"), "url": "https://crm.example.com/x"}

    answer = await ops.mutate("createWebhookEndpoint", "webhookEndpoint { id }", **given)

    assert [each["message"] for each in answer["userErrors"]] == [CLOSED]


async def test_what_would_change_a_closed_account_says_that_it_is_closed(
    own_app: Perseat,
) -> None:
    company = await lived(own_app)
    user = await person(company, Role.ADMINISTRATOR)
    await company.set(status="CLOSED", next_bill_at=None)
    ids = await Ids.of(own_app, company.id)
    may = permitted({ActorRole.ADMINISTRATOR})
    open_to_them = OWED | LEFT | ONESELF | SHUT | HEARD | UNCLEAR
    wrong = []
    async with serving(own_app, trusted=bool) as http:
        for kind, name in operations():
            needed = tables.MUTATIONS.get(name)
            if kind == "query" or name in open_to_them or (needed and needed not in may):
                continue
            document, given = call(kind, name, ids)
            client = Client(http, token_of(company, await enter(company, user)))
            errors = (await client.data(document, **given))[name]["userErrors"]
            if [each["message"] for each in errors] != [CLOSED]:
                wrong.append((name, errors))

    assert wrong == []
