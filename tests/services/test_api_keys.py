"""API keys: shown once, stored as a hash, and of one account only."""

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.access import Principal
from app.domain.errors import InvalidInput, NotFound
from app.domain.permissions import ActorRole
from app.models.api_keys import PLATFORM, KeyRole
from app.services import api_keys
from tests.make import Company, make_company, query


async def create(company: Company, role: KeyRole = KeyRole.PARTNER) -> str:
    async with company.begin() as uow:
        _, text = await api_keys.create_api_key(uow, company.id, role, "CRM")
    return text


async def holder(app: Perseat, text: str) -> Principal | None:
    account_id = api_keys.account_in(text)
    assert account_id is not None
    async with app.tenants.begin(account_id) as uow:
        return await api_keys.principal_of(uow, text)


async def test_a_key_names_its_account_and_its_holder(app: Perseat) -> None:
    company = await make_company(app)

    text = await create(company)
    principal = await holder(app, text)

    assert api_keys.account_in(text) == company.id
    assert principal is not None
    assert (principal.account_id, principal.role) == (company.id, ActorRole.PARTNER)
    assert principal.actor.name == "partner key CRM"


async def test_what_is_stored_does_not_give_the_key_away(app: Perseat) -> None:
    company = await make_company(app)

    text = await create(company)
    (row,) = await query(app, "SELECT * FROM api_keys WHERE account_id = :id", id=company.id)

    secret = text[-43:]  # 32 bytes in base64, in which there may be a "_" too
    assert all(secret not in str(value) and text not in str(value) for value in row)
    assert len(row.digest) == 64


async def test_two_keys_of_one_name_are_different(app: Perseat) -> None:
    company = await make_company(app)

    texts = {await create(company) for _ in range(3)}

    assert len(texts) == 3


@pytest.mark.parametrize("where", [0, 8, 20, 30, 40, -1])
async def test_a_key_with_another_character_is_nobodys(app: Perseat, where: int) -> None:
    company = await make_company(app)
    text = await create(company)

    other = "A" if text[where] != "A" else "B"
    forged = text[:where] + other + text[where:][1:]

    account_id = api_keys.account_in(forged)
    async with app.tenants.begin(account_id or new_id()) as uow:
        assert await api_keys.principal_of(uow, forged) is None


async def test_a_key_is_nobodys_in_another_account(app: Perseat) -> None:
    """The tenant decides what is seen, whatever the text says."""
    company, other = await make_company(app), await make_company(app)
    text = await create(company)

    async with app.tenants.begin(other.id) as uow:
        assert await api_keys.principal_of(uow, text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "perseat",
        "perseat_",
        "perseat__",
        "x" * 74,
        f"perseat_{'!' * 22}_{'x' * 43}",
        f"perseat_{'é' * 22}_{'x' * 43}",
        f"perseat_{'A' * 22}_{'x' * 42}",
        f"perseat_{'A' * 21}__{'x' * 42}",
        f"PERSEAT_{'A' * 22}_{'x' * 43}",
    ],
)
def test_what_is_no_key_names_no_account(text: str) -> None:
    assert api_keys.account_in(text) is None


async def test_a_revoked_key_is_nobodys(app: Perseat) -> None:
    """At the next request, and revoking again keeps the first moment."""
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
    async with app.operators.begin() as uow:
        _, text = await api_keys.create_api_key(uow, None, KeyRole.OPS, "pager")

    principal = await holder(app, text)

    assert api_keys.account_in(text) == PLATFORM
    assert principal is not None
    assert (principal.role, principal.account_id) == (ActorRole.OPS, None)


@pytest.mark.parametrize("role", KeyRole)
async def test_a_role_that_does_not_fit_its_account_is_refused(app: Perseat, role: KeyRole) -> None:
    company = await make_company(app)
    account_id = company.id if role is KeyRole.OPS else None

    with pytest.raises(InvalidInput) as refused:
        async with app.operators.begin() as uow:
            await api_keys.create_api_key(uow, account_id, role, "x")

    assert refused.value.field == "role"
