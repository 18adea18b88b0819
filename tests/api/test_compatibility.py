"""Clients of the released schema keep working, or were told before."""

import re

import pytest
from graphql.utilities import build_schema

from api.compatibility import RELEASED, allowed, breaks
from api.schema import schema

RELEASE = RELEASED.read_text()


def broken(pattern: str, by: str, *, released: str = RELEASE) -> list[str]:
    changed, times = re.subn(pattern, by, released, count=1, flags=re.DOTALL)
    assert times == 1
    return breaks(build_schema(released), build_schema(changed), [])


def test_this_schema_breaks_nothing() -> None:
    found = breaks(build_schema(RELEASE), build_schema(schema.as_str()), allowed())

    assert found == []


@pytest.mark.parametrize(
    ("pattern", "by", "told"),
    [
        (
            r"activeUserCount: Int!",
            "activeUsers: Int!",
            "Field Account.activeUserCount was removed.",
        ),
        (r"activeUserCount: Int!", "activeUserCount: Int", "changed type from Int! to Int."),
        (r"(?<=  timeline\()", "sinceDay: Int!, ", "sinceDay"),
        (
            r"(enum ErrorCode \{.*?\n  )BUSY\b",
            r"\1BUSIER",
            "Enum value ErrorCode.BUSY was removed.",
        ),
        (r"(users\(.{0,400}?first: Int! = )20", r"\g<1>50", "defaultValue"),
    ],
    ids=["field", "type", "required-argument", "enum-value", "default"],
)
def test_a_break_is_named(pattern: str, by: str, told: str) -> None:
    (found,) = broken(pattern, by)

    assert told in found


def test_what_was_deprecated_may_go() -> None:
    deprecated = RELEASE.replace(
        "  activeUserCount: Int!", '  activeUserCount: Int! @deprecated(reason: "Use licenses.")'
    )

    assert broken(r"activeUserCount: Int!", "activeUsers: Int!", released=deprecated) == []


def test_a_break_that_is_meant_is_allowed_by_its_name() -> None:
    changed = RELEASE.replace("  activeUserCount: Int!", "  activeUsers: Int!")
    meant = ["Field Account.activeUserCount was removed."]

    assert breaks(build_schema(RELEASE), build_schema(changed), meant) == []
