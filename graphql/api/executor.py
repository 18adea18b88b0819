"""Execution of operations: what is an attribute of what is shown is read without ado.

Most of an answer is such values, and for each of them graphql-core builds a path, the info of a
resolver and the arguments that it does not have. Here a selection that holds nothing else is read
in one go. Where that cannot be done, because a value is missing or has the wrong form, nothing has
happened yet: it is done again, step by step, by graphql-core, who says what is wrong and where.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.attributes import Attribute, Plain, Read, leaf, list_of, nullable, object_of
from api.identity import Same

Details: TypeAlias = list[Any]


class Plan(NamedTuple):
    """A selection: its keys in their order, the fields that are plain, and the others."""

    keys: dict[str, None]
    plain: list[Plain]
    others: dict[str, Details]


@dataclass
class Known:
    """What was found out of an operation, for all who send it with the same choices."""

    root: Any = None
    selections: dict[Any, Any] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    reads: dict[tuple[GraphQLOutputType, int], Read | None] = field(default_factory=dict)


@lru_cache(maxsize=512)
def known_of(*_: object) -> Known:
    """By the schema, the operation, and what can decide which of its fields are selected."""
    return Known()


def _choices(variables: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    """`@skip` and `@include` take Booleans."""
    return tuple((name, given) for name, given in variables.items() if isinstance(given, bool))


class Executor(StrawberryGraphQLCoreExecutionContext):
    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        choices = _choices(self.variable_values.coerced)
        self._known = known_of(self.schema, Same(self.operation), choices)
        self._relevant_sub_fields = self._known.selections

    def execute_collected_root_fields(
        self, root_type: Any, root_value: Any, fields: Any, serially: Any, deferred: Any
    ) -> Any:
        """The same lists each time: what is known of selections is known by their identity."""
        self._known.root = self._known.root or fields
        return super().execute_collected_root_fields(
            root_type, root_value, self._known.root, serially, deferred
        )

    def execute_fields(
        self, parent_type: Any, source: Any, path: Any, fields: Any, context: Any
    ) -> Any:
        plan = self._plan(parent_type, fields)
        try:
            results: dict[str, Any] = dict(plan.keys)
            for key, attribute, read in plan.plain:
                results[key] = read(getattr(source, attribute))
        except Exception:  # noqa: BLE001 - it is raised again by the ordinary way
            return super().execute_fields(parent_type, source, path, fields, context)
        if not plan.others:
            return results
        others = super().execute_fields(parent_type, source, path, plan.others, context)
        return self._together(results, others)

    def _together(self, results: dict[str, Any], others: Any) -> Any:
        if not self.is_awaitable(others):
            results.update(others)
            return results

        async def together() -> dict[str, Any]:
            results.update(await others)
            return results

        return together()

    def complete_value(
        self, return_type: Any, details: Any, info: Any, path: Any, result: Any, context: Any
    ) -> Any:
        if read := self._read(return_type, details):
            try:
                return read(result)
            except Exception:  # noqa: BLE001 - it is raised again by the ordinary way
                """Step by step, then."""
        return super().complete_value(return_type, details, info, path, result, context)

    def with_abort_signal(self, awaitable: Any) -> Any:
        """Nobody has one: what is waited for needs no coroutine around it."""
        if self.abort_signal is None:
            return awaitable
        return super().with_abort_signal(awaitable)

    def _plan(self, parent_type: Any, fields: Any) -> Plan:
        plans = self._known.plans
        if id(fields) not in plans:
            plans[id(fields)] = self._planned(parent_type, fields)
        return plans[id(fields)]

    def _planned(self, parent_type: Any, fields: dict[str, Details]) -> Plan:
        defined = {key: each for key, each in fields.items() if self._field(parent_type, each)}
        found = {key: self._plain(parent_type, key, each) for key, each in defined.items()}
        return Plan(
            dict.fromkeys(defined),
            [each for each in found.values() if each],
            {key: each for key, each in defined.items() if not found[key]},
        )

    def _field(self, parent_type: Any, details: Details) -> Any:
        return self.schema.get_field(parent_type, details[0].node.name.value)

    def _plain(self, parent_type: Any, key: str, details: Details) -> Plain | None:
        resolve = self._field(parent_type, details).resolve
        if type(resolve) is not Attribute:
            return None
        read = self._read(self._field(parent_type, details).type, details)
        return Plain(key, resolve.name, read) if read else None

    def _read(self, type_: Any, details: Details) -> Read | None:
        reads, key = self._known.reads, (type_, id(details))
        if key not in reads:
            reads[key] = self._found(type_, details)
        return reads[key]

    def _found(self, type_: Any, details: Details) -> Read | None:
        inner = get_nullable_type(type_)
        read: Read | None = None
        if is_leaf_type(inner):
            read = leaf(inner)
        elif is_list_type(inner):
            item = self._read(inner.of_type, details)
            read = item and list_of(item)
        elif is_object_type(inner) and inner.is_type_of is None:
            read = self._object(inner, details)
        return read if read is None or is_non_null_type(type_) else nullable(read)

    def _object(self, type_: GraphQLObjectType, details: Details) -> Read | None:
        fields, deferred, _ = self.collect_subfields(type_, details)
        plan = self._plan(type_, fields)
        return None if deferred or plan.others else object_of(plan.plain)
