"""Rules P1 and C5: sign-up, and the clock of a sandbox account."""

from contextlib import suppress
from datetime import datetime
from zoneinfo import available_timezones

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.accounts import AccountStatus
from app.domain.errors import BillingError, InvalidInput, NotFound, Refused
from app.domain.periods import zone
from app.domain.users import Role
from app.services import accounts
from tests.make import at, make_company, new_user, query


async def test_a_sign_up_is_a_trial_with_an_administrator_and_no_credits(app: Perseat) -> None:
    """P1, U3, U6: active and an administrator, whatever the request says of the two."""
    new = accounts.NewAccount(
        "  Acme   Inc ", "upro", new_user(active=False), test_clock=at("2025-11-01")
    )

    async with app.tenants.begin(new.id) as uow:
        account = await accounts.create_account(uow, new)

    sql = """SELECT u.status, array_agg(r.role ORDER BY r.role), c.balance, c.enabled
        FROM users u JOIN user_roles r ON r.user_id = u.id
        JOIN credits c ON c.account_id = u.account_id WHERE u.account_id = :id GROUP BY 1, 3, 4"""
    assert (account.name, account.status) == ("Acme Inc", AccountStatus.TRIAL)
    assert (account.currency, account.billing_timezone, account.next_bill_at) == (
        "USD",
        "UTC",
        None,
    )
    assert [tuple(row) for row in await query(app, sql, id=new.id)] == [
        ("ACTIVE", [Role.ADMINISTRATOR, Role.AGENT], 0, False)
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"plan_id": "gold"}, "planId"),
        ({"name": " "}, "name"),
        ({"billing_timezone": "Mars/Olympus"}, "billingTimezone"),
        ({"test_clock": datetime(2025, 1, 1)}, "testClock"),  # noqa: DTZ001 - that is the mistake
        ({"administrator": new_user(email="nobody")}, "administrator.email"),
        ({"administrator": new_user("")}, "administrator.firstName"),
    ],
)
async def test_a_sign_up_that_cannot_be_names_its_mistake(
    app: Perseat, change: dict[str, object], field: str
) -> None:
    values: dict[str, object] = {"name": "Acme", "plan_id": "upro", "administrator": new_user()}
    new = accounts.NewAccount(**{**values, **change})  # type: ignore[arg-type]

    with pytest.raises(BillingError) as refused:
        async with app.tenants.begin(new.id) as uow:
            await accounts.create_account(uow, new)

    assert refused.value.field == field
    assert await query(app, "SELECT id FROM accounts WHERE id = :id", id=new.id) == []


async def test_a_sandbox_clock_only_goes_forward(app: Perseat) -> None:
    """C5."""
    company = await make_company(app, on="2025-11-10")

    for day in ("2025-11-10", "2025-11-09"):
        with pytest.raises(InvalidInput) as refused:
            await company.set_clock(day)
        assert refused.value.field == "to"
    await company.go_to("2025-11-11")

    sql = "SELECT test_clock FROM accounts WHERE id = :id"
    assert [row[0] for row in await query(app, sql, id=company.id)] == [at("2025-11-11")]


async def test_a_sandbox_clock_goes_a_year_at_most(app: Perseat) -> None:
    """C5: each step is billed month by month in one go."""
    company = await make_company(app, on="2025-11-10")

    with pytest.raises(InvalidInput) as refused:
        await company.set_clock("2026-11-12")

    assert refused.value.field == "to"


async def test_a_real_account_has_no_clock_of_its_own(app: Perseat) -> None:
    company = await make_company(app)
    await company.set(test_clock=None)

    with pytest.raises(Refused) as refused:
        await company.set_clock("2030-01-01")

    assert refused.value.rule == "C5"


async def test_an_account_that_is_not_mine_is_not_there(app: Perseat) -> None:
    company, other = await make_company(app), await make_company(app)

    for account_id in (other.id, new_id()):
        with pytest.raises(NotFound) as missing:
            async with app.tenants.begin(company.id) as uow:
                await accounts.release_parked(uow, account_id)
        assert missing.value.noun == "account"


async def test_postgresql_knows_every_zone_that_an_account_may_have(app: Perseat) -> None:
    """C1: verify counts local days in SQL; one name that it does not know would stop it."""
    rows = await query(app, "SELECT name FROM pg_timezone_names")
    names = available_timezones() | {"right/UTC", "posix/Europe/Lisbon", "posixrules", "localtime"}

    accepted = set()
    for name in names:
        with suppress(InvalidInput):
            accepted.add(zone(name).key)

    assert len(accepted) > 400
    assert sorted(accepted - {row[0] for row in rows}) == []
