"""Domain errors get their face: `userErrors` of mutations, readable errors of queries, and a mask
with an id for everything that nobody expected."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any
from uuid import uuid4

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import InvalidOperationTypeError

from api.documentation import documented
from app.domain.errors import BillingError
from app.services.locks import gave_up_waiting, took_too_long

log = structlog.get_logger()


class ErrorCode(Enum):
    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    REFUSED = "REFUSED"
    FORBIDDEN = "FORBIDDEN"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    ACCOUNT_PARKED = "ACCOUNT_PARKED"
    PREVIEW_CHANGED = "PREVIEW_CHANGED"
    PLAN_CHANGED = "PLAN_CHANGED"
    BUSY = "BUSY"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    LOG_IN_FAILED = "LOG_IN_FAILED"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    SEVERAL_ACCOUNTS = "SEVERAL_ACCOUNTS"
    SESSION_OVER = "SESSION_OVER"


documented(
    ErrorCode,
    "What went wrong, for programs; the message is for people.",
    INVALID="A value can never be right: wrong form, too long, too many decimals.",
    NOT_FOUND="There is no such thing, or it belongs to somebody else.",
    CONFLICT="Right in itself, but not beside what is there: taken, already done, in flight.",
    REFUSED="A rule of billing says no; the message says which and what to do.",
    FORBIDDEN="Not with this role, or not with the scopes of this key; the message says who may.",
    IDEMPOTENCY_KEY_REUSED="The key was used for another request; take a new one.",
    ACCOUNT_PARKED="Billing of the account is on hold until an operator has looked.",
    PREVIEW_CHANGED="The change would not do what its preview has shown; the message says why.",
    PLAN_CHANGED="Bills are not what was planned; nothing was posted, the message says which.",
    BUSY="Others change the account right now, or it was too much at once. Nothing was done: send "
    "the same again soon, or less.",
    UNAUTHENTICATED="Not without a key or a session; only logging in and asking for a link are.",
    LOG_IN_FAILED="E-mail address and password do not let anybody in, whatever the reason.",
    TOO_MANY_ATTEMPTS="Log-in was tried, or a link asked for, too often; `retryAfter` says when it "
    "may be tried again.",
    SEVERAL_ACCOUNTS="The password opens several accounts: send the same with one of `accounts`.",
    SESSION_OVER="There is no session to go on with, or it has ended: log in again.",
)


RETRY_AFTER = "2"
"""Seconds, for what is answered outside of GraphQL with 503."""


class Busy(BillingError):
    """Somebody else holds the account for longer than a request can wait, or there is too much to
    do at once; `error`: what the database said."""

    code = "BUSY"

    def __init__(self, error: BaseException | None = None) -> None:
        super().__init__(
            "This took too long, and nothing was changed; send fewer events or lines at once, or "
            "the same again in a moment."
            if took_too_long(error)
            else "This account is busy; send the same request again in a moment."
        )

    @classmethod
    def told_by(cls, error: BaseException | None) -> bool:
        """Whether the database gave up, waiting for a lock or at all; then nothing was written."""
        return gave_up_waiting(error) or took_too_long(error)


@strawberry.type(description="A mistake that the caller can mend. Nothing was changed.")
class UserError:
    code: ErrorCode = strawberry.field(description="What kind of mistake it is.")
    field: str | None = strawberry.field(
        description="The path of the input's field that is to blame, if one is."
    )
    message: str = strawberry.field(description="What is wrong and what to do, in English.")

    @classmethod
    def of(cls, error: BillingError) -> "UserError":
        return cls(code=ErrorCode(error.code), field=error.field, message=error.message)


PARSE_FAILED, VALIDATION_FAILED = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"
"""As other servers of GraphQL call them."""
_SENT = re.compile(
    r", found: .*|(?P<said>cannot represent [\w -]*value): .*|(?<=found String) .*"
    r"|(?<=found BlockString) .*",
    re.DOTALL,
)
NO_SUBSCRIPTION = (
    "Here only subscriptions are answered; send queries and mutations by `POST /graphql`, each "
    "document with its text or its id."
)


def _public(error: GraphQLError) -> GraphQLError | None:
    """The error as the caller may see it, or None if it has to be masked."""
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    if Busy.told_by(original):
        original = Busy(original)
    if isinstance(original, (InvalidOperationTypeError, MissingQueryError)):
        return GraphQLError(NO_SUBSCRIPTION, extensions={"code": "BAD_REQUEST"})
    if isinstance(original, BillingError):
        extensions = {"code": original.code, "field": original.field}
        return GraphQLError(
            original.message, nodes=error.nodes, path=error.path, extensions=extensions
        )
    return _coded(error) if original is None else None


def unsaid(message: str) -> str:
    """Without what was sent: it may be a password, and front ends pass messages on."""
    said = _SENT.sub(lambda sent: sent["said"] or "", message)
    return message if said == message else f"{said}."


def _coded(error: GraphQLError) -> GraphQLError:
    """What the schema says no to."""
    code = {"code": VALIDATION_FAILED} if error.path is None else {}
    return GraphQLError(
        unsaid(error.message),
        error.nodes,
        error.source,
        error.positions,
        error.path,
        None,
        {**code, **(error.extensions or {})},
    )


def _masked(error: GraphQLError) -> GraphQLError:
    error_id = uuid4().hex
    log.error("api.unexpected", error_id=error_id, exc_info=error.original_error)
    return GraphQLError(
        "Something unexpected went wrong. Tell us the error id.",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "UNEXPECTED", "errorId": error_id},
    )


class Faces(SchemaExtension):
    """Errors of syntax, of validation and of billing are told; any other is masked with an id."""

    _streamed = False

    def on_operation(self) -> Iterator[None]:
        yield
        if not self._streamed:
            _show(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        """Of a subscription each message is an answer."""
        self._streamed = True
        _show(result)
        yield


def _show(result: Any) -> None:
    if errors := getattr(result, "errors", None):
        result.errors = [_public(error) or _masked(error) for error in errors]
