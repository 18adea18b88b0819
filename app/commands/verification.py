"""`perseat verify`: every invariant, and what is wrong."""

import typer
from rich.table import Table

from app.bootstrap import Perseat
from app.commands.database import console, do
from app.services.verify import Checked
from app.services.verify import verify as check


def verify() -> None:
    """Check every invariant; name what is wrong, and fail if anything is."""
    report(do(checked_by))


async def checked_by(app: Perseat) -> list[Checked]:
    return [checked async for checked in check(app.operators)]


def report(checked: list[Checked]) -> None:
    wrong = [each for each in checked if each.count]
    for each in wrong:
        table = Table(title=f"WRONG ({each.invariant.rule}): {each.invariant.name}: {each.count}")
        table.add_column("Account")
        table.add_column("What is wrong")
        for finding in each.findings:
            table.add_row(str(finding.account_id), finding.what)
        console.print(table)
    if wrong:
        raise typer.Exit(1)
    console.print(f"\nVerified: all {len(checked)} invariants hold.", style="bold green")
