"""Rules U1, U4 and U5 through the service: each change of state, made or refused, and its bill."""

from itertools import product

import pytest

from app.bootstrap import Perseat
from app.domain.errors import Refused
from app.domain.plans import BillingPolicy
from app.domain.users import Role, UserStatus
from app.models import User
from tests.make import Company, make_company, query

ACTIVE, PAUSED, SUSPENDED, DEACTIVATED, DELETED = UserStatus
PLAN = {"LICENSE": "upro", "ACTIVE_USERS": "provider"}
STATES = {
    "LICENSE": (ACTIVE, PAUSED, SUSPENDED, DELETED),
    "ACTIVE_USERS": (ACTIVE, DEACTIVATED, DELETED),
}
CASES = [
    (policy, before, after)
    for policy in BillingPolicy
    for before, after in product(STATES[policy], UserStatus)
]


async def history(company: Company, user: User) -> list[tuple[str | None, str, str]]:
    sql = """SELECT from_status, to_status, policy FROM user_states
        WHERE account_id = :id AND user_id = :user ORDER BY version"""
    rows = await query(company.app, sql, id=company.id, user=user.id)
    return [(row[0], row[1], row[2]) for row in rows]


@pytest.mark.parametrize(("policy", "before", "after"), CASES)
async def test_a_change_is_made_and_kept_or_refused_with_its_rule(
    app: Perseat, policy: BillingPolicy, before: UserStatus, after: UserStatus
) -> None:
    """U1, U5: with REFUSED and the rule; staying as one is is a success that changes nothing."""
    company = await make_company(app, PLAN[policy], users=2)
    (user,) = await company.people()
    if before is not ACTIVE:
        await company.change(user, before)
    kept = await history(company, user)

    if before is DELETED or after not in STATES[policy]:
        with pytest.raises(Refused) as refused:
            await company.change(user, after)
        assert refused.value.code == "REFUSED"
        assert refused.value.rule == ("U5" if before is DELETED else "U1")
        assert await history(company, user) == kept
        return
    await company.change(user, after)
    more = [] if before is after else [(before.value, after.value, policy.value)]
    assert await history(company, user) == kept + more


@pytest.mark.parametrize("status", [PAUSED, SUSPENDED, ACTIVE])
async def test_an_administrator_may_change_while_another_stays(
    app: Perseat, status: UserStatus
) -> None:
    """U3, U4: only deactivation asks for the role first."""
    company = await make_company(app)
    (deputy,) = await company.add(roles=frozenset({Role.ADMINISTRATOR}))

    await company.change(deputy, status)

    assert (await history(company, deputy))[-1][1] == status


@pytest.mark.parametrize(
    ("changes", "unbilled", "renewal"),
    [
        ((PAUSED, SUSPENDED, ACTIVE), "0.00", "210.00"),
        ((SUSPENDED, DELETED), "0.00", "140.00"),
        ((PAUSED, DELETED), "0.00", "140.00"),
    ],
)
async def test_states_that_are_billed_are_billed_alike(
    app: Perseat, changes: tuple[UserStatus, ...], unbilled: str, renewal: str
) -> None:
    """R-11, L5: going to and fro costs nothing, and the deletion counts from the renewal on."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-16")
    user = (await company.people())[0]

    for status in changes:
        await company.change(user, status)

    assert await company.unbilled() == unbilled
    await company.go_to("2025-12-01")
    assert (await company.invoices())["2025-12-01"] == renewal


async def test_only_the_state_at_the_cut_off_counts_for_active_users(app: Perseat) -> None:
    """P4, edge cases 46 to 48: active for a day, to and fro, deleted and added again."""
    company = await make_company(app, "provider", users=4)
    await company.convert()
    await company.go_to("2025-11-10")
    one, two, three = await company.people()
    (for_a_day,) = await company.add()
    await company.change(three, DELETED)
    await company.add()

    await company.go_to("2025-11-11")
    await company.change(for_a_day, DEACTIVATED)
    for status in (DEACTIVATED, ACTIVE, DEACTIVATED, ACTIVE):
        await company.change(one, status)
    await company.change(two, DEACTIVATED)

    await company.go_to("2025-12-01")
    assert (await company.invoices())["2025-12-01"] == "120.00"
