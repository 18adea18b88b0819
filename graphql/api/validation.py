"""Whether a document is valid, found in a bounded time: what is refused is not looked at to its
end."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from graphql import ASTValidationRule, DocumentNode, GraphQLError, GraphQLSchema, validate
from graphql.validation import validation_context
from graphql.validation.rules import overlapping_fields_can_be_merged as overlapping
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.identity import Same
from api.limits import RULES, too_expensive

Rules: TypeAlias = tuple[type[ASTValidationRule], ...]
OURS: Rules = (MaybeNullValidationRule, OneOfInputValidationRule)
MISTAKES = 5
"""So many are told; each takes milliseconds to find what may have been meant."""
COMPARISONS = 3_000
"""Units of work to see whether fields of one name are one field, about a microsecond each."""
overlapping.MAX_COMPLEXITY_BUDGET = COMPARISONS
validation_context.MAX_FRAGMENT_WORK = COMPARISONS


class Validated(SchemaExtension):
    """Documents that were validated are remembered, valid or not."""

    def on_validate(self) -> Iterator[None]:
        given = self.execution_context
        assert given.graphql_document is not None  # noqa: S101 - it was parsed before
        given.pre_execution_errors = mistakes(
            given.schema._schema,  # noqa: SLF001 - strawberry has no other name for it
            Same(given.graphql_document),
            tuple(given.validation_rules),
        )
        yield


@lru_cache(maxsize=256)
def mistakes(
    schema: GraphQLSchema, document: Same[DocumentNode], rules: Rules
) -> list[GraphQLError]:
    """Its size comes first: what is too large is not compared with the schema."""
    found = validate(schema, document.it, RULES) or validate(
        schema, document.it, (*rules, *OURS), max_errors=MISTAKES
    )
    return [_told(each) for each in found]


def _told(error: GraphQLError) -> GraphQLError:
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        return GraphQLError("This value has not the form of its type.", error.nodes)
    if not isinstance(error, ValidationAbortedError):
        return error
    if "Too many" in error.message:
        return GraphQLError(f"There are more mistakes than these {MISTAKES}.")
    return too_expensive(
        "To see whether this document is valid takes more than the limit: ask for each field once, "
        "and nest less."
    )
