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


def read_straight(schema: GraphQLSchema) -> None:
    """Give the fields that are attributes a resolver that says so; before guards are put there."""
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__"):
            for each in type_.fields.values():
                definition = each.extensions["strawberry-definition"]
                if definition.is_basic_field:
                    each.resolve = Attribute(definition.python_name)


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
