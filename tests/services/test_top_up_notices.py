"""Rule M6: what stops by itself says so once, to who looks after the money."""

from app.bootstrap import Perseat
from app.domain.money import UNIT
from app.domain.top_ups import AutoTopUp
from app.domain.users import Role, UserStatus
from app.models import User
from tests.letters import letters, paragraphs_of
from tests.make import Company, drain, make_company, sms
from tests.services.topping import configure, decide, decisions, low, stopped


async def _billing_admin(company: Company) -> User:
    (user,) = await company.add(roles=frozenset({Role.BILLING_ADMIN}))
    return user


def _told(company: Company, user: User) -> list[str]:
    """What the letters about credits begin with, oldest first."""
    found = [paragraphs_of(each)[1] for each in letters(company.app, user.email)]
    return [text for text in found if "topped up" in text]


async def test_a_decline_at_night_is_one_attempt_stopped_visible_and_told(app: Perseat) -> None:
    """M6: whatever is used afterwards, and however often somebody looks."""
    company = await low(app, card="card_insufficient_funds")
    admin = await _billing_admin(company)
    await drain(app)
    for _ in range(3):
        await company.record(sms(100))
        await decide(company)
    await company.go_to("2025-11-02")

    assert await company.top_ups() == [("TOP_UP", "DECLINED", "100.00")]
    assert await stopped(company) == (False, "DECLINED")
    assert (await decisions(company))[-1][1] == "DECLINED"
    (told,) = _told(company, admin)
    assert told == (
        "the credits of Company are at 0.00 USD and are not topped up automatically: "
        "a charge of 100.00 USD was declined, and automatic top-up is off."
    )


async def test_every_billing_admin_who_can_log_in_is_told(app: Perseat) -> None:
    """M6: and nobody else, as long as there is one."""
    company = await low(app, card="card_declined")
    admins = [await _billing_admin(company) for _ in range(3)]
    (agent,) = await company.add()
    await company.change(admins[0], UserStatus.SUSPENDED)

    await drain(app)

    assert [len(_told(company, each)) for each in (*admins, agent)] == [0, 1, 1, 0]


async def test_the_administrators_are_told_where_nobody_looks_after_the_money(
    app: Perseat,
) -> None:
    company = await low(app, card="card_declined")
    (boss,) = await company.add(roles=frozenset({Role.ADMINISTRATOR}))

    await drain(app)

    assert len(_told(company, boss)) == 1


async def test_each_stop_is_told_once(app: Perseat) -> None:
    """M6: switched on again it may stop again, and that is another stop."""
    company = await low(app, card="card_declined")
    admin = await _billing_admin(company)
    await drain(app)
    first = len(_told(company, admin))

    await configure(company)
    await decide(company)

    assert (first, len(_told(company, admin))) == (1, 2)


async def test_without_a_card_it_is_told_once_and_not_daily(app: Perseat) -> None:
    company = await make_company(app)
    admin = await _billing_admin(company)
    await configure(company)

    for day in ("2025-11-02", "2025-11-03"):
        await company.go_to(day)
        await configure(company)

    (told,) = _told(company, admin)
    assert "there is no payment method" in told


async def test_a_cap_is_told_once_for_its_day(app: Perseat) -> None:
    """M6: the rule stays on and goes on by itself; the next day is another stop."""
    company = await low(app, on="2025-11-05")
    admin = await _billing_admin(company)
    await configure(company, AutoTopUp(enabled=True, daily_cap=100 * UNIT))
    counts = []
    for day in ("2025-11-05", "2025-11-06", "2025-11-07"):
        if day != "2025-11-05":
            await company.set_clock(day)
        await company.record(sms(14_000))
        for _ in range(3):
            await decide(company)
            await company.record(sms(1))
        await drain(app)
        counts.append(len(_told(company, admin)))

    assert counts == [1, 2, 3]
    assert await stopped(company) == (True, None)


async def test_a_cap_of_the_month_is_told_once_for_its_month(app: Perseat) -> None:
    company = await low(app, on="2025-11-05")
    admin = await _billing_admin(company)
    rule = AutoTopUp(enabled=True, daily_cap=100 * UNIT, monthly_cap=100 * UNIT)
    await configure(company, rule)
    await company.record(sms(6_000))
    for day in ("2025-11-06", "2025-11-07", "2025-11-29"):
        await company.set_clock(day)
        await company.record(sms(1))
        await drain(app)

    (told,) = _told(company, admin)
    assert "limit of a month" in told


async def test_nobody_is_told_what_somebody_wanted(app: Perseat) -> None:
    """M6, M8: switched off, or invoiced afterwards."""
    company = await low(app)
    admin = await _billing_admin(company)
    await company.pay_afterwards(usage=True)
    await drain(app)
    other = await make_company(app)
    await configure(other, AutoTopUp(enabled=False))

    assert _told(company, admin) == []
    assert [row[1] for row in await decisions(other)] == ["OFF"]
