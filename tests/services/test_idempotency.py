"""Money moves once per idempotency key."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.bootstrap import Perseat
from app.domain.errors import IdempotencyConflict, InvalidInput, Refused
from app.domain.money import UNIT
from app.services import credits, idempotency
from tests.make import Company, at_machine_time, drain, make_company, query


async def buy(company: Company, key: str, dollars: int = 25) -> dict[str, Any]:
    """As a mutation does it: the effect and its answer in one transaction."""
    async with company.begin() as uow:

        async def work() -> dict[str, Any]:
            payment = await credits.buy_credits(uow, company.id, dollars * UNIT)
            return {"payment": str(payment.id)}

        request = idempotency.digest("buyCredits", {"amount": dollars})
        return await idempotency.once(uow, company.id, key, request, work)


async def payments(company: Company) -> list[str]:
    sql = "SELECT id::text FROM payments WHERE account_id = :id"
    return [row[0] for row in await query(company.app, sql, id=company.id)]


async def _with_card(app: Perseat) -> Company:
    company = await make_company(app)
    await company.use_card("card_ok")
    await drain(app)
    return company


async def test_the_same_request_again_is_answered_as_it_was(app: Perseat) -> None:
    """Posted twice, charged once; also after the first has been settled."""
    company = await _with_card(app)

    first = await buy(company, "key")
    await drain(app)
    again = await buy(company, "key")
    await drain(app)

    assert first == again
    assert await payments(company) == [first["payment"]]
    assert await company.balance() == "25.00"


async def test_the_same_request_ten_times_at_once_has_one_effect(app: Perseat) -> None:
    company = await _with_card(app)

    answers = await asyncio.gather(*(buy(company, "key") for _ in range(10)))
    await drain(app)

    assert await payments(company) == [answers[0]["payment"]]
    assert all(answer == answers[0] for answer in answers)
    assert await company.balance() == "25.00"


async def test_the_key_of_another_request_is_refused(app: Perseat) -> None:
    company = await _with_card(app)
    await buy(company, "key", dollars=25)

    with pytest.raises(IdempotencyConflict) as conflict:
        await buy(company, "key", dollars=26)

    assert (conflict.value.code, conflict.value.field) == (
        "IDEMPOTENCY_KEY_REUSED",
        "idempotencyKey",
    )
    await drain(app)
    assert await company.balance() == "25.00"


async def test_a_request_that_was_refused_may_be_sent_again(app: Perseat) -> None:
    """Nothing is kept of it: with a card it goes through, with the same key."""
    company = await make_company(app)

    with pytest.raises(Refused):
        await buy(company, "key")
    await company.use_card("card_ok")
    await buy(company, "key")
    await drain(app)

    assert await company.balance() == "25.00"


async def test_keys_belong_to_their_account(app: Perseat) -> None:
    one, other = await _with_card(app), await _with_card(app)

    answers = [await buy(one, "key", 25), await buy(other, "key", 30)]
    await drain(app)

    assert answers[0] != answers[1]
    assert [await one.balance(), await other.balance()] == ["25.00", "30.00"]


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb", "\0"])
async def test_a_key_that_is_none_is_refused(app: Perseat, key: str) -> None:
    company = await _with_card(app)

    with pytest.raises(InvalidInput) as refused:
        await buy(company, key)

    assert refused.value.field == "idempotencyKey"
    assert await payments(company) == []


def test_a_request_is_known_by_its_operation_and_its_input_in_any_order() -> None:
    digest = idempotency.digest("buyCredits", {"a": 1, "b": {"c": [1, 2], "d": None}})

    assert digest == idempotency.digest("buyCredits", {"b": {"d": None, "c": [1, 2]}, "a": 1})
    assert digest != idempotency.digest("payInvoice", {"a": 1, "b": {"c": [1, 2], "d": None}})
    assert digest != idempotency.digest("buyCredits", {"a": 1, "b": {"c": [2, 1], "d": None}})


async def test_an_answer_is_kept_for_thirty_days(
    own_app: Perseat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than go at once are forgotten in batches; twice is as good as once."""
    monkeypatch.setattr(idempotency, "AT_ONCE", 2)
    company = await _with_card(own_app)
    for number in range(5):
        await buy(company, f"key {number}")
        await drain(own_app)
    now = own_app.clock.now()

    left = []
    for days in (29, 31, 31):
        later = at_machine_time(own_app, now + timedelta(days=days))
        await idempotency.forget(later.operators)
        left.append((await query(own_app, "SELECT count(*) FROM idempotency_keys"))[0][0])

    assert left == [5, 0, 0]
    assert await buy(company, "key 0", dollars=26)
