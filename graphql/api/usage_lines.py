"""Lines of newline-delimited JSON, as they stream in, to events: the names are GraphQL's."""

import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from api import ids
from app.domain.errors import BillingError, InvalidInput, NotFound
from app.domain.ids import noun_of
from app.domain.usage import Direction, Initiator, LineType, UsageEvent, UsageKind
from app.services.ingestion import Report

MOST_BYTES = 64 * 1024 * 1024
MOST_OF_A_LINE = 64 * 1024
FIELDS = frozenset(
    ("id", "accountId", "kind", "direction", "lineType", "initiator", "quantity", "happenedAt")
) | {"userId", "lineId", "source", "carrier", "holdId"}
CHOICES: Mapping[str, Mapping[str, StrEnum]] = {
    name: {each.value: each for each in members}
    for name, members in (
        ("kind", UsageKind),
        ("direction", Direction),
        ("lineType", LineType),
        ("initiator", Initiator),
    )
}
decode = lru_cache(8192)(ids.decode)


async def gunzip(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A little at a time, however well it was compressed; several members are one stream."""
    member = zlib.decompressobj(wbits=31)
    begun = False
    async for chunk in chunks:
        rest = chunk
        while rest:
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            try:
                yield member.decompress(rest, MOST_OF_A_LINE)
            except zlib.error:
                raise InvalidInput("The body is not gzip.") from None
            begun, rest = True, member.unconsumed_tail or member.unused_data
    if begun and not member.eof:
        raise InvalidInput("The gzip body ends too early; nothing was recorded.")
    yield member.flush()


async def lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """Whole lines, as many as each chunk completes."""
    rest, size = b"", 0
    async for chunk in chunks:
        size += len(chunk)
        *whole, rest = (rest + chunk).split(b"\n")
        if size > MOST_BYTES or len(rest) > MOST_OF_A_LINE:
            raise InvalidInput(
                f"A body has at most {MOST_BYTES >> 20} MiB and a line {MOST_OF_A_LINE >> 10} KiB; "
                "nothing was recorded: send less at once."
            )
        yield whole
    if rest.strip():
        yield [rest]


def report(line: bytes, owner: UUID | None, default: UUID | None) -> tuple[str | None, Report]:
    """The event's id, if it has one, and the event or what is wrong. `owner`: the only account
    of the key; `default`: that of lines without one."""
    given: Any = None
    try:
        with suppress(orjson.JSONDecodeError):
            given = orjson.loads(line)
        if not isinstance(given, dict):
            raise InvalidInput("A line is a JSON object with an event.")
        account_id = _account(given.get("accountId"), owner, default)
        event = _event(given, account_id)
    except BillingError as error:
        name = given.get("id") if isinstance(given, dict) else None
        return name if isinstance(name, str) else None, error
    return event.event_id, (account_id, event)


def _account(text: Any, owner: UUID | None, default: UUID | None) -> UUID:
    if text is None and default is not None:
        return default
    if not isinstance(text, str):
        raise InvalidInput("Say whose event it is, by the account's id.", field="accountId")
    account_id, _ = decode("account", text, field="accountId")
    if owner not in {None, account_id}:
        raise NotFound("account", field="accountId")
    return account_id


def _event(given: Mapping[str, Any], account_id: UUID) -> UsageEvent:
    if not given.keys() <= FIELDS:
        unknown = min(given.keys() - FIELDS)
        raise InvalidInput("An event has no such field; check its name.", field=unknown[:100])
    return UsageEvent(
        event_id=_text(given, "id"),
        kind=_choice(given, "kind"),  # type: ignore[arg-type]
        direction=_choice(given, "direction"),  # type: ignore[arg-type]
        line_type=_choice(given, "lineType"),  # type: ignore[arg-type]
        initiator=_choice(given, "initiator"),  # type: ignore[arg-type]
        quantity=_quantity(given),
        happened_at=_instant(given),
        user_id=_row(given, "userId", "user", account_id),
        source=_text(given, "source") if "source" in given else "",
        line_id=_row(given, "lineId", "line", account_id),
        carrier=_optional(given, "carrier"),
        hold_id=_row(given, "holdId", "hold", account_id),
    )


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise InvalidInput("This is text, in quotes.", field=name)
    return value


def _optional(given: Mapping[str, Any], name: str) -> str | None:
    return None if given.get(name) is None else _text(given, name)


def _choice(given: Mapping[str, Any], name: str) -> StrEnum:
    value = given.get(name)
    found = CHOICES[name].get(value) if isinstance(value, str) else None
    if found is None:
        raise InvalidInput(f"This is one of {', '.join(CHOICES[name])}.", field=name)
    return found


def _quantity(given: Mapping[str, Any]) -> int:
    value = given.get("quantity")
    if type(value) is not int:
        raise InvalidInput("A quantity is a whole number without quotes.", field="quantity")
    return value


def _instant(given: Mapping[str, Any]) -> datetime:
    with suppress(ValueError):
        return datetime.fromisoformat(_text(given, "happenedAt"))
    raise InvalidInput("An instant is ISO 8601, such as 2025-12-23T10:00:00Z.", field="happenedAt")


def _row(given: Mapping[str, Any], name: str, kind: str, account_id: UUID) -> str | None:
    """The row's UUID; what is none of this account's is left for its event to fail by."""
    text = _optional(given, name)
    if text is None:
        return None
    owner, row = decode(kind, text, field=name)
    if owner != account_id:
        raise NotFound(noun_of(kind), field=name)
    return str(row)
