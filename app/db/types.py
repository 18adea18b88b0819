"""Column types: money as 64-bit micros, enums as checked text, ranges, instants, JSON."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    any_,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, INT4RANGE, JSONB, TSTZRANGE, Range
from sqlmodel import Field

DateRange: TypeAlias = Range[date]
SlotRange: TypeAlias = Range[int]
InstantRange: TypeAlias = Range[datetime]


def new_id() -> UUID:
    """A UUIDv7: ids of one process rise, so that the newest rows lie together in each index."""
    return uuid_utils.compat.uuid7()


def is_one_of(column: Any, ids: Iterable[UUID]) -> ColumnElement[bool]:
    """One parameter for any number of ids; IN has one for each, and a statement 32,767 at most."""
    is_in: ColumnElement[bool] = column == any_(literal(list(ids), ARRAY(Uuid())))
    return is_in


def identity() -> Any:
    return Field(default_factory=new_id, primary_key=True)


def micros(**options: Any) -> Any:
    """An amount in micro-units of the account's currency (C4)."""
    return Field(sa_type=BigInteger, **options)


def text(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


def texts(**options: Any) -> Any:
    return Field(sa_type=ARRAY(Text), **options)


def binary(**options: Any) -> Any:
    return Field(sa_type=LargeBinary, **options)


def instant(**options: Any) -> Any:
    return Field(sa_type=DateTime(timezone=True), **options)


def one_of(kind: type[StrEnum], *, name: str, **options: Any) -> Any:
    """Text that a CHECK constraint holds to the members of `kind`."""
    column = Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
    return Field(sa_type=column, **options)


def days(**options: Any) -> Any:
    return Field(sa_type=DATERANGE, **options)


def slot_range(**options: Any) -> Any:
    return Field(sa_type=INT4RANGE, **options)


def instants(**options: Any) -> Any:
    return Field(sa_type=TSTZRANGE, **options)


def json(**options: Any) -> Any:
    return Field(sa_type=JSONB, **options)


def count(**options: Any) -> Any:
    return Field(sa_type=Integer, **options)
