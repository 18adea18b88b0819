"""Rule U6: a random password that nobody knows, and a link that sets another, once."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

import pytest
from argon2 import PasswordHasher
from sqlalchemy.exc import IntegrityError

from app.bootstrap import Perseat
from app.domain.errors import BillingError, InvalidInput, NotFound, Refused
from app.domain.passwords import LINK_LIFE, Activation
from app.domain.users import UserStatus
from app.models import User
from app.services import hashing, password_links, passwords, user_states, users
from tests.letters import letters, text_of, token_in
from tests.make import (
    TESTER,
    Company,
    as_superuser,
    at_machine_time,
    drain,
    make_company,
    query,
)

GOOD = "four wet dogs in a row"
OTHER = "seven dry cats on a roof"
SECOND = timedelta(seconds=1)


@dataclass
class Invited:
    """A user and the newest mail that the user got."""

    company: Company
    user: User

    @property
    def app(self) -> Perseat:
        return self.company.app

    def letters(self) -> list[EmailMessage]:
        return letters(self.app, self.user.email)

    def token(self) -> str:
        return token_in(self.letters()[-1])

    async def send_link(self) -> None:
        async with self.company.begin() as uow:
            await password_links.send_link(uow, self.company.id, self.user.id, actor=TESTER)
        await drain(self.app)

    async def hash(self) -> str:
        sql = "SELECT hash FROM passwords WHERE user_id = :id"
        return str((await query(self.app, sql, id=self.user.id))[0][0])


async def invite(app: Perseat, plan: str = "upro", *, active: bool = True) -> Invited:
    company = await make_company(app, plan)
    (user,) = await company.add(active=active)
    await drain(app)
    return Invited(company, user)


async def choose(app: Perseat, token: str, text: str = GOOD) -> Activation | None:
    return await passwords.choose(app.tenants, token, text)


async def test_whoever_is_added_gets_a_random_password_and_a_link(app: Perseat) -> None:
    invited = await invite(app)

    (letter,) = invited.letters()
    sql = "SELECT hash, chosen_at FROM passwords WHERE account_id = :id"
    rows = await query(app, sql, id=invited.company.id)
    assert [row.chosen_at for row in rows] == [None, None]
    assert len({row.hash for row in rows}) == 2
    assert all(row.hash.startswith("$argon2id$") for row in rows)
    assert f"{app.settings.base_url}/set-password#" in text_of(letter)
    assert "Company" in text_of(letter)


async def test_the_administrator_of_a_sign_up_is_invited_too(app: Perseat) -> None:
    company = await make_company(app)
    sql = "SELECT email FROM users WHERE account_id = :id"
    ((email,),) = await query(app, sql, id=company.id)

    await drain(app)
    (letter,) = letters(app, email)

    assert await choose(app, token_in(letter)) is Activation.DONE


async def test_a_chosen_password_is_hashed_slowly_and_verifies(app: Perseat) -> None:
    """RFC 9106, the parameters for little memory; a full-width letter is the same letter."""
    invited = await invite(app)

    await choose(app, invited.token(), "\uff46our wet dogs in a row")

    assert (await invited.hash()).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PasswordHasher().verify(await invited.hash(), GOOD)


async def test_a_link_is_good_once(app: Perseat) -> None:
    invited = await invite(app)
    token = invited.token()

    await choose(app, token)
    with pytest.raises(NotFound):
        await choose(app, token, OTHER)

    assert PasswordHasher().verify(await invited.hash(), GOOD)


async def test_of_two_at_once_one_chooses(app: Perseat) -> None:
    invited = await invite(app)
    token = invited.token()

    results = await asyncio.gather(
        *(choose(app, token, text) for text in (GOOD, OTHER, GOOD, OTHER)), return_exceptions=True
    )

    names = sorted(type(each).__name__ for each in results)
    assert names == ["Activation", "NotFound", "NotFound", "NotFound"]


async def test_a_link_is_good_for_a_day_of_the_machines_clock(app: Perseat) -> None:
    """The account's own clock stands in 2025, and a mail does not wait for it."""
    invited = await invite(app)
    sql = "SELECT created_at FROM password_links WHERE user_id = :id"
    ((made,),) = await query(app, sql, id=invited.user.id)
    token = invited.token()

    await invited.company.set_clock("2025-11-20")
    with pytest.raises(NotFound):
        await choose(at_machine_time(app, made + LINK_LIFE), token)
    last = await choose(at_machine_time(app, made + LINK_LIFE - SECOND), token)

    assert last is Activation.DONE


