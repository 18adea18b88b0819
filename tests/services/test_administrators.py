"""Rules U3 and U4: somebody who can log in administers the account at all times."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.domain.errors import Refused
from app.domain.users import Role, UserStatus
from app.models import User
from app.services import roles, user_states
from tests.logging_in import choose, person
from tests.make import CAUSE, TESTER, Company, make_company, query

Act = Callable[[Company, UUID], Awaitable[User]]


async def _change(company: Company, user_id: UUID, to: UserStatus) -> User:
    async with company.begin() as uow:
        return await user_states.change_status(uow, company.id, user_id, to, cause=CAUSE)


async def delete(company: Company, user_id: UUID) -> User:
    return await _change(company, user_id, UserStatus.DELETED)


async def suspend(company: Company, user_id: UUID) -> User:
    return await _change(company, user_id, UserStatus.SUSPENDED)


async def demote(company: Company, user_id: UUID) -> User:
    async with company.begin() as uow:
        return await roles.revoke_role(uow, company.id, user_id, Role.ADMINISTRATOR, actor=TESTER)


async def _administrators(company: Company) -> list[UUID]:
    sql = """SELECT user_id FROM user_roles JOIN users USING (account_id)
        WHERE account_id = :id AND users.id = user_id AND role = 'ADMINISTRATOR'
          AND status IN ('ACTIVE', 'PAUSED') ORDER BY user_id"""
    return [row[0] for row in await query(company.app, sql, id=company.id)]


@pytest.mark.parametrize("first", [delete, suspend, demote])
@pytest.mark.parametrize("second", [delete, suspend, demote])
async def test_of_two_administrators_who_remove_each_other_one_stays(
    app: Perseat, first: Act, second: Act
) -> None:
    """U3: at the same moment, in two transactions, exactly one succeeds."""
    company = await make_company(app)
    await company.add(roles=frozenset({Role.ADMINISTRATOR}))
    one, other = await _administrators(company)

    results = await asyncio.gather(
        first(company, one), second(company, other), return_exceptions=True
    )

    refusals = [each for each in results if isinstance(each, BaseException)]
    assert [(type(each), getattr(each, "rule", "")) for each in refusals] == [(Refused, "U3")]
    assert len(await _administrators(company)) == 1


@pytest.mark.parametrize("act", [delete, suspend, demote])
async def test_the_last_administrator_stays_although_another_is_suspended(
    app: Perseat, act: Act
) -> None:
    """U3: one who cannot log in does not count; one who is paused does."""
    company = await make_company(app)
    (boss,) = await _administrators(company)
    (deputy,) = await company.add(roles=frozenset({Role.ADMINISTRATOR}))
    await suspend(company, deputy.id)

    with pytest.raises(Refused) as refused:
        await act(company, boss)
    await _change(company, deputy.id, UserStatus.PAUSED)
    await act(company, boss)

    assert refused.value.rule == "U3"
    assert await _administrators(company) == [deputy.id]


@pytest.mark.parametrize("act", [delete, suspend, demote])
async def test_who_is_invited_does_not_stand_in_for_who_can_log_in(app: Perseat, act: Act) -> None:
    """U3: without a password nobody logs in; with one the other may go."""
    company = await make_company(app)
    boss = await person(company, Role.ADMINISTRATOR)
    first, _ = await _administrators(company)

    with pytest.raises(Refused) as refused:
        await act(company, boss.id)
    await act(company, first)
    (deputy,) = await company.add(roles=frozenset({Role.ADMINISTRATOR}))
    await choose(company, deputy)
    await act(company, boss.id)

    assert refused.value.rule == "U3"
    assert "password" in refused.value.message
    assert await _administrators(company) == [deputy.id]


async def test_of_those_who_leave_together_one_who_can_log_in_stays(app: Perseat) -> None:
    """U3, within one request: the invited ones leave, and of the others all but one."""
    company = await make_company(app)
    (invited,) = await _administrators(company)
    able = [(await person(company, Role.ADMINISTRATOR)).id for _ in range(2)]

    async with company.begin() as uow:
        outcomes = await user_states.change_statuses(
            uow, company.id, [invited, *able], UserStatus.DELETED, cause=CAUSE
        )

    assert [each.error is None for each in outcomes] == [True, True, False]
    assert await _administrators(company) == able[1:]


async def test_an_administrator_is_deactivated_after_the_role_is_taken(app: Perseat) -> None:
    """U4."""
    company = await make_company(app, "provider")
    (deputy,) = await company.add(roles=frozenset({Role.ADMINISTRATOR, Role.AGENT}))

    with pytest.raises(Refused) as refused:
        await _change(company, deputy.id, UserStatus.DEACTIVATED)
    await demote(company, deputy.id)
    user = await _change(company, deputy.id, UserStatus.DEACTIVATED)

    assert refused.value.rule == "U4"
    assert user.status is UserStatus.DEACTIVATED
