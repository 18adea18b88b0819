"""Why a charge is there, over HTTP (I5): its sentence, its causes with links, and the recount."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.plans import Component, Term
from app.domain.top_ups import AutoTopUp
from app.domain.users import UserStatus
from app.models.api_keys import KeyRole
from app.services import auto_top_up
from tests.api.conftest import Client, make_key
from tests.make import Company, as_superuser, make_company, query, sms, statements

CHARGE = """query($id: ID!) { charge(id: $id) {
    id explanation steps amount { amount } invoice { id number }
    recomputed { equal difference amount { amount currency } }
    causes { __typename kind sentence at
      ... on UserCause { user { id firstName status } fromStatus toStatus actor reason }
      ... on AddOnCause { id component quantity actor }
      ... on PlanCause { fromPlanId toPlanId actor reason }
      ... on UsersCause { occupied byStatus { status count } }
      ... on MinimumCause { minimum effectiveOn contract }
      ... on PriceCause { planId component term price { amount } since }
      ... on UsageCause { usageKind events quantity amount { amount } firstAt lastAt }
      ... on BalanceCause { balance { amount } }
      ... on PaymentCause { payment { id status amount { amount } } } } } }"""
ALL = """query($id: ID!) { account(id: $id) {
    unbilledCharges { ...why } invoices(first: 100) { nodes { charges { ...why } } } } }
    fragment why on Charge { explanation recomputed { equal } causes { kind sentence at
        ... on UserCause { user { firstName } } ... on PaymentCause { payment { status } } } }"""


async def charges(company: Company, rule: str) -> list[UUID]:
    sql = "SELECT id FROM charges WHERE account_id = :id AND rule = :rule ORDER BY posted_at, id"
    return [row[0] for row in await query(company.app, sql, id=company.id, rule=rule)]


async def charge(client: Client, company: Company, rule: str) -> dict[str, Any]:
    """The last of this rule."""
    found = (await charges(company, rule))[-1]
    asked = encode("charge", company.id, found)
    answer: dict[str, Any] = (await client.data(CHARGE, id=asked))["charge"]
    assert answer["id"] == asked
    return answer


async def test_a_user_who_came_is_linked(app: Perseat, ops: Client) -> None:
    """L3, P2: a deleted user is still one to look at (U5)."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-23")
    (user,) = await company.add(first="Grace", last_name="Hopper")
    await company.delete(user)

    found = await charge(ops, company, "L3")

    assert found["explanation"] == (
        "One uPro licence from 23 to 30 November 2025: 70.00 x 8 of 30 days = 18.67. Grace Hopper "
        "became active on 23 November, and all 3 licences were taken. It is paid to the month's "
        "end; what follows is billed on the 1st."
    )
    assert found["steps"] == ["70.00 x 8 of 30 days = 18.67", "18.67 x 1 = 18.67"]
    assert found["invoice"] is None
    assert found["recomputed"] == {
        "equal": True,
        "difference": None,
        "amount": {"amount": "18.67", "currency": "USD"},
    }
    assert found["causes"] == [
        {
            "__typename": "UserCause",
            "kind": "USER_BECAME_BILLABLE",
            "sentence": "Grace Hopper became active on 23 November 2025.",
            "at": "2025-11-23T12:00:00+00:00",
            "user": {
                "id": encode("user", company.id, user.id),
                "firstName": "Grace",
                "status": "DELETED",
            },
            "fromStatus": None,
            "toStatus": "ACTIVE",
            "actor": "test",
            "reason": None,
        },
        {
            "__typename": "PriceCause",
            "kind": "PRICE_IN_FORCE",
            "sentence": "One uPro licence costs 70.00 a month since 1 January 2020.",
            "at": "2025-11-23T12:00:00+00:00",
            "planId": "upro",
            "component": "LICENSE",
            "term": "MONTHLY",
            "price": {"amount": "70.00"},
            "since": "2020-01-01",
        },
    ]