async def test_a_new_link_ends_the_older_one(app: Perseat) -> None:
    invited = await invite(app)
    old = invited.token()

    await invited.send_link()

    assert invited.token() != old
    with pytest.raises(NotFound):
        await choose(app, old)
    assert await choose(app, invited.token()) is Activation.DONE


async def test_a_user_has_one_open_link_at_most(app: Perseat) -> None:
    """Also in the database, whoever writes there."""
    invited = await invite(app)
    sql = """INSERT INTO password_links (account_id, id, user_id, digest, created_at, expires_at)
        SELECT account_id, gen_random_uuid(), user_id, repeat('a', 64), created_at, expires_at
        FROM password_links WHERE user_id = :id"""

    with pytest.raises(IntegrityError, match="uq_password_links_open"):
        await query(app, sql, id=invited.user.id)


async def test_a_bad_password_leaves_the_link_good(app: Perseat) -> None:
    invited = await invite(app)

    with pytest.raises(InvalidInput) as refused:
        await choose(app, invited.token(), "too short")

    assert "too short" not in refused.value.message
    assert await choose(app, invited.token()) is Activation.DONE


@pytest.mark.parametrize("where", [0, 10, 21, 22, 40, 64])
async def test_a_token_with_another_character_is_nobodys(app: Perseat, where: int) -> None:
    invited = await invite(app)
    token = invited.token()
    other = "A" if token[where] != "A" else "B"

    with pytest.raises(NotFound):
        await choose(app, token[:where] + other + token[where + 1 :])


