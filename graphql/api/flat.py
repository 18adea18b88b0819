"""Inputs that a request may hold a thousand of: made at once, not field by field."""

from collections.abc import Mapping
from typing import Any, TypeVar

from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition

Input = TypeVar("Input")


def flat(input_type: type[Input]) -> type[Input]:
    """An input whose fields are scalars and enums: graphql-core has coerced them all by then, and
    filled in what has a default; nothing of it is left to be converted."""
    definition = get_object_definition(input_type, strict=True)
    names: dict[str, str] = {}

    def build(made: type, given: Mapping[str, Any], context: InputContext) -> Any:
        if not names:
            names.update(_names(definition, context.config))
        return made(**{names[name]: value for name, value in given.items()})

    definition.from_input = build
    return input_type


def _names(definition: StrawberryObjectDefinition, config: StrawberryConfig) -> dict[str, str]:
    """The fields of Python by their names in documents; lazily, because types may be made later."""
    return {config.name_converter.from_field(each): each.python_name for each in definition.fields}
