"""What is asked wrongly or answered strangely: refused in words, and never taken for a charge."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.domain.money import UNIT
from app.payments.provider import ChargeStatus, Order, OutcomeUnknown, UnknownCard
from app.payments.sandbox import SandboxProvider, client
from app.sandbox.cards import CARDS
from app.sandbox.switches import Mode, Operation
from tests.payments.contract import Adapter, new_key
from tests.payments.sandboxes import KEY, SECRET, in_process

README = (Path(__file__).parents[2] / "README.md").read_text()


@pytest.mark.parametrize("behind", ["socket", "in-process"])
async def test_the_first_answer_of_one_card_is_lost(
    sandbox: Adapter, behind: str, tmp_path: Path
) -> None:
    """Charged, and whoever asked hears nothing; over a socket and without one."""
    async with in_process(tmp_path) as near:
        chosen = sandbox if behind == "socket" else near
        order = await chosen.order("card_answer_lost")

        with pytest.raises(OutcomeUnknown):
            await chosen.provider.charge(order)

        assert (await chosen.provider.charge(order)).status is ChargeStatus.SUCCEEDED


async def test_a_key_for_another_charge_is_a_conflict(sandbox: Adapter) -> None:
    order = await sandbox.order()
    charge = await sandbox.provider.charge(order)
    refund = new_key()
    await sandbox.provider.refund(refund, charge.reference, UNIT)

    for change in ({"amount": UNIT}, {"currency": "EUR"}, {"token": "card_two"}, {"customer": ""}):
        with pytest.raises(OutcomeUnknown, match="409 key_reused"):
            await sandbox.provider.charge(replace(order, **change))
    with pytest.raises(OutcomeUnknown, match="409 key_reused"):
        await sandbox.provider.refund(refund, charge.reference, 2 * UNIT)

    found = await sandbox.provider.look_up(order.key, order.customer)
    assert found is not None
    assert (found.amount, [each.amount for each in found.refunds]) == (order.amount, [UNIT])


GOOD = {"token": "card_ok", "amount": UNIT, "currency": "USD"}
BAD = [
    ("POST", "/v1/charges", {**GOOD, "amount": 0}, "amount"),
    ("POST", "/v1/charges", {**GOOD, "amount": 0.5}, "amount"),
    ("POST", "/v1/charges", {**GOOD, "amount": "5"}, "amount"),
    ("POST", "/v1/charges", {**GOOD, "amount": True}, "amount"),
    ("POST", "/v1/charges", {**GOOD, "amount": 10**30}, "amount"),
    ("POST", "/v1/charges", {**GOOD, "currency": "usd"}, "currency"),
    ("POST", "/v1/charges", {**GOOD, "key": "none"}, "key"),
    ("POST", "/v1/charges", {**GOOD, "notes": {"a": 1}}, "notes.a"),
    ("POST", "/v1/charges", {**GOOD, "card": "4242"}, "card"),
    ("POST", "/v1/charges", {}, "token"),
    ("POST", "/v1/charges", [], "an object"),
    ("POST", "/v1/refunds", {"charge": "ch_1", "amount": -1}, "amount"),
    ("PUT", "/v1/switches", {"mode": "sometimes"}, "mode"),
    ("PUT", "/v1/switches", {"mode": "decline", "times": 0}, "times"),
    ("PUT", "/v1/switches", {"mode": "slow", "seconds": 3600}, "seconds"),
    ("PUT", "/v1/switches", {"mode": "wrong_amount"}, "needs the amount"),
    ("GET", "/v1/charges?limit=0", None, "limit"),
    ("GET", "/v1/charges?since=yesterday", None, "since"),
    ("GET", "/v1/charges?since=2026-01-01T00:00:00", None, "since"),
    ("GET", "/v1/events?after=x", None, "after"),
]


@pytest.mark.parametrize(("method", "path", "body", "word"), BAD, ids=range(len(BAD)))
async def test_bad_input_is_refused(
    http: httpx.AsyncClient, method: str, path: str, body: object, word: str
) -> None:
    answer = await http.request(method, path, json=body)

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid"
    assert word in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/charges", b"{", 422),
        ("POST", "/v1/charges", b"\xff\xfe", 422),
        ("POST", "/v1/charges/nobody/resolve", b"{}", 404),
        ("POST", "/v1/charges/nobody/fail-late", b"{}", 404),
        ("POST", "/v1/charges/nobody/reinstate", b"{}", 404),
        ("POST", "/v1/refunds/nobody/fail-late", b"{}", 409),
        ("POST", "/v1/refunds", b'{"charge": "ch_1", "amount": 1}', 404),
        ("POST", "/v1/refunds/nobody/resolve", b"{}", 409),
        ("POST", "/v1/cards", b'{"customer": "cus_1", "token": "card_ok"}', 404),
        ("DELETE", "/v1/charges", b"", 405),
        ("GET", "/v2", b"", 404),
    ],
)
async def test_every_refusal_is_json(
    http: httpx.AsyncClient, method: str, path: str, body: bytes, status: int
) -> None:
    answer = await http.request(method, path, content=body)

    assert answer.status_code == status
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer another", f"bearer {KEY}", f"Bearer {KEY}é"])
async def test_nobody_is_served_without_the_key(http: httpx.AsyncClient, key: str) -> None:
    headers = {b"Authorization": key.encode()}

    answer = await http.get("/v1/charges", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


async def test_a_wrong_key_of_ours_proves_nothing(http: httpx.AsyncClient) -> None:
    """Charges stay unknown until the settings are mended; no card is blamed."""
    async with client(str(http.base_url), "another") as stranger:
        provider = SandboxProvider(stranger, SECRET)
        with pytest.raises(OutcomeUnknown, match="401"):
            await provider.charge(Order(new_key(), UNIT, "USD", "", "card_ok"))
        with pytest.raises(OutcomeUnknown, match="401"):
            await provider.attach("", "card_ok")


async def test_nobody_listens() -> None:
    async with client("http://127.0.0.1:9", KEY) as nowhere:
        with pytest.raises(OutcomeUnknown, match="ConnectError"):
            await SandboxProvider(nowhere, SECRET).look_up(new_key(), "")


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"{}", b'{"reference": "ch_1"}', b"null"])
async def test_an_answer_that_makes_no_sense_is_none(content: bytes) -> None:
    """A proxy that answers 200 with a page of its own has charged nobody."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    async with client("http://sandbox", KEY, transport) as strange:
        with pytest.raises(OutcomeUnknown):
            await SandboxProvider(strange, SECRET).charge(
                Order(new_key(), UNIT, "USD", "", "card_ok")
            )


