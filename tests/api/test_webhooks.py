"""F18, P6 of the invariants: what a payment provider tells is kept once, and looked into."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import faults
from app.bootstrap import Perseat
from app.db.types import new_id
from app.db.unit_of_work import Ring
from app.domain.payments import Outcome
from app.faults import Fault
from app.services import charging, provider_events, settlements
from app.store import settlements as settlement_store
from tests.make import Company, at_machine_time, drain, make_company, money, query
from tests.services.hearing import NO_EVENTS, event, posted, signed
from tests.services.paying import invoice, order_of, pay, taken, unpaid
from tests.services.reconciling import sandbox
from workers import tasks

DAY = timedelta(days=1)


async def send(app: Perseat, http: httpx.AsyncClient, what: dict[str, object]) -> httpx.Response:
    body, headers = posted(app, what)
    return await http.post("/webhooks/sandbox", content=body, headers=headers)


async def outcomes(app: Perseat, *names: object) -> list[tuple[str | None, int]]:
    """What became of events, and how often somebody looked."""
    sql = """SELECT outcome, attempts FROM provider_events WHERE id = ANY(:ids) ORDER BY id"""
    return [tuple(row) for row in await query(app, sql, ids=list(names))]


async def work(app: Perseat) -> None:
    """What a worker does when its janitor looks."""
    for (event_id,) in await provider_events.unprocessed(app.operators, app.provider, limit=100):
        await tasks.hear_provider({"perseat": app}, event_id)
    await drain(app)


async def charged(app: Perseat) -> tuple[Company, UUID, Any]:
    """A company whose worker holds the lease of its payment: charged, and not yet answered."""
    company = await unpaid(app)
    await company.use_card("card_ok")
    payment = await pay(company, (await invoice(company))[0])
    now = app.clock.now()
    async with app.operators.begin() as uow:
        until = now + charging.LEASE
        sent = await settlement_store.send(
            uow.session, company.id, payment.id, now=now, until=until
        )
    await app.provider.charge(order_of(payment.id, sent))
    return company, payment.id, sent


async def steps(company: Company, payment_id: UUID) -> list[tuple[str, str]]:
    sql = """SELECT to_status, source FROM payment_steps
        WHERE account_id = :account AND payment_id = :id AND number > 0 ORDER BY number"""
    return [tuple(row) for row in await query(company.app, sql, account=company.id, id=payment_id)]


async def test_a_webhook_before_our_own_answer_settles(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """The worker that comes back later with the same news changes nothing (W3)."""
    company, payment_id, sent = await charged(app)
    what = event(payment_id, company.id)

    answers = [await send(app, http, what) for _ in range(5)]
    await work(app)
    async with app.operators.begin() as uow:
        late = await settlements.settle(
            uow, company.id, payment_id, Outcome(reference="x"), fence=sent.fence
        )
    again = await send(app, http, what)

    assert [each.status_code for each in (*answers, again)] == [200] * 6
    assert not late
    assert await steps(company, payment_id) == [("SENT", "WORKER"), ("SUCCEEDED", "WEBHOOK")]
    assert await outcomes(app, what["id"]) == [("BOOKED", 1)]
    assert await company.taken() == ["49.00"]
    assert money((await company.invoice_rows())[0].paid) == "49.00"


async def test_what_has_no_key_is_of_the_charge_that_it_names(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """I6: a lost dispute, long after the charge; of a charge of others it is nothing to us."""
    company = await make_company(app)
    await company.convert()
    charge = await taken(company)
    async with sandbox(app) as counter:
        answer = await counter.post(f"/v1/charges/{charge.reference}/fail-late", json={})
        answer.raise_for_status()
    ours = event(None, None, "charge.dispute.closed", reference=charge.reference)
    others = event(None, None, "charge.dispute.closed", reference="ch_of_others")

    answers = [await send(app, http, each) for each in (ours, others)]
    await work(app)

    assert [each.status_code for each in answers] == [200, 200]
    assert await outcomes(app, ours["id"]) == [("BOOKED", 1)]
    assert await outcomes(app, others["id"]) == [("IRRELEVANT", 1)]
    assert (await invoice(company))[1] == "PAST_DUE"


async def test_a_provider_that_does_not_answer_is_asked_again_later(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """The event waits; it is neither lost nor an error of ours."""
    company, payment_id, sent = await charged(app)
    what = event(payment_id, company.id)
    await send(app, http, what)
    switch = {"mode": "error_before", "operation": "look_up", "customer": sent.customer}
    async with sandbox(app) as counter:
        assert (await counter.put("/v1/switches", json=switch)).is_success

    await provider_events.process(app.operators, app.provider, str(what["id"]))
    waiting = await outcomes(app, what["id"])
    later = at_machine_time(app, app.clock.now() + timedelta(minutes=2))
    await provider_events.process(later.operators, later.provider, str(what["id"]))

    assert waiting == [(None, 1)]
    assert await outcomes(app, what["id"]) == [("BOOKED", 2)]
    await drain(app)


async def test_many_at_once_and_two_workers_at_once_book_once(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    company, payment_id, _ = await charged(app)
    same, other = event(payment_id, company.id), event(payment_id, company.id)

    await asyncio.gather(*(send(app, http, each) for each in (same, same, other, same)))
    names = [str(each["id"]) for each in (same, other) for _ in range(2)]
    await asyncio.gather(
        *(provider_events.process(app.operators, app.provider, each) for each in names)
    )

    found = await outcomes(app, same["id"], other["id"])
    assert sorted(found) == [("BOOKED", 1), ("NOTHING_NEW", 1)]
    assert [each for each, _ in await steps(company, payment_id)] == ["SENT", "SUCCEEDED"]


async def test_a_worker_is_told_of_what_is_new(app: Perseat) -> None:
    """The first time; the row is the job, so a bell that is not heard costs time only."""
    what = event(None, None, "customer.created")
    async with app.tenants.begin() as uow:
        verified = app.provider.verify(*posted(app, what))
        await provider_events.receive(uow, "sandbox", verified, b"")
        rings = list(uow.rings)
        await provider_events.receive(uow, "sandbox", verified, b"")

    assert rings == uow.rings == [Ring("hear_provider", None, str(what["id"]))]
    await work(app)
    assert await outcomes(app, what["id"]) == [("IRRELEVANT", 1)]


@pytest.mark.parametrize("how", ["unsigned", "altered", "old", "garbled", "no JSON"])
async def test_what_is_forged_is_refused_and_not_kept(
    app: Perseat, http: httpx.AsyncClient, how: str
) -> None:
    """S22 of the threats: on the raw bytes, before anything is read."""
    what = event(new_id(), new_id())
    body, headers = posted(app, what)
    sent = {
        "unsigned": (body, {}),
        "altered": (body.replace(b"charge", b"charge "), headers),
        "old": (body, signed(app, body, at=app.clock.now() - DAY)),
        "garbled": (body, dict.fromkeys(headers, "v1,x")),
        "no JSON": (b"{", signed(app, b"{")),
    }[how]

    answer = await http.post("/webhooks/sandbox", content=sent[0], headers=sent[1])

    assert answer.status_code == 400
    assert "nothing was kept" in answer.json()["errors"][0]["message"]
    assert await outcomes(app, what["id"]) == []


@pytest.mark.parametrize("body", NO_EVENTS.values(), ids=NO_EVENTS)
async def test_what_is_signed_and_makes_no_sense_is_refused(
    app: Perseat, http: httpx.AsyncClient, body: bytes
) -> None:
    answer = await http.post("/webhooks/sandbox", content=body, headers=signed(app, body))

    assert answer.status_code == 400
    assert "nothing was kept" in answer.json()["errors"][0]["message"]


async def test_another_provider_s_name_is_not_found(app: Perseat, http: httpx.AsyncClient) -> None:
    body, headers = posted(app, event(None, None))

    answer = await http.post("/webhooks/stripe", content=body, headers=headers)

    assert answer.status_code == 404


async def test_a_huge_body_is_not_read(app: Perseat, http: httpx.AsyncClient) -> None:
    """Neither one that says how long it is, nor one that does not."""
    body = b" " * (256 * 1024 + 1)

    async def pieces() -> Any:
        yield body

    known = await http.post("/webhooks/sandbox", content=body, headers=signed(app, body))
    streamed = await http.post("/webhooks/sandbox", content=pieces())

    assert (known.status_code, streamed.status_code) == (413, 413)


async def test_what_was_never_sent_is_kept_for_reconciliation(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """P3 of the invariants: of a key that is not ours, of nobody, of an intent."""
    company = await unpaid(app)
    intent = await pay(company, (await invoice(company))[0])
    told = [
        event(new_id(), company.id),
        event(new_id(), new_id()),
        event(new_id(), None),
        event(intent.id, company.id),
    ]

    for each in told:
        assert (await send(app, http, each)).status_code == 200
    await work(app)

    found = await outcomes(app, *(each["id"] for each in told))
    assert found == [("UNKNOWN_TO_US", 1)] * 4


async def test_what_the_provider_does_not_find_yet_is_looked_for_later_and_later(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """F16: a look-up may lag behind its event; at last nobody looks any more."""
    company = await unpaid(app)
    await company.use_card("card_ok")
    payment = await pay(company, (await invoice(company))[0])
    now, what = app.clock.now(), event(payment.id, company.id)
    async with app.operators.begin() as uow:
        await settlement_store.send(uow.session, company.id, payment.id, now=now, until=now + DAY)
    await send(app, http, what)

    seen = []
    for minutes in (0, 0.5, 2, 4, 10, 30, 100, 500, 900):
        later = at_machine_time(app, app.clock.now() + timedelta(minutes=minutes))
        await provider_events.process(later.operators, later.provider, str(what["id"]))
        seen += await outcomes(app, what["id"])

    assert seen[:3] == [(None, 1), (None, 1), (None, 2)]
    assert seen[-1] == ("NOT_FOUND", 7)
    await drain(at_machine_time(app, now + DAY + DAY))


async def test_processing_that_dies_in_between_is_done_again(
    app: Perseat,
    http: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Neither booked nor marked: both are one transaction."""
    company, payment_id, _ = await charged(app)
    what = event(payment_id, company.id)
    await send(app, http, what)
    monkeypatch.setattr(faults, "FOLDER", tmp_path)
    (tmp_path / Fault.SETTLING).write_text("lose")

    with pytest.raises(ConnectionError):
        await provider_events.process(app.operators, app.provider, str(what["id"]))
    between = await outcomes(app, what["id"]), await steps(company, payment_id)
    later = at_machine_time(app, app.clock.now() + timedelta(minutes=2))
    await work(later)

    assert between == ([(None, 1)], [("SENT", "WORKER")])
    assert await outcomes(app, what["id"]) == [("BOOKED", 2)]
    assert [each for each, _ in await steps(company, payment_id)] == ["SENT", "SUCCEEDED"]


