"""The reference as markdown, from the tables that the API itself is made of."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from graphql import GraphQLObjectType

from api import operations as tables
from api.budgets import MOST_COST
from api.errors import PARSE_FAILED, VALIDATION_FAILED, ErrorCode
from api.limits import MONEY_AT_ONCE, TOKENS
from api.pagination import MOST
from api.schema import CORE
from api.shapes import ALIASES, DEPTH
from api.sockets import SUBSCRIPTIONS
from app.domain.access import GRANTED, Permission
from app.domain.permissions import ActorRole

GUIDES = (files("api") / "guides.md").read_text().rstrip()
"""What there is beside GraphQL, with requests to copy; tests send each of them."""
FOLDER = Path(__file__).parents[1] / "operations"
OF_REQUESTS: Mapping[str, str] = {
    "UNAUTHENTICATED": "There is no key or session, or none that is good. HTTP 401.",
    "BAD_REQUEST": "This is no request, or not for this way: queries are not for sockets.",
    PARSE_FAILED: "The document is no GraphQL; the message says where. Nothing was done.",
    VALIDATION_FAILED: "The schema does not allow the document or its variables. Nothing was done.",
    "TOO_EXPENSIVE": "The document asks for more than a limit below; the message says which.",
    "RATE_LIMITED": "Nothing is left of the key's budget; `Retry-After` says until when. HTTP 429.",
    "TIMEOUT": "It took too long and was given up; send a mutation again with its key.",
    "PERSISTED_QUERY_NOT_FOUND": "There is no document of this id. HTTP 400.",
    "READ_ANEW": "Nobody remembers what was since the cursor, or it is too much.",
    "UNTRUSTED_DOCUMENT": "Without a key only the documents below are answered, people too.",
    "UNEXPECTED": "An accident of ours. Tell us `errorId`; our log has it.",
}
LIMITS: Mapping[str, object] = {
    "levels of a query": DEPTH,
    "aliases in a query": ALIASES,
    "tokens in a query": f"{TOKENS:,}",
    "points that a document costs (`extensions.cost`)": f"{MOST_COST:,}",
    "mutations in a document that move money": MONEY_AT_ONCE,
    "things on a page (`first`)": MOST,
    "bytes of a request": "1 MiB, of which the query may be 64 KiB",
    "bytes of a message of a socket": "128 KiB",
    "subscriptions of a socket": SUBSCRIPTIONS,
    "events in `recordUsage`": "1,000",
    "lines in `POST /usage`": "100,000",
}
HOW = """Send `POST /graphql` with `Authorization: Bearer perseat_...`, or the access token that a
person has from `logIn` or `refreshSession`, and JSON:

```sh
curl https://billing.example.com/graphql -H "Authorization: Bearer $KEY" \\
  -H "Content-Type: application/json" -d '{"query": "{ viewer { name role } }"}'
```

Every answer has an `X-Request-Id`; send your own and it is kept. Money is text such as `"60.96"`
with its currency. Mistakes that you can mend are in `userErrors` of a mutation, with the field;
nothing was changed then. Mutations that move money take an `idempotencyKey`, and those that make
something may: for 30 days the same key neither charges nor makes anything twice. The whole contract
is at `/schema.graphql`, and `/graphiql` lets you try it.

Operators say why they change something: with the header `Perseat-Reason` (UTF-8), where the input
has no `reason`. A partner's key that opens several accounts says for which it asks: with the header
`Perseat-Account: account_...`.

A person who has logged in sends only documents that the server knows, which are those under Pages
and are in its manifest: whoever needs another one puts it into `graphql/operations` and runs
`uv run python -m api.manifest`."""

LIVE = """Over a WebSocket at `/graphql` (`graphql-transport-ws`; `connection_init` bears
`{"authorization": "Bearer perseat_..."}`), or by `POST /graphql` with `Accept: text/event-stream`
(`graphql-sse`; `Last-Event-ID` goes on). A socket is closed with 4403 when its key ends, with 1012
when the server restarts, with 1013 when it is not read: connect again, and go on with `after`."""

PAGES = """Documents that pages of a front end are drawn from. Each may be sent as it is, or named:
its `documentId` is `sha256:` and the SHA-256 of its text."""


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(each).replace('|', '/') for each in cells)} |"


def _table(*head: str, rows: Iterator[tuple[object, ...]]) -> str:
    lines = [_row(*head), _row(*("---" for _ in head)), *(_row(*each) for each in rows)]
    return "\n".join(lines)


def _permissions() -> Iterator[tuple[object, ...]]:
    for permission in Permission:
        marks = ("yes" if role in GRANTED[permission] else "" for role in ActorRole)
        yield (f"`{permission}`", *marks)


def _operations(root: GraphQLObjectType, table: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    for name, field in sorted(root.fields.items()):
        needed = table[name]
        yield f"`{name}`", f"`{needed}`" if needed else "none of its own", field.description


def _errors() -> Iterator[tuple[object, ...]]:
    described = {each.name: each.description for each in _values()}
    for code, meaning in {**described, **OF_REQUESTS}.items():
        yield f"`{code}`", meaning


def _values() -> list[Any]:
    return ErrorCode.__strawberry_definition__.values  # type: ignore[attr-defined,no-any-return]


def _documents() -> Iterator[str]:
    for file in sorted(FOLDER.glob("*.graphql")):
        yield f"### {file.stem.replace('_', ' ').capitalize()}\n\n```graphql\n{file.read_text()}```"


def markdown() -> str:
    query, mutation, live = CORE.query_type, CORE.mutation_type, CORE.subscription_type
    if query is None or mutation is None or live is None:
        raise LookupError("query, mutation and subscription")
    roles = [role.value for role in ActorRole]
    routes = ((f"`{route}`", f"`{needed}`") for route, needed in tables.ROUTES.items())
    limits = ((what, most) for what, most in LIMITS.items())
    operation = ("operation", "permission", "what it does")
    parts = [
        "# Perseat API",
        HOW,
        "## Permissions",
        "What a role may; a key may what its role may, a person what any of their roles may.",
        _table("permission", *roles, rows=_permissions()),
        "## Queries",
        _table(*operation, rows=_operations(query, tables.QUERIES)),
        "## Mutations",
        _table(*operation, rows=_operations(mutation, tables.MUTATIONS)),
        "## Subscriptions",
        LIVE,
        _table(*operation, rows=_operations(live, tables.SUBSCRIPTIONS)),
        "## Beside GraphQL",
        _table("route", "permission", rows=routes),
        GUIDES,
        "## Errors",
        _table("code", "meaning", rows=_errors()),
        "## Limits",
        _table("of", "most", rows=limits),
        "## Pages",
        PAGES,
        *_documents(),
    ]
    return "\n\n".join(parts) + "\n"
