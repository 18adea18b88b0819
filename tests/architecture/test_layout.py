"""The shape of the repository: what is where, and what must never be there."""

import ast
from importlib.metadata import files
from pathlib import Path

import graphql
import pytest
from sqlalchemy import (
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.schema import ColumnCollectionConstraint

import app.models  # noqa: F401 - registers the tables
from app.db.base import metadata
from workers import tasks
from workers.settings import WorkerSettings

ROOT = Path(__file__).parents[2]
OF_NOBODY = {"payment_transitions", "plans", "accounts", "billing_runs", "top_up_reruns"}
MAY_BE_OF_NOBODY = {"provider_events"}
"""Kept before anybody knows whose they are: they may name an account, and are not its own."""
OF_ACCOUNTS = [
    table
    for table in metadata.tables.values()
    if "account_id" in table.columns and table.name not in MAY_BE_OF_NOBODY
]


def test_graphql_is_a_source_root_and_no_package() -> None:
    """An __init__.py there would shadow graphql-core, and nothing would start."""
    assert not (ROOT / "graphql" / "__init__.py").exists()
    assert (ROOT / "graphql" / "api" / "__init__.py").exists()


def test_the_name_graphql_belongs_to_graphql_core() -> None:
    found = graphql.__file__

    assert found is not None
    assert Path(found) in {Path(str(each.locate())) for each in files("graphql-core") or []}


def _names(table: Table, kind: type[ColumnCollectionConstraint]) -> list[tuple[str, set[str]]]:
    """The constraints of a kind and their columns, unique indexes among the unique ones."""
    found = [
        (str(each.name), {column.name for column in each.columns})
        for each in table.constraints
        if isinstance(each, kind)
    ]
    if kind is UniqueConstraint:
        found += [
            (str(index.name), {column.name for column in index.columns})
            for index in table.indexes
            if index.unique
        ]
    return found


@pytest.mark.parametrize("table", OF_ACCOUNTS, ids=lambda table: table.name)
@pytest.mark.parametrize("kind", [PrimaryKeyConstraint, UniqueConstraint, ExcludeConstraint])
def test_whatever_is_unique_is_unique_within_an_account(
    table: Table, kind: type[ColumnCollectionConstraint]
) -> None:
    """Without the account in it, no table could be distributed by it (Citus)."""
    outside = [name for name, columns in _names(table, kind) if "account_id" not in columns]

    assert outside == []


@pytest.mark.parametrize("table", OF_ACCOUNTS, ids=lambda table: table.name)
def test_a_foreign_key_never_leaves_the_account(table: Table) -> None:
    """It holds the account on both sides, but for catalogue, accounts and operators' orders."""
    leaving = [
        (constraint.name, [element.target_fullname for element in constraint.elements])
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint)
        and constraint.referred_table.name not in OF_NOBODY
        and (
            "account_id" not in constraint.column_keys
            or f"{constraint.referred_table.name}.account_id"
            not in {element.target_fullname for element in constraint.elements}
        )
    ]

    assert leaving == []


def test_money_is_never_a_float() -> None:
    """C4: neither in a column nor in a line of the rules, the models or the services."""
    columns = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.type.python_type is float
    ]
    lines = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("domain", "models", "services", "store")
        for path in sorted((ROOT / "app" / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
    ]

    assert (columns, lines) == ([], [])


def test_no_service_commits() -> None:
    """Architecture, rule 1: the unit of work does."""
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "app" / "services").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}
    ]

    assert calls == []


def test_every_job_that_a_service_writes_has_a_task() -> None:
    """The kind of a job is the name of the task; a misspelt one would wait for ever."""
    kinds = {
        argument.value
        for path in sorted((ROOT / "app" / "services").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"uow.enqueue", "tell"}
        for argument in node.args[:2]
        if isinstance(argument, ast.Constant)
    }

    assert kinds >= {"bill_account", "collect", "drive_payment", "top_up", "tell_past_due"}
    assert kinds <= {function.name for function in WorkerSettings.functions}
    assert all(callable(getattr(tasks, str(kind))) for kind in kinds)


def test_a_noun_has_the_same_file_name_in_every_layer() -> None:
    """A slice is found by its name: what is stored, is tabled and ruled under the same noun."""
    nouns = {
        layer: {path.stem for path in (ROOT / "app" / layer).glob("*.py")} - {"__init__"}
        for layer in ("domain", "models", "store", "services")
    }

    assert nouns["models"] - nouns["domain"] - nouns["services"] == set()
    assert {
        "users",
        "subscriptions",
        "credits",
        "invoices",
        "payments",
    } <= set.intersection(*nouns.values())
