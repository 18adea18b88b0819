"""`POST /usage`: up to 100,000 events as newline-delimited JSON, answered line by line."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.exc import DBAPIError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.bearer import caller_of
from api.downloads import answering
from api.errors import Busy
from api.ids import decode
from api.usage_lines import MOST_BYTES, gunzip, lines, report
from app.bootstrap import Perseat
from app.db.unit_of_work import UnitOfWork
from app.domain.access import Permission, Principal, asking_for, check_account, require
from app.domain.errors import InvalidInput
from app.domain.money import to_decimal
from app.faults import Fault, reach
from app.services import ingestion
from app.services.ingestion import BATCH_LIMIT, Batch, Disposition, Outcome, Report

MEDIA_TYPE = "application/x-ndjson"
MEDIA_TYPES = {MEDIA_TYPE, "application/ndjson", "application/jsonl", ""}
MOST_LINES = 2 * BATCH_LIMIT
"""With empty ones: gzip makes millions of them out of nothing."""
AT_ONCE = 16
PER_KEY = 4
"""Bodies that one process holds in memory at the same time, in all and of one key."""
PATIENCE = 60
"""Seconds for a body to arrive."""
_held: Counter[UUID] = Counter()
FEW = 2_000
"""Lines that wait for nobody."""
_turn = asyncio.Lock()
"""Bodies are staged one by one: the first is posted while the next is rated. If all of them were
rated at the same time, the database would wait for all of them."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent: by physical line, the id of the event if it has one, and the report."""

    numbers: list[int]
    event_ids: list[str | None]
    reports: list[Report]


@answering
async def post_usage(request: Request) -> Response:
    """One transaction: everything that is good is recorded, or (an error) nothing at all."""
    principal = await caller_of(request)
    if isinstance(principal, Response):
        return principal
    require(principal, Permission.USAGE_WRITE)
    problems = _only(request)
    principal, default = _named(principal, request.query_params.get("account"))
    with _held_for(principal.id):
        upload = await _read(request, principal, default)
        batch = await _ingest(request.app.state.perseat, principal, upload.reports)
    return StreamingResponse(_answer(upload, batch, problems=problems), media_type=MEDIA_TYPE)


@contextmanager
def _held_for(key_id: UUID) -> Iterator[None]:
    """Whoever sends slowly is in nobody's way but their own."""
    if _held[key_id] >= PER_KEY or _held.total() >= AT_ONCE:
        raise Busy
    _held[key_id] += 1
    try:
        yield
    finally:
        _held[key_id] -= 1


async def _ingest(running: Perseat, principal: Principal, reports: Sequence[Report]) -> Batch:
    try:
        async with AsyncExitStack() as stack:
            async with _turn if len(reports) > FEW else nullcontext():
                uow = await stack.enter_async_context(_begin(running, principal))
                staged = await ingestion.stage(uow, reports)
            batch = await ingestion.post(uow, staged)
    except DBAPIError as error:
        if Busy.told_by(error):
            raise Busy(error) from None
        raise
    reach(Fault.USAGE_COMMITTED)
    return batch


def _begin(running: Perseat, principal: Principal) -> AbstractAsyncContextManager[UnitOfWork]:
    """A company's key sees one account, an operator's all of them."""
    if principal.account_id is None:
        return running.operators.begin()
    return running.tenants.begin(principal.account_id)


def _only(request: Request) -> bool:
    """Whether only lines that were not recorded are to be answered."""
    only = request.query_params.get("only")
    if only not in {None, "problems"}:
        raise InvalidInput("`only=problems` is all that can be asked for.", field="only")
    return only is not None


def _named(principal: Principal, text: str | None) -> tuple[Principal, UUID | None]:
    """For whom it is, and the account of lines without one."""
    account_id = None if text is None else decode("account", text, field="account")[0]
    who = asking_for(principal, account_id, field="account")
    if account_id is None:
        return who, who.account_id
    check_account(who, account_id, field="account")
    return who, account_id


async def _read(request: Request, who: Principal, default: UUID | None) -> Upload:
    upload = Upload([], [], [])
    number = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for whole in lines(_body(request)):
                for line in whole:
                    number += 1
                    if line and not line.isspace():
                        _add(upload, number, *report(line, who, default))
                    elif number > MOST_LINES:
                        raise InvalidInput("The body is mostly empty lines; send the others.")
    except TimeoutError:
        raise InvalidInput(f"The body took more than {PATIENCE} seconds; send less.") from None
    except ClientDisconnect:
        raise InvalidInput("The body ended too early; nothing was recorded.") from None
    return upload


def _add(upload: Upload, number: int, event_id: str | None, what: Report) -> None:
    if len(upload.reports) == BATCH_LIMIT:
        raise InvalidInput(
            f"A body has at most {BATCH_LIMIT:,} lines; nothing was recorded: send them in parts."
        )
    upload.numbers.append(number)
    upload.event_ids.append(event_id)
    upload.reports.append(what)


def _body(request: Request) -> AsyncIterator[bytes]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise InvalidInput(f"Send {MEDIA_TYPE}: one event on each line.", field="content-type")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"gzip", "identity"}:
        raise InvalidInput("A body is sent plain or as gzip.", field="content-encoding")
    return gunzip(request.stream()) if encoding == "gzip" else request.stream()


async def _answer(upload: Upload, batch: Batch, *, problems: bool) -> AsyncIterator[bytes]:
    """A line for each event, in the order in which they came, and a summary at the end."""
    each = zip(upload.numbers, upload.event_ids, batch.results, strict=True)
    told_lines = (_line(*one) for one in each if one[2].error or not problems)
    while part := b"".join(islice(told_lines, 1_000)):
        yield part
    yield _dump({"summary": _summary(upload, batch)})


def _line(number: int, event_id: str | None, outcome: Outcome) -> bytes:
    line: dict[str, Any] = {"line": number, "id": event_id, "result": outcome.disposition}
    if outcome.rated is not None:
        line["amount"] = _amount(outcome.rated.amount)
    if outcome.error is not None:
        error = outcome.error
        field = error.field and error.field.rpartition(".")[2]
        line["error"] = {"code": error.code, "field": field, "message": error.message}
    return _dump(line)


def _summary(upload: Upload, batch: Batch) -> dict[str, Any]:
    """`cost` was debited now, `deferred` is debited later (M2)."""
    counts = dict.fromkeys(Disposition, 0)
    for outcome in batch.results:
        counts[outcome.disposition] += 1
    later: Counter[UUID] = Counter()
    for report_, outcome in zip(upload.reports, batch.results, strict=True):
        if isinstance(report_, tuple) and outcome.later:
            later[report_[0]] += outcome.later
    return {
        "events": len(batch.results),
        **{each.lower(): number for each, number in counts.items()},
        "cost": _sums(batch.costs, batch.currencies),
        "deferred": _sums(later, batch.currencies),
    }


def _sums(amounts: Mapping[UUID, int], currencies: Mapping[UUID, str]) -> list[dict[str, str]]:
    sums: dict[str, int] = {}
    for account_id, amount in amounts.items():
        currency = currencies[account_id]
        sums[currency] = sums.get(currency, 0) + amount
    return [{"amount": _amount(each), "currency": c} for c, each in sorted(sums.items())]


@lru_cache(8192)
def _amount(micros: int) -> str:
    return f"{to_decimal(micros):f}"


def _dump(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


ROUTES = [Route("/usage", post_usage, methods=["POST"], max_body_size=MOST_BYTES)]
