"""What a document costs is taken from the budget of whoever asks, before anything is read."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from functools import lru_cache
from math import ceil
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from api.context import Context
from api.costs import cost_of, operation_of
from api.identity import Same
from api.limits import check_money, refusal, too_expensive
from api.shapes import TOO_DEEP
from app.domain.errors import InvalidInput

NOT_STREAMED = (
    "A subscription is answered by a socket (`graphql-transport-ws`), or as server-sent events: "
    "send `Accept: text/event-stream`."
)
MOST_COST = 10_000
MOST_TOLD = 2**31 - 1
"""Fragments in fragments cost numbers that no client can read; so much is enough to know."""
REFUSED = 100
"""Points of a document that is refused: looking at it was work too."""
SOON = 1.0
"""Whoever asked for more than is left is not looked at again for so many seconds, or less."""


class Costs(SchemaExtension):
    """Too much is refused; so is everything of those who send little else."""

    _told: dict[str, Any] | None = None
    _settled = False

    async def on_operation(self) -> AsyncIterator[None]:
        context = self.execution_context.context
        if not isinstance(context, Context):
            yield
            return
        throttle, who = context.perseat.throttle, context.payer
        if seconds := throttle.barred(who):
            raise _too_much(context, seconds)
        try:
            yield
        finally:
            if not self._settled:
                await throttle.fine(who, REFUSED)

    async def on_execute(self) -> AsyncIterator[None]:
        given = self.execution_context
        schema: GraphQLSchema = given.schema._schema  # noqa: SLF001
        cost = _cost(schema, given)
        if cost is not None:
            self._told = {"requested": cost, "limit": MOST_COST}
            if cost > MOST_COST:
                raise too_expensive(
                    f"This document costs {cost} points; {MOST_COST} is the limit. Ask for shorter "
                    "pages or fewer lists within lists."
                )
            if isinstance(given.context, Context):
                self._settled = True
                given.context.cost = cost
                self._told |= await _spent(given.context, cost)
        yield

    def get_results(self) -> dict[str, Any]:
        return {} if self._told is None else {"cost": self._told}


def _streams(context: object) -> bool:
    return not isinstance(context, Context) or context.streams


def _cost(schema: GraphQLSchema, given: ExecutionContext) -> int | None:
    """None if there is no such operation, which the executor says better."""
    document: Any = given.graphql_document
    operation, variables = operation_of(document, given.operation_name, given.variables)
    if operation is None:
        return None
    if operation.operation is OperationType.SUBSCRIPTION and not _streams(given.context):
        raise refusal("BAD_REQUEST", NOT_STREAMED)
    check_money(schema, document, operation)
    try:
        return min(
            _known_cost(schema, Same(document), Same(operation), _lengths(variables)), MOST_TOLD
        )
    except RecursionError:
        raise too_expensive(TOO_DEEP) from None
    except InvalidInput as error:
        raise refusal(error.code, error.message, error.field) from None


def _lengths(variables: Mapping[str, Any]) -> tuple[tuple[str, int | None], ...]:
    """What a cost can depend on: how long a page is to be, which is no number or one."""
    return tuple(
        (name, given if isinstance(given, int) else None) for name, given in variables.items()
    )


@lru_cache(maxsize=1024)
def _known_cost(
    schema: GraphQLSchema,
    document: Same[DocumentNode],
    operation: Same[OperationDefinitionNode],
    lengths: tuple[tuple[str, int | None], ...],
) -> int:
    return cost_of(schema, document.it, operation.it, dict(lengths))


async def _spent(context: Context, cost: int) -> dict[str, Any]:
    """What is left of the budget, and when it is full again."""
    throttle, who = context.perseat.throttle, context.payer
    budget = await throttle.take(who, cost)
    if not budget.granted:
        throttle.bar(who, min(budget.wait, SOON))
        raise _too_much(context, budget.wait)
    resets = context.perseat.clock.now() + timedelta(seconds=budget.full_in)
    return {"remaining": int(budget.left), "resetsAt": resets.isoformat()}


def _too_much(context: Context, wait: float) -> GraphQLError:
    """And the answer's status and header say it too."""
    seconds = ceil(wait)
    context.response.status_code = 429
    context.response.headers["retry-after"] = str(seconds)
    message = f"Too much was asked for lately; send the same again in {seconds} s."
    return refusal("RATE_LIMITED", message)
