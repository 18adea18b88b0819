"""Nobody gets further than the tables say: every operation and every type asks for its permission
before it is resolved. What the tables do not name is a mistake that is found when we start."""

from collections.abc import Awaitable, Callable, Container, Mapping
from functools import wraps
from inspect import isawaitable
from typing import Any, TypeAlias

from graphql import (
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_named_type,
    is_object_type,
    is_union_type,
)

from api.errors import UserError
from api.operations import ANONYMOUS, MUTATIONS, OWN, PARTS, QUERIES, SUBSCRIPTIONS, TYPES
from app.domain.access import NOBODY, AnotherAccount, Forbidden, Permission, Unknown, require
from app.domain.errors import InvalidInput

Resolver: TypeAlias = Callable[..., Any]
Info: TypeAlias = GraphQLResolveInfo[Any]
_WRAPPERS = ("Connection", "Edge")


def guard(schema: GraphQLSchema) -> None:
    """Put the checks in front of the resolvers; LookupError names what no table has."""
    query, mutation, live = schema.query_type, schema.mutation_type, schema.subscription_type
    if query is None or mutation is None or live is None:
        raise LookupError("query, mutation and subscription")
    for table, root in ((QUERIES, query), (MUTATIONS, mutation), (SUBSCRIPTIONS, live)):
        _same(table, root)
    _check_types(schema)
    for each in _resolved(schema, "Account"):
        each.resolve = _at_home(_resolver(each))
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__"):
            _guard_fields(schema, type_)
    for name, field in query.fields.items():
        field.resolve = _known(_guarded(QUERIES[name], field))
    for name, field in mutation.fields.items():
        if name not in ANONYMOUS:
            field.resolve = _guarded(MUTATIONS[name], field)
            field.resolve = _known(_kept(name, field))
    for name, field in live.fields.items():
        field.subscribe = _asking(SUBSCRIPTIONS[name], field.subscribe)


def _same(table: Mapping[str, object], root: GraphQLObjectType) -> None:
    if odd := set(table) ^ set(root.fields):
        raise LookupError(f"{root.name}: {sorted(odd)}")


def _check_types(schema: GraphQLSchema) -> None:
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    shown = {
        name
        for name, each in schema.type_map.items()
        if is_object_type(each) and each not in roots and not name.startswith("__")
    }
    plain = {name for name in shown if not name.endswith((*_WRAPPERS, "Payload"))}
    if odd := plain ^ (set(TYPES) | PARTS):
        raise LookupError(f"types: {sorted(odd)}")


def _needed(schema: GraphQLSchema, name: str) -> Permission | None:
    """Of a type, or of what it is a page of."""
    for wrapper in _WRAPPERS:
        if name.endswith(wrapper) and name.removesuffix(wrapper) in schema.type_map:
            return TYPES.get(name.removesuffix(wrapper))
    return TYPES.get(name)


def _guard_fields(schema: GraphQLSchema, parent: GraphQLObjectType) -> None:
    held = _needed(schema, parent.name)
    for name, field in parent.fields.items():
        if (parent.name, name) in OWN:
            continue
        type_ = get_named_type(field.type)
        if is_union_type(type_) and any(_needed(schema, each.name) for each in type_.types):
            field.resolve = _telling(_resolver(field))
        elif (needed := _needed(schema, type_.name)) not in {None, held}:
            field.resolve = _asking(needed, _resolver(field))


def _resolved(schema: GraphQLSchema, name: str) -> list[Any]:
    """Fields that read more than the row of their parent."""
    return [
        field
        for field in schema.type_map[name].fields.values()  # type: ignore[attr-defined]
        if not field.extensions["strawberry-definition"].is_basic_field
    ]


def _at_home(resolve: Resolver) -> Resolver:
    """A partner's other accounts are listed; what they have is asked for in their own name."""

    @wraps(resolve)
    def asked(source: Any, info: Info, **given: Any) -> Any:
        if info.context.principal.account_id not in {None, source.row.id}:
            raise AnotherAccount
        return resolve(source, info, **given)

    return asked


def _resolver(field: Any) -> Resolver:
    resolve: Resolver = field.resolve
    return resolve


def _known(resolve: Resolver) -> Resolver:
    """Not for who has not said who that is."""

    @wraps(resolve)
    def asked(source: Any, info: Info, **given: Any) -> Any:
        if info.context.principal is NOBODY:
            raise Unknown
        return resolve(source, info, **given)

    return asked


def _guarded(needed: Permission | None, field: Any) -> Resolver:
    """What answers with `userErrors` says it there."""
    answer = get_named_type(field.type)
    if needed is None or not answer.name.endswith("Payload"):
        return _asking(needed, _resolver(field))
    return _refusing(needed, answer.extensions["strawberry-definition"].origin, _resolver(field))


def _asking(needed: Permission | None, resolve: Resolver) -> Resolver:
    """A readable error instead of the field; what was refused has said so and shows nothing."""
    if needed is None:
        return resolve

    @wraps(resolve)
    def asked(source: Any, info: Info, **given: Any) -> Any:
        if not getattr(source, "user_errors", None):
            require(info.context.principal, needed)
        return resolve(source, info, **given)

    return asked


def _refusing(needed: Permission | None, payload: type[Any], resolve: Resolver) -> Resolver:
    """Before anything of the input is looked at."""
    if needed is None:
        return resolve

    @wraps(resolve)
    def asked(source: Any, info: Info, **given: Any) -> Any:
        try:
            require(info.context.principal, needed)
        except Forbidden as error:
            return payload(user_errors=[UserError.of(error)])
        return resolve(source, info, **given)

    return asked


def _kept(name: str, field: Any) -> Resolver:
    """The audit knows what was asked for; operators have to say why."""
    payload = get_named_type(field.type).extensions["strawberry-definition"].origin
    resolve, takes_reason = _resolver(field), "reason" in _inputs(field)

    @wraps(resolve)
    def asked(source: Any, info: Info, **given: Any) -> Any:
        try:
            info.context.ask(name, given.get("input", given), takes_reason=takes_reason)
        except InvalidInput as error:
            return payload(user_errors=[UserError.of(error)])
        return resolve(source, info, **given)

    return asked


def _inputs(field: Any) -> Container[str]:
    wanted = field.args.get("input")
    names: Container[str] = field.args if wanted is None else get_named_type(wanted.type).fields
    return names


def _telling(resolve: Resolver) -> Resolver:
    """Only what comes out says what it needed; what may not be seen is not there."""

    def check(found: Any, info: Info) -> Any:
        needed = None if found is None else TYPES[found.__strawberry_definition__.name]
        return found if needed in {None, *info.context.principal.permissions} else None

    @wraps(resolve)
    def asked(source: Any, info: Info, **given: Any) -> Any:
        found = resolve(source, info, **given)
        if isawaitable(found):
            return _after(found, lambda it: check(it, info))
        return check(found, info)

    return asked


async def _after(waiting: Awaitable[Any], check: Callable[[Any], Any]) -> Any:
    return check(await waiting)
