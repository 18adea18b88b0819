"""The life of an invoice: tax, whom it is addressed to, credit notes, void and reissue."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.protection import SERVING, TENANT, as_migrator, as_owner, protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LANGUAGES = ["en", "de", "fr", "es", "pt", "it", "nl", "ja", "zh", "ar", "he", "el", "ru", "pl"]
BOOKS = ["CREDITS", "RECEIVABLE", "CLEARING", "REVENUE", "USAGE_REVENUE", "ROUNDING"]
KINDS = ["INVOICE", "DEBT", "DEBT_ROUNDING", "PAYMENT", "TOP_UP", "USAGE"]
NEW_BOOKS = ["TAX", "REFUNDS", "BAD_DEBT"]
NEW_KINDS = ["TAX", "REVERSAL", "USAGE_REVERSAL", "TAX_REVERSAL", "REFUND", "BAD_DEBT"]
REPLACED = "nullif(current_setting('perseat.replaced_invoice', true), '')::uuid"
"""The void invoice whose charges the transaction replaces; nothing else of what is billed changes."""


def upgrade() -> None:
    as_owner()
    for table in ("accounts", "invoices", "charges"):
        _all_rows(table, of_owner=True)
    _accounts()
    _invoices()
    _charges()
    _ledger(BOOKS + NEW_BOOKS, KINDS + NEW_KINDS)
    _decisions()
    _credit_notes()
    for table in ("accounts", "invoices", "charges"):
        _all_rows(table, of_owner=False)
    as_migrator()


def _all_rows(table: str, *, of_owner: bool) -> None:
    """What is there already is changed by its owner, whom row security would show nothing."""
    op.execute(f"ALTER TABLE {table} {'NO ' if of_owner else ''}FORCE ROW LEVEL SECURITY")


def _add(table: str, name: str, kind: sa.types.TypeEngine[Any], value: str) -> None:
    """A column that every row has; what is there already gets `value`."""
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=value))
    op.alter_column(table, name, server_default=None)


def _check(table: str, name: str, rule: str) -> None:
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)


def _replace_check(table: str, name: str, rule: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    _check(table, name, rule)


def _in(column: str, values: list[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _accounts() -> None:
    for name in ("legal_name", "address", "tax_id"):
        op.add_column("accounts", sa.Column(name, sa.Text(), nullable=True))
    language = sa.Enum(*LANGUAGES, name="language", native_enum=False, length=32)
    _add("accounts", "credit_note_sequence", sa.Integer(), "0")
    _add("accounts", "tax_rate", sa.Integer(), "0")
    _add("accounts", "language", language, "en")
    _check("accounts", "language", _in("language", LANGUAGES))
    _check("accounts", "tax_rate", "tax_rate BETWEEN 0 AND 1000000")


def _invoices() -> None:
    _add("invoices", "tax", sa.BigInteger(), "0")
    _add("invoices", "tax_rate", sa.Integer(), "0")
    _add("invoices", "refundable", sa.BigInteger(), "0")
    op.add_column("invoices", sa.Column("bill_to", sa.dialects.postgresql.JSONB(), nullable=True))
    op.execute(
        """
        UPDATE invoices SET bill_to = jsonb_build_object(
            'name', accounts.name, 'address', NULL, 'taxId', NULL, 'language', 'en')
        FROM accounts WHERE accounts.id = invoices.account_id
        """
    )
    op.alter_column("invoices", "bill_to", nullable=False)
    _replace_check(
        "invoices",
        "due",
        "paid BETWEEN 0 AND total AND credited BETWEEN 0 AND total"
        " AND refundable BETWEEN 0 AND paid AND paid + credited - refundable <= total",
    )
    _replace_check(
        "invoices",
        "status_is_what_is_due",
        "CASE status WHEN 'PAID' THEN paid + credited - refundable = total"
        " WHEN 'VOID' THEN paid = 0 AND credited = 0"
        " ELSE paid + credited - refundable < total END",
    )
    _check("invoices", "tax", "tax BETWEEN 0 AND total AND tax % 10000 = 0")
    _check("invoices", "tax_rate", "tax_rate BETWEEN 0 AND 1000000")
    op.execute(f"GRANT UPDATE (refundable) ON invoices TO {', '.join(SERVING)}")
    _update_policies("invoices", "status <> 'VOID'", "true")


def _update_policies(table: str, before: str, after: str) -> None:
    """Which rows may be changed, and what they may become, beside being the account's."""
    for role, mine in zip(SERVING, (f"account_id = {TENANT}", "true"), strict=True):
        op.execute(
            f"ALTER POLICY {role}_update ON {table}"
            f" USING ({mine} AND {before}) WITH CHECK ({mine} AND {after})"
        )


