"""Calls of every operation, made from the schema: nothing has to be written down for a new one but
which kind of thing its `id` names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
    print_ast,
)
from graphql.language import parse

from api.ids import ALONE, encode
from api.schema import schema
from app.bootstrap import Perseat
from tests.make import query

SCHEMA: GraphQLSchema = schema._schema  # noqa: SLF001
TEXTS: Mapping[str, Any] = {
    "Boolean": True,
    "Int": 1,
    "Decimal": "25.00",
    "Date": "2030-01-01",
    "DateTime": "2030-01-01T00:00:00Z",
    "JSON": {},
    "ID": "upro",
    "String": "probe",
}
IDS: Mapping[str, str] = {
    **{f"{name}User": "user" for name in ("activate", "pause", "suspend", "deactivate", "delete")},
    **dict.fromkeys(("updateUser", "grantRole", "revokeRole"), "user"),
    **dict.fromkeys(("updateLine",), "line"),
    **dict.fromkeys(("setRingGroupMembers",), "ringgroup"),
    **dict.fromkeys(("releaseHold", "extendHold", "hold"), "hold"),
    **dict.fromkeys(("setDefaultPaymentMethod", "removePaymentMethod"), "paymentmethod"),
    **dict.fromkeys(("rotateApiKey", "revokeApiKey"), "apikey"),
    **dict.fromkeys(("updateWebhookEndpoint", "rotateWebhookSecret"), "webhookendpoint"),
    **dict.fromkeys(("deleteWebhookEndpoint", "sendTestEvent"), "webhookendpoint"),
    "endSession": "session",
    "account": "account",
    "invoice": "invoice",
    "charge": "charge",
    "topUp": "topup",
    "billingRun": "billingrun",
    "node": "invoice",
}
"""What an argument or a field that is called `id` names; `userId` says it itself."""
TABLES: Mapping[str, str] = {
    "account": "accounts",
    "user": "users",
    "invoice": "invoices",
    "creditnote": "credit_notes",
    "charge": "charges",
    "line": "lines",
    "ringgroup": "ring_groups",
    "contact": "contacts",
    "contactlist": "contact_lists",
    "usage": "usage_events",
    "payment": "payments",
    "paymentmethod": "payment_methods",
    "hold": "usage_holds",
    "topup": "payments",
    "apikey": "api_keys",
    "event": "events",
    "webhookendpoint": "webhook_endpoints",
    "billingrun": "billing_runs",
    "session": "sessions",
}


@dataclass(frozen=True)
class Ids:
    """Ids of things of one account, by their kind."""

    account: UUID
    rows: Mapping[str, UUID]

    @classmethod
    async def of(cls, app: Perseat, account: UUID) -> "Ids":
        rows = {}
        for kind, table in TABLES.items():
            by = "id" if kind == "account" else "account_id"
            sql = f"SELECT id FROM {table} WHERE {by} = :id ORDER BY id LIMIT 1"  # noqa: S608
            if kind == "billingrun":
                sql = "SELECT id FROM billing_runs WHERE :id IS NOT NULL ORDER BY id LIMIT 1"
            found = await query(app, sql.replace(":id IS", "CAST(:id AS uuid) IS"), id=account)
            rows[kind] = found[0][0] if found else uuid4()
        return cls(account, rows)

    @classmethod
    def nobodys(cls) -> "Ids":
        return cls(uuid4(), {kind: uuid4() for kind in TABLES})

    def text(self, kind: str) -> str:
        row = self.account if kind == "account" else self.rows[kind]
        return encode(kind, row) if kind in ALONE else encode(kind, self.account, row)


def operations() -> list[tuple[str, str]]:
    roots = {"query": SCHEMA.query_type, "mutation": SCHEMA.mutation_type}
    return [(kind, name) for kind, root in roots.items() if root for name in root.fields]


def subscriptions() -> list[str]:
    assert SCHEMA.subscription_type is not None
    return list(SCHEMA.subscription_type.fields)


def call(kind: str, name: str, ids: Ids) -> tuple[str, dict[str, Any]]:
    """A document that calls the operation with all it requires, and its variables."""
    roots = {"query": SCHEMA.query_type, "mutation": SCHEMA.mutation_type}
    root = {**roots, "subscription": SCHEMA.subscription_type}[kind]
    assert root is not None
    field = root.fields[name]
    needed = {
        each: argument for each, argument in field.args.items() if is_required_argument(argument)
    } or {each: argument for each, argument in field.args.items() if each == "input"}
    given = {each: _value(name, each, argument.type, ids) for each, argument in needed.items()}
    declared = ", ".join(f"${each}: {needed[each].type}" for each in needed)
    passed = ", ".join(f"{each}: ${each}" for each in needed)
    text = f"{kind} {f'({declared})' if declared else ''} {{ {name}"
    text += f"{f'({passed})' if passed else ''} {_answer(field)} }}"
    return print_ast(parse(text)), given


def _answer(field: GraphQLField) -> str:
    """What has no account in it, so that what is asked for is the operation alone."""
    type_ = get_named_type(field.type)
    if not hasattr(type_, "fields"):
        return "{ __typename }"
    return (
        "{ userErrors { code field message } }"
        if "userErrors" in type_.fields
        else ("{ __typename }")
    )


def _value(operation: str, name: str, type_: Any, ids: Ids) -> Any:
    bare = get_nullable_type(type_)
    if is_list_type(bare):
        return [_value(operation, name.removesuffix("s"), bare.of_type, ids)]
    if isinstance(bare, GraphQLInputObjectType):
        return {
            each: _value(operation, each, field.type, ids)
            for each, field in bare.fields.items()
            if is_required_input_field(field) or kind_of_id(operation, each) == "account"
        }
    if isinstance(bare, GraphQLEnumType):
        return next(iter(bare.values))
    named = kind_of_id(operation, name) if bare.name == "ID" else None
    return ids.text(named) if named else TEXTS[bare.name]


def kind_of_id(operation: str, name: str) -> str | None:
    """What an argument or a field of an operation names."""
    if name == "id":
        return IDS[operation]
    if not name.endswith("Id") or name == "planId":
        return None
    noun = name.removesuffix("Id").lower()
    return {"run": "billingrun"}.get(noun, noun)


def object_types() -> dict[str, Any]:
    return {
        name: each
        for name, each in SCHEMA.type_map.items()
        if is_object_type(each) and not name.startswith("__")
    }
