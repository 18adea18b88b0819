"""What happens to an account is one row of `events`, written with its cause or not at all."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.bootstrap import Perseat
from app.domain.events import CATALOGUE, EventKind, thin
from app.domain.ids import encode
from app.domain.users import UserStatus
from app.services import runs
from tests.lived import listen, lived
from tests.make import Company, make_company, query, sms, statements

ROOT = Path(__file__).parents[2]
K = EventKind


async def told(company: Company) -> list[tuple[str, dict[str, Any]]]:
    sql = "SELECT kind, data FROM events WHERE account_id = :id ORDER BY id"
    return [(kind, data) for kind, data in await query(company.app, sql, id=company.id)]


async def kinds(company: Company) -> list[str]:
    return [kind for kind, _ in await told(company)]


async def test_the_life_of_a_company_is_told(app: Perseat) -> None:
    """W5: in the order in which it happened, each thing once."""
    company = await make_company(app, users=2)
    await company.convert()
    await company.change((await company.people())[0], UserStatus.DELETED)
    await company.cancel()
    await company.go_to("2025-12-02")

    assert await kinds(company) == [
        *("account.created", "user.created", "user.created", "payment_method.added"),
        *("account.converted", "invoice.issued", "payment.succeeded", "invoice.paid"),
        *("user.status_changed", "subscription.cancelled", "account.closed"),
    ]


async def test_an_event_is_thin(app: Perseat) -> None:
    """Ids as the API takes them, states and amounts as texts; nothing about a person."""
    company = await make_company(app)
    await company.convert()

    found = dict(await told(company))

    (invoice,) = await company.invoice_rows()
    assert found["invoice.paid"] == {
        "invoiceId": encode("invoice", company.id, invoice.id),
        "number": "1",
        "kind": "INITIAL",
        "status": "PAID",
        "total": "70.00",
        "due": "0.00",
        "currency": "USD",
    }
    assert set(found["user.created"]) == {"userId", "status"}


async def test_the_balance_is_told_once_for_all_that_a_transaction_does(app: Perseat) -> None:
    """M4: a batch of events is one change of the balance."""
    company = await make_company(app)
    await company.buy("25.00")

    await company.record(sms(10), sms(20))

    balances = [data for kind, data in await told(company) if kind == K.CREDITS_BALANCE_CHANGED]
    assert balances == [{"balance": "25.00"}, {"balance": await company.balance()}]


async def test_what_is_rolled_back_was_not_told(app: Perseat) -> None:
    company = await make_company(app)
    before = await kinds(company)

    async def fail() -> None:
        async with company.begin() as uow:
            uow.tell(K.TOP_UP_STOPPED, company.id, reason="DECLINED")
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    assert await kinds(company) == before


def test_a_kind_says_what_the_catalogue_says_of_it() -> None:
    """No more, no less: who listens relies on it."""
    account, user = uuid4(), uuid4()

    data = thin(K.USER_CREATED, account, {"user_id": user, "status": UserStatus.ACTIVE})

    assert data == {"userId": encode("user", account, user), "status": "ACTIVE"}
    assert thin(K.TOP_UP_STARTED, account, {"payment_id": user, "amount": 1_500_000}) == {
        "paymentId": encode("payment", account, user),
        "amount": "1.50",
    }
    for wrong in ({"user_id": user}, {"user_id": user, "status": "", "email": "a@example.com"}):
        with pytest.raises(LookupError):
            thin(K.USER_CREATED, account, wrong)


def test_the_catalogue_has_each_kind_and_each_is_told_by_a_use_case() -> None:
    code = "".join(each.read_text() for each in (ROOT / "app" / "services").glob("*.py"))
    named = set(re.findall(r"EventKind\.([A-Z_]+)", code))

    assert set(CATALOGUE) == set(EventKind)
    assert named == {each.name for each in EventKind}


async def test_a_full_life_has_told_most_kinds(app: Perseat) -> None:
    """Nothing that is told is about a person: no name, no address."""
    company = await lived(app)

    found = await told(company)

    rare = {
        *(K.ACCOUNT_CLOSED, K.SUBSCRIPTION_CANCELLED, K.INVOICE_UNCOLLECTIBLE, K.REFUND_FAILED),
        *(K.PAYMENT_UNKNOWN, K.PAYMENT_METHOD_REMOVED, K.PAYMENT_METHOD_EXPIRING),
        *(K.BILLING_RUN_PROGRESSED, K.WEBHOOK_TEST, K.TOP_UP_STARTED, K.INVOICE_PAST_DUE),
        *(K.TOP_UP_STOPPED, K.ACCOUNT_CREATED, K.API_KEY_CHANGED, K.WEBHOOK_ENDPOINT_DISABLED),
        K.SESSION_ENDED,
    }
    assert {kind for kind, _ in found} >= set(EventKind) - rare
    assert "example.com" not in str(found)
    assert "Lovelace" not in str(found)


async def test_a_hundred_users_take_as_many_statements_as_two(app: Perseat) -> None:
    """C5: events are written set-based, and so are the webhooks that they lead to."""
    counts = []
    for number in (2, 20):
        company = await make_company(app)
        await listen(company)
        with statements(app) as sent:
            async with company.begin() as uow:
                for _ in range(number):
                    uow.tell(K.TOP_UP_STOPPED, company.id, reason="OFF")
        counts.append(len(sent))

    assert counts[0] == counts[1]


async def test_a_billing_run_tells_set_based(own_app: Perseat) -> None:
    """C5: of a chunk of accounts each is told in the same two statements."""
    counts = []
    for number in (1, 5):
        companies = [await make_company(own_app) for _ in range(number)]
        for company in companies:
            await company.convert()
        for company in companies:
            await company.set_clock("2025-12-02")
        with statements(own_app) as sent:
            assert await runs.bill_due(own_app.operators, chunk_size=500) == number
        told = [each for each in sent if "INTO events" in each or "webhook_deliveries" in each]
        counts.append(len(told))
        for each in companies:
            assert (await kinds(each))[-1] == "invoice.issued"

    assert counts == [2, 2]
