"""What can be asked of the sandbox, over HTTP in JSON."""

from sqlite3 import Connection
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.clock import SystemClock
from app.sandbox import answers, cards, charges, control, customers, refunds, switches
from app.sandbox.asking import Work, body, refused, run
from app.sandbox.errors import unknown_charge
from app.sandbox.orders import (
    NewCard,
    NewCharge,
    NewCustomer,
    NewRefund,
    Window,
)
from app.sandbox.strikes import NoAnswer, struck
from app.sandbox.switches import WIRE, Operation


async def create_customer(request: Request) -> Response:
    order = await body(request, NewCustomer)
    customer = customers.reference_of(order.key)
    return await _as_switched(
        request, Operation.CUSTOMER, customer, lambda db: customers.create(db, order)
    )


async def attach(request: Request) -> Response:
    order, now = await body(request, NewCard), SystemClock().now()
    return await _as_switched(
        request, Operation.ATTACH, order.customer, lambda db: customers.attach(db, order, now)
    )


async def charge(request: Request) -> Response:
    order, now, first = await body(request, NewCharge), SystemClock().now(), False
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
    order, now = await body(request, NewRefund), SystemClock().now()
    customer = await run(request, lambda db: charges.get(db, order.charge)["customer"])
    return await _as_switched(
        request,
        Operation.REFUND,
        customer,
        lambda db: answers.refund_of(refunds.make(db, order, now)),
    )


async def healthz(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _as_switched(
    request: Request, operation: Operation, customer: str, work: Work
) -> Response:
    """The work, unless a switch has something else happen on the wire; {} is not there."""
    switch = await run(request, lambda db: switches.take(db, customer, operation, WIRE))

    async def done() -> Response:
        found = await run(request, work)
        return JSONResponse(found) if found else refused(unknown_charge())

    return await struck(switch, done)


ROUTES = [
    Route("/healthz", healthz),
    Route("/v1/customers", create_customer, methods=["POST"]),
    Route("/v1/cards", attach, methods=["POST"]),
    Route("/v1/charges", charge, methods=["POST"]),
    Route("/v1/charges", list_charges),
    Route("/v1/charges/{name:path}", look_up),
    Route("/v1/refunds", refund, methods=["POST"]),
    *control.ROUTES,
]
