"""What a request may ask, decided before anything is read: whose document, tokens, shape, and how
many things that move money."""

from collections.abc import Iterator
from functools import cache

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
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
)

from api.context import Context
from api.costs import fields_of, fragments_of
from api.errors import PARSE_FAILED, unsaid
from api.operations import MOVING, MUTATIONS
from api.shapes import TOO_DEEP, Shape

TOKENS = 1_000
RULES = (Shape,)
MONEY_AT_ONCE = 1


def refusal(code: str, message: str, field: str | None = None) -> GraphQLError:
    """As others show a billing error; what goes wrong before the execution nobody else shows."""
    return GraphQLError(message, extensions={"code": code, "field": field})


def too_expensive(message: str) -> GraphQLError:
    """The message names the number and the limit."""
    return refusal("TOO_EXPENSIVE", message)


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
                raise _unparsed(error) from None
            raise too_expensive(
                f"This document has more than {TOKENS} tokens, which is the limit; send what is "
                "large as variables."
            ) from None

    def _check_trusted(self) -> None:
        """Whatever way it came: a browser's page sends what we have written."""
        given = self.execution_context
        if not isinstance(given.context, Context) or given.context.principal.free_documents:
            return
        if not given.context.trusted(given.query):
            message = "Without an API key only documents of the manifest are answered."
            raise refusal("UNTRUSTED_DOCUMENT", message)


def _unparsed(error: GraphQLSyntaxError) -> GraphQLError:
    """For a socket a mistake like any other: what it listens to beside it goes on."""
    return GraphQLError(
        unsaid(error.message),
        source=error.source,
        positions=error.positions,
        extensions={"code": PARSE_FAILED},
    )


def tokens() -> SchemaExtension:
    return MaxTokensLimiter(max_token_count=TOKENS)


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
    """The mutations that move money and take an idempotency key for it."""
    root = schema.mutation_type
    assert root is not None  # noqa: S101 - there is no schema of ours without
    return frozenset(
        name
        for name, field in root.fields.items()
        for argument in field.args.values()
        if MUTATIONS[name] in MOVING
        and "idempotencyKey" in getattr(get_named_type(argument.type), "fields", ())
    )
