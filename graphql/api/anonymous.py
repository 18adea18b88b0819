"""What nobody in particular may send: one operation of logging in, and nothing beside it."""

from cross_web import HTTPException
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, parse

from api.bearer import NO_KEY
from api.operations import ANONYMOUS

MOST_TOKENS = 200


def check(text: str | None) -> None:
    """HTTPException 401 for anything else; one attempt for each request."""
    try:
        document = parse(text or "", max_tokens=MOST_TOKENS)
    except GraphQLError:
        raise HTTPException(401, NO_KEY) from None
    if not all(
        isinstance(each, OperationDefinitionNode) and _is_of_them(each)
        for each in document.definitions
    ):
        raise HTTPException(401, NO_KEY)


def _is_of_them(operation: OperationDefinitionNode) -> bool:
    chosen = operation.selection_set.selections
    return (
        len(chosen) == 1 and isinstance(chosen[0], FieldNode) and chosen[0].name.value in ANONYMOUS
    )
