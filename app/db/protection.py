"""What a new table of accounts needs before it holds a row: an owner, privileges, row security."""

from collections.abc import Sequence

from alembic import op

SERVING = ("perseat_api", "perseat_worker")
TENANT = "nullif(current_setting('perseat.account_id', true), '')::uuid"


def as_owner() -> None:
    """What a migration creates after this belongs to the role that serves no request."""
    op.execute("SET LOCAL ROLE perseat_owner")


def as_migrator() -> None:
    op.execute("RESET ROLE")


def protect(table: str, *, update: Sequence[str] = (), delete: bool = False) -> None:
    """Rows of one account for one account; append-only but for the columns of `update`."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    roles = ", ".join(SERVING)
    op.execute(f"GRANT SELECT, INSERT {', DELETE' if delete else ''} ON {table} TO {roles}")
    if update:
        op.execute(f"GRANT UPDATE ({', '.join(update)}) ON {table} TO {roles}")
    for role, mine in zip(SERVING, (f"account_id = {TENANT}", "true"), strict=True):
        for command, rule in (
            ("SELECT", f"USING ({mine})"),
            ("INSERT", f"WITH CHECK ({mine})"),
            ("UPDATE", f"USING ({mine}) WITH CHECK ({mine})"),
            ("DELETE", f"USING ({mine})"),
        ):
            name = f"{role}_{command.lower()}"
            op.execute(f"CREATE POLICY {name} ON {table} FOR {command} TO {role} {rule}")
