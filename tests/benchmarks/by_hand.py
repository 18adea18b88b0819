"""The dashboard as somebody would write it by hand: three statements, and orjson.

`tests.benchmarks.by_hand:app` is the API with a route for it, `/by-hand`: behind the same key, in
the same role with the same tenant.
"""

from datetime import date
from pathlib import Path
from uuid import UUID

import orjson
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.asgi import app as api
from api.bearer import caller_of
from app.bootstrap import Perseat

FILE = Path(__file__).parent / "sql/dashboard.sql"
STATEMENTS = [text(each) for each in FILE.read_text().split(";\n")]
TODAY = date(2026, 1, 15)


async def by_hand(app: Perseat, account_id: UUID) -> bytes:
    async with app.tenants.begin(account_id) as uow:
        connection = await uow.session.connection()
        found = []
        for statement in STATEMENTS:
            values = {"account": account_id, "today": TODAY}
            used = {each: value for each, value in values.items() if f":{each}" in statement.text}
            found.append(
                [dict(row) for row in (await connection.execute(statement, used)).mappings()]
            )
    return orjson.dumps(found, default=str)


async def answer(request: Request) -> Response:
    """For the company whose key it is."""
    caller = await caller_of(request)
    if isinstance(caller, Response):
        return caller
    assert caller.account_id
    found = await by_hand(request.app.state.perseat, caller.account_id)
    return Response(found, media_type="application/json")


def with_route(app: Starlette) -> Starlette:
    app.router.routes.append(Route("/by-hand", answer))
    return app


app = with_route(api)
