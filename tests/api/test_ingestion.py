"""`POST /usage` (M1): an answer for each line, and all good ones in one transaction."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from api import ingestion
from api.ids import encode
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from app.services.locks import any_account_locked
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company, query
from tests.services.test_busy_accounts import until_waiting

EVENT = {
    "kind": "SMS_SEGMENT",
    "direction": "OUTBOUND",
    "lineType": "LOCAL",
    "initiator": "AUTOMATION",
    "quantity": 10,
    "happenedAt": "2025-11-01T10:00:00Z",
}


def ndjson(*events: dict[str, Any]) -> bytes:
    return b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in events)


def event(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, **EVENT, **more}


@pytest.fixture
async def company(app: Perseat) -> Company:
    return await make_company(app)


@pytest.fixture
async def partner(app: Perseat, http: httpx.AsyncClient, company: Company) -> Client:
    return Client(http, await make_key(app, KeyRole.PARTNER, company.id))


async def post(
    client: Client, body: bytes | AsyncIterator[bytes], path: str = "", **headers: str
) -> httpx.Response:
    headers = {"authorization": f"Bearer {client.key}", **headers}
    return await client.http.post(f"/usage{path}", content=body, headers=headers)


async def told(client: Client, body: bytes, path: str = "", **headers: str) -> list[dict[str, Any]]:
    answer = await post(client, body, path, **headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [orjson.loads(line) for line in answer.content.splitlines()]


async def recorded(company: Company) -> list[Any]:
    sql = "SELECT event_id FROM usage_events WHERE account_id = :id ORDER BY event_id"
    return [row[0] for row in await query(company.app, sql, id=company.id)]


async def test_each_line_is_answered(partner: Client, company: Company) -> None:
    """M1: recorded, duplicate, conflict and invalid beside each other, and what it all cost."""
    body = ndjson(
        event("a"), event("a"), event("a", quantity=11), event("b", kind="FAX"), event("c")
    )

    lines = await told(partner, body)

    results = [(each["line"], each["id"], each["result"]) for each in lines[:-1]]
    assert results == [
        (1, "a", "RECORDED"),
        (2, "a", "DUPLICATE"),
        (3, "a", "CONFLICT"),
        (4, "b", "INVALID"),
        (5, "c", "RECORDED"),
    ]
    assert lines[0]["amount"] == "0.15"
    assert [each["error"]["field"] for each in lines if "error" in each] == ["id", "kind"]
    assert lines[-1]["summary"] == {
        "events": 5,
        "recorded": 2,
        "duplicate": 1,
        "conflict": 1,
        "invalid": 1,
        "cost": [{"amount": "0.30", "currency": "USD"}],
        "deferred": [],
    }
    assert lines[2]["error"]["code"] == "CONFLICT"
    assert await company.balance() == "-0.30"


async def test_what_is_debited_later_is_in_the_summary(partner: Client, company: Company) -> None:
    """M2: calls and texts abroad, and carriers' fees; what is sent again is in it no more."""
    body = ndjson(event("a", carrier="att"), event("b", lineType="INTERNATIONAL"))

    first, again = [(await told(partner, body))[-1]["summary"] for _ in range(2)]

    assert first["cost"] == [{"amount": "0.15", "currency": "USD"}]
    assert first["deferred"] == [{"amount": "0.78", "currency": "USD"}]
    assert again["deferred"] == []
    assert await company.balance() == "-0.15"


async def test_a_byte_order_mark_is_no_part_of_the_first_line(partner: Client) -> None:
    lines = await told(partner, b"\xef\xbb\xbf" + ndjson(event("a")))

    assert lines[0]["result"] == "RECORDED"


def zipped(body: bytes) -> bytes:
    """The same at any time: gzip would write down when."""
    return gzip.compress(body, mtime=0)


