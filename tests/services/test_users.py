"""Rules U1, U2, U5 and U6: users, their roles and their history."""

import asyncio
from dataclasses import fields
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.errors import Conflict, NotFound, Refused
from app.domain.users import Role, UserStatus
from app.models import User
from app.services import roles, user_states, users
from tests.make import CAUSE, TESTER, Company, make_company, new_user, query


async def _change(company: Company, user_id: UUID, to: UserStatus) -> User:
    async with company.begin() as uow:
        return await user_states.change_status(uow, company.id, user_id, to, cause=CAUSE)


async def delete(company: Company, user_id: UUID) -> User:
    return await _change(company, user_id, UserStatus.DELETED)


async def test_deletion_is_for_ever_and_frees_the_address(app: Perseat) -> None:
    """U5: a new user may have the address; the history and the charges stay."""
    company = await make_company(app, users=2)
    await company.convert()
    (user,) = await company.add(email="Again@Example.com")
    charged = await company.charges()

    await delete(company, user.id)
    with pytest.raises(Refused) as refused:
        await _change(company, user.id, UserStatus.ACTIVE)
    (successor,) = await company.add(email="again@example.com")

    sql = (
        "SELECT from_status, to_status, version, actor, reason FROM user_states WHERE user_id = :id"
    )
    history = await query(app, f"{sql} ORDER BY version", id=user.id)
    assert refused.value.rule == "U5"
    assert successor.id != user.id
    assert [tuple(row) for row in history] == [
        (None, "ACTIVE", 1, "test", None),
        ("ACTIVE", "DELETED", 2, "test", "why"),
    ]
    assert await company.charges() == charged


async def test_being_there_already_is_a_success_and_no_change(app: Perseat) -> None:
    company = await make_company(app, users=2)
    (user,) = await company.people()

    await _change(company, user.id, UserStatus.PAUSED)
    again = await _change(company, user.id, UserStatus.PAUSED)

    rows = await query(app, "SELECT to_status FROM user_states WHERE user_id = :id", id=user.id)
    assert (again.status, again.version) == (UserStatus.PAUSED, 2)
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("plan", "status"),
    [("upro", UserStatus.SUSPENDED), ("provider", UserStatus.DEACTIVATED)],
)
async def test_a_user_may_be_created_not_active(
    app: Perseat, plan: str, status: UserStatus
) -> None:
    """U6; an administrator of a sign-up is active, whatever was asked."""
    company = await make_company(app, plan)

    (user,) = await company.add(active=False)

    assert user.status is status


def test_nobody_can_choose_or_read_a_password() -> None:
    """U6: there is no such field, neither to send nor to store in clear."""
    names = {field.name for field in fields(users.NewUser)} | set(User.model_fields)

    assert not {name for name in names if "password" in name}


async def test_one_of_two_users_with_one_address_is_added(app: Perseat) -> None:
    company = await make_company(app)

    results = await asyncio.gather(
        company.add(email="ada@example.com"),
        company.add(email="ADA@example.com"),
        return_exceptions=True,
    )

    conflicts = [each for each in results if isinstance(each, BaseException)]
    assert [type(each) for each in conflicts] == [Conflict]
    assert [user.email for user in await company.people()] == ["ada@example.com"]


async def test_an_address_of_another_user_is_refused_in_a_change_too(app: Perseat) -> None:
    company = await make_company(app)
    (ada,) = await company.add(email="ada@example.com")
    (bob,) = await company.add(email="bob@example.com")

    with pytest.raises(Conflict) as conflict:
        async with company.begin() as uow:
            await users.update_user(
                uow, company.id, bob.id, users.Details(email="ADA@example.com"), actor=TESTER
            )
    async with company.begin() as uow:
        same = await users.update_user(
            uow, company.id, ada.id, users.Details(email="Ada@example.com"), actor=TESTER
        )

    assert conflict.value.field == "email"
    assert same.email == "ada@example.com"


async def test_a_user_of_another_account_is_not_there(app: Perseat) -> None:
    company, other = await make_company(app), await make_company(app, users=2)
    (stranger,) = await other.people()

    for user_id in (stranger.id, new_id()):
        with pytest.raises(NotFound) as missing:
            await delete(company, user_id)
        assert missing.value.noun == "user"


async def test_a_user_has_some_role_and_roles_cost_nothing(app: Perseat) -> None:
    """U2: every role occupies the one licence of its user."""
    company = await make_company(app, users=2)
    await company.convert()
    (user,) = await company.people()

    async with company.begin() as uow:
        await roles.grant_role(uow, company.id, user.id, Role.BILLING_ADMIN, actor=TESTER)
    for role in (Role.AGENT, Role.BILLING_ADMIN):
        async with company.begin() as uow:
            await roles.revoke_role(uow, company.id, user.id, role, actor=TESTER)

    rows = await query(app, "SELECT role FROM user_roles WHERE user_id = :id", id=user.id)
    assert [row[0] for row in rows] == [Role.AGENT]
    assert await company.unbilled() == "0.00"


async def test_a_user_without_roles_is_an_agent(app: Perseat) -> None:
    company = await make_company(app)

    async with company.begin() as uow:
        new = new_user(roles=frozenset())
        user = await users.create_user(uow, company.id, new, actor=TESTER)

    rows = await query(app, "SELECT role FROM user_roles WHERE user_id = :id", id=user.id)
    assert [row[0] for row in rows] == [Role.AGENT]


async def test_an_agent_keeps_the_only_role(app: Perseat) -> None:
    """U2: everybody has one."""
    company = await make_company(app, users=2)
    (user,) = await company.people()

    with pytest.raises(Refused) as refused:
        async with company.begin() as uow:
            await roles.revoke_role(uow, company.id, user.id, Role.AGENT, actor=TESTER)

    assert (refused.value.rule, refused.value.field) == ("U2", "role")
