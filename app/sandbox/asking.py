"""How the book is asked on behalf of a request, and how it is answered in JSON."""

from collections.abc import Callable
from sqlite3 import Connection
from typing import Any, TypeAlias, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.sandbox.errors import Refusal
from app.sandbox.orders import Body

B = TypeVar("B", bound=Body)
T = TypeVar("T")
Work: TypeAlias = Callable[[Connection], dict[str, Any]]


async def told(request: Request, work: Work) -> Response:
    return JSONResponse(await run(request, work))


async def run(request: Request, work: Callable[[Connection], T]) -> T:
    found: T = await request.app.state.book.run(work)
    return found


async def body(request: Request, kind: type[B]) -> B:
    return kind.model_validate_json(await request.body())


def refused(refusal: Refusal) -> Response:
    return JSONResponse(refusal.body(), refusal.status)