async def test_a_decline_that_a_webhook_tells_is_booked(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """The event says succeeded, the provider says declined: an event is never the truth."""
    company = await make_company(app, on="2025-11-10")
    await company.start(card="card_declined")
    (row,) = await company.invoice_rows()
    payment, now = await pay(company, row.id), app.clock.now()
    async with app.operators.begin() as uow:
        sent = await settlement_store.send(
            uow.session, company.id, payment.id, now=now, until=now + DAY
        )
    await app.provider.charge(order_of(payment.id, sent))
    await send(app, http, event(payment.id, company.id, "charge.succeeded"))
    await work(app)

    assert (await steps(company, payment.id))[-1] == ("DECLINED", "WEBHOOK")


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(5)), twice=st.sampled_from(range(5)))
async def test_in_whatever_order_events_come_they_end_the_same(
    app: Perseat, http: httpx.AsyncClient, order: list[int], twice: int
) -> None:
    """P6 of the invariants: reversed, repeated, mixed with what is of nobody."""
    company, payment_id, _ = await charged(app)
    told = [
        event(payment_id, company.id, "charge.succeeded"),
        event(payment_id, company.id, "charge.pending"),
        event(payment_id, company.id, "charge.declined"),
        event(None, None, "customer.created"),
        event(new_id(), company.id, "charge.succeeded"),
    ]

    for number in (*order, twice):
        await send(app, http, told[number])
        await work(app)

    found = await outcomes(app, *(each["id"] for each in told))
    names = sorted(str(outcome) for outcome, _ in found)
    assert names == ["BOOKED", "IRRELEVANT", "NOTHING_NEW", "NOTHING_NEW", "UNKNOWN_TO_US"]
    assert await steps(company, payment_id) == [("SENT", "WORKER"), ("SUCCEEDED", "WEBHOOK")]
    assert await company.taken() == ["49.00"]