NOBODY = UUID(int=1)
BAD: list[tuple[bytes, str | None]] = [
    (b"{", None),
    (b"[]", None),
    (b'"\\ud800"', None),
    (b"null", None),
    (b"\xff", None),
    (ndjson({**EVENT}), "id"),
    (ndjson(event("")), "id"),
    (ndjson(event("x\u0000")), "id"),
    (ndjson(event("x" * 201)), "id"),
    (ndjson({**EVENT, "id": 7}), "id"),
    (ndjson(event("x", kind=None)), "kind"),
    (ndjson(event("x", kind=["SMS_SEGMENT"])), "kind"),
    (ndjson(event("x", direction="UP")), "direction"),
    (ndjson(event("x", lineType="local")), "lineType"),
    (ndjson(event("x", initiator="BOT")), "initiator"),
    (ndjson(event("x", quantity="10")), "quantity"),
    (ndjson(event("x", quantity=1.0)), "quantity"),
    (ndjson(event("x", quantity=True)), "quantity"),
    (ndjson(event("x", quantity=0)), "quantity"),
    (ndjson(event("x", quantity=10**9)), "quantity"),
    (ndjson(event("x", happenedAt="yesterday")), "happenedAt"),
    (ndjson(event("x", happenedAt="2025-11-01T10:00:00")), "happenedAt"),
    (ndjson(event("x", happenedAt="2125-11-01T10:00:00Z")), "happenedAt"),
    (ndjson(event("x", happenedAt="0001-01-01T00:00:00+14:00")), "happenedAt"),
    (ndjson(event("x", happenedAt="9999-12-31T23:59:59-12:00")), "happenedAt"),
    (ndjson(event("x", happenedAt=1762000000)), "happenedAt"),
    (ndjson(event("x", userId="me")), "userId"),
    (ndjson(event("x", userId=5)), "userId"),
    (ndjson(event("x", lineId=encode("line", NOBODY, NOBODY))), "lineId"),
    (ndjson(event("x", source="\n")), "source"),
    (ndjson(event("x", accountId="company")), "accountId"),
    (ndjson(event("x", accountId=encode("account", NOBODY))), "accountId"),
    (ndjson(event("x", userID="me")), "userID"),
]


@pytest.mark.parametrize(("line", "field"), BAD)
async def test_a_bad_line_says_what_is_wrong_and_rejects_no_other(
    partner: Client, company: Company, line: bytes, field: str | None
) -> None:
    """M1."""
    first, bad, last, _ = await told(
        partner, ndjson(event("1")) + line.strip() + b"\n" + ndjson(event("2"))
    )

    assert [first["result"], bad["result"], last["result"]] == ["RECORDED", "INVALID", "RECORDED"]
    assert bad["error"]["field"] == field
    assert bad["error"]["message"].endswith(".")
    assert await recorded(company) == ["1", "2"]


async def test_lines_are_numbered_as_an_editor_does(partner: Client) -> None:
    """Blank lines and Windows' line ends are nobody's mistake; the last line needs no end."""
    body = b"\n" + ndjson(event("a")).replace(b"\n", b"\r\n") + b"  \n" + ndjson(event("b"))[:-1]

    lines = await told(partner, body)

    assert [(each["line"], each["result"]) for each in lines[:-1]] == [
        (2, "RECORDED"),
        (4, "RECORDED"),
    ]


@pytest.mark.parametrize("body", [b"", b"\n\n"])
async def test_nothing_is_no_mistake(partner: Client, body: bytes) -> None:
    (line,) = await told(partner, body)

    assert line["summary"]["events"] == 0


async def test_only_problems_may_be_asked_for(partner: Client) -> None:
    body = ndjson(event("a"), event("b", quantity=0), event("a"))

    lines = await told(partner, body, "?only=problems")

    assert [each.get("line") for each in lines] == [2, None]
    assert (await post(partner, body, "?only=good")).status_code == 400


async def test_a_body_may_be_gzip(partner: Client, company: Company) -> None:
    """Also of several members, one of them highly compressed, in pieces of any size."""
    packed = zipped(ndjson(event("a"))) + zipped(b" " * 60_000 + ndjson(event("b")))

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(packed), 7):
            yield packed[start : start + 7]

    answer = await post(partner, pieces(), **{"content-encoding": "gzip"})

    assert answer.status_code == 200, answer.text
    assert await recorded(company) == ["a", "b"]


