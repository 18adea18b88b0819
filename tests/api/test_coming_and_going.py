"""When people come and go is no business of who pays, nor of programs of others (S33)."""

import httpx
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.errors import InvalidInput
from app.domain.events import EventKind
from app.domain.webhooks import clean_kinds
from app.models.api_keys import KeyRole
from app.services import sessions
from tests.api.conftest import Client, make_key
from tests.lived import listen
from tests.logging_in import enter, person
from tests.make import make_company, query

PAGE = """query($id: ID!) {
    events(first: 9) { nodes { kind } }
    account(id: $id) { events(first: 9) { nodes { kind } } history(first: 9) { nodes { kind } } }
}"""


async def test_neither_a_webhook_nor_a_list_tells_who_logs_out(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    company = await make_company(app)
    user = await person(company)
    ticket = await enter(company, user)
    await listen(company)
    partner = Client(http, await make_key(app, KeyRole.PARTNER, company.id))

    await sessions.leave(app.tenants, ticket.token)
    async with company.begin() as uow:
        uow.tell(EventKind.TOP_UP_STOPPED, company.id, reason="OFF")
    page = await partner.data(PAGE, id=encode("account", company.id))
    sql = "SELECT body FROM webhook_deliveries WHERE account_id = :id"
    sent = await query(app, sql, id=company.id)

    told = await query(app, "SELECT kind FROM events WHERE account_id = :id", id=company.id)
    assert ("session.ended",) in [tuple(row) for row in told]
    assert page["events"]["nodes"][0]["kind"] == "TOP_UP_STOPPED"
    assert page["account"]["events"]["nodes"][0]["kind"] == "TOP_UP_STOPPED"
    assert "session" not in str(page).lower()
    assert [row.body for row in sent if "top_up.stopped" in row.body]
    assert [row.body for row in sent if "session.ended" in row.body] == []


def test_who_asks_for_nothing_but_that_is_not_sent_all() -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_kinds([EventKind.SESSION_ENDED])
    assert refused.value.field == "kinds"
