"""What is written stays written: by privileges, because a trigger would not be on every node."""

from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.bootstrap import Perseat
from app.db.unit_of_work import Transactions
from tests.make import Company, money, query
from tests.store.rows import TABLES, execute, refusal

pytestmark = pytest.mark.xdist_group("store")

APPEND_ONLY = [
    "user_states",
    "role_changes",
    "minimum_licenses",
    "add_on_changes",
    "subscription_changes",
    "account_prices",
    "account_rates",
    "ledger_transfers",
    "usage_events",
    "alert_crossings",
    "post_paid_changes",
    "invoice_decisions",
    "credit_notes",
    "credit_note_lines",
    "payment_customers",
    "payment_steps",
    "late_failures",
    "reinstatements",
    "audit_events",
]
MAY_DELETE = {
    ("perseat_api", "user_roles"),
    ("perseat_worker", "user_roles"),
    *product(
        ("perseat_worker",),
        (
            *("outbox", "events", "webhook_deliveries", "webhook_attempts", "idempotency_keys"),
            *("sessions", "refresh_tokens"),
        ),
    ),
    *product(("perseat_api", "perseat_worker"), ("ring_group_members", "contact_lists", "log_ins")),
}
FINAL = {
    "top_up_decisions": {
        *("number", "episode", "trigger", "outcome", "balance", "amount", "seen", "payment_id"),
        *("rerun_id", "actor", "reason", "told", "at"),
    },
    "charges": {
        "amount",
        "unit_amount",
        "quantity",
        "rule",
        "derivation",
        "slots",
        "period",
        "replaces",
    },
    "usage_deferrals": {"kind", "day", "effective_at"},
    "invoices": {
        *("total", "number", "kind", "period", "issued_on", "due_on", "currency", "created_at"),
        *("tax", "tax_rate", "bill_to"),
    },
    "usage_days": {"posted_on", "happened_on", "kind", "user_id", "line_id", "included"},
    "refunds": {"amount", "payment_id", "credit_note_id", "actor", "reason", "created_at"},
    "payments": {
        "amount",
        "purpose",
        "payment_method_id",
        "episode",
        "created_at",
        "provider",
        "customer",
    },
    "payment_methods": {"token", "brand", "last4", "expires_on", "provider"},
    "payment_steps": {"from_status", "to_status", "source", "actor", "reason", "created_at"},
    "payment_customers": {"reference"},
    "communications": {"kind", "direction", "line_id", "contact_id", "happened_at"},
    "lines": {"number", "created_at"},
    "usage_holds": {"amount", "reference", "request", "actor", "created_at"},
    "credit_alerts": {"threshold", "created_at"},
    "api_keys": {"role", "scopes", "environment", "expires_at", "created_at"},
    "api_key_grants": {"key_id", "actor", "created_at"},
    "passwords": {"user_id"},
    "events": {"kind", "at", "data"},
    "webhook_endpoints": {"created_at"},
    "webhook_deliveries": {"endpoint_id", "event_id", "body", "created_at"},
    "webhook_attempts": {
        *("endpoint_id", "delivery_id", "at", "response_status", "response", "error"),
        *("duration_ms", "next_attempt_at"),
    },
    "idempotency_keys": {"key", "request", "result", "created_at"},
    "password_links": {"user_id", "digest", "created_at", "expires_at"},
    "log_ins": {"user_id"},
    "sessions": {"user_id", "user_agent", "created_at", "expires_at"},
    "refresh_tokens": {"session_id", "digest", "created_at"},
}


def _of(app: Perseat, role: str) -> Transactions:
    return app.tenants if role == "perseat_api" else app.operators


@pytest.mark.parametrize("role", ["perseat_api", "perseat_worker"])
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET account_id = account_id", "DELETE FROM {}", "TRUNCATE {}"]
)
async def test_what_is_appended_is_never_changed(
    app: Perseat, company: Company, role: str, table: str, statement: str
) -> None:
    """Ledger, history, usage: no role that serves may update, delete or truncate."""
    said = await refusal(_of(app, role), statement.format(table), tenant=company.id)

    assert f"permission denied for table {table}" in said


async def test_nothing_of_an_account_can_be_deleted_or_truncated(app: Perseat) -> None:
    """But a role taken from a user, a place in a ring group, a contact list, the address by which
    a deleted user is found, and by the workers an outbox job that is done, events and answers that
    are old and sessions that are over (U5: nothing is cascaded)."""
    sql = """SELECT role, name FROM unnest(ARRAY['perseat_api', 'perseat_worker']) role,
            unnest(CAST(:tables AS text[])) name
        WHERE has_table_privilege(role, name, 'DELETE, TRUNCATE, TRIGGER')"""

    rows = await query(app, sql, tables=TABLES)

    assert {(role, table) for role, table in rows} == MAY_DELETE


@pytest.mark.parametrize(("table", "columns"), FINAL.items())
async def test_what_was_decided_cannot_be_decided_again(
    app: Perseat, table: str, columns: set[str]
) -> None:
    """I3, I5: amounts, numbers, periods and derivations are final when they are written."""
    sql = """SELECT attname FROM pg_attribute, unnest(ARRAY['perseat_api', 'perseat_worker']) role
        WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped
          AND has_column_privilege(role, attrelid, attnum, 'UPDATE')"""

    may_change = {row[0] for row in await query(app, sql, name=table)}

    assert may_change & (columns | {"id", "account_id"}) == set()


