"""One account sees itself, whatever a query of ours forgets."""

import pytest
from sqlalchemy import text

from app.bootstrap import Perseat
from app.db import engine
from app.db.types import new_id
from app.db.unit_of_work import Transactions, set_tenant
from tests.make import Company, query
from tests.store.rows import OF_ACCOUNTS, TABLES, copy, execute, key_of, refusal, scalar

pytestmark = pytest.mark.xdist_group("store")

COMMANDS = {"SELECT", "INSERT", "UPDATE", "DELETE"}
ROLES = ("perseat_api", "perseat_worker")
OPERATORS = ["billing_runs", "top_up_reruns", "reconciliations", "provider_events"]
"""Of all companies or of none."""


async def test_every_table_of_accounts_has_forced_row_security(app: Perseat) -> None:
    """By the catalogue of the database, so that a new table cannot be forgotten."""
    sql = """SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, c.relowner::regrole::text
        FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
          AND (c.relname = 'accounts' OR EXISTS (SELECT FROM pg_attribute a
            JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
            WHERE a.attrelid = c.oid AND a.attname = 'account_id' AND a.attnum = ANY(i.indkey)))
        ORDER BY 1"""

    rows = [tuple(row) for row in await query(app, sql)]

    assert rows == [(table, True, "perseat_owner") for table in sorted(TABLES)]


async def test_every_table_of_accounts_has_a_policy_for_each_role_and_command(app: Perseat) -> None:
    sql = """SELECT tablename, roles::text[], cmd, permissive FROM pg_policies
        WHERE schemaname = 'public' AND tablename <> ALL(:operators)"""

    policies = {
        (name, *roles, cmd) for name, roles, cmd, _ in await query(app, sql, operators=OPERATORS)
    }

    assert policies == {
        (table, role, command) for table in TABLES for role in ROLES for command in COMMANDS
    }


async def test_no_role_that_serves_is_above_the_policies(app: Perseat) -> None:
    sql = """SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles
        WHERE rolname LIKE 'perseat\\_%' ORDER BY 1"""

    rows = [tuple(row) for row in await query(app, sql)]

    names = ("perseat_api", "perseat_owner", "perseat_worker")
    assert rows == [(name, False, False, False) for name in names]


async def test_there_is_no_way_around_the_policies(app: Perseat) -> None:
    """No view that runs as its owner and no function of ours that does."""
    views = """SELECT relname FROM pg_class WHERE relkind IN ('v', 'm')
        AND relnamespace = 'public'::regnamespace
        AND NOT coalesce(reloptions::text LIKE '%security_invoker=true%', false)"""
    functions = """SELECT proname FROM pg_proc WHERE prosecdef
        AND pronamespace = 'public'::regnamespace"""

    assert await query(app, views) == []
    assert await query(app, functions) == []


@pytest.mark.parametrize("table", TABLES)
async def test_the_rows_of_another_account_are_not_there(
    app: Perseat, company: Company, other: Company, table: str
) -> None:
    sql = f"SELECT count(*) FILTER (WHERE {key_of(table)} = :of) FROM {table}"  # noqa: S608

    own = await scalar(app.tenants, sql, tenant=company.id, of=company.id)
    others = await scalar(app.tenants, sql, tenant=company.id, of=other.id)
    worker = await scalar(app.operators, sql, of=other.id)

    assert (own > 0, others, worker > 0) == (True, 0, True)


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_tenant_there_is_nothing(
    app: Perseat, company: Company, table: str
) -> None:
    """Neither to read nor to write."""
    sql, changes = copy(table)

    count = await scalar(app.tenants, f"SELECT count(*) FROM {table}")  # noqa: S608
    result = await execute(app.tenants, sql, account=company.id, changes=changes)

    assert (count, result.rowcount) == (0, 0)


@pytest.mark.parametrize("table", OF_ACCOUNTS)
async def test_a_row_for_another_account_is_refused(
    app: Perseat, company: Company, other: Company, table: str
) -> None:
    sql, changes = copy(table, account_id=other.id)

    said = await refusal(app.tenants, sql, tenant=company.id, account=company.id, changes=changes)

    assert f'new row violates row-level security policy for table "{table}"' in said


async def test_another_account_cannot_be_made(app: Perseat, company: Company) -> None:
    sql, changes = copy("accounts")

    said = await refusal(app.tenants, sql, tenant=company.id, account=company.id, changes=changes)

    assert 'new row violates row-level security policy for table "accounts"' in said


