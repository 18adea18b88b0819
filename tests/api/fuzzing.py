"""Calls with values that nobody would send: made from the schema, with real ids among them."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
    is_scalar_type,
    is_union_type,
)
from hypothesis import strategies as st

from tests.api.matrix import SCHEMA, Ids, kind_of_id

Draw = Callable[[Any], Any]
NASTY = (
    *(
        "",
        " ",
        "\t",
        "\n",
        "\0",
        "a\0b",
        "\ud800",
        "\udfff\ud800",
        "\U0010ffff",
        "\u202e",
        "\ufeff",
    ),
    *("x" * 300, "ß" * 5000, "1e400", "NaN", "-", "null", "'; DROP TABLE users; --", "../..", "%s"),
    *("{}", "=1+1", "<b>", "é" * 199, "_", "a_b", "user_", "user_" + "A" * 43, "İ", "ﷺ"),
)
INTS = (0, 1, -1, 2, 100, 101, 1000, 2**31 - 1, -(2**31), 2**31, 2**63, 10**30, 1.5, "7")
DECIMALS = (
    *("0", "-0", "-1", "0.01", "0.000001", "0.0000001", "1E+400", "1E-400", "1e999999999", "NaN"),
    *("-NaN", "sNaN", "Infinity", "-Infinity", "9" * 40, "999999999.99", "1000000000", "1_0", ""),
    *("1e-7", "٣", "12345678901234567890.123456789", 1, 1.5, 1e300, "0e-999999", "1E+28"),
)
DATES = (
    *("0001-01-01", "9999-12-31", "1969-12-31", "2024-02-29", "2023-02-29", "2025-12-01", ""),
    *("20250101", "2025-W01-1", "10000-01-01", "2025-01-01T00:00:00Z", "x"),
)
INSTANTS = (
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z", "2025-12-01T00:00:00", "", "x"),
    *("2024-02-29T24:00:00Z", "2025-12-01T00:00:00.123456789Z", "2025-12-01", "2999-12-31T00:00Z"),
    *("2025-12-01T00:00:00+23:59", "0001-01-01T00:00:00", "9999-12-31T23:59:59.999999"),
)
NASTY_OF: Mapping[str, Sequence[Any]] = {
    "Int": INTS,
    "Float": INTS,
    "Decimal": DECIMALS,
    "Date": DATES,
    "DateTime": INSTANTS,
    "JSON": ({}, [], None, 1, "\0", {"\0": "\ud800"}, 10**400, {"a": [{}] * 50}),
    "Boolean": (True, False, "true", 1),
}
USUAL_OF: Mapping[str, Sequence[Any]] = {
    "Int": (1, 2, 5),
    "Float": (1.0,),
    "Decimal": ("25.00", "1", "100"),
    "Date": ("2025-12-31", "2026-01-01", "2026-02-01", "2025-12-02"),
    "DateTime": ("2025-12-10T00:00:00Z", "2026-01-15T12:00:00+05:45", "2025-12-03T00:00:00Z"),
    "JSON": ({},),
    "Boolean": (True, False),
}
USUAL_TEXTS: Mapping[str, Sequence[str]] = {
    "token": ("card_ok", "card_declined", "card_answer_lost"),
    "billingTimezone": ("Europe/Berlin", "Pacific/Kiritimati", "UTC"),
    "url": ("https://hooks.example.com/x",),
    "number": ("+14155550100", "+4930123456"),
    "carrier": ("att", "tmobile"),
    "country": ("DE", "US"),
    "language": ("de", "en"),
    "currency": ("USD",),
    "scopes": ("users:read",),
    "planHash": ("0" * 64,),
}
CURSORS: Sequence[Any] = (
    *([], ["x"], ["accounts id down", "0"], ["events id down", "\0"], {"a": 1}, None, 7),
    ["invoices number down", "9" * 30],
    ["timeline at id down", "0001-01-01T00:00:00+14:00", "x"],
    ["accounts id down", "00000000-0000-0000-0000-000000000000"],
)


class Name(str):
    """Of an enum's value: without quotes where it stands in a document."""

    __slots__ = ()


def literal(value: Any) -> str:
    """As it stands in a document: there a NUL can be written so that no JSON shows it."""
    match value:
        case Name():
            return value
        case Mapping():
            fields = (f"{name}: {literal(each)}" for name, each in value.items() if name.isalnum())
            return f"{{{', '.join(fields)}}}"
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\\u0000", "\\u{0}")
    return json.dumps(value)


