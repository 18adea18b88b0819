"""Alerts (M4): told once when the credits fall to an amount, and again after they have risen."""

import asyncio

import pytest

from app.bootstrap import Perseat
from app.domain.alerts import LARGEST, MOST, MOST_KEPT
from app.domain.errors import InvalidInput, Refused
from app.domain.top_ups import AutoTopUp
from app.domain.users import Role, UserStatus
from app.services import alerts, auto_top_up, roles
from tests.letters import letters, text_of
from tests.make import TESTER, Company, dollars, drain, make_company, query, sms, statements


async def alert(company: Company, *thresholds: str) -> None:
    async with company.begin() as uow:
        await alerts.set_credit_alerts(uow, company.id, [dollars(each) for each in thresholds])


async def crossings(company: Company) -> list[tuple[int, int]]:
    """Threshold and balance of each, in cents, in the order in which they came."""
    sql = """SELECT a.threshold / 10000, c.balance / 10000 FROM alert_crossings c
        JOIN credit_alerts a ON a.account_id = c.account_id AND a.id = c.alert_id
        WHERE c.account_id = :id ORDER BY c.id"""
    return [(row[0], row[1]) for row in await query(company.app, sql, id=company.id)]


async def armed(company: Company) -> dict[int, bool]:
    sql = "SELECT threshold / 10000, armed FROM credit_alerts WHERE account_id = :id AND active"
    return {row[0]: row[1] for row in await query(company.app, sql, id=company.id)}


async def boss(company: Company) -> str:
    sql = "SELECT email FROM users WHERE account_id = :id ORDER BY id LIMIT 1"
    return str((await query(company.app, sql, id=company.id))[0][0])


async def subjects(company: Company, to: str) -> list[str]:
    await drain(company.app)
    found = letters(company.app, to)
    return [str(each["Subject"]) for each in found if "Credits" in str(each["Subject"])]


async def test_a_crossing_is_told_once_and_again_after_the_balance_has_risen(app: Perseat) -> None:
    """M4: from above to at or below; falling further is no news."""
    company = await make_company(app)
    await company.buy("20")
    await alert(company, "17")

    await company.record(sms(199))
    above = await crossings(company)
    await company.record(sms(1))
    await company.record(sms(100))
    once = await crossings(company), await armed(company)
    await company.buy("3")
    risen = await armed(company)
    await company.record(sms(200))

    assert (above, once, risen) == ([], ([(1700, 1700)], {1700: False}), {1700: True})
    assert await crossings(company) == [(1700, 1700), (1700, 1550)]
    assert await subjects(company, await boss(company)) == [
        "Credits are down to 17.00 USD",
        "Credits are down to 15.50 USD",
    ]


async def test_several_thresholds_at_once_are_one_letter_that_names_the_lowest(
    app: Perseat,
) -> None:
    """M4."""
    company = await make_company(app)
    await company.buy("20")
    await alert(company, "15", "10", "0", "-5")

    await company.record(sms(1000))

    assert sorted(await crossings(company)) == [(1000, 500), (1500, 500)]
    assert await subjects(company, await boss(company)) == ["Credits are down to 5.00 USD"]
    text = text_of(letters(app, await boss(company))[-1])
    assert "10.00 USD" in text
    assert "Automatic top-up is off" in text


async def test_a_letter_says_what_will_happen_to_this_account(app: Perseat) -> None:
    """M4, M6: nothing is refused to who may go negative, and no top-up comes that cannot."""
    company = await make_company(app, may_go_negative=True)
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp(enabled=True))
    await alert(company, "-5")

    await company.record(sms(1_000))
    await drain(app)

    (letter,) = [
        " ".join(text_of(each).split())
        for each in letters(app, await boss(company))
        if "Credits are down" in str(each["Subject"])
    ]
    assert "Nothing is refused when they are used up" in letter
    assert "would not charge now: there is no payment method." in letter
    assert "Buy credits in time, and add a payment method." in letter


async def test_amounts_are_not_kept_without_an_end(app: Perseat) -> None:
    """Those that were on a list before may come back."""
    company = await make_company(app)
    for first in range(0, MOST_KEPT, MOST):
        await alert(company, *(str(each) for each in range(first, first + MOST)))

    with pytest.raises(Refused, match="at most 100 different amounts"):
        await alert(company, "-1")
    await alert(company, "0", "99")

    assert set(await armed(company)) == {0, 9900}


async def test_two_batches_at_once_cross_once(app: Perseat) -> None:
    """M4: exactly once, whoever comes first."""
    company = await make_company(app)
    await company.buy("10")
    await alert(company, "5", "1")

    await asyncio.gather(*(company.record(sms(100)) for _ in range(6)))

    assert await crossings(company) == [(500, 400), (100, 100)]
    assert len(await subjects(company, await boss(company))) == 2


