"""Inputs that are made at once are what they would be if they were converted field by field."""

from dataclasses import asdict
from typing import Any

import pytest
import strawberry
from graphql import GraphQLInputObjectType, get_named_type, is_leaf_type

from api.flat import flat
from api.schema import CORE
from app.domain.usage import UsageKind

HALF = {"usageKind": "SMS_SEGMENT", "howMany": 2}
WHOLE = {**HALF, "whose": "hold_1", "source": "dialer"}


@strawberry.input
class Plain:
    usage_kind: UsageKind
    how_many: int
    whose: strawberry.ID | None = None
    source: str = "common"


@flat
@strawberry.input
class Flat(Plain):
    """The same fields, made at once."""


@strawberry.type
class Query:
    @strawberry.field
    def converted(self, given: list[Plain]) -> list[str]:
        return [repr(asdict(each)) for each in given]

    @strawberry.field
    def at_once(self, given: list[Flat]) -> list[str]:
        return [repr(asdict(each)) for each in given]


DOCUMENT = """query ($plain: [Plain!]!, $flat: [Flat!]!) {
    converted(given: $plain) atOnce(given: $flat) }"""
schema = strawberry.Schema(Query)


@pytest.mark.parametrize("given", [HALF, WHOLE, {**WHOLE, "whose": None}])
def test_an_input_that_is_made_at_once_has_the_same_values(given: dict[str, Any]) -> None:
    done = schema.execute_sync(DOCUMENT, {"plain": [given], "flat": [given, given]})
    assert not done.errors
    assert done.data is not None
    assert done.data["atOnce"] == done.data["converted"] * 2


@pytest.mark.parametrize(
    "given",
    [{**HALF, "usageKind": "SMOKE"}, {**HALF, "howMany": "2"}, {"howMany": 2}, {**HALF, "x": 1}],
    ids=["unknown choice", "text for a number", "without a field", "with another field"],
)
def test_what_is_no_such_input_is_refused_as_ever(given: dict[str, Any]) -> None:
    done = schema.execute_sync(DOCUMENT, {"plain": [], "flat": [given]})
    assert done.errors
    assert "$flat" in done.errors[0].message


def test_only_inputs_without_inputs_in_them_are_made_at_once() -> None:
    inputs = [t for t in CORE.type_map.values() if isinstance(t, GraphQLInputObjectType)]
    made = [t for t in inputs if t.extensions["strawberry-definition"].from_input]
    assert {each.name for each in made} == {"UsageEventInput", "UsageAdjustmentInput"}
    for each in made:
        assert all(is_leaf_type(get_named_type(field.type)) for field in each.fields.values())