async def test_a_wrong_token_costs_no_hash(app: Perseat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who only guesses must not keep the processors busy."""
    invited = await invite(app)
    monkeypatch.setattr(hashing, "_SLOW", None)

    for token in ("", "x", "\0", "é" * 65, "!" * 65, invited.token()[:-1] + "!"):
        with pytest.raises(NotFound):
            await choose(app, token)


async def _let_go(invited: Invited, how: str) -> None:
    if how == "closed":
        await invited.company.cancel()  # a trial, which ends at once
    else:
        await invited.company.change(invited.user, UserStatus(how))


@pytest.mark.parametrize("how", ["DELETED", "SUSPENDED"])
async def test_a_link_ends_with_what_it_was_for(app: Perseat, how: str) -> None:
    """U1, U5: whoever cannot log in any more has no use for it, and gets no other."""
    invited = await invite(app)
    before = await invited.hash()
    await _let_go(invited, how)

    with pytest.raises((NotFound, Refused)):
        await choose(app, invited.token())
    with pytest.raises(BillingError):
        await invited.send_link()

    assert await invited.hash() == before


async def test_of_a_closed_account_a_link_is_still_good(app: Perseat) -> None:
    """P1: for who may log in and read. Nobody new is let in, and administrators send no links."""
    invited, waiting = await invite(app), await invite(app, active=False)
    for each in (invited, waiting):
        await _let_go(each, "closed")

    assert await choose(app, invited.token()) is Activation.DONE
    with pytest.raises(Refused) as refused:
        await choose(app, waiting.token())
    with pytest.raises(Refused):
        await invited.send_link()

    assert refused.value.rule == "P1"
    assert not await is_chosen(waiting)


async def is_chosen(invited: Invited) -> bool:
    sql = "SELECT chosen_at IS NOT NULL FROM passwords WHERE user_id = :id"
    return bool((await query(invited.app, sql, id=invited.user.id))[0][0])


@pytest.mark.parametrize("how", ["DELETED", "SUSPENDED", "closed"])
async def test_an_invitation_that_waited_too_long_is_not_sent(app: Perseat, how: str) -> None:
    company = await make_company(app)
    (user,) = await company.add()
    invited = Invited(company, user)

    await _let_go(invited, how)
    await drain(app)

    assert invited.letters() == []


async def test_a_user_who_is_not_active_is_activated_after_choosing(app: Perseat) -> None:
    """S3: one step of the user, one of the administrator, who is told; then the user is."""
    invited = await invite(app, "provider", active=False)
    sql = """SELECT email FROM users JOIN user_roles ON user_id = id
        WHERE users.account_id = :id AND role = 'ADMINISTRATOR'"""
    ((boss,),) = await query(app, sql, id=invited.company.id)

    activation = await choose(app, invited.token())
    await drain(app)
    asked = letters(app, boss)[-1]
    await invited.company.change(invited.user, UserStatus.ACTIVE)
    await drain(app)

    assert activation is Activation.AWAITING_ACTIVATION
    assert asked["Subject"] == "Ada Lovelace asks to be activated"
    assert invited.user.email in text_of(asked)
    assert [each["Subject"] for each in invited.letters()] == [
        "Choose your password",
        "You can log in now",
    ]


async def test_who_has_chosen_nothing_is_not_told_to_log_in(app: Perseat) -> None:
    invited = await invite(app, active=False)

    await invited.company.change(invited.user, UserStatus.ACTIVE)
    await drain(app)

    assert len(invited.letters()) == 1
    assert await choose(app, invited.token()) is Activation.DONE


async def test_who_was_let_in_before_is_not_told_again(app: Perseat) -> None:
    invited = await invite(app)
    await choose(app, invited.token())

    for status in (UserStatus.SUSPENDED, UserStatus.ACTIVE, UserStatus.PAUSED, UserStatus.ACTIVE):
        await invited.company.change(invited.user, status)
    await drain(app)

    assert len(invited.letters()) == 1


async def test_who_is_activated_meanwhile_is_not_asked_for(app: Perseat) -> None:
    """Letters are written for the moment in which they go out."""
    invited = await invite(app, active=False)
    sql = "SELECT email FROM users WHERE account_id = :id AND first_name = 'Boss'"
    ((boss,),) = await query(app, sql, id=invited.company.id)

    await choose(app, invited.token())
    await invited.company.change(invited.user, UserStatus.ACTIVE)
    await drain(app)

    assert len(letters(app, boss)) == 1
    assert invited.letters()[-1]["Subject"] == "You can log in now"


async def test_many_who_are_activated_at_once_are_told_each(app: Perseat) -> None:
    """Whoever has chosen a password, and nobody else."""
    company = await make_company(app)
    people = [Invited(company, user) for user in await company.add(3, active=False)]
    await drain(app)
    for chosen in people[:2]:
        await choose(app, chosen.token())

    async with company.begin() as uow:
        ids = [each.user.id for each in people]
        cause = user_states.Cause(TESTER)
        await user_states.change_statuses(uow, company.id, ids, UserStatus.ACTIVE, cause=cause)
    await drain(app)

    assert [len(each.letters()) for each in people] == [2, 2, 1]


async def test_a_user_from_before_there_were_passwords_can_choose_one(app: Perseat) -> None:
    invited = await invite(app)
    await as_superuser(app, f"DELETE FROM passwords WHERE user_id = '{invited.user.id}'")  # noqa: S608

    await invited.send_link()
    await choose(app, invited.token())

    assert PasswordHasher().verify(await invited.hash(), GOOD)


async def test_neither_a_token_nor_a_password_is_anywhere_in_the_database(own_app: Perseat) -> None:
    """Every row of every table as text, at every step."""
    invited = await invite(own_app, active=False)
    await invited.send_link()
    tokens = [token_in(letter) for letter in invited.letters()]

    dumps = [await _everything(own_app)]
    await choose(own_app, tokens[-1])
    dumps.append(await _everything(own_app))

    assert len(tokens) == 2
    for secret in (*tokens, *(token[22:] for token in tokens), GOOD):
        assert not any(secret in dump for dump in dumps)
    assert all(str(invited.user.id) in dump for dump in dumps)


async def _everything(app: Perseat) -> str:
    names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    tables = [row[0] for row in await query(app, names)]
    rows = [row for name in tables for row in await query(app, f"SELECT t::text FROM {name} t")]  # noqa: S608
    return "\n".join(str(row[0]) for row in rows)


async def test_another_address_ends_the_link_of_the_old_one(app: Perseat) -> None:
    """U6: who got the first mail by mistake gets nowhere, and the right person is invited."""
    invited = await invite(app)
    wrong = invited.token()
    right = f"right-{invited.user.email}"

    async with invited.company.begin() as uow:
        await users.update_user(
            uow, invited.company.id, invited.user.id, users.Details(email=right), actor=TESTER
        )
    with pytest.raises(NotFound):
        await choose(app, wrong)
    await drain(app)

    (letter,) = letters(app, right)
    assert await choose(app, token_in(letter)) is Activation.DONE


async def test_whoever_has_a_password_gets_no_link_for_a_new_address(app: Perseat) -> None:
    """U6: the password stays, an open link ends."""
    invited = await invite(app)
    await choose(app, invited.token())
    await invited.send_link()
    again = invited.token()
    right = f"right-{invited.user.email}"

    async with invited.company.begin() as uow:
        await users.update_user(
            uow, invited.company.id, invited.user.id, users.Details(email=right), actor=TESTER
        )
    await drain(app)

    with pytest.raises(NotFound):
        await choose(app, again)
    assert letters(app, right) == []
