"""`perseat reconcile`: the provider's charges against ours."""

import json
from datetime import datetime
from typing import Annotated

import typer

from app.bootstrap import Perseat
from app.commands.asking import asking
from app.commands.database import ACTOR, INSTANT, console, do, utc
from app.domain.reconciliation import from_json
from app.models import Reconciliation
from app.services import reconciliation


def reconcile(
    *,
    reason: Annotated[str, typer.Option(help="why; the audit keeps it")],
    since: Annotated[
        datetime | None,
        typer.Option(formats=INSTANT, help="then or later, UTC; else where the last one ended"),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=INSTANT, help="before that, UTC; else now")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print it for programs")] = False,
) -> None:
    """Compare the provider's charges with ours; name what differs, and fail if any does."""

    async def work(app: Perseat) -> Reconciliation:
        name = app.provider.name
        span = await reconciliation.span_of(app.operators, name, utc(since), utc(until))
        asked = asking(app, "reconcile", reason, since=span.since, until=span.until)
        return await reconciliation.reconcile(asked.operators, app.provider, span, actor=ACTOR)

    done = do(work)
    (_print_json if as_json else _tell)(done)
    if done.differences:
        raise typer.Exit(1)


def _print_json(row: Reconciliation) -> None:
    found = [(each, from_json(each)) for each in row.differences]
    more = [{**kept, "sentence": it.sentence, "whatToDo": it.cure} for kept, it in found]
    span = {"since": row.since.isoformat(), "until": row.until.isoformat()}
    counts = {"charges": row.charges, "confirmed": row.confirmed}
    typer.echo(json.dumps({"provider": row.provider, **span, **counts, "differences": more}))


def _tell(row: Reconciliation) -> None:
    for each in map(from_json, row.differences):
        console.print(f"[bold]{each.kind}[/] {each.sentence} {each.cure}", soft_wrap=True)
    span = f"{row.since:%Y-%m-%d %H:%M} to {row.until:%Y-%m-%d %H:%M} UTC"
    console.print(
        f"{row.provider}, {span}: {row.charges} charges, {row.confirmed} newly confirmed, "
        f"{len(row.differences)} differences.",
        highlight=False,
        soft_wrap=True,
    )