async def test_a_404_of_somebody_else_is_no_look_up() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(404, content=b"<html>"))
    async with client("http://sandbox", KEY, transport) as strange:
        with pytest.raises(OutcomeUnknown):
            await SandboxProvider(strange, SECRET).look_up(new_key(), "")


async def test_a_token_too_long_is_an_unknown_card(sandbox: Adapter) -> None:
    for token in ("", "x" * 300, "card_ok\x00", "card_expires_2026_13"):
        with pytest.raises(UnknownCard):
            await sandbox.provider.attach("", token)


async def test_a_body_that_is_too_large_is_not_read(http: httpx.AsyncClient) -> None:
    assert (await http.post("/v1/charges", content=b" " * 70_000)).status_code == 413


async def test_the_readme_names_all_cards_and_switches_and_its_order_is_taken(
    http: httpx.AsyncClient, sandbox: Adapter
) -> None:
    order = await sandbox.order()
    ((path, body),) = re.findall(r"curl -X PUT \S+(/v1/\S+) .*\\\n +-d '(.*)'", README)

    taken = await http.put(path, content=body)
    with pytest.raises(OutcomeUnknown):
        await SandboxProvider(http, SECRET, patience=0.5).charge(order)
    await http.delete(path)

    assert taken.json()["mode"] == "timeout_after"
    assert await sandbox.provider.look_up(order.key, order.customer) is not None
    assert [each for each in (*CARDS, *Mode, *Operation) if f"`{each}`" not in README] == []


async def test_customers_are_found_by_their_names(
    http: httpx.AsyncClient, sandbox: Adapter
) -> None:
    key = new_key()
    customer = await sandbox.provider.create_customer(key, "Renamed Ltd")

    found = (await http.get("/v1/customers")).json()["customers"]

    assert {"key": str(key), "reference": customer, "name": "Renamed Ltd"} in found
