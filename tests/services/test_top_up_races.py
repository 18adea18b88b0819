"""Rule M6 under real concurrency: one charge for each episode, always.

Few rounds by default; `PERSEAT_RACE_ROUNDS=500` makes it a long session. After each round the book
of the provider, the ledger and the decisions have to say the same.
"""

import asyncio
import os
from random import Random
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.domain.payments import Outcome
from app.domain.top_up_decisions import TopUpTrigger
from app.domain.top_ups import AutoTopUp
from app.services import auto_top_up, charging, settlements, top_up_reruns, top_ups
from app.services.top_up_records import Cause
from app.services.top_up_reruns import Order
from app.store import settlements as settlement_store
from app.store.top_up_reruns import Chosen
from tests.make import Company, drain, query, sms
from tests.services.paying import order_of
from tests.services.topping import low

ROUNDS = int(os.environ.get("PERSEAT_RACE_ROUNDS", "4"))
TRIGGERS = 40
LONG = 24 * 3600 if ROUNDS > 50 else 300
ROOMY = AutoTopUp(enabled=True, daily_cap=10**12, monthly_cap=10**13)
LEDGER = """SELECT reference, amount FROM ledger_transfers
    WHERE account_id = :id AND kind = 'TOP_UP'"""
CHARGED = """SELECT payment_id, amount, episode FROM top_up_decisions
    WHERE account_id = :id AND outcome = 'CHARGED' ORDER BY number"""


async def _ask(app: Perseat, company: Company, trigger: TopUpTrigger) -> None:
    async with app.operators.begin() as uow:
        await top_ups.top_up_if_low(uow, company.id, Cause(trigger))


async def _next_episode(company: Company, number: int) -> None:
    """Low again; the breaker is closed and the caps are wide, or they would end it at three."""
    await company.record(sms(7_000, f"round-{number}"))
    await query(
        company.app,
        "UPDATE credits SET resumed_at = (SELECT test_clock FROM accounts WHERE id = account_id) "
        "WHERE account_id = :id",
        id=company.id,
    )


async def _assert_one_charge_an_episode(company: Company, episodes: int) -> None:
    provider = await company.app.provider.charged()  # type: ignore[attr-defined]
    ledger = {row[0]: row[1] for row in await query(company.app, LEDGER, id=company.id)}
    decided = await query(company.app, CHARGED, id=company.id)

    assert len(decided) == episodes
    assert [row[2] for row in decided] == [*range(episodes)]
    assert {row[0]: row[1] for row in decided} == ledger
    assert {key: provider[key] for key in ledger} == ledger
    assert await _unknown_to_us(company, provider) == []


async def _unknown_to_us(company: Company, provider: dict[UUID, int]) -> list[UUID]:
    """What was charged and is not booked, of the payments of this company."""
    sql = "SELECT id FROM payments WHERE account_id = :id AND status <> 'SUCCEEDED'"
    return [row[0] for row in await query(company.app, sql, id=company.id) if row[0] in provider]


def _dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a seed, so that a failure can be replayed


async def _spacious(app: Perseat, card: str = "card_ok") -> Company:
    company = await low(app, card=card)
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, ROOMY)
    await drain(app)
    return company


@pytest.mark.timeout(LONG)
async def test_forty_triggers_of_one_moment_charge_once(own_app: Perseat) -> None:
    """M6, C3, C4: whoever comes second finds the charge of the first."""
    company, dice = await _spacious(own_app), _dice(20130718)

    for number in range(1, ROUNDS + 1):
        await _next_episode(company, number)
        triggers = [dice.choice([TopUpTrigger.USAGE, TopUpTrigger.TICK]) for _ in range(TRIGGERS)]
        await asyncio.gather(*(_ask(company.app, company, each) for each in triggers))
        await drain(own_app)
        await _assert_one_charge_an_episode(company, number + 1)


@pytest.mark.timeout(LONG)
async def test_a_charge_that_settles_while_many_decide_is_the_only_one(own_app: Perseat) -> None:
    """M6: settle, webhook and janitor at once, among forty who look at the balance."""
    company, dice = await _spacious(own_app), _dice(1988)

    for number in range(1, ROUNDS + 1):
        await _next_episode(company, number)
        await _ask(company.app, company, TopUpTrigger.USAGE)
        payment_id = await _send(company)
        racers = [_settle(company.app, company, payment_id) for _ in range(3)]
        racers += [_ask(company.app, company, TopUpTrigger.USAGE) for _ in range(TRIGGERS)]
        dice.shuffle(racers)
        await asyncio.gather(*racers)
        await drain(own_app)
        await _assert_one_charge_an_episode(company, number + 1)


async def _send(company: Company) -> UUID:
    """The open charge, taken by the provider, whose answer has not arrived."""
    sql = "SELECT id FROM payments WHERE account_id = :id AND status = 'CREATED'"
    ((payment_id,),) = await query(company.app, sql, id=company.id)
    now = company.app.clock.now()
    async with company.app.operators.begin() as uow:
        sent = await settlement_store.send(uow.session, company.id, payment_id, now=now, until=now)
    await company.app.provider.charge(order_of(payment_id, sent))
    found: UUID = payment_id
    return found


async def _settle(app: Perseat, company: Company, payment_id: UUID) -> None:
    async with app.operators.begin() as uow:
        await settlements.settle(uow, company.id, payment_id, Outcome())


@pytest.mark.timeout(LONG)
async def test_everything_at_once_charges_once(own_app: Perseat) -> None:
    """M6: usage, ticks, two drivers of the same charge, two operators, and the rule set again."""
    company, dice = await _spacious(own_app), _dice(54)

    for number in range(1, ROUNDS + 1):
        await _next_episode(company, number)
        racers = [_ask(company.app, company, TopUpTrigger.USAGE) for _ in range(10)]
        racers += [_rerun(company.app, company, f"{number} {n} {company.id}") for n in range(2)]
        racers += [_configure(company), _drive(company.app, company), _drive(company.app, company)]
        racers += [_record(company, f"late-{number}")]
        dice.shuffle(racers)
        await asyncio.gather(*racers)
        await drain(own_app)
        await _assert_one_charge_an_episode(company, number + 1)


async def _rerun(app: Perseat, company: Company, key: str) -> None:
    order = Order("ops", "race", f"race {key}", "race")
    await top_up_reruns.rerun(app.operators, Chosen({company.id}), order)


async def _configure(company: Company) -> None:
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, ROOMY)


async def _record(company: Company, event_id: str) -> None:
    await company.record(sms(1, event_id))


async def _drive(app: Perseat, company: Company) -> None:
    """As the janitor: whatever is open by now."""
    sql = "SELECT id FROM payments WHERE account_id = :id AND status IN ('CREATED', 'SENT')"
    for row in await query(app, sql, id=company.id):
        await charging.drive(app.operators, app.provider, company.id, row[0])
