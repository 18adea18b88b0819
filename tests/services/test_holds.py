"""Rule M4: credits are set aside for a campaign, and nobody else is promised them."""

import asyncio
from datetime import timedelta

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.authorizations import Denial
from app.domain.errors import Conflict, InvalidInput, NotFound, Refused
from app.domain.holds import LIFE, MOST_OPEN, HoldStatus
from app.domain.top_ups import AutoTopUp
from app.services import auto_top_up, holds, top_ups
from app.store import holds as store
from tests.holding import SOON, ask, held, hold
from tests.make import at, dollars, drain, make_company, money, sms, statements

NOW = at("2025-11-01")


async def test_what_is_held_is_promised_to_nobody_else(app: Perseat) -> None:
    """M4: and is not spent: the balance stays as it is."""
    company = await make_company(app)
    await company.buy("2.00")

    first = await hold(company, "spring", sms(100))
    second = await ask(company, sms(50))

    assert (first.allowed, money(first.projected_balance)) == (True, "0.50")
    assert second.denial is Denial.CREDITS_ON_HOLD
    assert (money(second.funds.balance), money(second.funds.held)) == ("2.00", "1.50")
    assert (await ask(company, sms(33))).allowed
    assert (await ask(company, sms(134))).denial is Denial.INSUFFICIENT_CREDITS
    assert await company.balance() == "2.00"


async def test_two_campaigns_at_once_never_both_get_the_last_credits(app: Perseat) -> None:
    """M4: decided under the account's lock."""
    company = await make_company(app)
    await company.buy("1.50")

    answers = await asyncio.gather(*(hold(company, f"no {i}", sms(60)) for i in range(6)))

    assert sorted(each.allowed for each in answers) == [False] * 5 + [True]
    assert {each.denial for each in answers if not each.allowed} == {Denial.CREDITS_ON_HOLD}


async def test_the_same_question_again_is_the_same_hold(app: Perseat) -> None:
    """M4: also two at once, and although nothing is left for a second one."""
    company = await make_company(app)
    await company.buy("1.50")

    answers = await asyncio.gather(*(hold(company, "spring", sms(100)) for _ in range(4)))

    assert all(each.allowed for each in answers)
    assert len({each.hold.id for each in answers if each.hold}) == 1
    assert {money(each.projected_balance) for each in answers} == {"0.00"}


@pytest.mark.parametrize(("quantity", "until"), [(101, SOON), (100, SOON + timedelta(seconds=1))])
async def test_a_reference_stands_for_one_campaign(
    app: Perseat, quantity: int, until: object
) -> None:
    """M4: another body under it is an error, as long as the hold is open."""
    company = await make_company(app)
    await company.buy("10")
    first = await held(company, "spring", sms(100))

    with pytest.raises(Conflict) as refused:
        await hold(company, "spring", sms(quantity), until=until)  # type: ignore[arg-type]
    async with company.begin() as uow:
        await holds.release(uow, company.id, first.id)

    assert refused.value.field == "hold.reference"
    assert (await held(company, "spring", sms(101))).id != first.id


async def test_nothing_is_held_where_the_answer_is_no(app: Perseat) -> None:
    company = await make_company(app)
    await company.buy("1.00")

    answer = await hold(company, "spring", sms(100))

    assert (answer.allowed, answer.hold) == (False, None)
    assert (await ask(company, sms(66))).allowed


async def test_a_hold_expires_by_the_clock_alone(app: Perseat) -> None:
    """M4: no job has to run; its reference can be taken again, and then it is closed."""
    company = await make_company(app)
    await company.buy("1.50")
    first = await held(company, "spring", sms(100))

    await company.set_clock("2025-11-03", "11:59")
    before = await ask(company, sms(100))
    await company.set_clock("2025-11-03", "12:00")
    after = await ask(company, sms(100))
    again = await hold(company, "spring", sms(90), until=at("2025-11-05"))

    assert (before.allowed, after.allowed, again.allowed) == (False, True, True)
    async with company.begin() as uow:
        old = await holds.get(uow, company.id, first.id)
        assert holds.status_of(old, SOON) is HoldStatus.EXPIRED
        assert old.released_at == SOON


async def test_a_released_hold_holds_nothing_and_stays_released(app: Perseat) -> None:
    company = await make_company(app)
    await company.buy("1.50")
    made = await held(company, "spring", sms(100))

    for _ in range(2):
        async with company.begin() as uow:
            row = await holds.release(uow, company.id, made.id)
            assert holds.status_of(row, NOW) is HoldStatus.RELEASED
    await company.set_clock("2025-11-20")
    async with company.begin() as uow:
        row = await holds.release(uow, company.id, made.id)

    assert holds.status_of(row, at("2025-11-20")) is HoldStatus.RELEASED
    assert (await ask(company, sms(100))).allowed


