"""Relay connections with keyset cursors: a page never shifts when rows are added before it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
import strawberry
from sqlalchemy import BigInteger

from app.domain.errors import InvalidInput
from app.store.pages import Page, source

Node = TypeVar("Node")
FIRST = 20
MOST = 100
FIRST_YEAR, LAST_YEAR = 2000, 2999


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


def _cursor(page: Page, row: Any) -> str:
    """Names its list and order, so that it is refused in any other."""
    place = [_list(page.table, page.by, descending=page.descending)]
    place += [str(getattr(row, name)) for name in page.by]
    return urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def _value(table: str, column: str, text: str) -> Any:
    type_ = source(table).c[column].type
    kind, largest = type_.python_type, 2 ** (63 if isinstance(type_, BigInteger) else 31) - 1
    if "\0" in text:
        raise ValueError(text)
    if kind is datetime:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
            raise ValueError(text)
        return instant
    if kind is int and not -largest <= int(text) <= largest:
        raise ValueError(text)
    return kind(text)


def _list(table: str, by: tuple[str, ...], *, descending: bool) -> str:
    return " ".join((table, *by, "down" if descending else "up"))


def _key(table: str, by: tuple[str, ...], cursor: str, *, descending: bool) -> tuple[Any, ...]:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, *values = orjson.loads(text)
        if name != _list(table, by, descending=descending):
            raise ValueError(name)  # noqa: TRY301 - all that is wrong with a cursor is one error
        return tuple(_value(table, *each) for each in zip(by, values, strict=True))
    except (ValueError, TypeError, AttributeError):
        raise InvalidInput(
            "This cursor is not one of this list; take it from an answer as it is.", field="after"
        ) from None


def page_of(
    table: str,
    first: int,
    after: str | None,
    *,
    by: tuple[str, ...] = ("id",),
    descending: bool = True,
    **more: Any,
) -> Page:
    """The page that was asked for; InvalidInput names what is wrong with the asking.

    `more`: what a Page has besides.
    """
    if not 1 <= first <= MOST:
        raise InvalidInput(f"A page holds 1 to {MOST} things.", field="first")
    key = None if after is None else _key(table, by, after, descending=descending)
    return Page(table, first, key, by, descending, **more)


def connect(page: Page, rows: Sequence[Any], make: Callable[[Any], Node]) -> Connection[Node]:
    """One row more than asked for says that there is another page."""
    shown = rows[: page.first]
    edges = [Edge(node=make(row), cursor=_cursor(page, row)) for row in shown]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=len(rows) > page.first,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )
