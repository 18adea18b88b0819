"""Fields that are attributes of what is shown, and how their values are answered."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
)
from strawberry import Info

Read: TypeAlias = Callable[[Any], Any]
"""From a value to what is answered; whatever it raises, the value is odd."""


class Odd(Exception):
    """Not to be answered without ado."""


class Attribute:
    """The resolver of a field that is an attribute: nobody is asked, nothing is waited for."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, source: Any, _: Any) -> Any:
        return getattr(source, self.name)


class Method:
    """The resolver of a field that is a method without arguments."""

    __slots__ = ("_definition", "_work")

    def __init__(self, definition: Any) -> None:
        self._definition, self._work = definition, definition.base_resolver.wrapped_func

    def __call__(self, source: Any, info: Any) -> Any:
        return self._work(source, Info(info, self._definition))


def read_straight(schema: GraphQLSchema) -> None:
    """Put resolvers that are no more than that where they do; before guards are put there."""
    for name, type_ in schema.type_map.items():
        if not isinstance(type_, GraphQLObjectType) or name.startswith("__"):
            continue
        for each in type_.fields.values():
            definition = each.extensions["strawberry-definition"]
            if definition.is_basic_field:
                each.resolve = Attribute(definition.python_name)
            elif type_ is not schema.subscription_type and _is_plain(definition):
                each.resolve = Method(definition)


def _is_plain(definition: Any) -> bool:
    resolver = definition.base_resolver
    return not definition.extensions and [*resolver.signature.parameters] == ["self", "info"]


class Plain(NamedTuple):
    """A field: its key in the answer, the attribute, and how that is answered."""

    key: str
    attribute: str
    read: Read


def nullable(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def leaf(type_: GraphQLLeafType) -> Read:
    """An enum has few values: what they are called is remembered."""
    is_enum = isinstance(type_, GraphQLEnumType)
    coerce = cache(type_.coerce_output_value) if is_enum else type_.coerce_output_value

    def read(value: Any) -> Any:
        found = None if value is None else coerce(value)
        if found is None or found is Undefined:
            raise Odd
        return found

    return read


def list_of(item: Read) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not list:
            raise Odd
        return [item(each) for each in value]

    return read


def object_of(fields: Iterable[Plain]) -> Read:
    def read(value: Any) -> Any:
        if value is None:
            raise Odd
        return {key: each(getattr(value, attribute)) for key, attribute, each in fields}

    return read