REFUSED: list[tuple[bytes, dict[str, str], str]] = [
    (zipped(ndjson(event("a")))[:-9], {"content-encoding": "gzip"}, "ends too early"),
    (b"plain", {"content-encoding": "gzip"}, "not gzip"),
    (zipped(b" " * 70_000_000), {"content-encoding": "gzip"}, "64 KiB"),
    (zipped((b" " * 999 + b"\n") * 70_000), {"content-encoding": "gzip"}, "64 MiB"),
    (zipped(b"\n" * 60_000_000), {"content-encoding": "gzip"}, "empty lines"),
    (ndjson(event("a")), {"content-encoding": "br"}, "plain or as gzip"),
    (ndjson(event("a")), {"content-type": "text/csv"}, "application/x-ndjson"),
    (b"{}\n" * 100_001, {}, "100,000 lines"),
    (b'{"id": "' + b"x" * 70_000, {}, "end of line"),
]
NO_LINES: list[tuple[bytes, str]] = [
    (orjson.dumps([event("a")]), "JSON array"),
    (b" \n[\n" + ndjson(event("a")), "JSON array"),
    (ndjson(event("a")).decode().encode("utf-16"), "UTF-16"),
    (zipped(ndjson(event("a"))), "Content-Encoding: gzip"),
]


@pytest.mark.parametrize(
    ("body", "message"),
    NO_LINES,
    ids=[f"{at}-{message}" for at, (_, message) in enumerate(NO_LINES)],
)
async def test_what_is_no_lines_of_json_is_told(
    partner: Client, company: Company, body: bytes, message: str
) -> None:
    """By its first bytes: what to send instead."""
    answer = await post(partner, body)

    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]
    assert await recorded(company) == []


async def test_an_id_with_anything_behind_it_is_none(partner: Client, company: Company) -> None:
    """Ids that were read once are remembered: nobody may fill the memory with long ones."""
    id_ = encode("account", company.id) + "!" * 60_000

    line, _ = await told(partner, ndjson(event("a", accountId=id_)))

    assert (line["result"], line["error"]["field"]) == ("INVALID", "accountId")


@pytest.mark.parametrize(
    ("body", "headers", "message"), REFUSED, ids=[message for *_, message in REFUSED]
)
async def test_a_body_that_cannot_be_read_whole_records_nothing(
    partner: Client, company: Company, body: bytes, headers: dict[str, str], message: str
) -> None:
    answer = await post(partner, ndjson(event("first")) + body if not headers else body, **headers)

    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]
    assert await recorded(company) == []


async def test_a_hundred_thousand_lines_are_not_too_many(partner: Client) -> None:
    lines = await told(partner, b"{}\n" * 99_999 + ndjson(event("last")), "?only=problems")

    assert lines[-2]["line"] == 99_999
    assert lines[-1]["summary"]["recorded"] == 1
    assert lines[-1]["summary"]["invalid"] == 99_999


async def test_a_key_is_needed_that_may_report_usage(
    app: Perseat, http: httpx.AsyncClient, company: Company
) -> None:
    viewer = Client(http, await make_key(app, KeyRole.BILLING_ADMIN, company.id))

    assert (await post(Client(http, "perseat_no"), ndjson(event("a")))).status_code == 401
    assert (await post(viewer, ndjson(event("a")))).status_code == 403


async def test_another_company_is_not_there(app: Perseat, partner: Client) -> None:
    """Not by a line, and not by the address."""
    other = await make_company(app)
    theirs = encode("account", other.id)

    lines = await told(partner, ndjson(event("a", accountId=theirs), event("b")))
    answer = await post(partner, ndjson(event("a")), f"?account={theirs}")

    assert [each.get("result") for each in lines] == ["INVALID", "RECORDED", None]
    assert lines[0]["error"]["code"] == "NOT_FOUND"
    assert answer.status_code == 404
    assert await recorded(other) == []


