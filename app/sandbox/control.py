"""What people and tests ask of the sandbox: switches, later outcomes, and a look at its books."""

from sqlite3 import Connection
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.clock import SystemClock
from app.sandbox import answers, charges, customers, events, refunds, switches
from app.sandbox.asking import body, run, told
from app.sandbox.orders import Failure, Paging, Refused, Reinstated, Resolution
from app.sandbox.switches import Switch


async def resolve_charge(request: Request) -> Response:
    how, name = await body(request, Resolution), request.path_params["name"]
    now = SystemClock().now()
    return await told(request, lambda db: answers.one(db, charges.resolve(db, name, how, now)))


async def resolve_refund(request: Request) -> Response:
    how, name = await body(request, Resolution), request.path_params["name"]
    now = SystemClock().now()
    return await told(request, lambda db: answers.refund_of(refunds.resolve(db, name, how, now)))


async def fail_late(request: Request) -> Response:
    how, name = await body(request, Failure), request.path_params["name"]
    now = SystemClock().now()
    return await told(request, lambda db: answers.one(db, charges.fail_late(db, name, how, now)))


async def reinstate(request: Request) -> Response:
    how, name = await body(request, Reinstated), request.path_params["name"]
    now = SystemClock().now()
    return await told(request, lambda db: answers.one(db, charges.reinstate(db, name, how, now)))


async def fail_refund(request: Request) -> Response:
    how, name = await body(request, Refused), request.path_params["name"]
    now = SystemClock().now()
    return await told(request, lambda db: answers.refund_of(refunds.fail_late(db, name, how, now)))


async def list_customers(request: Request) -> Response:
    """For people who look for one by its name."""
    return await told(request, lambda db: {"customers": customers.listed(db)})


async def list_events(request: Request) -> Response:
    paging = Paging.model_validate(dict(request.query_params))
    return await told(request, lambda db: events.page(db, paging.after, paging.limit))


async def switch_on(request: Request) -> Response:
    switch, now = await body(request, Switch), SystemClock().now()

    def work(db: Connection) -> dict[str, Any]:
        switches.put(db, switch, now)
        return switch.model_dump(mode="json")

    return await told(request, work)


async def list_switches(request: Request) -> Response:
    return await told(
        request,
        lambda db: {"switches": [each.model_dump(mode="json") for each in switches.listed(db)]},
    )


async def switch_off(request: Request) -> Response:
    customer = request.query_params.get("customer")
    await run(request, lambda db: switches.clear(db, customer))
    return Response(status_code=204)


ROUTES = [
    Route("/v1/customers", list_customers),
    Route("/v1/charges/{name}/resolve", resolve_charge, methods=["POST"]),
    Route("/v1/charges/{name}/fail-late", fail_late, methods=["POST"]),
    Route("/v1/charges/{name}/reinstate", reinstate, methods=["POST"]),
    Route("/v1/refunds/{name}/resolve", resolve_refund, methods=["POST"]),
    Route("/v1/refunds/{name}/fail-late", fail_refund, methods=["POST"]),
    Route("/v1/events", list_events),
    Route("/v1/switches", switch_on, methods=["PUT"]),
    Route("/v1/switches", list_switches),
    Route("/v1/switches", switch_off, methods=["DELETE"]),
]
