"""What the random companies have found, told again in a few steps."""

import pytest

from app.bootstrap import Perseat
from app.domain.errors import Refused
from app.domain.previews import Action
from app.domain.users import UserStatus
from app.services.previews import Wish, preview
from app.services.verify import verify
from tests.make import TESTER, make_company


@pytest.mark.parametrize("action", [Action.ACTIVATE, Action.PAUSE, Action.DELETE])
async def test_a_preview_refuses_a_deleted_user_as_the_change_does(
    app: Perseat, action: Action
) -> None:
    """U5: what would be refused is refused, by the same rule."""
    company = await make_company(app, users=2)
    user = (await company.people())[0]
    await company.change(user, UserStatus.DELETED)

    with pytest.raises(Refused) as refused:
        async with company.begin() as uow:
            await preview(uow, company.id, Wish(action, user.id), actor=TESTER)

    assert refused.value.rule == "U5"


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_first_with_two_midnights_is_verified_as_it_was_billed(
    own_app: Perseat, *, leaves: bool
) -> None:
    """C1, L6: 1 November 2026 began in Havana at 04:00 UTC, and half an hour later is after it."""
    company = await make_company(
        own_app, users=2, on="2026-10-20", billing_timezone="America/Havana"
    )
    await company.convert()
    await company.go_to("2026-11-01", "04:30")

    if leaves:
        await company.change((await company.people())[0], UserStatus.DELETED)
    else:
        await company.add()

    assert (await company.invoices())["2026-11-01"] == "140.00"
    wrong = [each async for each in verify(own_app.operators) if each.count]
    assert [(each.invariant.name, each.findings) for each in wrong] == []
