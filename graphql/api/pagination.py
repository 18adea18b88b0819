"""Relay connections with keyset cursors: a page never shifts when rows are added before it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry

from app.domain.errors import InvalidInput
from app.store.pages import Page

Node = TypeVar("Node")
FIRST = 20
MOST = 100
LARGEST = 2**31 - 1


@strawberry.type(description="Where a page ends, and whether there is more behind it.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is another page.")
    end_cursor: str | None = strawberry.field(description="Give this as `after` to get it.")


@strawberry.type(description="One thing of a page, with its place in the list.")
class Edge(Generic[Node]):
    node: Node = strawberry.field(description="The thing itself.")
    cursor: str = strawberry.field(description="Its place; opaque.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description="The things with their places.")
    nodes: list[Node] = strawberry.field(description="The things alone.")
    page_info: PageInfo = strawberry.field(description="What comes after the page.")


def _cursor(page: Page, key: Any) -> str:
    return urlsafe_b64encode(f"{page.table}:{key}".encode()).decode().rstrip("=")


def _number(text: str) -> int:
    if (number := int(text)) > LARGEST:
        raise ValueError(number)
    return number


def _key(table: str, by: str, cursor: str) -> Any:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        name, _, key = text.partition(":")
        if name != table:
            raise ValueError(name)  # noqa: TRY301 - all that is wrong with a cursor is one error
        return UUID(key) if by == "id" else _number(key)
    except ValueError:
        raise InvalidInput(
            "This cursor is not one of this list; take it from an answer as it is.", field="after"
        ) from None


def page_of(
    table: str,
    first: int,
    after: str | None,
    *,
    by: str = "id",
    descending: bool = True,
    equals: tuple[tuple[str, Any], ...] = (),
    any_of: tuple[tuple[str, Any], ...] = (),
) -> Page:
    """The page that was asked for; InvalidInput names what is wrong with the asking."""
    if not 1 <= first <= MOST:
        raise InvalidInput(f"A page holds 1 to {MOST} things.", field="first")
    key = None if after is None else _key(table, by, after)
    return Page(table, first, key, by, descending, equals, any_of)


def connect(page: Page, rows: Sequence[Any], make: Callable[[Any], Node]) -> Connection[Node]:
    """One row more than asked for says that there is another page."""
    shown = rows[: page.first]
    edges = [Edge(node=make(row), cursor=_cursor(page, getattr(row, page.by))) for row in shown]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=len(rows) > page.first,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )
