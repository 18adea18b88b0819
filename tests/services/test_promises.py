"""The token of a preview: the change does exactly what was shown, or nothing."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.bootstrap import Perseat
from app.domain.errors import InvalidInput, PreviewChanged
from app.domain.plans import Component, Term
from app.domain.previews import Action
from app.domain.users import Role, UserStatus
from app.services import promises, users
from app.services.locks import account_locked
from app.services.previews import Wish, preview
from tests.make import TESTER, Company, at, at_machine_time, make_company, new_user, query, sms

KEY = b"a key of the tests, 32 bytes long"


async def promise(company: Company, wish: Wish) -> str:
    async with company.begin() as uow:
        shown = await preview(uow, company.id, wish, actor=TESTER)
        return promises.sign(uow, company.id, shown, key=KEY)


async def keep(company: Company, wish: Wish, token: str, **more: Any) -> None:
    async with company.begin() as uow:
        await promises.keep(uow, company.id, wish, token, **{"key": KEY, "actor": TESTER, **more})


CREATE = Wish(Action.CREATE)


async def add_with(company: Company, token: str) -> None:
    async with company.begin() as uow:
        await promises.keep(uow, company.id, CREATE, token, key=KEY, actor=TESTER)
        await users.create_user(uow, company.id, new_user(), actor=TESTER)


async def company_of_three(app: Perseat) -> Company:
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-16")
    return company


async def test_a_promise_is_kept_while_nothing_has_changed(app: Perseat) -> None:
    company = await company_of_three(app)
    token = await promise(company, CREATE)

    await company.record(sms())  # a debt of credits, which no click changes

    await add_with(company, token)
    assert await company.unbilled() == "35.00"


async def test_what_has_changed_is_told_and_nothing_happens(app: Perseat) -> None:
    """L3: somebody has deleted a user meanwhile; the licence would be free."""
    company = await company_of_three(app)
    token = await promise(company, CREATE)
    await company.change((await company.people())[0], UserStatus.DELETED)

    with pytest.raises(PreviewChanged) as changed:
        await add_with(company, token)

    assert "licences before: 3 of 3 held, minimum 0 then, 2 of 3 held" in changed.value.message
    assert "unbilled after: 35.00 then, 0.00 now" in changed.value.message
    assert (changed.value.code, changed.value.field) == ("PREVIEW_CHANGED", "previewToken")
    assert len(await company.people(UserStatus.ACTIVE)) == 1


@pytest.mark.parametrize("what", ["the next day", "an add-on", "a minimum"])
async def test_everything_that_was_shown_is_promised(app: Perseat, what: str) -> None:
    company = await make_company(app, users=3)
    await company.convert()
    token = await promise(company, CREATE)

    if what == "the next day":
        await company.go_to("2025-11-02", "00:00")
    elif what == "an add-on":
        await company.rent(Component.LOCAL_NUMBER, 1)
    else:
        await company.set_minimum(5)

    with pytest.raises(PreviewChanged):
        await keep(company, CREATE, token)


async def test_a_user_who_has_changed_is_not_the_one_who_was_shown(app: Perseat) -> None:
    company = await company_of_three(app)
    user = (await company.people())[0]
    wish = Wish(Action.SUSPEND, user.id)
    token = await promise(company, wish)
    await company.change(user, UserStatus.PAUSED)

    with pytest.raises(PreviewChanged) as changed:
        await keep(company, wish, token)

    assert "the user's version: 1 then, 2 now" in changed.value.message


async def test_what_a_deletion_lets_go_of_is_promised_too(app: Perseat) -> None:
    """U5: meanwhile the user was given a line, a list and more."""
    company = await company_of_three(app)
    user = (await company.people())[0]
    wish = Wish(Action.DELETE, user.id)
    token = await promise(company, wish)
    await company.attach(user)

    with pytest.raises(PreviewChanged) as changed:
        await keep(company, wish, token)

    assert "1 contact list" in changed.value.message


async def test_a_token_is_for_its_change_and_its_account_only(app: Perseat) -> None:
    company, other = await company_of_three(app), await company_of_three(app)
    one, two = await company.people()
    token = await promise(company, Wish(Action.PAUSE, one.id))

    for wish in (
        Wish(Action.PAUSE, two.id),
        Wish(Action.DELETE, one.id),
        Wish(Action.GRANT_ROLE, one.id, frozenset({Role.SUPERVISOR})),
        CREATE,
    ):
        with pytest.raises(InvalidInput) as wrong:
            await keep(company, wish, token)
        assert wrong.value.field == "previewToken"
    token = await promise(company, CREATE)
    for wish, whose in ((Wish(Action.CREATE, active=False), company), (CREATE, other)):
        with pytest.raises(InvalidInput):
            await keep(whose, wish, token)


async def test_a_token_is_good_for_fifteen_minutes_of_the_machine(app: Perseat) -> None:
    """The account's own clock may stand still meanwhile."""
    company = await company_of_three(app)
    token = await promise(company, CREATE)
    now = app.clock.now()

    soon = at_machine_time(app, now + timedelta(minutes=14))
    late = at_machine_time(app, now + timedelta(minutes=16))

    await keep(Company(soon, company.id, company.plan), CREATE, token)
    with pytest.raises(InvalidInput) as expired:
        await keep(Company(late, company.id, company.plan), CREATE, token)
    assert "expired" in expired.value.message


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "\0", "é" * 5000])
async def test_what_is_no_token_is_refused(app: Perseat, text: str) -> None:
    company = await company_of_three(app)

    with pytest.raises(InvalidInput) as wrong:
        await keep(company, CREATE, text)

    assert wrong.value.field == "previewToken"