@dataclass
class Call:
    """A document that grows with what is drawn. `nasty`: of a hundred values so many are odd; other
    `ids` than the first are odd ones."""

    draw: Draw
    ids: Sequence[Ids]
    nasty: int
    inline: bool = False
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)

    def document(self, kind: str, name: str) -> str:
        root = SCHEMA.query_type if kind == "query" else SCHEMA.mutation_type
        assert root is not None
        field_ = root.fields[name]
        text = self._field(name, name, field_, depth=self._of(range(1, 4)))
        head = f"({', '.join(self.declared)})" if self.declared else ""
        return f"{kind} {head} {{ {text} }}"

    def _of(self, values: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(list(values)))

    def _rarely(self, percent: int) -> bool:
        return bool(self.draw(st.integers(0, 99)) >= 100 - percent)

    def _field(self, operation: str, name: str, field_: Any, depth: int) -> str:
        passed = []
        for each, argument in field_.args.items():
            if is_required_argument(argument) or each == "input" or self._rarely(50):
                value = self.value(operation, each, argument.type)
                passed.append(f"{each}: {self._passed(value, argument.type)}")
        arguments = f"({', '.join(passed)})" if passed else ""
        return f"{name}{arguments} {self._answer(get_named_type(field_.type), depth)}"

    def _passed(self, value: Any, type_: Any) -> str:
        if self.inline:
            return literal(value)
        name = f"v{len(self.declared)}"
        self.declared.append(f"${name}: {type_}")
        self.variables[name] = value
        return f"${name}"

    def _answer(self, type_: Any, depth: int) -> str:
        if is_scalar_type(type_) or is_enum_type(type_):
            return ""
        if type_.name == "UserError":
            return "{ code field message }"
        if is_union_type(type_) or not is_object_type(type_):
            return "{ __typename }"
        found = ["__typename"]
        for name, each in type_.fields.items():
            leaf = get_named_type(each.type)
            simple = is_scalar_type(leaf) or is_enum_type(leaf)
            always = name in {"userErrors", "nodes", "node"}
            if (simple and self._rarely(60)) or (depth > 0 and (always or self._rarely(15))):
                found.append(self._field(name, name, each, depth if always else depth - 1))
        return f"{{ {' '.join(found)} }}"

    def value(self, operation: str, name: str, type_: Any) -> Any:
        if not is_non_null_type(type_) and self._rarely(self.nasty):
            return None
        bare = get_nullable_type(type_)
        if is_list_type(bare):
            size = self._of((0, 1, 1, 1, 2, 101)) if self._rarely(self.nasty) else 1
            one = self.value(operation, name.removesuffix("s"), bare.of_type)
            return [one] * size
        if isinstance(bare, GraphQLInputObjectType):
            return {
                each: self.value(operation, each, inner.type)
                for each, inner in bare.fields.items()
                if is_required_input_field(inner) or each == "accountId" or self._rarely(40)
            }
        if isinstance(bare, GraphQLEnumType):
            return Name(self._of(list(bare.values)))
        return self._leaf(operation, name, bare.name)

    def _leaf(self, operation: str, name: str, type_: str) -> Any:
        nasty = self._rarely(self.nasty)
        if name in {"after", "before"}:
            return self._cursor()
        if type_ == "ID":
            return self._of(NASTY) if nasty and self._rarely(40) else self._id(operation, name)
        if type_ == "String":
            return self._of(NASTY) if nasty else self._text(name)
        return self._of((NASTY_OF if nasty else USUAL_OF)[type_])

    def _id(self, operation: str, name: str) -> Any:
        if name == "planId":
            return self._of(("upro", "ipro", "xpro"))
        ids = self._of(self.ids) if self._rarely(self.nasty) else self.ids[0]
        kind = kind_of_id(operation, name) or "account"
        if self._rarely(self.nasty) or kind not in {"account", *ids.rows}:
            kind = self._of(list(ids.rows))
        return ids.text(kind)

    def _text(self, name: str) -> str:
        if name in USUAL_TEXTS:
            return str(self._of(USUAL_TEXTS[name]))
        if name == "email":
            return f"{uuid4().hex}@example.com"
        return uuid4().hex if name == "idempotencyKey" else str(self._of(("probe", "Ada", "x1")))

    def _cursor(self) -> str:
        if self._rarely(30):
            return str(self._of(NASTY))
        packed = json.dumps(self._of(CURSORS)).encode()
        return urlsafe_b64encode(packed).decode().rstrip("=")
