"""Rule M6: an operator asks again for many accounts at once, and nobody is charged twice for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count

import pytest

from app.bootstrap import Perseat
from app.db import engine
from app.db.types import new_id
from app.db.unit_of_work import Transactions
from app.domain.errors import IdempotencyConflict, InvalidInput, NotFound
from app.domain.money import UNIT
from app.domain.top_up_decisions import TopUpOutcome
from app.domain.top_ups import AutoTopUp
from app.embedded.addresses import asyncpg_url
from app.services import top_up_reruns
from app.services.locks import any_account_locked
from app.services.top_up_reruns import Answer, Order
from app.store.top_up_reruns import Chosen
from tests.make import Company, as_superuser, drain, make_company, query, sms
from tests.services.topping import configure, decisions, low, stopped

_keys = count(1)


def order(key: str | None = None, **more: str) -> Order:
    values = {"actor": "ops key Jo", "reason": "The bank was down", "request": "r", **more}
    return Order(key=key or f"rerun-{next(_keys)}", **values)


async def rerun(app: Perseat, *companies: Company, key: str | None = None) -> Answer:
    wish = Chosen({each.id for each in companies})
    answer = await top_up_reruns.rerun(app.operators, wish, order(key))
    await drain(app)
    return answer


async def try_out(app: Perseat, *companies: Company) -> list[str]:
    wish = Chosen({each.id for each in companies})
    return [
        each.sentence for each in (await top_up_reruns.try_out(app.operators, wish, "why")).asked
    ]


async def declined(app: Perseat) -> Company:
    """Stopped by a decline; the card is good again, and is still the same one."""
    company = await low(app, card="card_declined")
    await drain(app)
    sql = "UPDATE payment_methods SET token = 'card_ok' WHERE account_id = "
    await as_superuser(app, f"{sql}'{company.id}'")
    return company


@asynccontextmanager
async def _impatient(app: Perseat) -> AsyncIterator[Transactions]:
    """As operators, but nobody waits long for a lock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(engine.LOCK_TIMEOUT, engine.WORKER_ROLE, "50ms")
        assert app.settings.database_url is not None
        url = app.settings.database_url.get_secret_value()
        own = engine.create(asyncpg_url(url), engine.WORKER_ROLE, pool_size=1)
    yield replace(app.operators, engine=own)
    await own.dispose()


async def test_a_dry_run_says_what_it_would_do_and_changes_nothing(app: Perseat) -> None:
    company = await declined(app)
    before = await decisions(company), await company.top_ups(), await stopped(company)
    outbox = "SELECT count(*) FROM outbox WHERE account_id = :id"
    jobs = await query(app, outbox, id=company.id)

    said = await try_out(app, company)

    assert said == [
        (
            "An operator asked for it at a balance of 0.00 (threshold 10.00): would charge 100.00. "
            "The last charge, of 100.00, was declined on 2025-11-01 (card_declined)."
        )
    ]
    assert (await decisions(company), await company.top_ups(), await stopped(company)) == before
    assert await query(app, outbox, id=company.id) == jobs


async def test_a_rerun_makes_one_attempt_and_its_success_switches_on_again(app: Perseat) -> None:
    """M6: who asked and why is kept."""
    company = await declined(app)

    (asked,) = (await rerun(app, company)).asked

    assert asked.decision is not None
    assert asked.decision.outcome is TopUpOutcome.CHARGED
    assert (asked.decision.actor, asked.decision.reason) == ("ops key Jo", "The bank was down")
    assert await company.top_ups() == [
        ("TOP_UP", "DECLINED", "100.00"),
        ("TOP_UP", "SUCCEEDED", "100.00"),
    ]
    assert await stopped(company) == (True, None)


async def test_a_rerun_that_is_declined_leaves_it_off(app: Perseat) -> None:
    """M6: one attempt, and none by itself afterwards."""
    company = await low(app, card="card_declined")
    await drain(app)

    await rerun(app, company)
    await company.go_to("2025-11-02")

    assert await company.top_ups() == [("TOP_UP", "DECLINED", "100.00")] * 2
    assert await stopped(company) == (False, "DECLINED")