async def test_billing_admins_hear_of_it_and_administrators_where_there_is_none(
    app: Perseat,
) -> None:
    """M4: of those only who can log in."""
    company = await make_company(app, users=3)
    payer, gone = await company.people()
    async with company.begin() as uow:
        for each in (payer, gone):
            await roles.grant_role(uow, company.id, each.id, Role.BILLING_ADMIN, actor=TESTER)
    await company.change(gone, UserStatus.SUSPENDED)
    await company.buy("10")
    await alert(company, "5")

    await company.record(sms(400))
    told = await subjects(company, payer.email)
    await company.change(payer, UserStatus.SUSPENDED)
    await company.buy("10")
    await company.record(sms(600))

    assert told == ["Credits are down to 4.00 USD"]
    assert await subjects(company, payer.email) == told
    assert await subjects(company, gone.email) == []
    assert len(await subjects(company, await boss(company))) == 1


async def test_who_has_lost_the_job_by_then_gets_no_letter(app: Perseat) -> None:
    company = await make_company(app, users=2)
    (payer,) = await company.people()
    async with company.begin() as uow:
        await roles.grant_role(uow, company.id, payer.id, Role.BILLING_ADMIN, actor=TESTER)
    await company.buy("10")
    await alert(company, "5")

    await company.record(sms(400))
    await company.change(payer, UserStatus.SUSPENDED)

    assert await subjects(company, payer.email) == []


async def test_the_list_is_set_as_a_whole_and_what_was_crossed_stays(app: Perseat) -> None:
    """M4: what is taken off is not told; what comes back is armed by the balance of then."""
    company = await make_company(app)
    await company.buy("10")
    await alert(company, "5", "8")
    await company.record(sms(200))

    await alert(company, "5")
    await alert(company, "5", "8", "2")
    again = await armed(company)
    await alert(company)
    await company.record(sms(400))

    assert again == {200: True, 500: True, 800: False}
    assert await crossings(company) == [(800, 700)]
    assert await armed(company) == {}


@pytest.mark.parametrize(
    "thresholds",
    [[1, 1], list(range(MOST + 1)), [LARGEST + 1], [-LARGEST - 1]],
    ids=["twice", "too many", "too high", "too deep"],
)
async def test_a_list_that_cannot_be_right_is_refused(app: Perseat, thresholds: list[int]) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        async with company.begin() as uow:
            await alerts.set_credit_alerts(uow, company.id, thresholds)

    assert refused.value.field == "thresholds"


async def test_a_debt_that_an_invoice_takes_over_arms_again(app: Perseat) -> None:
    """M7: the balance comes back to zero at the cut-off."""
    company = await make_company(app, may_go_negative=True)
    await company.convert()
    await alert(company, "-1")
    await company.record(sms(100))

    before = await armed(company)
    await company.go_to("2025-12-01")

    assert (before, await armed(company)) == ({-100: False}, {-100: True})
    assert await crossings(company) == [(-100, -150)]


async def test_a_debt_that_is_settled_before_its_1st_arms_again(app: Perseat) -> None:
    """M8: by what was agreed for the usage from now on."""
    company = await make_company(app, may_go_negative=True)
    await alert(company, "-1")
    await company.record(sms(100))

    before = await armed(company)
    await company.pay_afterwards(usage=True)

    assert (before, await armed(company)) == ({-100: False}, {-100: True})


async def test_a_thousand_accounts_take_as_many_statements_as_one(own_app: Perseat) -> None:
    """M4: ingestion asks with every batch."""
    company = await make_company(own_app)
    await query(own_app, _MANY, like=company.id)
    ids = [row[0] for row in await query(own_app, "SELECT account_id FROM credits")]
    assert len(ids) == 1_001

    numbers = []
    for some in (ids[:1], ids[1:]):
        with statements(own_app) as sent:
            async with own_app.operators.begin() as uow:
                await alerts.crossed(uow, [(each, 2_000_000, 500_000) for each in some])
        numbers.append(len(sent))

    assert numbers == [6, 6]  # two of them tell it
    rows = await query(own_app, "SELECT count(*), count(DISTINCT account_id) FROM alert_crossings")
    assert tuple(rows[0]) == (1_001, 1_001)
    jobs = "SELECT count(*) FROM outbox WHERE kind = 'tell_low_credits'"
    assert (await query(own_app, jobs))[0][0] == 1_001


_MANY = """
    WITH more AS (
        INSERT INTO accounts SELECT (jsonb_populate_record(NULL::accounts,
            to_jsonb(a) || jsonb_build_object('id', uuidv7()))).*
        FROM accounts a, generate_series(1, 1000) WHERE a.id = :like RETURNING id
    ), people AS (
        INSERT INTO users SELECT (jsonb_populate_record(NULL::users, to_jsonb(u)
            || jsonb_build_object('id', uuidv7(), 'account_id', more.id))).*
        FROM users u, more WHERE u.account_id = :like RETURNING account_id, id
    ), bosses AS (
        INSERT INTO user_roles (account_id, user_id, role)
        SELECT account_id, id, 'ADMINISTRATOR' FROM people
    ), balances AS (
        INSERT INTO credits SELECT (jsonb_populate_record(NULL::credits, to_jsonb(c)
            || jsonb_build_object('account_id', more.id))).*
        FROM credits c, more WHERE c.account_id = :like
    )
    INSERT INTO credit_alerts (account_id, id, threshold, armed, active, created_at)
    SELECT id, uuidv7(), 1000000, true, true, now() FROM more
    UNION ALL SELECT :like, uuidv7(), 1000000, true, true, now()
"""
