"""What a document would make us read, known from its text and its variables before anything is
read: each object costs one, a list as much as it may be long, a mutation ten more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    is_leaf_type,
    is_list_type,
)

from api.pagination import MOST
from app.domain.errors import InvalidInput

MUTATION = 10
LIST = 5
"""So long a list is taken to be that has no pages."""
_DIGITS = 10
SHAPES = 20
"""So many objects of the schema itself cost as much as one of the database."""
_SHAPES: Mapping[str, int] = {"types": 500, "fields": 8, "args": 2, "directives": 8}
"""How long the lists of the schema are, those of which it matters."""


@dataclass
class Walk:
    """One operation; a fragment is looked at once for each size of page that it is spread in."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    known: dict[tuple[str, int], int] = field(default_factory=dict)

    def selections(self, chosen: SelectionSetNode | None, parent: Any, page: int) -> int:
        """In twentieths; `page` is how long the lists of the parent are."""
        cost = 0
        for each in chosen.selections if chosen else ():
            cost += self._selection(each, parent, page)
        return cost

    def _selection(self, node: Any, parent: Any, page: int) -> int:
        if isinstance(node, FieldNode):
            return self._field(node, parent, page)
        if isinstance(node, FragmentSpreadNode):
            key = (node.name.value, page)
            if key not in self.known:
                fragment = self.fragments[node.name.value]
                type_ = self.schema.type_map[fragment.type_condition.name.value]
                self.known[key] = self.selections(fragment.selection_set, type_, page)
            return self.known[key]
        inline: InlineFragmentNode = node
        condition = inline.type_condition
        type_ = self.schema.type_map[condition.name.value] if condition else parent
        return self.selections(inline.selection_set, type_, page)

    def _field(self, node: FieldNode, parent: Any, page: int) -> int:
        definition = self.schema.get_field(parent, node.name.value)
        if definition is None or is_leaf_type(get_named_type(definition.type)):
            return 0
        type_: Any = get_named_type(definition.type)
        listed = is_list_type(get_nullable_type(definition.type))
        length = self._length(node, definition)
        if type_.name.startswith("__"):
            many = _SHAPES.get(node.name.value, 2) if listed else 1
            return many * (1 + self.selections(node.selection_set, type_, 1))
        if listed:
            return (length or page) * (SHAPES + self.selections(node.selection_set, type_, LIST))
        return SHAPES + self.selections(node.selection_set, type_, length or LIST)

    def _length(self, node: FieldNode, definition: GraphQLField) -> int | None:
        """What `first` says; InvalidInput if no page is as long."""
        if "first" not in definition.args:
            return None
        given: Any = definition.args["first"].default_value
        for argument in node.arguments or ():
            if argument.name.value == "first":
                given = self._value(argument.value, given)
        if not isinstance(given, int):
            return MOST  # the executor says what is wrong with it
        if not 1 <= given <= MOST:
            raise InvalidInput(f"A page holds 1 to {MOST} things.", field="first")
        return given

    def _value(self, node: Any, default: Any) -> Any:
        if isinstance(node, IntValueNode):
            return _integer(node)
        if isinstance(node, VariableNode):
            return self.variables.get(node.name.value, default)
        return None


def _integer(node: IntValueNode) -> int:
    """Nobody waits for a number that has thousands of digits: it is too much, however much."""
    return int(node.value) if len(node.value) <= _DIGITS else MOST + 1


def operation_of(
    document: DocumentNode, name: str | None, variables: Mapping[str, Any] | None
) -> tuple[OperationDefinitionNode | None, Mapping[str, Any]]:
    """What is to be done, and the variables that it declares, with their defaults."""
    operation = get_operation_ast(document, name)
    if operation is None:
        return None, {}
    values: dict[str, Any] = {}
    for each in operation.variable_definitions or ():
        called = each.variable.name.value
        if variables and called in variables:
            values[called] = variables[called]
        elif isinstance(each.default_value, IntValueNode):
            values[called] = _integer(each.default_value)
    return operation, values


def fields_of(
    chosen: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> list[str]:
    """The fields at the root, a fragment's as often as it is spread, but not without an end."""
    found: list[str] = []
    waiting = list(chosen.selections)
    while waiting and len(found) + len(waiting) <= _FIELDS:
        node = waiting.pop()
        if isinstance(node, FieldNode):
            found.append(node.name.value)
        elif isinstance(node, FragmentSpreadNode):
            waiting += fragments[node.name.value].selection_set.selections
        elif isinstance(node, InlineFragmentNode):
            waiting += node.selection_set.selections
    return found + [""] * len(waiting)


_FIELDS = 1_000


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> int:
    """Of a document that is valid; InvalidInput for a page that is too long or has no length."""
    fragments = fragments_of(document)
    root: GraphQLObjectType | None = schema.get_root_type(operation.operation)
    walk = Walk(schema, fragments, variables)
    cost = -(-walk.selections(operation.selection_set, root, LIST) // SHAPES)
    if root is schema.mutation_type:
        cost += MUTATION * len(fields_of(operation.selection_set, fragments))
    return max(1, cost)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
