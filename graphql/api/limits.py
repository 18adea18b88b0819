"""What a request may ask, decided before anything is read: tokens, shape, cost, and what is left of
the caller's budget."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import cache
from math import ceil
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationType,
    get_named_type,
)
from graphql import OperationDefinitionNode as Operation
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
)
from strawberry.types import ExecutionContext

from api.context import Context
from api.costs import cost_of, fields_of, fragments_of, operation_of
from api.manifest import is_trusted
from api.shapes import TOO_DEEP, Shape
from app.domain.errors import InvalidInput

TOKENS = 1_000
MOST_COST = 10_000
RULES = (Shape,)
MONEY_AT_ONCE = 1


def _refusal(code: str, message: str, field: str | None = None) -> GraphQLError:
    """As others show a billing error; what goes wrong before the execution nobody else shows."""
    return GraphQLError(message, extensions={"code": code, "field": field})


def too_expensive(message: str) -> GraphQLError:
    """The message names the number and the limit."""
    return _refusal("TOO_EXPENSIVE", message)


class Parsed(ParserCache):
    """Texts that were parsed are remembered; one too long, or nested too deeply, is refused."""

    def __init__(self) -> None:
        super().__init__(maxsize=256)

    def on_parse(self) -> Iterator[None]:
        self._check_trusted()
        try:
            yield from super().on_parse()
        except GraphQLSyntaxError as error:
            if "nested too deeply" in error.message:
                raise too_expensive(TOO_DEEP) from None
            if "Parsing aborted" not in error.message:
                raise
            raise too_expensive(
                f"This document has more than {TOKENS} tokens, which is the limit; send what is "
                "large as variables."
            ) from None

    def _check_trusted(self) -> None:
        """Whatever way it came: a browser's page sends what we have written."""
        given = self.execution_context
        if not isinstance(given.context, Context) or given.context.principal.free_documents:
            return
        if not is_trusted(given.query):
            message = "Without an API key only documents of the manifest are answered."
            raise _refusal("UNTRUSTED_DOCUMENT", message)


class Limits(AddValidationRules):
    """The rules are made once: made per request they would never be found in the cache."""

    def __init__(self) -> None:
        super().__init__(list(RULES))


def tokens() -> SchemaExtension:
    return MaxTokensLimiter(max_token_count=TOKENS)


class Costs(SchemaExtension):
    """What the document costs is taken from the budget of whoever asks; too much is refused."""

    _told: dict[str, Any] | None = None

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
                self._told |= await _spent(given.context, cost)
        yield

    def get_results(self) -> dict[str, Any]:
        return {} if self._told is None else {"cost": self._told}


def _cost(schema: GraphQLSchema, given: ExecutionContext) -> int | None:
    """None if there is no such operation, which the executor says better."""
    document: Any = given.graphql_document
    operation, variables = operation_of(document, given.operation_name, given.variables)
    if operation is None:
        return None
    check_money(schema, document, operation)
    try:
        return cost_of(schema, document, operation, variables)
    except RecursionError:
        raise too_expensive(TOO_DEEP) from None
    except InvalidInput as error:
        raise _refusal(error.code, error.message, error.field) from None


async def _spent(context: Context, cost: int) -> dict[str, Any]:
    """What is left of the budget, and when it is full again."""
    budget = await context.perseat.throttle.take(str(context.principal.id), cost)
    if not budget.granted:
        seconds = ceil(budget.wait)
        if context.response is not None:
            context.response.status_code = 429
            context.response.headers["retry-after"] = str(seconds)
        message = f"Too much was asked for lately; send the same again in {seconds} s."
        raise _refusal("RATE_LIMITED", message)
    resets = context.perseat.clock.now() + timedelta(seconds=budget.full_in)
    return {"remaining": int(budget.left), "resetsAt": resets.isoformat()}


def check_money(schema: GraphQLSchema, document: DocumentNode, operation: Operation) -> None:
    """Whoever has one key for one order cannot mean two of them."""
    if operation.operation is not OperationType.MUTATION:
        return
    moving = movers(schema)
    asked = fields_of(operation.selection_set, fragments_of(document))
    number = sum(each in moving for each in asked)
    if number > MONEY_AT_ONCE:
        raise too_expensive(
            f"This document has {number} mutations that move money; {MONEY_AT_ONCE} is the limit. "
            "Send each on its own."
        )


@cache
def movers(schema: GraphQLSchema) -> frozenset[str]:
    """The mutations that take an idempotency key."""
    root = schema.mutation_type
    assert root is not None  # noqa: S101 - there is no schema of ours without
    return frozenset(
        name
        for name, field in root.fields.items()
        for argument in field.args.values()
        if "idempotencyKey" in getattr(get_named_type(argument.type), "fields", ())
    )
