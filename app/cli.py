"""The command `perseat`: run it, show it, look after it."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from asyncpg import InsufficientPrivilegeError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app.commands import (
    accounts,
    adoptions,
    auditing,
    explanations,
    exports,
    histories,
    keys,
    migrations,
    reconciliation,
    runs,
    serving,
    top_ups,
    verification,
)
from app.commands.database import console
from app.demo.client import Refusal
from app.domain.errors import BillingError
from app.embedded import StartupProblem

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _show_version(wanted: object) -> None:
    if wanted:
        console.print(f"perseat {version('perseat')}", highlight=False)
        raise typer.Exit


@commands.callback()
def about(
    _: Annotated[
        bool | None,
        typer.Option("--version", is_eager=True, callback=_show_version, help="print the version"),
    ] = None,
) -> None:
    """Perseat, a billing engine for products sold by the seat."""


for each in (
    serving.up,
    serving.demo,
    serving.down,
    migrations.migrate,
    verification.verify,
    explanations.explain,
    keys.key,
    exports.export,
    accounts.release,
    reconciliation.reconcile,
    auditing.audit,
    histories.timeline,
):
    commands.command()(each)
commands.add_typer(runs.commands, name="run")
commands.add_typer(top_ups.commands, name="topup")
commands.add_typer(adoptions.commands, name="adopt")


def _refusal(problem: DBAPIError) -> str:
    """What PostgreSQL said, without what the layers above it made of it."""
    said = (problem.orig and problem.orig.__cause__) or problem.orig
    told = f"the database refused: {str(said).splitlines()[0]}"
    if isinstance(said, InsufficientPrivilegeError):
        told += (
            ". The role in PERSEAT_DATABASE_URL has to own the database and needs CREATEROLE "
            "(`ALTER ROLE ... CREATEROLE`)."
        )
    return told


def _mistake(problem: ValidationError) -> str:
    """The first wrong setting, by its variable; what several of them are about has none."""
    wrong = problem.errors()[0]
    name = "".join(f"PERSEAT_{str(each).upper()}: " for each in wrong["loc"][:1])
    return f"{name}{wrong['msg'].removeprefix('Value error, ')}"


def main() -> None:
    """What cannot be done is said in one line, with the cure."""
    try:
        commands()
    except (StartupProblem, Refusal, BillingError) as problem:
        sys.exit(f"perseat: {problem}")
    except ValidationError as problem:
        sys.exit(f"perseat: {_mistake(problem)}.")
    except DBAPIError as problem:
        sys.exit(f"perseat: {_refusal(problem)}")
    except KeyboardInterrupt:
        sys.exit(130)
