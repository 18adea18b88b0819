"""The base of all tables, and the names of their constraints."""

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ex": "ex_%(table_name)s_%(constraint_name)s",
}
metadata = SQLModel.metadata


class Table(SQLModel):
    """A table. SQLModel validates nothing here: constraints do, in the database."""

    model_config = {"arbitrary_types_allowed": True}


def within_account(column: str, target: str) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the account: (account_id, column) -> target's key."""
    return ForeignKeyConstraint(["account_id", column], [f"{target}.account_id", f"{target}.id"])
