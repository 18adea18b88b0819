"""What a deletion looks up, it finds by an index, however much a company has (U5)."""

import pytest
from sqlalchemy import text

from app.bootstrap import Perseat
from app.store import departures
from tests.make import as_superuser, make_company

pytestmark = pytest.mark.xdist_group("store")

COPIES = """INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object(
        'id', uuidv7(), 'name', 'Copy ' || n, 'position', n + 1, 'voicemail', false,
        'contact_list_id', NULL,
        'number', '+1212' || lpad(n::text, 7, '0'), {column} {user}))).*
    FROM {table} t, generate_series(1, 5000) n WHERE t.account_id = '{account}'"""
NAMED = {
    "contacts": "assigned_to",
    "contact_lists": "owner_id",
    "lines": "owner_id",
    "communications": "user_id",
}
LOOKED_UP = [
    departures._LISTS,  # noqa: SLF001 - their plans are looked at
    *departures._DELETE_LISTS,  # noqa: SLF001
    *departures._LEAVE,  # noqa: SLF001
]


@pytest.mark.timeout(120)
async def test_no_table_is_read_from_end_to_end(own_app: Perseat) -> None:
    """5,000 rows of each name another user and one names this; one ring group is read at once."""
    company = await make_company(own_app, users=3)
    user, other = await company.people()
    await company.attach(user)
    await as_superuser(
        own_app,
        *(
            COPIES.format(
                table=table, column=f"'{column}',", user=f"'{other.id}'", account=company.id
            )
            for table, column in NAMED.items()
        ),
        *(f"ANALYZE {table}" for table in (*NAMED, "ring_group_members")),
    )

    plans, user_of = [], {"account_id": company.id}
    async with own_app.tenants.begin(company.id) as uow:
        connection = await uow.session.connection()
        for statement in LOOKED_UP:
            explain = text(f"EXPLAIN {statement.text}")
            rows = await connection.execute(explain, {**user_of, "user_ids": [user.id]})
            plans.append("\n".join(rows.scalars()))
        explain = text(f"EXPLAIN {departures._ATTACHED.text}")  # noqa: SLF001
        rows = await connection.execute(explain, {**user_of, "user_id": user.id})
        plans.append("\n".join(rows.scalars()))

    sequential = [line for plan in plans for line in plan.splitlines() if "Seq Scan" in line]
    assert [line for line in sequential if "ring_group_members" not in line] == []
