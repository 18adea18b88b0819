"""Rule C1: a card that ends is told of by the account's own calendar, each time once."""

import asyncio
from dataclasses import replace
from datetime import date
from email.message import EmailMessage

import pytest

from app.bootstrap import Perseat
from app.domain.payment_methods import has_expired
from app.services import payment_methods, payment_notices
from tests.letters import letters, paragraphs_of
from tests.make import Company, as_superuser, drain, make_company, query, statements


async def card_until(company: Company, last: str) -> None:
    """The default from now on; `last` is the last day on which it can be charged."""
    app = company.app
    card = await payment_methods.attach(app.tenants, app.provider, company.id, "card_ok")
    ends = replace(card, token=f"card_until_{last}", expires_on=date.fromisoformat(last))
    async with company.begin() as uow:
        await payment_methods.add_payment_method(uow, app.provider.name, company.id, ends)
    await drain(app)


async def trial(app: Perseat, last: str, *, on: str, zone: str = "UTC") -> Company:
    company = await make_company(app, on=on, billing_timezone=zone)
    await card_until(company, last)
    return company


async def look(company: Company) -> None:
    """Two workers at once."""
    await asyncio.gather(*(payment_notices.expiring(company.app.operators) for _ in range(2)))


async def told(company: Company) -> list[EmailMessage]:
    """The letters about cards, oldest first."""
    await drain(company.app)
    sql = "SELECT email FROM users WHERE account_id = :id ORDER BY id LIMIT 1"
    ((boss,),) = await query(company.app, sql, id=company.id)
    return [each for each in letters(company.app, boss) if " card " in each["Subject"]]


async def subjects_on(company: Company, *moments: str) -> list[list[str]]:
    """All that was told by each of these moments, of which each is looked at twice."""
    found = []
    for moment in moments:
        day, _, time = moment.partition(" ")
        await company.set_clock(day, time or "12:00")
        await look(company)
        found.append([str(each["Subject"]) for each in await told(company)])
    return found


SOON = "The Visa card ending in 4242 expires after 31 December 2025"
OVER = "The Visa card ending in 4242 has expired"


async def test_a_card_is_told_of_30_and_7_days_before_and_when_it_is_over(app: Perseat) -> None:
    company = await trial(app, "2025-12-31", on="2025-11-01")

    found = await subjects_on(
        company, "2025-11-30", "2025-12-01", "2025-12-23", "2025-12-24", "2025-12-31", "2026-01-01"
    )

    assert found == [[], [SOON], [SOON], [SOON] * 2, [SOON] * 2, [SOON, SOON, OVER]]
    soon, _, over = await told(company)
    assert paragraphs_of(soon)[1] == (
        "the Visa card ending in 4242, which Company pays with, can be charged until "
        "31 December 2025 and no longer."
    )
    assert "has expired: its last day was 31 December 2025." in paragraphs_of(over)[1]


async def test_who_was_away_is_told_of_the_last_only(app: Perseat) -> None:
    """The workers were down for a month."""
    company = await trial(app, "2025-12-31", on="2025-11-01")

    assert await subjects_on(company, "2025-12-30", "2026-02-01") == [[SOON], [SOON, OVER]]


@pytest.mark.parametrize(
    ("zone", "before", "then"),
    [
        ("Pacific/Kiritimati", "2025-12-31 09:59", "2025-12-31 10:00"),
        ("Pacific/Pago_Pago", "2026-01-01 10:59", "2026-01-01 11:00"),
        ("Etc/GMT+12", "2026-01-01 11:59", "2026-01-01 12:00"),
    ],
)
async def test_the_last_day_ends_where_the_account_is(
    app: Perseat, zone: str, before: str, then: str
) -> None:
    """C1: from 14 hours before UTC to 12 hours behind it."""
    company = await trial(app, "2025-12-31", on="2025-12-26", zone=zone)

    assert await subjects_on(company, before, then) == [[SOON], [SOON, OVER]]


async def test_a_card_until_29_february(app: Perseat) -> None:
    company = await trial(app, "2028-02-29", on="2028-01-01")

    found = await subjects_on(company, "2028-01-29", "2028-01-30", "2028-02-29", "2028-03-01")

    assert [len(each) for each in found] == [0, 1, 2, 3]


