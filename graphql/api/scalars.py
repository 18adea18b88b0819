"""Scalars that cannot lose a cent or an offset."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

DIGITS = 32
DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
EARLIEST, LATEST = 2000, 2999
Long = NewType("Long", int)
"""What may exceed the 32 bits of GraphQL's Int: units that many people have used in a year."""


def _decimal(value: object) -> Decimal:
    """Text only: a JSON number has been a float before anybody looked at it."""
    if not isinstance(value, str):
        raise GraphQLError('A decimal is text such as "12.34", not a number.')
    if len(value) > DIGITS or not DECIMAL.fullmatch(value):
        raise GraphQLError('A decimal is text of digits such as "12.34".')
    return Decimal(value)


def _instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        raise GraphQLError("An instant is ISO 8601, such as 2025-12-23T10:00:00Z.") from None
    if instant.tzinfo is None:
        raise GraphQLError("An instant needs a UTC offset: Z, or +01:00.")
    if not EARLIEST <= instant.year <= LATEST:
        raise GraphQLError(f"An instant lies in the years {EARLIEST} to {LATEST}.")
    return instant.astimezone(UTC)


def _day(value: object) -> date:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise GraphQLError("A date is ISO 8601, such as 2025-12-23.") from None
    if not EARLIEST <= day.year <= LATEST:
        raise GraphQLError(f"A date lies in the years {EARLIEST} to {LATEST}.")
    return day


SCALARS: dict[object, ScalarDefinition] = {
    Long: strawberry.scalar(
        name="Long",
        description="A whole number that may exceed 32 bits; a JSON number, exact below 2^53.",
        serialize=int,
        parse_value=int,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact number as text, such as "60.96"; numbers are refused.',
        serialize=lambda value: f"{value:f}",
        parse_value=_decimal,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day, such as 2025-12-23.",
        serialize=lambda value: value.isoformat(),
        parse_value=_day,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in ISO 8601 with its UTC offset; answers are in UTC.",
        serialize=lambda value: value.isoformat(),
        parse_value=_instant,
    ),
}