async def test_rerunning_what_has_succeeded_does_nothing_and_says_why(app: Perseat) -> None:
    company = await declined(app)
    await rerun(app, company)

    tried = await try_out(app, company)
    (asked,) = (await rerun(app, company)).asked

    because = "nothing, because the balance is above the threshold."
    asks = "An operator asked for it at a balance of 100.00 (threshold 10.00):"
    assert tried == [f"{asks} would do {because}"]
    assert asked.sentence == f"{asks} did {because}"
    assert len(await company.top_ups()) == 2


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ("off", "automatic top-up is switched off, and {above}"),
        ("declined", "{above}, and {declined}"),
        (
            "declined and post-paid",
            "usage of this account is invoiced afterwards, and {declined}, and {above}",
        ),
        ("post-paid before", "automatic top-up is switched off, and {above}"),
        (
            "off and closed",
            "the account is closed, and automatic top-up is switched off, and {above}",
        ),
    ],
)
async def test_every_reason_is_told_and_what_can_be_done_about_comes_before_the_balance(
    own_app: Perseat, change: str, because: str
) -> None:
    """M6: 100.00 are above the threshold, and would not be topped up below it either."""
    company = await make_company(own_app)
    await company.convert()
    await company.buy("100.00")
    stop = {"declined": "DECLINED", "post-paid before": "POST_PAID"}
    stopped_by = stop.get(change.removesuffix(" and post-paid"))
    sql = "UPDATE credits SET enabled = false, stopped_reason = :reason WHERE account_id = :id"
    await query(own_app, sql, id=company.id, reason=stopped_by)
    await company.set(post_paid_usage=change.endswith("and post-paid"))
    if change.endswith("closed"):
        await company.set(status="CLOSED")

    (said,) = await try_out(own_app, company)

    reasons = {
        "above": "the balance is above the threshold",
        "declined": "a charge was declined or taken back, which has stopped automatic top-up",
    }
    asks = "An operator asked for it at a balance of 100.00 (threshold 10.00):"
    assert said == f"{asks} would do nothing, because {because.format(**reasons)}."


async def test_two_operators_at_once_charge_once(app: Perseat) -> None:
    """M6: the second meets the open charge of the first."""
    company = await declined(app)
    wish = Chosen({company.id})

    answers = await asyncio.gather(
        *(top_up_reruns.rerun(app.operators, wish, order()) for _ in range(6))
    )
    await drain(app)

    outcomes = [each.decision.outcome for a in answers for each in a.asked if each.decision]
    assert sorted(outcomes) == ["CHARGED", *["IN_FLIGHT"] * 5]
    assert await company.taken() == ["100.00"]


async def test_the_same_key_is_the_same_rerun(app: Perseat) -> None:
    """Also at once, and also when the charge is settled: the answer is what was decided."""
    company, key = await declined(app), str(new_id())
    wish = Chosen({company.id})

    first, second = await asyncio.gather(
        *(top_up_reruns.rerun(app.operators, wish, order(key)) for _ in range(2))
    )
    await drain(app)
    later = await rerun(app, company, key=key)

    found = {each.asked[0].decision.id for each in (first, second, later)}  # type: ignore[union-attr]
    assert len(found) == 1
    assert later.asked[0].sentence.endswith("charged 100.00, which succeeded.")
    assert await company.taken() == ["100.00"]


async def test_a_key_is_for_one_request(app: Perseat) -> None:
    company, key = await declined(app), str(new_id())
    await rerun(app, company, key=key)

    with pytest.raises(IdempotencyConflict):
        await top_up_reruns.rerun(
            app.operators, Chosen({company.id}), order(key, request="another")
        )