async def test_a_token_of_another_key_or_without_one_is_refused(app: Perseat) -> None:
    company = await company_of_three(app)
    token = await promise(company, CREATE)
    unsigned = "eyJhbGciOiJub25lIn0." + token.split(".")[1] + "."

    with pytest.raises(InvalidInput):
        await keep(company, CREATE, token, key=b"another key of 32 bytes, or more.")
    with pytest.raises(InvalidInput):
        await keep(company, CREATE, unsigned)


async def test_of_two_who_click_at_once_one_gets_what_was_shown(app: Perseat) -> None:
    """L3: both were shown the 35.00 of the fourth licence; the other would pay for a fifth."""
    company = await company_of_three(app)
    token = await promise(company, CREATE)

    results = await asyncio.gather(
        add_with(company, token), add_with(company, token), return_exceptions=True
    )

    assert [type(each) for each in results if each is not None] == [PreviewChanged]
    assert await company.unbilled() == "35.00"


async def test_usage_and_calls_go_on_while_somebody_thinks(app: Perseat) -> None:
    """M7: on a long term a month of nothing but debt has an invoice of its own."""
    company = await make_company(app, users=3)
    await company.convert(Term.ANNUAL)
    user = (await company.people())[0]
    await company.attach(user)
    wish = Wish(Action.DELETE, user.id)
    token = await promise(company, wish)

    await company.record(sms(1000))
    await query(
        app,
        """INSERT INTO communications SELECT (jsonb_populate_record(c, jsonb_build_object(
            'id', uuidv7()))).* FROM communications c WHERE account_id = :id""",
        id=company.id,
    )

    await keep(company, wish, token)


async def test_the_day_cannot_pass_between_the_promise_and_the_change(app: Perseat) -> None:
    """C1, L3: what is locked once stays at its instant, whoever asks for the lock again."""
    company = await company_of_three(app)
    clock = TickingClock(at("2025-11-16"))
    real = replace(app, clock=clock, tenants=replace(app.tenants, clock=clock))

    async with real.tenants.begin(company.id) as uow:
        await account_locked(uow, company.id)
        first = uow.now()
        await account_locked(uow, company.id)
        assert uow.now() == first


class TickingClock:
    """Never says the same twice."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        self._instant += timedelta(hours=1)
        return self._instant