async def test_an_operator_reports_for_many_accounts_at_once(app: Perseat, ops: Client) -> None:
    """M1, M4: one debit for each account; who does not exist rejects no other."""
    companies = [await make_company(app) for _ in range(3)]
    ids = [encode("account", each.id) for each in companies]
    body = ndjson(
        *(event(str(number), accountId=ids[number % 3]) for number in range(9)),
        event("nobody's", accountId=encode("account", NOBODY)),
        event("whose"),
    )

    lines = await told(ops, body)
    named = await told(ops, ndjson(event("later")), f"?account={ids[0]}")

    assert [each["result"] for each in lines[:9]] == ["RECORDED"] * 9
    assert [each["error"]["field"] for each in lines[9:11]] == ["accountId"] * 2
    assert named[0]["result"] == "RECORDED"
    assert [await each.balance() for each in companies] == ["-0.60", "-0.45", "-0.45"]
    sql = "SELECT count(*) FROM ledger_transfers WHERE kind = 'USAGE' AND account_id = :id"
    assert [(await query(app, sql, id=each.id))[0][0] for each in companies] == [2, 1, 1]


async def test_batches_of_many_accounts_never_wait_in_a_circle(app: Perseat, ops: Client) -> None:
    """M1: twelve at once, each with all accounts in another order; each event counts once."""
    companies = [await make_company(app) for _ in range(4)]
    ids = [encode("account", each.id) for each in companies]
    events = [event(str(number), accountId=ids[number % 4]) for number in range(40)]

    keys = [ops] + [Client(ops.http, await make_key(app, KeyRole.OPS)) for _ in range(2)]

    answers = await asyncio.gather(
        *(
            told(keys[turn % 3], ndjson(*events[3 * turn :], *events[: 3 * turn]))
            for turn in range(12)
        )
    )

    assert sum(each[-1]["summary"]["recorded"] for each in answers) == 40
    assert sum(each[-1]["summary"]["duplicate"] for each in answers) == 40 * 11
    assert [await each.balance() for each in companies] == ["-1.50"] * 4


async def test_one_key_does_not_keep_all_others_waiting(
    partner: Client, ops: Client, company: Company
) -> None:
    """Four bodies of a key arrive at once; a fifth is told to come again, another key is not."""
    arrived, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def slowly(name: str) -> AsyncIterator[bytes]:
        yield ndjson(event(name))
        arrived.release()
        await go_on.wait()

    async with asyncio.TaskGroup() as group:
        four = [group.create_task(post(partner, slowly(str(n)))) for n in range(4)]
        for _ in four:
            await arrived.acquire()
        fifth = await post(partner, ndjson(event("fifth")))
        others = await post(ops, ndjson(event("other", accountId=encode("account", company.id))))
        go_on.set()

    assert (fifth.status_code, fifth.json()["errors"][0]["extensions"]["code"]) == (503, "BUSY")
    assert fifth.headers["retry-after"] == "2"
    assert [others.status_code, *(each.result().status_code for each in four)] == [200] * 5
    assert await recorded(company) == ["0", "1", "2", "3", "other"]


async def test_two_systems_of_a_partner_number_their_events_alike(
    partner: Client, company: Company
) -> None:
    """M1: an id is unique for its source."""
    body = ndjson(event("1"), event("1", source="dialer"), event("1", source="dialer"))

    lines = await told(partner, body)

    assert [each.get("result") for each in lines] == ["RECORDED", "RECORDED", "DUPLICATE", None]
    assert await recorded(company) == ["1", "1"]


async def test_large_bodies_take_turns_and_small_ones_do_not(
    partner: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M1: each of them is whole; who waits for the account lets others be staged meanwhile."""
    monkeypatch.setattr(ingestion, "FEW", 1)
    bodies = [ndjson(*(event(f"{name}-{n}") for n in range(9))) for name in "abc"]

    async with company.begin() as uow:
        await any_account_locked(uow, company.id)
        sent = [asyncio.create_task(told(partner, each)) for each in bodies]
        await until_waiting(company.app, 3)
    answers = await asyncio.gather(*sent, told(partner, ndjson(event("alone"))))

    assert [each[-1]["summary"]["recorded"] for each in answers] == [9, 9, 9, 1]
    assert len(await recorded(company)) == 28
