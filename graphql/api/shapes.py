"""How deep a document is and how many aliases it has, each fragment looked at once: fragments that
spread each other twice are a bomb for whoever follows all of them."""

from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    ValidationContext,
    ValidationRule,
)

from api.costs import fragments_of

DEPTH, ALIASES = 12, 15
TOO_DEEP = f"This document is nested too deeply; {DEPTH} levels are the limit."
MESSAGE = "This document has {number} {what}; {limit} is the limit."


class _Measure:
    """Depth and aliases of what is selected; of a fragment that spreads itself nothing is known.

    How deep the schema itself is asked for is a matter of its cost.
    """

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, tuple[int, int]] = {}

    def of(self, chosen: Any) -> tuple[int, int]:
        depth = aliases = 0
        for node in chosen.selections if chosen else ():
            deep, named = self._one(node)
            depth, aliases = max(depth, deep), aliases + named
        return depth, aliases

    def _one(self, node: Any) -> tuple[int, int]:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        depth, aliases = self.of(node.selection_set)
        if not isinstance(node, FieldNode):
            return depth, aliases
        plain = node.selection_set is None or node.name.value.startswith("__")
        return (0 if plain else 1 + depth), aliases + (node.alias is not None)

    def _fragment(self, name: str) -> tuple[int, int]:
        if name not in self._known:
            self._known[name] = (0, 0)
            fragment = self._fragments.get(name)
            self._known[name] = self.of(fragment and fragment.selection_set)
        return self._known[name]


class Shape(ValidationRule):
    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        measure = _Measure(fragments_of(context.document))
        try:
            self._report(context, measure)
        except RecursionError:
            error = GraphQLError(TOO_DEEP, extensions={"code": "TOO_EXPENSIVE"})
            context.report_error(error)

    def _report(self, context: ValidationContext, measure: _Measure) -> None:
        operations = [
            measure.of(each.selection_set)
            for each in context.document.definitions
            if isinstance(each, OperationDefinitionNode)
        ]
        depth = max((deep for deep, _ in operations), default=0)
        aliases = sum(named for _, named in operations)
        self._check(context.report_error, "levels", depth, DEPTH)
        self._check(context.report_error, "aliases", aliases, ALIASES)

    @staticmethod
    def _check(report: Callable[[GraphQLError], None], what: str, number: int, limit: int) -> None:
        if number > limit:
            message = MESSAGE.format(number=number, what=what, limit=limit)
            report(GraphQLError(message, extensions={"code": "TOO_EXPENSIVE"}))
