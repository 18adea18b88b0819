"""Whether clients of the released schema still work: nothing goes that was not deprecated first.

`python -m api.compatibility` names what breaks them; `--release`, after a release, keeps the schema
of that release as what the next one is compared with.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema
from graphql.utilities import (
    BreakingChange,
    DangerousChangeType,
    build_schema,
    find_schema_changes,
)

from api.schema import schema

FOLDER = Path(__file__).parents[1] / "released"
RELEASED, ALLOWED = FOLDER / "schema.graphql", FOLDER / "breaks.txt"
REMOVED = re.compile(r"(?:Field|Enum value|Argument) (\w+)\.(\w+)(?:\((\w+):\))? was removed\.")
QUIET = {
    DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE,
    DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE,
}
"""Dangerous as growth is not: the same request means something else."""


def breaks(released: GraphQLSchema, current: GraphQLSchema, allowed: Iterable[str]) -> list[str]:
    """What would break a client, but for what is allowed and for what was deprecated."""
    found = [
        each.description
        for each in find_schema_changes(released, current)
        if isinstance(each, BreakingChange) or each.type in QUIET
    ]
    meant = set(allowed)
    return [each for each in found if each not in meant and not _announced(released, each)]


def _announced(released: GraphQLSchema, change: str) -> bool:
    """Whether it is the end of what the released schema has called deprecated."""
    if (gone := REMOVED.fullmatch(change)) is None:
        return False
    type_name, name, argument = gone.groups()
    type_ = released.type_map[type_name]
    parts: dict[str, object] = {}
    if isinstance(type_, GraphQLObjectType | GraphQLInputObjectType):
        parts |= type_.fields
    if isinstance(type_, GraphQLEnumType):
        parts |= type_.values
    part = parts[name]
    if argument is not None:
        part = getattr(part, "args", {})[argument]
    return getattr(part, "deprecation_reason", None) is not None


def allowed() -> list[str]:
    """The lines of the list, without what stands behind a #."""
    lines = (line.partition("#")[0].strip() for line in ALLOWED.read_text().splitlines())
    return [line for line in lines if line]


def main() -> None:
    current = schema.as_str()
    if "--release" in sys.argv:
        RELEASED.write_text(f"{current}\n")
        return
    found = breaks(build_schema(RELEASED.read_text()), build_schema(current), allowed())
    if found:
        sys.exit("\n".join([f"This breaks clients, or is to stand in {ALLOWED.name}:", *found]))


if __name__ == "__main__":
    main()
