"""`adjustUsage`: what a partner has reported wrongly."""

from typing import Any

from api.ids import encode
from app.bootstrap import Perseat
from tests.api.conftest import Client
from tests.make import make_company, sms

ANSWER = """results { eventId disposition amount { amount } error { code field message } }
    cost { amount currency } deferred { amount } balance { amount }"""


def wish(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "adjusts": "a", "quantity": 40, "reason": "counted twice", **more}


async def test_usage_is_corrected(app: Perseat, ops: Client) -> None:
    """M1: each is answered; the credits are given back at once."""
    company = await make_company(app)
    await company.record(sms(100, "a"))

    told = await ops.mutate(
        "adjustUsage",
        ANSWER,
        accountId=encode("account", company.id),
        adjustments=[wish("1"), wish("1"), wish("2", adjusts="b"), wish("3", reason="")],
    )

    assert [each["disposition"] for each in told["results"]] == [
        "RECORDED",
        "DUPLICATE",
        "INVALID",
        "INVALID",
    ]
    assert [each["error"] and each["error"]["field"] for each in told["results"]] == [
        None,
        None,
        "adjustments.2.adjusts",
        "adjustments.3.reason",
    ]
    assert told["cost"] == {"amount": "-0.90", "currency": "USD"}
    assert told["balance"] == {"amount": "-0.60"}


async def test_each_refusal_names_what_is_wrong(app: Perseat, ops: Client) -> None:
    """M1: a quantity is no id, and an id that was used before is a conflict."""
    company = await make_company(app)
    await company.record(sms(100, "a", carrier="att"), sms(1, "b"))

    told = await ops.mutate(
        "adjustUsage",
        ANSWER,
        accountId=encode("account", company.id),
        adjustments=[wish("1"), wish("2", quantity=-1), wish("1", adjusts="b"), wish(" 3")],
    )

    _, quantity, again, blank = [each["error"] for each in told["results"]]
    assert quantity["message"] == "The right quantity is a whole number from 0 to 1,000,000."
    assert (again["code"], again["field"]) == ("CONFLICT", "adjustments.2.id")
    assert blank["field"] == "adjustments.3.id"
    assert told["deferred"] == {"amount": "-0.18"}


async def test_no_correction_is_a_mistake(app: Perseat, ops: Client) -> None:
    company = await make_company(app)

    told = await ops.mutate(
        "adjustUsage", ANSWER, accountId=encode("account", company.id), adjustments=[]
    )

    assert [each["field"] for each in told["userErrors"]] == ["adjustments"]