async def test_of_an_address_that_is_named_the_accounts_are_seen_and_nothing_is_changed(
    app: Perseat, company: Company
) -> None:
    """Log-in asks before there is a tenant: for one address, not for all of them."""
    sql = "SELECT address FROM log_ins WHERE account_id = :id ORDER BY user_id LIMIT 1"
    address = await scalar(app.operators, sql, id=company.id)

    async with app.tenants.begin() as uow:
        connection = await uow.session.connection()
        await connection.execute(text(f"SET LOCAL perseat.address = '{address}'"))
        seen = (await connection.execute(text("SELECT account_id, address FROM log_ins"))).all()
        people = (await connection.execute(text("SELECT id FROM users"))).all()
        gone = await connection.execute(text("DELETE FROM log_ins"))
        moved = await connection.execute(text("UPDATE log_ins SET address = address"))

    assert [tuple(row) for row in seen] == [(company.id, address)]
    assert (people, gone.rowcount, moved.rowcount) == ([], 0, 0)


@pytest.mark.parametrize("table", ["accounts", "users", "subscriptions", "credits"])
async def test_a_row_is_neither_changed_for_nor_moved_to_another_account(
    app: Perseat, company: Company, other: Company, table: str
) -> None:
    key = key_of(table)
    change = f"UPDATE {table} SET {key} = {key} WHERE {key} = :of"  # noqa: S608
    move = f"UPDATE {table} SET {key} = :of WHERE {key} = :own"  # noqa: S608

    result = await execute(app.tenants, change, tenant=company.id, of=other.id)
    said = await refusal(app.tenants, move, tenant=company.id, of=new_id(), own=company.id)

    assert result.rowcount == 0
    assert f'new row violates row-level security policy for table "{table}"' in said


async def test_the_tenant_does_not_stay_on_a_pooled_connection(
    app: Perseat, company: Company
) -> None:
    """One connection for both transactions; after SET LOCAL the setting is '', not NULL."""
    assert app.settings.database_url is not None
    url = app.settings.database_url.get_secret_value()
    one = engine.create(url, engine.API_ROLE, pool_size=1)
    transactions = Transactions(one, app.clock, app.bell)
    sql = (
        "SELECT pg_backend_pid(), current_setting('perseat.account_id', true), count(*) FROM users"
    )

    first = (await execute(transactions, sql, tenant=company.id)).one()
    second = (await execute(transactions, sql)).one()
    await one.dispose()

    assert first[0] == second[0]
    assert (first[1], first[2]) == (str(company.id), 3)
    assert (second[1], second[2]) == ("", 0)


async def test_nobody_can_leave_the_role_of_the_api(app: Perseat) -> None:
    """RESET ROLE leads back to it: it is the connection's default."""
    async with app.tenants.begin() as uow:
        connection = await uow.session.connection()
        await connection.exec_driver_sql("RESET ROLE")
        user = (await connection.exec_driver_sql("SELECT current_user")).scalar_one()

    assert user == "perseat_api"


async def test_a_tenant_is_a_uuid_and_nothing_else(app: Perseat) -> None:
    """It is written into the statement as a literal."""
    async with app.tenants.begin() as uow:
        with pytest.raises(ValueError, match="UUID"):
            await set_tenant(uow.session, "x'; RESET ROLE; --")  # type: ignore[arg-type]


@pytest.mark.parametrize("verb", ["SELECT id", "DELETE"])
@pytest.mark.parametrize("table", OPERATORS)
async def test_a_request_never_sees_operators_orders(
    app: Perseat, company: Company, verb: str, table: str
) -> None:
    """They are of all companies; what came of an account is its own."""
    said = await refusal(app.tenants, f"{verb} FROM {table}", tenant=company.id)

    assert f"permission denied for table {table}" in said


@pytest.mark.parametrize(("mode", "allowed"), [("AUTOMATIC", True), ("MANUAL", False)])
async def test_a_request_that_catches_up_opens_the_automatic_run_only(
    app: Perseat, company: Company, mode: str, *, allowed: bool
) -> None:
    sql = """INSERT INTO billing_runs
            (id, period, mode, status, dry_run, sandbox, due_only, actor, created_at)
        VALUES (uuidv7(), '1999-01-01', :mode, 'POSTING', false, true, true, 'test', now())"""

    said = await refusal(app.tenants, sql, tenant=company.id, mode=mode)

    assert ("row-level security" in said) is not allowed


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE provider_events SET attempts = 9",
        "INSERT INTO reconciliations (id) VALUES (uuidv7())",
        """INSERT INTO provider_events
            VALUES ('p', 'e', 'k', NULL, NULL, '', now(), now(), 0, now()) RETURNING id""",
    ],
)
async def test_a_request_only_adds_what_a_provider_tells(app: Perseat, statement: str) -> None:
    """P6 of the invariants: it neither reads nor changes what was told before."""
    assert "permission denied for table" in await refusal(app.tenants, statement)


@pytest.mark.parametrize("column", ["body", "kind", "occurred_at", "received_at", "payment_id"])
async def test_what_a_provider_has_told_stays_as_it_was(app: Perseat, column: str) -> None:
    said = await refusal(app.operators, f"UPDATE provider_events SET {column} = NULL")  # noqa: S608

    assert "permission denied for table provider_events" in said