async def test_what_has_expired_is_not_released_any_more(app: Perseat) -> None:
    company = await make_company(app)
    made = await held(company, "free", sms(initiator="AGENT"))
    await company.set_clock("2025-11-04")

    async with company.begin() as uow:
        row = await holds.release(uow, company.id, made.id)

    assert (row.released_at, made.amount) == (None, 0)
    assert holds.status_of(row, at("2025-11-04")) is HoldStatus.EXPIRED


async def test_usage_draws_on_its_hold(app: Perseat) -> None:
    """M4: what is used of it is no longer held; more than all of it is used without harm."""
    company = await make_company(app)
    await company.buy("3.00")
    made = await held(company, "spring", sms(100))

    await company.record(sms(60, hold_id=str(made.id)), sms(10), sms(hold_id=str(made.id)))
    some = await ask(company, sms())
    await company.record(sms(600, hold_id=str(made.id)))
    all_of_it = await ask(company, sms())

    assert (money(some.funds.held), money(some.funds.balance)) == ("0.585", "1.935")
    assert (money(all_of_it.funds.held), money(all_of_it.funds.balance)) == ("0.00", "-7.065")
    async with company.begin() as uow:
        assert money((await holds.get(uow, company.id, made.id)).used) == "9.915"


async def test_what_comes_late_or_twice_is_counted_once(app: Perseat) -> None:
    """M1, M4: a repeated event draws once, also after the hold is over."""
    company = await make_company(app)
    made = await held(company, "spring", sms(initiator="AGENT"))
    event = sms(100, hold_id=str(made.id))
    await company.set_clock("2025-11-10")

    await asyncio.gather(*(company.record(event) for _ in range(4)))

    async with company.begin() as uow:
        assert money((await holds.get(uow, company.id, made.id)).used) == "1.50"


async def test_an_event_for_a_hold_of_somebody_else_is_invalid(app: Perseat) -> None:
    """M1: and rejects no other."""
    company, other = await make_company(app), await make_company(app, may_go_negative=True)
    theirs = await held(other, "spring", sms())

    batch = await company.record(
        sms(hold_id=str(theirs.id)), sms(hold_id="nonsense"), sms(hold_id=str(new_id())), sms()
    )

    assert [each.disposition for each in batch.results] == ["INVALID"] * 3 + ["RECORDED"]
    errors = [each.error for each in batch.results[:3]]
    assert {type(each) for each in errors} == {NotFound}
    assert [each.field for each in errors if each] == [f"events.{i}.holdId" for i in range(3)]
    assert await company.balance() == "-0.015"


async def test_what_a_hold_was_made_for_may_ask_under_it(app: Perseat) -> None:
    """M4: a campaign asks when it is planned and when it is sent; it never waits for itself."""
    company = await make_company(app)
    await company.buy("1.50")
    made = await held(company, "spring", sms(100))

    alone = await ask(company, sms(100))
    under = await ask(company, sms(100), under=made.id)
    too_much = await ask(company, sms(101), under=made.id)
    await company.set_clock("2025-11-04")
    late = await ask(company, sms(100), under=made.id)

    assert (alone.denial, under.denial) == (Denial.CREDITS_ON_HOLD, None)
    assert money(under.projected_balance) == "0.00"
    assert too_much.denial is Denial.INSUFFICIENT_CREDITS
    assert (late.denial, money(late.projected_balance)) == (None, "0.00")


async def test_a_hold_is_made_longer_while_it_is_open(app: Perseat) -> None:
    """M4: what has expired may be spent by now."""
    company = await make_company(app)
    await company.buy("1.50")
    made = await held(company, "spring", sms(100))

    async with company.begin() as uow:
        longer = await holds.extend(uow, company.id, made.id, NOW + LIFE)
    assert longer.expires_at == NOW + LIFE
    await company.set_clock("2025-11-04")
    assert (await held(company, "spring", sms(100))).id == made.id
    for until, error in (
        (at("2025-11-10"), Refused),
        (NOW + LIFE + timedelta(seconds=1), InvalidInput),
        (at("2025-11-04"), InvalidInput),
    ):
        with pytest.raises(error) as refused:
            async with company.begin() as uow:
                await holds.extend(uow, company.id, made.id, until)
        assert refused.value.field == "expiresAt"

    await company.set_clock("2025-12-02")
    await company.set_clock("2025-12-03")
    with pytest.raises(Refused):
        async with company.begin() as uow:
            await holds.extend(uow, company.id, made.id, at("2025-12-04"))