async def test_a_rerun_that_was_cut_off_is_finished_by_its_key(app: Perseat) -> None:
    """What was decided stays; the rest is done."""
    companies, key = [await declined(app) for _ in range(3)], str(new_id())
    held = sorted(companies, key=lambda each: each.id)[1]
    async with app.operators.begin() as uow, _impatient(app) as operators:
        await any_account_locked(uow, held.id)
        wish = Chosen({each.id for each in companies})
        first = await top_up_reruns.rerun(operators, wish, order(key))
    again = await rerun(app, *companies, key=key)

    assert [each.decision is None for each in first.asked] == [False, True, False]
    assert "busy: ask again" in first.asked[1].sentence
    assert [each.decision is None for each in again.asked] == [False, False, False]
    assert [await each.taken() for each in companies] == [["100.00"]] * 3


async def test_an_open_charge_is_waited_for(app: Perseat) -> None:
    """M6: nothing is charged while one is unknown, whoever asks."""
    company = await low(app, card="card_answer_lost")
    await drain(app)

    (asked,) = (await rerun(app, company)).asked

    assert asked.sentence.endswith("did nothing, because the charge of 100.00 is still unknown.")
    assert await company.top_ups() == [("TOP_UP", "UNKNOWN", "100.00")]


async def test_an_operator_closes_the_breaker_with_one_charge(app: Perseat) -> None:
    company = await low(app)
    await drain(app)
    for _ in range(3):
        await company.record(sms(7_000))
        await drain(app)
    opened = await stopped(company)

    await rerun(app, company)

    assert opened == (False, "BREAKER")
    assert await stopped(company) == (True, None)
    assert len(await company.top_ups()) == 4


@pytest.mark.parametrize(
    ("change", "outcome"),
    [("off", "OFF"), ("post-paid", "POST_PAID"), ("cap", "DAILY_CAP")],
)
async def test_what_the_company_wants_or_is_goes_before_what_an_operator_asks(
    app: Perseat, change: str, outcome: str
) -> None:
    """M6, M8: a rerun lifts a decline and the breaker, and nothing else."""
    company = await low(app)
    await drain(app)
    caps = AutoTopUp(enabled=True, daily_cap=100 * UNIT)
    await configure(company, AutoTopUp(enabled=False) if change == "off" else caps)
    await company.record(sms(7_000))
    if change == "post-paid":
        await company.pay_afterwards(usage=True)

    (asked,) = (await rerun(app, company)).asked

    assert asked.decision is not None
    assert asked.decision.outcome == outcome
    assert len(await company.top_ups()) == 1


async def test_accounts_are_chosen_by_what_was_decided_last_and_paged(own_app: Perseat) -> None:
    stuck = [await low(own_app, card="card_declined") for _ in range(3)]
    await low(own_app)
    waiting = await make_company(own_app)
    await configure(waiting)
    wish = Chosen(outcomes={TopUpOutcome.DECLINED})
    first = await top_up_reruns.try_out(own_app.operators, wish, "why", limit=2)
    after = Chosen(outcomes={TopUpOutcome.DECLINED}, after=first.asked[-1].account_id)
    second = await top_up_reruns.try_out(own_app.operators, after, "why", limit=2)

    everybody = await top_up_reruns.try_out(
        own_app.operators, Chosen(outcomes=top_up_reruns.STUCK), "why"
    )

    assert (first.more, second.more) == (True, False)
    found = [each.account_id for each in (*first.asked, *second.asked)]
    assert found == sorted(each.id for each in stuck)
    assert {each.account_id for each in everybody.asked} == {*found, waiting.id}


@pytest.mark.parametrize(
    ("limit", "key", "reason", "error"),
    [
        (0, "key", "why", InvalidInput),
        (1_001, "key", "why", InvalidInput),
        (1, " ", "why", InvalidInput),
        (1, "key", " ", InvalidInput),
        (1, "key", "why", NotFound),
    ],
)
async def test_an_order_that_cannot_be_right_is_refused(
    app: Perseat, limit: int, key: str, reason: str, error: type[Exception]
) -> None:
    wish = Chosen({new_id()})

    with pytest.raises(error):
        await top_up_reruns.rerun(app.operators, wish, order(key, reason=reason), limit=limit)
