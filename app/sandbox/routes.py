"""What can be asked of the sandbox, over HTTP in JSON."""

from collections.abc import Callable
from sqlite3 import Connection
from typing import Any, TypeAlias, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.clock import SystemClock
from app.sandbox import answers, cards, charges, customers, events, refunds, switches
from app.sandbox.errors import Refusal, unknown_charge
from app.sandbox.orders import (
    Body,
    Failure,
    NewCard,
    NewCharge,
    NewCustomer,
    NewRefund,
    Paging,
    Resolution,
    Window,
)
from app.sandbox.strikes import NoAnswer, struck
from app.sandbox.switches import WIRE, Operation, Switch

B = TypeVar("B", bound=Body)
Work: TypeAlias = Callable[[Connection], dict[str, Any]]


async def create_customer(request: Request) -> Response:
    order = await _body(request, NewCustomer)
    customer = customers.reference_of(order.key)
    return await _as_switched(
        request, Operation.CUSTOMER, customer, lambda db: customers.create(db, order)
    )


async def attach(request: Request) -> Response:
    order, now = await _body(request, NewCard), SystemClock().now()
    return await _as_switched(
        request, Operation.ATTACH, order.customer, lambda db: customers.attach(db, order, now)
    )


async def charge(request: Request) -> Response:
    order, now, first = await _body(request, NewCharge), SystemClock().now(), False
    card = cards.find(order.token, now.date())

    def work(db: Connection) -> dict[str, Any]:
        nonlocal first
        row = charges.make(db, order, now)
        first = row["asked"] == 1
        return answers.one(db, row)

    answer = await _as_switched(request, Operation.CHARGE, order.customer, work)
    return NoAnswer() if first and card and card.answer_lost else answer


async def look_up(request: Request) -> Response:
    name, now = request.path_params["name"], SystemClock().now()

    def work(db: Connection) -> dict[str, Any]:
        row = charges.look_up(db, name, now)
        return answers.one(db, row) if row else {}

    customer = request.query_params.get("customer", "")
    return await _as_switched(request, Operation.LOOK_UP, customer, work)


async def list_charges(request: Request) -> Response:
    window = Window.model_validate(dict(request.query_params))
    return await _as_switched(request, Operation.LIST, "", lambda db: answers.page(db, window))


async def refund(request: Request) -> Response:
    order, now = await _body(request, NewRefund), SystemClock().now()
    customer = await _run(request, lambda db: charges.get(db, order.charge)["customer"])
    return await _as_switched(
        request,
        Operation.REFUND,
        customer,
        lambda db: answers.refund_of(refunds.make(db, order, now)),
    )


async def resolve_charge(request: Request) -> Response:
    how, name = await _body(request, Resolution), request.path_params["name"]
    now = SystemClock().now()
    return await _told(request, lambda db: answers.one(db, charges.resolve(db, name, how, now)))


async def resolve_refund(request: Request) -> Response:
    how, name = await _body(request, Resolution), request.path_params["name"]
    now = SystemClock().now()
    return await _told(request, lambda db: answers.refund_of(refunds.resolve(db, name, how, now)))


async def fail_late(request: Request) -> Response:
    how, name = await _body(request, Failure), request.path_params["name"]
    now = SystemClock().now()
    return await _told(request, lambda db: answers.one(db, charges.fail_late(db, name, how, now)))


async def list_events(request: Request) -> Response:
    paging = Paging.model_validate(dict(request.query_params))
    return await _told(request, lambda db: events.page(db, paging.after, paging.limit))


async def switch_on(request: Request) -> Response:
    switch, now = await _body(request, Switch), SystemClock().now()

    def work(db: Connection) -> dict[str, Any]:
        switches.put(db, switch, now)
        return switch.model_dump(mode="json")

    return await _told(request, work)


async def list_switches(request: Request) -> Response:
    return await _told(
        request,
        lambda db: {"switches": [each.model_dump(mode="json") for each in switches.listed(db)]},
    )


async def switch_off(request: Request) -> Response:
    customer = request.query_params.get("customer")
    await _run(request, lambda db: switches.clear(db, customer))
    return Response(status_code=204)


async def healthz(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _as_switched(
    request: Request, operation: Operation, customer: str, work: Work
) -> Response:
    """The work, unless a switch has something else happen on the wire; {} is not there."""
    switch = await _run(request, lambda db: switches.take(db, customer, operation, WIRE))

    async def done() -> Response:
        found = await _run(request, work)
        return JSONResponse(found) if found else refused(unknown_charge())

    return await struck(switch, done)


async def _told(request: Request, work: Work) -> Response:
    return JSONResponse(await _run(request, work))


T = TypeVar("T")


async def _run(request: Request, work: Callable[[Connection], T]) -> T:
    found: T = await request.app.state.book.run(work)
    return found


async def _body(request: Request, kind: type[B]) -> B:
    return kind.model_validate_json(await request.body())


def refused(refusal: Refusal) -> Response:
    return JSONResponse(refusal.body(), refusal.status)


ROUTES = [
    Route("/healthz", healthz),
    Route("/v1/customers", create_customer, methods=["POST"]),
    Route("/v1/cards", attach, methods=["POST"]),
    Route("/v1/charges", charge, methods=["POST"]),
    Route("/v1/charges", list_charges),
    Route("/v1/charges/{name}", look_up),
    Route("/v1/charges/{name}/resolve", resolve_charge, methods=["POST"]),
    Route("/v1/charges/{name}/fail-late", fail_late, methods=["POST"]),
    Route("/v1/refunds", refund, methods=["POST"]),
    Route("/v1/refunds/{name}/resolve", resolve_refund, methods=["POST"]),
    Route("/v1/events", list_events),
    Route("/v1/switches", switch_on, methods=["PUT"]),
    Route("/v1/switches", list_switches),
    Route("/v1/switches", switch_off, methods=["DELETE"]),
]
