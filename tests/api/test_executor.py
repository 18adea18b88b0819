"""What is read without ado is what graphql-core answers, and whatever is odd it answers itself."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import get_nullable_type
from strawberry.extensions import ParserCache
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Ordinary

from api.attributes import read_straight
from api.executor import Executor
from api.schema import schema
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.api.pages import DOCUMENTS, THERE, Visit, lived, name_of, operations
from tests.api.test_operations import OF_PEOPLE
from tests.make import make_company


class Compared(Executor):
    """Answers both ways, and notes how often and what was not the same."""

    number = 0
    differences: list[Any] = []  # noqa: RUF012 - of all requests

    def execute_fields(
        self, parent_type: Any, source: Any, path: Any, fields: Any, context: Any
    ) -> Any:
        plan = self._plan(parent_type, fields)
        for key, attribute, read in plan.plain:
            step = path.add_key(key)
            wanted = Ordinary.execute_field(self, parent_type, source, fields[key], step, context)
            self._note(step, read(getattr(source, attribute)), wanted)
        return super().execute_fields(parent_type, source, path, fields, context)

    def complete_value(
        self, return_type: Any, details: Any, info: Any, path: Any, result: Any, context: Any
    ) -> Any:
        found = super().complete_value(return_type, details, info, path, result, context)
        if self._read(return_type, details) and result is not None:
            inner = get_nullable_type(return_type)
            wanted = Ordinary.complete_value(self, inner, details, info, path, result, context)
            self._note(path, found, wanted)
        return found

    def _note(self, path: Any, found: Any, wanted: Any) -> None:
        Compared.number += 1
        if found != wanted or list(found or ()) != list(wanted or ()):
            Compared.differences.append((path.as_list(), found, wanted))


@pytest.fixture
def compared() -> Iterator[type[Compared]]:
    Compared.number, Compared.differences = 0, []
    schema.execution_context_class = Compared
    yield Compared
    schema.execution_context_class = Executor


async def test_each_operation_is_answered_as_graphql_core_answers_it(
    app: Perseat, ops: Client, compared: type[Compared]
) -> None:
    active = await make_company(app, "provider", users=2)
    await active.use_card("card_ok")
    visit = Visit(app, await lived(app), active)
    key = await make_key(app, KeyRole.ADMINISTRATOR, visit.company.id)
    key_there = await make_key(app, KeyRole.ADMINISTRATOR, active.id)
    for document, operation in operations():
        if (name := name_of(operation)) in OF_PEOPLE:
            continue
        body = {
            "query": DOCUMENTS[document],
            "operationName": name,
            "variables": await visit.variables(operation),
        }
        bearer = {"authorization": f"Bearer {key_there if name in THERE else key}"}
        await ops.http.post("/graphql", json=body, headers=bearer)

    assert compared.differences == []
    assert compared.number > 1_000


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.type
class Leaf:
    text: str
    number: int | None
    colour: Colour


@strawberry.type
class Tree:
    id: strawberry.ID
    leaf: Leaf
    maybe: Leaf | None
    leaves: list[Leaf]
    numbers: list[int | None] | None

    @strawberry.field
    async def late(self) -> list[Leaf]:
        return self.leaves

    @strawberry.field
    async def later(self) -> "Tree | None":
        return self

    @strawberry.field
    def asked(self, info: strawberry.Info) -> Leaf:
        return leaf(text=f"{info.field_name} {info.python_name}")

    @strawberry.field
    def broken(self) -> Leaf | None:
        raise LookupError("broken")


def leaf(**odd: Any) -> Leaf:
    return Leaf(**{"text": "a", "number": 1, "colour": Colour.RED, **odd})


def tree(**odd: Any) -> Tree:
    usual = {"leaf": leaf(), "maybe": leaf(), "leaves": [leaf(), leaf()], "numbers": [1, None]}
    return Tree(**{"id": strawberry.ID("1"), **usual, **odd})


TREES = {
    "as it should be": tree(),
    "empty": tree(maybe=None, leaves=[], numbers=None),
    "no text": tree(leaf=leaf(text=None)),
    "no text where null may be": tree(maybe=leaf(text=None)),
    "no text in a list": tree(leaves=[leaf(), leaf(text=None)]),
    "no numbers": tree(leaf=leaf(number="x"), leaves=[leaf(number=[])], numbers=["x", 2]),
    "another colour": tree(leaf=leaf(colour="green"), maybe=leaf(colour="red")),
    "no leaf": tree(leaf=None, maybe=None),
    "no list": tree(leaves=leaf(), numbers=(1, 2)),
    "errors": tree(leaf=LookupError("leaf"), leaves=[LookupError("of a list")]),
    "no tree": None,
}
TEXTS = {
    "plain": "{ tree { id leaf { text number colour } maybe { text } numbers } }",
    "mixed": "{ tree { asked { text } leaves { text } broken { text } id late { text colour } } }",
    "deeper": "{ tree { later { later { maybe { text } leaf { number } } id } numbers } }",
    "named": """{ a: tree { ...T t: leaf { text } leaf { ... on Leaf { number } x: text } } }
        fragment T on Tree { __typename leaf { __typename colour } late { __typename } }""",
    "chosen": """query($yes: Boolean = true, $no: Boolean!) { tree { id @skip(if: $no)
        leaf @include(if: $yes) { text @skip(if: $no) number } late { text @include(if: $no)
        number } } }""",
}


@strawberry.type
class Query:
    @strawberry.field
    async def tree(self, info: strawberry.Info[Tree, None]) -> Tree | None:
        return info.context


def small(executor: type[Ordinary]) -> strawberry.Schema:
    """Documents are remembered, as ours are."""
    return strawberry.Schema(Query, execution_context_class=executor, extensions=[ParserCache])


ORDINARY, STRAIGHT = small(Ordinary), small(Executor)
read_straight(STRAIGHT._schema)  # noqa: SLF001 - strawberry has no other name for it


@pytest.mark.parametrize("no", [False, True])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
async def test_what_is_odd_is_told_as_graphql_core_tells_it(
    tree: Tree | None, text: str, *, no: bool
) -> None:
    given = {"no": no} if "$no" in text else {}
    wanted = await ORDINARY.execute(text, given, tree)
    for _ in range(2):
        found = await STRAIGHT.execute(text, given, tree)

        assert found.data == wanted.data
        assert str(found.data) == str(wanted.data)
        assert found.errors == wanted.errors
