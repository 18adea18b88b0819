"""Lines of newline-delimited JSON, as they stream in, to events: the names are GraphQL's."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Any
from uuid import UUID

import orjson

from api import ids
from app.domain.access import Principal, check_account
from app.domain.errors import BillingError, InvalidInput, NotFound
from app.domain.ids import noun_of
from app.domain.usage import Cell, Direction, Initiator, LineType, UsageEvent, UsageKind
from app.services.ingestion import Report

MOST_BYTES = 64 * 1024 * 1024
MOST_OF_A_LINE = 64 * 1024
FIELDS = frozenset(
    ("id", "accountId", "kind", "direction", "lineType", "initiator", "quantity", "happenedAt")
) | {"userId", "lineId", "source", "carrier", "holdId"}
CHOICES: Mapping[str, type[StrEnum]] = {
    "kind": UsageKind,
    "direction": Direction,
    "lineType": LineType,
    "initiator": Initiator,
}
CELLS: Mapping[tuple[Any, ...], Cell] = {
    (kind.value, way.value, line.value, who.value): (kind, way, line, who)
    for kind, way, line, who in product(UsageKind, Direction, LineType, Initiator)
}
decode = lru_cache(8192)(ids.decode)
UTF_8 = b"\xef\xbb\xbf"
_OTHERS = {
    b"\x1f\x8b": "This is gzip: send it with the header Content-Encoding: gzip.",
    b"\xff\xfe": "This is UTF-16: send UTF-8.",
    b"\xfe\xff": "This is UTF-16: send UTF-8.",
    b"[": "This is a JSON array: send each event on a line of its own, without brackets around "
    "them and commas between them.",
}


async def gunzip(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A little at a time, however well it was compressed, and others have their turn meanwhile;
    several members are one stream."""
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
            await asyncio.sleep(0)
    if begun and not member.eof:
        raise InvalidInput("The gzip body ends too early; nothing was recorded.")
    yield member.flush()


async def lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """Whole lines, as many as each chunk completes."""
    rest, size, begun = b"", 0, False
    async for chunk in chunks:
        size += len(chunk)
        rest += chunk
        if not begun and len(rest) >= len(UTF_8):
            begun, rest = True, _begin(rest)
        *whole, rest = rest.split(b"\n")
        if size > MOST_BYTES:
            raise InvalidInput(
                f"A body has at most {MOST_BYTES >> 20} MiB, unpacked; nothing was recorded: send "
                "it in parts."
            )
        if len(rest) > MOST_OF_A_LINE:
            raise InvalidInput(
                f"A line has at most {MOST_OF_A_LINE >> 10} KiB; nothing was recorded: is there an "
                "end of line after each event?"
            )
        yield whole
    if rest.strip():
        yield [rest]


def _begin(start: bytes) -> bytes:
    """Without the mark that some editors put before UTF-8; what is no lines of JSON is told."""
    start = start.removeprefix(UTF_8)
    for mark, what in _OTHERS.items():
        if start.lstrip().startswith(mark):
            raise InvalidInput(f"{what} Nothing was recorded.")
    return start


def report(line: bytes, who: Principal, default: UUID | None) -> tuple[str | None, Report]:
    """The event's id, if it has one, and the event or what is wrong. `who` asks for one account,
    unless for all of them; `default`: that of lines without one."""
    given = _object(line)
    try:
        if given is None:
            raise InvalidInput("A line is a JSON object with an event.")
        account_id = _account(given.get("accountId"), who, default)
        event = _event(given, account_id)
    except BillingError as error:
        name = given and given.get("id")
        return name if isinstance(name, str) else None, error
    return event.event_id, (account_id, event)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        given = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return given if isinstance(given, dict) else None


def _account(text: Any, who: Principal, default: UUID | None) -> UUID:
    if text is None and default is not None:
        return default
    if not isinstance(text, str):
        raise InvalidInput("Say whose event it is, by the account's id.", field="accountId")
    account_id, _ = decode("account", text, field="accountId")
    check_account(who, account_id, field="accountId")
    return account_id


def _event(given: Mapping[str, Any], account_id: UUID) -> UsageEvent:
    """Quick where all is well: a hundred thousand of them may be one request."""
    if not given.keys() <= FIELDS:
        unknown = min(given.keys() - FIELDS)
        raise InvalidInput("An event has no such field; check its name.", field=unknown[:100])
    kind, direction, line_type, initiator = _cell(given)
    return UsageEvent(
        _text(given, "id"),
        kind,
        direction,
        line_type,
        initiator,
        _quantity(given),
        _instant(given),
        _row(given, "userId", "user", account_id) if "userId" in given else None,
        _text(given, "source") if "source" in given else "",
        _row(given, "lineId", "line", account_id) if "lineId" in given else None,
        _text(given, "carrier") if given.get("carrier") is not None else None,
        _row(given, "holdId", "hold", account_id) if "holdId" in given else None,
    )


def _cell(given: Mapping[str, Any]) -> Cell:
    try:
        return CELLS[given["kind"], given["direction"], given["lineType"], given["initiator"]]
    except (KeyError, TypeError):
        name = next(each for each in CHOICES if given.get(each) not in list(CHOICES[each]))
        raise InvalidInput(f"This is one of {', '.join(CHOICES[name])}.", field=name) from None


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if type(value) is not str:
        raise InvalidInput("This is text, in quotes.", field=name)
    return value


def _quantity(given: Mapping[str, Any]) -> int:
    value = given.get("quantity")
    if type(value) is not int:
        raise InvalidInput("A quantity is a whole number without quotes.", field="quantity")
    return value


def _instant(given: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(given["happenedAt"])
    except (KeyError, TypeError, ValueError):
        raise InvalidInput(
            "An instant is ISO 8601, such as 2025-12-23T10:00:00Z.", field="happenedAt"
        ) from None


def _row(given: Mapping[str, Any], name: str, kind: str, account_id: UUID) -> str | None:
    """The UUID of a row of this account."""
    if given[name] is None:
        return None
    owner, row = decode(kind, _text(given, name), field=name)
    if owner != account_id:
        raise NotFound(noun_of(kind), field=name)
    return str(row)