@pytest.mark.parametrize("role", ["perseat_api", "perseat_worker"])
async def test_a_charge_of_an_invoice_never_leaves_it(
    app: Perseat, company: Company, role: str
) -> None:
    """I1: an unbilled one joins an invoice once."""
    sql = "UPDATE charges SET invoice_id = {} WHERE account_id = :id AND invoice_id IS {} NULL"

    billed = await execute(
        _of(app, role), sql.format("NULL", "NOT"), tenant=company.id, id=company.id
    )
    unbilled = await execute(
        _of(app, role), sql.format("NULL", ""), tenant=company.id, id=company.id
    )

    assert (billed.rowcount, unbilled.rowcount) == (0, 1)


@pytest.mark.parametrize("role", ["perseat_api", "perseat_worker"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("replaced = false", "row-level security"),
        ("replaced = true, invoice_id = NULL", "row-level security"),
        ("replaced = true, invoice_id = (SELECT id FROM invoices LIMIT 1)", "row-level security"),
        ("replaced = true, amount = 0", "permission denied"),
        ("replaced = true", "it was not refused"),
    ],
)
async def test_of_a_charge_of_a_void_invoice_only_its_rectangle_is_given_up(
    app: Perseat, company: Company, role: str, change: str, said: str
) -> None:
    """I3, I7: and only by a transaction that names the invoice; the charge stays on it."""
    invoice = [row.id for row in await company.invoice_rows() if row.kind == "RENEWAL"][-1]
    sql = f"UPDATE charges SET {change} WHERE invoice_id = :invoice"  # noqa: S608

    without = await execute(
        _of(app, role),
        "UPDATE charges SET replaced = true WHERE invoice_id = :invoice",
        tenant=company.id,
        invoice=invoice,
    )
    error = "it was not refused"
    async with _of(app, role).begin(company.id) as uow:
        connection = await uow.session.connection()
        await connection.execute(text(f"SET LOCAL perseat.replaced_invoice = '{invoice}'"))
        try:
            touched = (await connection.execute(text(sql), {"invoice": invoice})).rowcount
        except DBAPIError as refused:
            error = str(refused.orig)
        await uow.session.rollback()

    assert without.rowcount == 0
    assert said in error
    assert said != "it was not refused" or touched == 3


@pytest.mark.parametrize("role", ["perseat_api", "perseat_worker"])
async def test_a_void_invoice_never_changes(app: Perseat, company: Company, role: str) -> None:
    """I3: it is the end of it."""
    sql = "UPDATE invoices SET status = 'OPEN' WHERE account_id = :id AND status = 'VOID'"

    result = await execute(_of(app, role), sql, tenant=company.id, id=company.id)

    assert result.rowcount == 0


@pytest.mark.parametrize("role", ["perseat_api", "perseat_worker"])
async def test_history_loses_its_user_and_gets_no_other(
    app: Perseat, company: Company, role: str
) -> None:
    """U5: calls and messages stay; nobody is written into them afterwards."""
    user = (await company.people())[0].id
    sql = "UPDATE communications SET user_id = {} WHERE account_id = :id AND user_id = :user"

    said = [
        await refusal(
            _of(app, role), sql.format(f"'{each}'"), tenant=company.id, id=company.id, user=user
        )
        for each in (user, (await company.people())[1].id)
    ]
    async with _of(app, role).begin(company.id) as uow:
        connection = await uow.session.connection()
        values = {"id": company.id, "user": user}
        loosened = await connection.execute(text(sql.format("NULL")), values)
        await uow.session.rollback()

    policy = 'new row violates row-level security policy for table "communications"'
    assert all(policy in each for each in said)
    assert loosened.rowcount == 2


@pytest.mark.parametrize("role", ["perseat_api", "perseat_worker"])
async def test_a_declined_payment_never_changes(app: Perseat, company: Company, role: str) -> None:
    sql = "UPDATE payments SET attempts = 99 WHERE account_id = :id AND status = 'DECLINED'"

    result = await execute(_of(app, role), sql, tenant=company.id, id=company.id)

    assert result.rowcount == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices SET total = 0",
        "UPDATE charges SET amount = 0, unit_amount = 0",
        "UPDATE payments SET amount = 10000",
        "UPDATE add_ons SET component = 'AI_VOICE_BOT'",
        "UPDATE outbox SET args = '{}'",
    ],
)
async def test_a_statement_that_would_rewrite_history_is_refused(
    app: Perseat, company: Company, statement: str
) -> None:
    said = await refusal(app.operators, statement)

    assert "permission denied for table" in said
    first, *_ = await company.invoice_rows()
    assert money(first.total) == "145.00"


@pytest.mark.parametrize("table", ["plans", "prices", "rates", "carrier_fees"])
async def test_a_request_reads_the_catalogue_and_an_operator_changes_it(
    app: Perseat, table: str
) -> None:
    """P2, P3: and nobody deletes what a finalised invoice was made from."""
    sql = """SELECT role, privilege FROM unnest(ARRAY['perseat_api', 'perseat_worker']) role,
            unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) privilege
        WHERE has_table_privilege(role, :name, privilege)"""

    rows = {tuple(row) for row in await query(app, sql, name=table)}

    assert rows == {
        ("perseat_api", "SELECT"),
        *(("perseat_worker", each) for each in ("SELECT", "INSERT", "UPDATE")),
    }
