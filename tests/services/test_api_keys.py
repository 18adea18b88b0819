"""API keys: shown once, stored as a hash, and of one account only (S19)."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.clock import SystemClock
from app.db.types import new_id
from app.domain.access import Permission, Principal
from app.domain.api_keys import Environment, KeyText, parsed
from app.domain.errors import Conflict, InvalidInput, NotFound, Refused
from app.domain.permissions import ActorRole
from app.models import ApiKey
from app.models.api_keys import PLATFORM, KeyRole
from app.services import api_keys
from app.services.api_keys import NewKey
from tests.make import TESTER, Company, make_company, query

HOUR = timedelta(hours=1)


async def create(company: Company, role: KeyRole = KeyRole.PARTNER, **more: object) -> str:
    new = replace(NewKey(role, "CRM"), **more)  # type: ignore[arg-type]
    async with company.begin() as uow:
        _, text = await api_keys.create_api_key(uow, company.id, new, pepper=company.app.key_pepper)
    return text


def key_of(text: str) -> KeyText:
    key = parsed(text)
    assert key is not None
    return key


async def holder(
    app: Perseat, text: str, *, tenant: UUID | None = None, later: timedelta = timedelta()
) -> Principal | None:
    key = key_of(text)
    tenants = replace(app.tenants, clock=Later(later))
    async with tenants.begin(tenant or key.account_id) as uow:
        return await api_keys.principal_of(uow, key, pepper=app.key_pepper)


class Later(SystemClock):
    """The machine's time, and some more."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


async def rotate(app: Perseat, text: str, overlap: timedelta, **more: object) -> str:
    principal = await holder(app, text)
    assert principal is not None
    owner = principal.account_id or PLATFORM
    async with app.tenants.begin(owner) as uow:
        _, new = await api_keys.rotate_api_key(
            uow,
            owner,
            principal.id,
            overlap,
            pepper=app.key_pepper,
            **more,  # type: ignore[arg-type]
        )
    return new


async def test_a_key_names_its_account_and_its_holder(app: Perseat) -> None:
    company = await make_company(app)

    text = await create(company)
    principal = await holder(app, text)

    assert key_of(text).account_id == company.id
    assert principal is not None
    assert (principal.account_id, principal.role) == (company.id, ActorRole.PARTNER)
    assert principal.actor.name == "partner key CRM"
    assert principal.free_documents


async def test_what_is_stored_does_not_give_the_key_away(app: Perseat) -> None:
    """S19: the hash needs the pepper; the last four characters are there to know the key by."""
    company = await make_company(app)

    text = await create(company)
    (row,) = await query(app, "SELECT * FROM api_keys WHERE account_id = :id", id=company.id)

    assert all(text[35:78] not in str(value) for value in row)
    assert row.digest == key_of(text).digest(app.key_pepper)
    assert row.digest != key_of(text).digest(b"another pepper")
    assert row.last4 == text[-4:]


async def test_two_keys_of_one_name_are_different(app: Perseat) -> None:
    company = await make_company(app)

    texts = {await create(company) for _ in range(3)}

    assert len(texts) == 3


async def test_a_key_is_nobodys_in_another_account(app: Perseat) -> None:
    """The tenant decides what is seen, whatever the text says."""
    company, other = await make_company(app), await make_company(app)
    text = await create(company)

    assert await holder(app, text, tenant=other.id) is None


async def test_a_key_of_before_there_were_two_worlds_is_good_until_it_is_revoked(
    app: Perseat,
) -> None:
    """S19: nobody has to change a key because we have; rotated it is of the new sort."""
    company = await make_company(app)
    (modern,) = [await create(company)]
    old = f"perseat_{modern[13:35]}_{modern[35:78]}"
    key = ApiKey(
        account_id=company.id,
        id=new_id(),
        role=KeyRole.PARTNER,
        name="old",
        digest=key_of(old).digest(app.key_pepper),
        created_at=company.app.clock.now(),
    )
    async with company.begin() as uow:
        uow.session.add(key)

    before = await holder(app, old)
    new = await rotate(app, old, timedelta())

    assert before is not None
    assert before.id == key.id
    assert new.startswith("perseat_test_" if await _sandbox(company) else "perseat_live_")
    assert await holder(app, old) is None
    assert await holder(app, new) == before


async def _sandbox(company: Company) -> bool:
    sql = "SELECT test_clock FROM accounts WHERE id = :id"
    ((clock,),) = await query(company.app, sql, id=company.id)
    return clock is not None


async def test_the_world_of_a_key_is_its_accounts(app: Perseat) -> None:
    company = await make_company(app)
    sandbox = Environment.TEST if await _sandbox(company) else Environment.LIVE

    assert key_of(await create(company)).environment is sandbox


async def test_a_key_may_only_what_its_scopes_name(app: Perseat) -> None:
    company = await make_company(app)

    principal = await holder(app, await create(company, scopes=["users:read", "usage:write"]))

    assert principal is not None
    assert principal.permissions == {Permission.USERS_READ, Permission.USAGE_WRITE}


@pytest.mark.parametrize("scopes", [[], ["users:raed"], ["money:write"], ["x" * 1_000]])
async def test_a_scope_that_the_role_has_not_is_refused(app: Perseat, scopes: list[str]) -> None:
    company = await make_company(app)

    with pytest.raises(InvalidInput) as refused:
        await create(company, scopes=scopes)

    assert refused.value.field == "scopes"