async def test_every_kind_of_cause_has_its_fields(app: Perseat, ops: Client) -> None:
    """L1, L2, A1, M6, M7, L7."""
    company = await make_company(app, users=2, may_go_negative=True)
    await company.set_minimum(4)
    await company.rent(Component.LOCAL_NUMBER, 2)
    await company.convert()
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp(enabled=True))
    await company.go_to("2025-11-02")
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp())
    await company.record(sms(10_000))
    await company.change_plan("xpro")
    await company.go_to("2025-12-02")

    found = {
        (rule, each["kind"]): each
        for rule in ("L2", "A1", "M6", "M7", "L7")
        for each in (await charge(ops, company, rule))["causes"]
    }

    assert found["L2", "USERS_COUNTED"]["occupied"] == 2
    assert found["L2", "USERS_COUNTED"]["byStatus"] == [{"status": "ACTIVE", "count": 2}]
    assert found["L2", "MINIMUM_CONTRACTED"]["minimum"] == 4
    assert found["L2", "MINIMUM_CONTRACTED"]["effectiveOn"] == "2025-11-01"
    assert found["A1", "ADD_ON_CHANGED"]["component"] == "LOCAL_NUMBER"
    assert found["A1", "ADD_ON_CHANGED"]["quantity"] == 2
    assert found["M6", "PAYMENT_SUCCEEDED"]["payment"]["status"] == "SUCCEEDED"
    assert found["M6", "PAYMENT_SUCCEEDED"]["payment"]["amount"] == {"amount": "100.00"}
    assert found["M6", "BALANCE"]["balance"] == {"amount": "0.00"}
    assert found["M7", "USAGE_POSTED"]["usageKind"] == "SMS_SEGMENT"
    assert found["M7", "USAGE_POSTED"]["quantity"] == 10_000
    assert found["M7", "USAGE_POSTED"]["amount"] == {"amount": "150.00"}
    assert found["M7", "BALANCE"]["balance"] == {"amount": "-50.00"}
    assert found["L7", "PLAN_UPGRADED"]["fromPlanId"] == "upro"
    assert found["L7", "PLAN_UPGRADED"]["toPlanId"] == "xpro"


async def test_what_comes_out_different_is_told(own_app: Perseat, own_ops: Client) -> None:
    """I5: by exactly what differs, and to the customer too."""
    company = await make_company(own_app, users=2)
    await company.convert()
    statement = "DELETE FROM user_states WHERE user_id = "
    await as_superuser(own_app, f"{statement}'{(await company.people())[0].id}'")

    found = await charge(own_ops, company, "L2")
    customer = Client(own_ops.http, await make_key(own_app, KeyRole.BILLING_ADMIN, company.id))
    same = await charge(customer, company, "L2")

    assert found["recomputed"] == {
        "equal": False,
        "difference": "quantity: 2 charged, 1 by the histories; units: 1 to 2 charged, 1 to 1 by "
        "the histories; amount: 140.00 charged, 70.00 by the histories",
        "amount": {"amount": "70.00", "currency": "USD"},
    }
    assert same == found
    assert found["invoice"]["number"] == "INV-0001"


async def test_another_companys_charge_is_not_there(
    app: Perseat, ops: Client, http: httpx.AsyncClient
) -> None:
    mine, other = await make_company(app), await make_company(app)
    await mine.convert()
    (found,) = await charges(mine, "L2")
    stranger = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, other.id))
    asked = encode("charge", mine.id, found)

    assert (await stranger.data(CHARGE, id=asked))["charge"] is None
    nobody = encode("charge", other.id, found)
    assert (await stranger.data(CHARGE, id=nobody))["charge"] is None
    assert (await ops.data(CHARGE, id=asked))["charge"]["id"] == asked


@pytest.mark.parametrize("id_", ["charge_x", "4711", ""])
async def test_what_is_no_charge_is_refused(ops: Client, id_: str) -> None:
    (error,) = (await ops.ask(CHARGE, id=id_))["errors"]

    assert error["extensions"] == {"code": "INVALID", "field": "id"}


async def _many(app: Perseat, number: int) -> Company:
    """A year of an account with additions by the month."""
    company = await make_company(app, users=2, on="2025-11-02")
    await company.rent(Component.LOCAL_NUMBER, 1)
    await company.convert(Term.MONTHLY)
    for _ in range(number):
        await company.add()
        await company.rent(Component.LOCAL_NUMBER, 1)
    await company.buy("25")
    await company.change((await company.people())[0], UserStatus.PAUSED)
    await company.go_to("2025-12-02")
    return company


async def test_a_hundred_charges_take_as_many_statements_as_one(app: Perseat, ops: Client) -> None:
    """No query for each charge, nor for each of its causes."""
    sent = []
    for number in (1, 50):
        company = await _many(app, number)
        await ops.data(ALL, id=encode("account", company.id))
        with statements(app) as counted:
            answer = await ops.data(ALL, id=encode("account", company.id))
        invoices = answer["account"]["invoices"]["nodes"]
        found = [each for invoice in invoices for each in invoice["charges"]]
        assert len(found) >= 2 * number + 5
        assert all(each["recomputed"]["equal"] for each in found)
        sent.append(len(counted))

    assert sent[0] == sent[1]