def _charges() -> None:
    _add("charges", "tax", sa.BigInteger(), "0")
    _add("charges", "replaced", sa.Boolean(), "false")
    op.add_column("charges", sa.Column("replaces", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_charges_account_id_replaces"),
        "charges",
        "charges",
        ["account_id", "replaces"],
        ["account_id", "id"],
    )
    op.create_index(
        "uq_charges_account_id_replaces",
        "charges",
        ["account_id", "replaces"],
        unique=True,
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )
    _check("charges", "tax", "tax >= 0 AND tax % 10000 = 0")
    _check("charges", "unbilled_is_plain", "invoice_id IS NOT NULL OR tax = 0 AND NOT replaced")
    _exclusion(where=sa.text("NOT replaced"))
    op.execute(f"GRANT UPDATE (tax, replaced) ON charges TO {', '.join(SERVING)}")
    _update_policies(
        "charges",
        f"NOT replaced AND invoice_id IS NOT DISTINCT FROM {REPLACED}",
        f"CASE WHEN {REPLACED} IS NULL THEN NOT replaced"
        f" ELSE replaced AND invoice_id = {REPLACED} END",
    )


def _exclusion(where: sa.TextClause | None) -> None:
    op.drop_constraint("no_day_billed_twice", "charges")
    op.create_exclude_constraint(
        "no_day_billed_twice",
        "charges",
        (sa.column("account_id"), "="),
        (sa.column("component"), "="),
        (sa.column("upgrade"), "="),
        (sa.column("slots"), "&&"),
        (sa.column("period"), "&&"),
        where=where,
        using="gist",
    )


def _ledger(books: list[str], kinds: list[str]) -> None:
    for column, values in (("debit", books), ("credit", books), ("kind", kinds)):
        _replace_check("ledger_transfers", column, _in(column, values))


def _within(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", column],
        [f"{target}.account_id", f"{target}.id"],
        name=op.f(f"fk_{table}_account_id_{column}"),
    )


def _of_account(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f(f"pk_{table}")),
    ]


def _decisions() -> None:
    name = "invoice_decisions"
    op.create_table(
        name,
        *_of_account(name),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.Column("replacement_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _within(name, "invoice_id", "invoices"),
        _within(name, "replacement_id", "invoices"),
        sa.UniqueConstraint(
            "account_id", "invoice_id", name=op.f("uq_invoice_decisions_account_id_invoice_id")
        ),
    )
    _check(name, "decided", "decided IN ('VOID', 'UNCOLLECTIBLE')")
    _check(name, "void_is_replaced", "replacement_id IS NULL OR decided = 'VOID'")
    _check(name, "reason", "reason <> ''")
    op.create_index(
        "uq_invoice_decisions_account_id_replacement_id",
        name,
        ["account_id", "replacement_id"],
        unique=True,
        postgresql_where=sa.text("replacement_id IS NOT NULL"),
    )
    protect(name)


def _credit_notes() -> None:
    op.create_table(
        "credit_notes",
        *_of_account("credit_notes"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "actor", "currency")),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("amount", "tax", "refundable")
        ),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _within("credit_notes", "invoice_id", "invoices"),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_credit_notes_account_id_number")),
    )
    _check("credit_notes", "number", "number > 0")
    _check("credit_notes", "refundable", "refundable BETWEEN 0 AND amount + tax")
    _check("credit_notes", "reason", "reason <> ''")
    op.create_table(
        "credit_note_lines",
        *_of_account("credit_note_lines"),
        sa.Column("credit_note_id", sa.Uuid(), nullable=False),
        sa.Column("charge_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        _within("credit_note_lines", "credit_note_id", "credit_notes"),
        _within("credit_note_lines", "charge_id", "charges"),
        sa.UniqueConstraint(
            "account_id",
            "credit_note_id",
            "charge_id",
            name=op.f("uq_credit_note_lines_account_id_credit_note_id_charge_id"),
        ),
    )
    for table, column in (("credit_notes", "invoice_id"), ("credit_note_lines", "charge_id")):
        _check(table, "amount", "amount > 0 AND amount % 10000 = 0")
        _check(table, "tax", "tax >= 0 AND tax % 10000 = 0")
        op.create_index(f"ix_{table}_account_id_{column}", table, ["account_id", column])
        protect(table)


def downgrade() -> None:
    """Refused by the constraints while there is what the older schema cannot say."""
    as_owner()
    op.drop_table("credit_note_lines")
    op.drop_table("credit_notes")
    op.drop_table("invoice_decisions")
    _ledger(BOOKS, KINDS)
    _update_policies("charges", "invoice_id IS NULL", "true")
    _update_policies("invoices", "true", "true")
    _exclusion(where=None)
    for column in ("replaces", "replaced", "tax"):
        op.drop_column("charges", column)
    _replace_check("invoices", "due", "paid >= 0 AND credited >= 0 AND paid + credited <= total")
    _replace_check(
        "invoices",
        "status_is_what_is_due",
        "CASE WHEN status = 'PAID' THEN paid + credited = total"
        " WHEN status IN ('OPEN', 'PAST_DUE') THEN paid + credited < total ELSE true END",
    )
    for column in ("bill_to", "refundable", "tax_rate", "tax"):
        op.drop_column("invoices", column)
    of_accounts = ("language", "tax_rate", "tax_id", "address", "legal_name")
    for column in (*of_accounts, "credit_note_sequence"):
        op.drop_column("accounts", column)
    as_migrator()
