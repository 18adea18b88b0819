"""Credits whose refund has failed late are there again."""

from alembic import op

from app.db.protection import as_migrator, as_owner

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NAME = "ck_reinstatements_of_one"


def _refunds_return(what: str) -> None:
    op.drop_constraint(op.f(NAME), "reinstatements")
    op.create_check_constraint(
        op.f(NAME),
        "reinstatements",
        "CASE WHEN refund_id IS NULL THEN returned > 0 AND returned >= amount"
        f" ELSE returned IS NULL AND amount > 0 AND {what} = amount END",
    )


def upgrade() -> None:
    as_owner()
    _refunds_return("owed_back + to_credits")
    as_migrator()


def downgrade() -> None:
    as_owner()
    _refunds_return("owed_back")
    as_migrator()