async def test_nobody_makes_a_key_that_may_more_than_they(app: Perseat) -> None:
    """S4: neither a new one, nor by taking over one of another by its rotation."""
    company = await make_company(app)
    held = frozenset({Permission.KEYS_WRITE, Permission.KEYS_READ})
    admin = NewKey(KeyRole.ADMINISTRATOR, "admin")
    pepper = app.key_pepper
    strong = await create(company, KeyRole.ADMINISTRATOR)

    with pytest.raises(Refused, match="users:write"):
        async with company.begin() as uow:
            await api_keys.create_api_key(uow, company.id, admin, pepper=pepper, within=held)
    with pytest.raises(Refused, match="users:write"):
        await rotate(app, strong, HOUR, within=held)
    async with company.begin() as uow:
        same = replace(admin, scopes=["keys:write"])
        assert await api_keys.create_api_key(uow, company.id, same, pepper=pepper, within=held)


async def test_a_key_ends_when_it_was_said_to(app: Perseat) -> None:
    company = await make_company(app)
    text = await create(company, expires_at=app.clock.now() + HOUR)

    assert await holder(app, text) is not None
    assert await holder(app, text, later=HOUR) is None
    with pytest.raises(InvalidInput):
        await create(company, expires_at=app.clock.now())


async def test_a_rotated_key_has_two_texts_for_a_while(app: Perseat) -> None:
    """And the key stays what it is: its id, its name, its grants."""
    company = await make_company(app)
    first = await create(company)
    principal = await holder(app, first)

    second = await rotate(app, first, HOUR)

    assert await holder(app, first) == await holder(app, second) == principal
    assert await holder(app, first, later=HOUR) is None
    assert await holder(app, second, later=HOUR) == principal

    third = await rotate(app, second, HOUR)
    assert await holder(app, first) is None
    assert await holder(app, second) == await holder(app, third) == principal


@pytest.mark.parametrize("hours", [-1, 169])
async def test_an_overlap_is_seven_days_at_most(app: Perseat, hours: int) -> None:
    text = await create(await make_company(app))

    with pytest.raises(InvalidInput) as refused:
        await rotate(app, text, hours * HOUR)

    assert refused.value.field == "overlapHours"


async def test_the_last_use_is_written_once_an_hour(app: Perseat) -> None:
    company = await make_company(app)
    text = await create(company)
    sql = "SELECT last_used_at FROM api_keys WHERE account_id = :id"

    seen = []
    for later in (0 * HOUR, HOUR / 2, 2 * HOUR):
        await holder(app, text, later=later)
        seen += [row.last_used_at for row in await query(app, sql, id=company.id)]

    assert seen[0] == seen[1]
    assert seen[2] >= seen[0] + HOUR


async def test_a_revoked_key_is_nobodys(app: Perseat) -> None:
    """At the next request; revoking again keeps the first moment, and no text comes after it."""
    company = await make_company(app)
    text = await create(company)
    principal = await holder(app, text)
    assert principal is not None

    moments = []
    for _ in range(2):
        async with company.begin() as uow:
            key = await api_keys.revoke_api_key(uow, company.id, principal.id)
            moments.append(key.revoked_at)

    assert moments[0] == moments[1]
    assert await holder(app, text) is None
    with pytest.raises(Conflict):
        async with company.begin() as uow:
            await api_keys.rotate_api_key(
                uow, company.id, principal.id, HOUR, pepper=app.key_pepper
            )


async def test_a_key_of_another_account_cannot_be_revoked(app: Perseat) -> None:
    company, other = await make_company(app), await make_company(app)
    text = await create(company)
    principal = await holder(app, text)
    assert principal is not None

    with pytest.raises(NotFound):
        async with other.begin() as uow:
            await api_keys.revoke_api_key(uow, other.id, principal.id)

    assert await holder(app, text) == principal


async def test_operators_belong_to_no_company(app: Perseat) -> None:
    """And work for accounts of both worlds."""
    async with app.operators.begin() as uow:
        _, text = await api_keys.create_api_key(
            uow, None, NewKey(KeyRole.OPS, "pager"), pepper=app.key_pepper
        )

    principal = await holder(app, text)

    assert key_of(text).account_id == PLATFORM
    assert principal is not None
    assert (principal.role, principal.account_id) == (ActorRole.OPS, None)


@pytest.mark.parametrize("role", KeyRole)
async def test_a_role_that_does_not_fit_its_account_is_refused(app: Perseat, role: KeyRole) -> None:
    company = await make_company(app)
    account_id = company.id if role is KeyRole.OPS else None

    with pytest.raises(InvalidInput) as refused:
        async with app.operators.begin() as uow:
            await api_keys.create_api_key(uow, account_id, NewKey(role, "x"), pepper=app.key_pepper)

    assert refused.value.field == "role"


@pytest.mark.parametrize("environment", Environment)
async def test_a_partner_is_granted_accounts_of_one_world(
    app: Perseat, environment: Environment
) -> None:
    """S19: a test key cannot be made to work for a real account, nor the other way round."""
    company = await make_company(app)
    fits = (environment is Environment.TEST) == await _sandbox(company)
    async with app.operators.begin() as uow:
        key, _ = await api_keys.create_partner_key(
            uow, environment, NewKey(KeyRole.PARTNER, "reseller"), pepper=app.key_pepper
        )

    if not fits:
        with pytest.raises(Refused):
            await _grant(app, company, key)
    for _ in range(2 * fits):
        await _grant(app, company, key)

    assert await _granted(app, key) == ({company.id} if fits else set())
    async with app.operators.begin() as uow:
        await api_keys.revoke_grant(uow, company.id, key.id)
    assert await _granted(app, key) == set()


async def _grant(app: Perseat, company: Company, key: ApiKey) -> None:
    async with app.operators.begin() as uow:
        await api_keys.grant_api_key(uow, company.id, key.id, actor=TESTER)


async def _granted(app: Perseat, key: ApiKey) -> frozenset[UUID]:
    async with app.operators.begin() as uow:
        return await api_keys.granted_to(uow, key.id, key.environment)