@pytest.mark.parametrize(
    ("reference", "until", "field"),
    [
        ("", SOON, "reference"),
        ("x" * 201, SOON, "reference"),
        ("a\nb", SOON, "reference"),
        ("a\0b", SOON, "reference"),
        ("x", NOW, "expiresAt"),
        ("x", NOW + LIFE + timedelta(seconds=1), "expiresAt"),
        ("x", SOON.replace(tzinfo=None), "expiresAt"),
    ],
)
async def test_a_hold_that_cannot_be_right_is_refused(
    app: Perseat, reference: str, until: object, field: str
) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        await hold(company, reference, sms(), until=until)  # type: ignore[arg-type]

    assert refused.value.field == f"hold.{field}"


async def test_there_are_only_so_many_open_holds(app: Perseat) -> None:
    """M4: the sum over them is asked for by every question."""
    company = await make_company(app, may_go_negative=True)
    made = await held(company, "0", sms())
    for number in range(1, MOST_OPEN):
        await held(company, str(number), sms())

    with pytest.raises(Refused):
        await hold(company, "one more", sms())
    async with company.begin() as uow:
        await holds.release(uow, company.id, made.id)

    assert (await hold(company, "one more", sms())).allowed


async def test_another_company_has_no_such_hold(app: Perseat) -> None:
    company, other = await make_company(app), await make_company(app, may_go_negative=True)
    theirs = await held(other, "spring", sms())

    with pytest.raises(NotFound):
        async with app.operators.begin() as uow:
            await holds.release(uow, company.id, theirs.id)
    with pytest.raises(NotFound):
        async with app.operators.begin() as uow:
            await holds.extend(uow, company.id, theirs.id, SOON)
    with pytest.raises(NotFound) as refused:
        await ask(company, sms(), under=theirs.id)

    assert refused.value.field == "holdId"


async def test_the_draws_of_many_accounts_are_one_statement(app: Perseat) -> None:
    """M4: each of its own account alone."""
    company, other = [await make_company(app, may_go_negative=True) for _ in range(2)]
    mine, theirs = await held(company, "a", sms()), await held(other, "a", sms())

    with statements(app) as sent:
        async with app.operators.begin() as uow:
            await holds.draw(uow, [(company.id, mine.id, 0), (other.id, theirs.id, 0)])
    async with app.operators.begin() as uow:
        await holds.draw(
            uow, [(company.id, mine.id, 5), (other.id, theirs.id, 7), (other.id, mine.id, 9)]
        )
        rows = [await store.get(uow.session, each.account_id, each.id) for each in (mine, theirs)]
        used = [row.used for row in rows if row]
        await uow.session.rollback()

    assert (len(sent), used) == (1, [5, 7])


async def test_a_hold_tops_nothing_up(app: Perseat) -> None:
    """M6: the balance is what counts; what is held is not spent, and may never be."""
    company = await make_company(app)
    await company.buy("30")
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp(enabled=True))
    await hold(company, "spring", sms(2_000))
    async with company.begin() as uow:
        decided = await top_ups.top_up_if_low(uow, company.id)

    await drain(app)

    assert (decided.payment, decided.refusal) == (None, None)
    assert await company.top_ups() == [("PURCHASE", "SUCCEEDED", "30.00")]


async def test_holds_and_usage_at_once_promise_nothing_twice(app: Perseat) -> None:
    """M4: each decision sees what was posted before it, and what was set aside."""
    company = await make_company(app)
    await company.buy("3.00")

    answers, _ = await asyncio.gather(
        asyncio.gather(*(hold(company, f"no {i}", sms(40)) for i in range(5))),
        asyncio.gather(*(company.record(sms(20)) for _ in range(5))),
    )

    made = [each for each in answers if each.hold]
    last = (await ask(company, sms())).funds
    assert money(last.balance) == "1.50"
    assert last.held == len(made) * dollars("0.60")
    assert 2 <= len(made) <= 5
    assert all(each.projected_balance >= 0 for each in made)


async def test_a_closed_account_is_told_so_although_its_hold_is_open(app: Perseat) -> None:
    """P1: the same question again too; and what is held can still be given back."""
    company = await make_company(app)
    await company.buy("3.00")
    made = await held(company, "spring", sms(100))
    await company.set(status="CLOSED")

    again = await hold(company, "spring", sms(100))
    async with company.begin() as uow:
        await holds.release(uow, company.id, made.id)

    assert again.denial is Denial.ACCOUNT_CLOSED
    assert again.hold is not None
    assert again.hold.id == made.id