async def test_a_card_that_was_replaced_is_not_told_of(app: Perseat) -> None:
    """Neither before the look nor between the look and the letter; its successor is in its turn."""
    company = await trial(app, "2025-11-20", on="2025-11-01")
    await look(company)
    await card_until(company, "2025-12-31")

    assert await told(company) == []
    assert await subjects_on(company, "2025-11-30", "2025-12-01") == [[], [SOON]]


async def test_a_card_that_becomes_the_default_again_is_not_told_of_twice(app: Perseat) -> None:
    company = await trial(app, "2025-12-31", on="2025-12-02")
    await look(company)
    await drain(app)
    await card_until(company, "2030-12-31")
    sql = "SELECT id FROM payment_methods WHERE account_id = :id ORDER BY id LIMIT 1"
    ((first,),) = await query(app, sql, id=company.id)
    async with company.begin() as uow:
        await payment_methods.set_default(uow, company.id, first)

    assert await subjects_on(company, "2025-12-03", "2025-12-24") == [[SOON], [SOON, SOON]]


async def test_a_closed_account_hears_nothing(app: Perseat) -> None:
    """Neither if it was closed between the look and the letter."""
    closed = await trial(app, "2025-11-20", on="2025-11-01")
    await closed.set(status="CLOSED", next_bill_at=None)
    closing = await trial(app, "2025-11-20", on="2025-11-01")
    await look(closing)
    await closing.set(status="CLOSED", next_bill_at=None)

    assert (await told(closed), await told(closing)) == ([], [])


async def test_a_later_notice_takes_the_place_of_one_that_was_held_up(app: Perseat) -> None:
    """A mail system that was away for weeks does not say the same twice."""
    company = await trial(app, "2025-12-31", on="2025-12-01")
    await look(company)

    await company.set_clock("2025-12-24")
    await look(company)

    assert [str(each["Subject"]) for each in await told(company)] == [SOON]


async def test_a_card_whose_end_nobody_knows_is_left_alone(app: Perseat) -> None:
    """Of before it was kept."""
    company = await trial(app, "2025-12-31", on="2025-12-01")
    sql = "UPDATE payment_methods SET expires_on = NULL WHERE account_id = "
    await as_superuser(app, f"{sql}'{company.id}'")

    assert await subjects_on(company, "2026-02-01") == [[]]


async def test_a_thousand_accounts_take_as_many_statements_as_one(own_app: Perseat) -> None:
    """One look at all of them, all their letters at once; in blocks where there are too many."""
    company = await trial(own_app, "2025-11-20", on="2025-11-01")
    await query(own_app, _MANY, like=company.id)
    forget = "UPDATE payment_methods SET expiry_told = NULL"

    numbers = []
    for most in (1_000, 300, 1):
        await query(
            own_app, f"{forget} WHERE :most > 1 OR account_id = :id", most=most, id=company.id
        )
        with statements(own_app) as sent:
            await payment_notices.expiring(own_app.operators, most=most)
        numbers.append(len(sent))

    jobs = "SELECT count(DISTINCT account_id), count(*) FROM outbox WHERE kind = :kind"
    rows = await query(own_app, jobs, kind="tell_card_expiring")
    assert [tuple(row) for row in rows] == [(1_000, 2_001)]
    assert numbers == [6, 20, 6]  # two of each transaction tell it


def test_the_last_day_is_a_day_on_which_it_can_be_charged() -> None:
    last = date(2028, 2, 29)

    assert [has_expired(last, day) for day in (last, date(2028, 3, 1))] == [False, True]
    assert not has_expired(None, last)


_MANY = """
    WITH more AS (
        INSERT INTO accounts SELECT (jsonb_populate_record(NULL::accounts,
            to_jsonb(a) || jsonb_build_object('id', uuidv7()))).*
        FROM accounts a, generate_series(1, 999) WHERE a.id = :like RETURNING id
    ), people AS (
        INSERT INTO users SELECT (jsonb_populate_record(NULL::users, to_jsonb(u)
            || jsonb_build_object('id', uuidv7(), 'account_id', more.id))).*
        FROM users u, more WHERE u.account_id = :like RETURNING account_id, id
    ), bosses AS (
        INSERT INTO user_roles (account_id, user_id, role)
        SELECT account_id, id, 'ADMINISTRATOR' FROM people
    )
    INSERT INTO payment_methods SELECT (jsonb_populate_record(NULL::payment_methods, to_jsonb(m)
        || jsonb_build_object('id', uuidv7(), 'account_id', more.id))).*
    FROM payment_methods m, more WHERE m.account_id = :like
"""
