"""Webhooks out: in order, one at a time, at least once; who fails holds nobody else up (W3, W5)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks import WebhookVerificationError
from structlog.testing import capture_logs

from app.bootstrap import Perseat
from app.db.unit_of_work import Ring
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.events import EventKind
from app.domain.ids import encode
from app.domain.webhooks import ENDPOINTS, WAITING, EndpointStatus
from app.services import deliveries, events, webhooks
from app.services.verify import verify
from app.services.webhooks import Wish
from app.store.events import Span
from app.webhooks.sender import Sender
from tests.letters import letters, text_of
from tests.make import at_machine_time, drain, query
from tests.payments.receiver import Receiver, receiving
from tests.services.hooks import Listening, listening
from workers import delivering, tasks

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
async def hooks(app: Perseat, receiver: Receiver) -> AsyncIterator[Listening]:
    listens = await listening(app, receiver)
    yield listens
    await listens.sender.close()


async def test_what_happens_arrives_in_its_order(hooks: Listening) -> None:
    """S21: signed over the bytes that are sent, by Standard Webhooks."""
    await hooks.tell(3)

    more = await hooks.deliver()
    came = hooks.heard()

    assert not more
    told = [hooks.verified(each) for each in came]
    assert [each["data"] for each in told] == [{"reason": str(each)} for each in range(3)]
    assert {each["type"] for each in told} == {"top_up.stopped"}
    assert {each["account"] for each in told} == {encode("account", hooks.company.id)}
    assert [dict(each[1])["webhook-id"] for each in came] == [each["id"] for each in told]
    assert await hooks.log() == [("DELIVERED", 1, 204)] * 3


async def test_the_bell_rings_for_endpoints_that_have_something_to_get(hooks: Listening) -> None:
    async with hooks.company.begin() as uow:
        uow.tell(EventKind.TOP_UP_STOPPED, hooks.company.id, reason="OFF")
        await uow.write_news()
        rings = list(uow.rings)

    assert rings == [Ring("deliver", hooks.company.id, hooks.endpoint.id)]


async def test_of_many_who_deliver_one_does(hooks: Listening) -> None:
    """W3: one is on its way to an endpoint at a time; each arrives once, in order."""
    await hooks.tell(5)

    await asyncio.gather(*(hooks.deliver() for _ in range(6)))

    assert hooks.reasons() == [str(each) for each in range(5)]


async def test_who_wants_some_kinds_gets_no_others(app: Perseat, receiver: Receiver) -> None:
    hooks = await listening(app, receiver, EventKind.USER_CREATED)

    await hooks.tell()
    await hooks.company.add()
    await hooks.deliver()
    came = hooks.heard()
    await hooks.sender.close()

    assert [hooks.verified(each)["type"] for each in came] == ["user.created"]


async def test_what_failed_is_tried_again_before_what_comes_behind_it(hooks: Listening) -> None:
    """W5: the endpoint rests meanwhile."""
    hooks.receiver.answers += [500, 503]
    await hooks.tell(2)

    await hooks.deliver()
    await hooks.deliver()
    failed = await hooks.log()
    await hooks.deliver(timedelta(seconds=10))
    await hooks.deliver(2 * HOUR)

    assert failed == [("PENDING", 1, 500), ("PENDING", 0, None)]
    assert hooks.reasons() == ["0", "0", "0", "1"]
    assert await hooks.log() == [("DELIVERED", 3, 204), ("DELIVERED", 1, 204)]
    assert (await hooks.now()).failing_since is None


async def test_what_fails_five_times_steps_aside(hooks: Listening) -> None:
    """W5: one that its receiver cannot take holds up the others for minutes, not for days; later
    it is tried alone."""
    hooks.receiver.answers += [500] * 5
    await hooks.tell(2)
    for number in range(5):
        await hooks.deliver(number * HOUR)

    before = hooks.reasons()
    await hooks.deliver(4 * HOUR + 13 * HOUR / 60)
    passed = hooks.reasons()
    await hooks.deliver(10 * HOUR)

    assert (before, passed, hooks.reasons()) == (["0"] * 5, ["1"], ["0"])


async def test_a_failing_endpoint_holds_up_no_other(hooks: Listening) -> None:
    """Another endpoint of the same account gets all that happens."""
    hooks.receiver.answers += [500]
    with receiving() as healthy:
        async with hooks.company.begin() as uow:
            wish = Wish(healthy.url)
            other, _ = await webhooks.create(uow, hooks.company.id, wish, hooks.ground)
        await hooks.tell(2)
        await hooks.deliver()
        hooks.endpoint = other
        await hooks.deliver()

        assert healthy.got.qsize() == 2
    assert hooks.receiver.got.qsize() == 1


async def test_after_three_days_a_webhook_is_given_up(hooks: Listening) -> None:
    """And the next one is tried; given up it can be replayed."""
    hooks.receiver.answers += [500]
    await hooks.tell(2)

    await hooks.deliver(3 * DAY)
    await hooks.deliver(3 * DAY + HOUR)

    assert await hooks.log() == [("FAILED", 1, 500), ("DELIVERED", 1, 204)]


async def test_an_endpoint_that_takes_nothing_for_days_is_disabled(hooks: Listening) -> None:
    """F22: with a mail; enabled again it gets what has waited, first of all."""
    hooks.receiver.answers += [500, 500]
    await hooks.tell(2)
    await hooks.begun(days=4.9)
    await hooks.deliver()
    still = (await hooks.now()).status
    await hooks.begun(days=5.1)
    await hooks.deliver()
    disabled = await hooks.now()
    await hooks.tell()

    sql = "SELECT count(*) FROM outbox WHERE account_id = :id AND kind = 'tell_webhook_disabled'"
    ((count,),) = await query(hooks.company.app, sql, id=hooks.company.id)
    assert (still, disabled.status) == (EndpointStatus.ENABLED, EndpointStatus.DISABLED)
    assert disabled.disabled_reason == "It has taken nothing for five days."
    assert await _told_disabled(hooks) == ["TAKES_NOTHING"]
    assert count == 1
    assert not await hooks.deliver()
    await drain(hooks.company.app)
    mails = letters(hooks.company.app, await _boss(hooks))
    (mail,) = [each for each in mails if each["Subject"] == "Webhooks do not arrive"]
    assert hooks.receiver.url in text_of(mail)

    async with hooks.company.begin() as uow:
        wish = Wish(enabled=True)
        await webhooks.update(uow, hooks.company.id, hooks.endpoint.id, wish, hooks.ground)
    hooks.heard()
    await hooks.deliver(HOUR)
    assert hooks.reasons() == ["0", "1"]


async def _boss(hooks: Listening) -> str:
    sql = "SELECT email FROM users WHERE account_id = :id"
    return str((await query(hooks.company.app, sql, id=hooks.company.id))[0][0])


async def test_what_waited_while_nothing_was_sent_is_tried_for_three_days_more(
    hooks: Listening,
) -> None:
    """W5: enabled again an endpoint gets all that waits in its order, what had stepped aside too;
    and one failure is not the end of what is old by now."""
    hooks.receiver.answers += [500] * 6
    await hooks.tell(2)
    for number in range(5):
        await hooks.deliver(number * HOUR)
    await hooks.set(status="DISABLED")
    later = at_machine_time(hooks.company.app, hooks.company.app.clock.now() + 20 * DAY)
    async with later.operators.begin() as uow:
        wish = Wish(enabled=True)
        await webhooks.update(uow, hooks.company.id, hooks.endpoint.id, wish, hooks.ground)
    hooks.heard()

    await hooks.deliver(20 * DAY)
    failed = await hooks.log()
    await hooks.deliver(20 * DAY + 12 * HOUR)

    assert failed == [("PENDING", 6, 500), ("PENDING", 0, None)]
    assert hooks.reasons() == ["0", "0", "1"]


async def test_where_nothing_was_tried_for_long_one_failure_disables_nothing(
    hooks: Listening,
) -> None:
    """W5: what failed a year ago is no proof that it has failed since."""
    hooks.receiver.answers += [500]
    await hooks.tell()
    await hooks.begun(days=365)
    await hooks.set(rest_until=hooks.company.app.clock.now() - 360 * DAY)

    await hooks.deliver()

    found = await hooks.now()
    assert found.status is EndpointStatus.ENABLED
    assert found.failing_since is not None
    assert found.failing_since > hooks.company.app.clock.now() - DAY


async def test_who_says_that_it_is_gone_gets_no_more(hooks: Listening) -> None:
    """F22: 410, at once."""
    hooks.receiver.answers += [410]
    await hooks.tell()

    await hooks.deliver()

    found = await hooks.now()
    assert (found.status, found.disabled_reason) == (
        EndpointStatus.DISABLED,
        "It has answered 410: it is gone.",
    )
    assert await _told_disabled(hooks) == ["GONE"]


async def _told_disabled(hooks: Listening) -> list[str]:
    """Why, as the events of this endpoint say it to others."""
    sql = """SELECT data->>'reason' FROM events WHERE account_id = :id
        AND kind = 'webhook_endpoint.disabled' AND data->>'webhookEndpointId' = :endpoint"""
    endpoint = encode("webhookendpoint", hooks.company.id, hooks.endpoint.id)
    of = {"id": hooks.company.id, "endpoint": endpoint}
    return [each[0] for each in await query(hooks.company.app, sql, **of)]


async def test_who_has_lost_the_lease_records_nothing(hooks: Listening) -> None:
    """W3, F4: it may arrive twice, with the same id, and is recorded by who has the lease."""
    await hooks.tell()

    async def late(*_: object) -> list[str]:
        await hooks.set(fence=99)
        return ["127.0.0.1"]

    hooks.sender = Sender(to_loopback=True, lookup=late)
    await hooks.deliver()
    lost = await hooks.log()
    await hooks.sender.close()
    hooks.sender = Sender(to_loopback=True)
    await hooks.deliver(HOUR)

    assert lost == [("PENDING", 0, None)]
    assert await hooks.log() == [("DELIVERED", 1, 204)]
    first, second = (dict(headers)["webhook-id"] for _, headers in hooks.heard())
    assert first == second


async def test_a_lost_doorbell_costs_seconds(own_app: Perseat, receiver: Receiver) -> None:
    """W1: the janitor asks PostgreSQL who waits; not who rests, and not who has nothing to get."""
    hooks = await listening(own_app, receiver)
    mine = (hooks.company.id, hooks.endpoint.id)
    empty = await deliveries.due(own_app.operators, limit=10)
    await hooks.tell()
    waiting = await deliveries.due(own_app.operators, limit=10)
    receiver.answers += [500]
    await hooks.deliver()
    resting = await deliveries.due(own_app.operators, limit=10)
    later = at_machine_time(own_app, own_app.clock.now() + HOUR)
    again = await deliveries.due(later.operators, limit=10)
    await hooks.sender.close()

    assert (empty, waiting, resting, again) == ([], [mine], [], [mine])


async def test_while_secrets_overlap_both_verify(hooks: Listening) -> None:
    """S21, F27: for a day; the one before them no more."""
    oldest = hooks.secret
    made = [oldest]
    for _ in range(2):
        async with hooks.company.begin() as uow:
            _, secret = await webhooks.rotate(
                uow, hooks.company.id, hooks.endpoint.id, hooks.ground
            )
        made.append(secret)
    await hooks.tell(2)
    await hooks.deliver()
    during = hooks.heard()[0]
    await hooks.set(old_secret_until=hooks.company.app.clock.now())
    await hooks.tell()
    await hooks.deliver()
    (after,) = hooks.heard()[-1:]

    for secret in made[1:]:
        hooks.verified(during, secret)
    hooks.verified(after, made[2])
    for signed, secret in ((during, oldest), (after, made[1])):
        with pytest.raises(WebhookVerificationError):
            hooks.verified(signed, secret)


async def test_the_database_holds_no_secret(hooks: Listening) -> None:
    """S21, S24: a dump of it signs nothing, and neither do the logs."""
    sql = "SELECT to_jsonb(e)::text FROM webhook_endpoints e WHERE account_id = :id"
    hooks.receiver.answers += [410]
    await hooks.tell()

    with capture_logs() as logs:
        await hooks.deliver()
    ((row,),) = await query(hooks.company.app, sql, id=hooks.company.id)

    assert [each["event"] for each in logs] == ["webhook.disabled"]
    for place in (row, str(logs)):
        assert hooks.secret.removeprefix("whsec_") not in place
        assert "whsec" not in place


async def test_the_task_delivers(hooks: Listening) -> None:
    """By the ids that the doorbell rings with."""
    app = replace(hooks.company.app, sender=hooks.sender)
    await hooks.tell(2)

    await tasks.deliver({"perseat": app}, str(hooks.company.id), str(hooks.endpoint.id))
    await delivering.ended()

    assert hooks.reasons() == ["0", "1"]


async def test_who_waits_for_a_receiver_takes_no_place_of_others(hooks: Listening) -> None:
    """F22: the job ends at once, however long a receiver takes; another one has what it is to get
    in the meantime, and who is told to end waits for both."""
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slowly(*_: object) -> list[str]:
        asked.set()
        await answer.wait()
        return ["127.0.0.1"]

    with receiving() as healthy:
        other = await listening(hooks.company.app, healthy)
        slow = Sender(to_loopback=True, lookup=slowly)
        for each, sender in ((hooks, slow), (other, other.sender)):
            await each.tell()
            app = replace(each.company.app, sender=sender)
            await tasks.deliver({"perseat": app}, str(each.company.id), str(each.endpoint.id))
        await asyncio.wait_for(asked.wait(), 30)
        await asyncio.to_thread(healthy.take)
        before = hooks.heard()
        answer.set()
        await delivering.ended()
        for sender in (slow, other.sender):
            await sender.close()

    assert before == []
    assert hooks.reasons() == ["0"]


async def test_each_has_its_turn(own_app: Perseat, receiver: Receiver) -> None:
    """F22: of more than can be served those are first whose last turn is longest ago."""
    first, second = [await listening(own_app, receiver) for _ in range(2)]
    for each in (first, second):
        await each.tell(2)
    second.receiver.answers += [500]
    order = []
    for served in (first, second):
        ((account, _),) = await deliveries.due(own_app.operators, limit=1)
        order.append(account == served.company.id)
        await served.deliver()
        await served.tell()
    for each in (first, second):
        await each.set(rest_until=None)
        await each.sender.close()
    again = await deliveries.due(own_app.operators, limit=2)

    assert order == [True, True]
    assert [account for account, _ in again] == [first.company.id, second.company.id]


async def test_a_replayed_event_is_the_same_again(hooks: Listening) -> None:
    """The same id and the same bytes, behind what waits."""
    await hooks.tell(2)
    await hooks.deliver()
    before = hooks.heard()
    sql = "SELECT id FROM events WHERE account_id = :id AND kind = 'top_up.stopped' ORDER BY id"
    first = (await query(hooks.company.app, sql, id=hooks.company.id))[0][0]

    async with hooks.company.begin() as uow:
        await webhooks.replay(uow, hooks.company.id, first, hooks.endpoint.id)
    await hooks.deliver()
    (again,) = hooks.heard()

    assert again[0] == before[0][0]
    assert dict(again[1])["webhook-id"] == dict(before[0][1])["webhook-id"]


async def test_a_time_is_replayed_in_its_order(hooks: Listening) -> None:
    await hooks.tell(3)
    await hooks.deliver()
    hooks.heard()
    now = hooks.company.app.clock.now()

    async with hooks.company.begin() as uow:
        span = Span(now - HOUR, now + HOUR)
        count = await webhooks.replay_span(uow, hooks.company.id, hooks.endpoint.id, span)
        nothing = await webhooks.replay_span(
            uow, hooks.company.id, hooks.endpoint.id, Span(now + HOUR, now + 2 * HOUR)
        )
    await hooks.deliver()
    came = [hooks.verified(each)["type"] for each in hooks.heard()]

    assert nothing == 0
    assert count == len(came)
    assert came[:2] == ["account.created", "user.created"]
    assert came[-3:] == ["top_up.stopped"] * 3


async def test_where_too_many_wait_nothing_is_replayed(hooks: Listening) -> None:
    """Who replays and replays fills no disk."""
    await hooks.tell()
    sql = """INSERT INTO webhook_deliveries (account_id, id, endpoint_id, event_id, body, status,
            attempts, created_at, next_attempt_at)
        SELECT account_id, uuidv7(), endpoint_id, event_id, body, status, attempts, created_at,
            next_attempt_at
        FROM webhook_deliveries, generate_series(2, :most) WHERE account_id = :id"""
    await query(hooks.company.app, sql, id=hooks.company.id, most=WAITING)

    with pytest.raises(Conflict):
        async with hooks.company.begin() as uow:
            await webhooks.send_test(uow, hooks.company.id, hooks.endpoint.id)
    await query(
        hooks.company.app,
        "UPDATE webhook_endpoints SET status = 'DELETED' WHERE account_id = :id",
        id=hooks.company.id,
    )


async def test_a_time_that_is_none_is_refused(hooks: Listening) -> None:
    now = hooks.company.app.clock.now()

    for span in (Span(now, now), Span(now - 36 * DAY, now)):
        with pytest.raises(InvalidInput):
            async with hooks.company.begin() as uow:
                await webhooks.replay_span(uow, hooks.company.id, hooks.endpoint.id, span)


async def test_what_is_deleted_is_gone(hooks: Listening) -> None:
    """Not even what waits is sent there."""
    await hooks.tell()
    async with hooks.company.begin() as uow:
        await webhooks.delete(uow, hooks.company.id, hooks.endpoint.id)

    await hooks.tell()
    await hooks.deliver()

    assert hooks.heard() == []
    assert len(await hooks.log()) == 1
    with pytest.raises(NotFound):
        await hooks.now()


async def test_an_account_has_at_most_ten(hooks: Listening) -> None:
    """Also of two who make one at once."""

    async def make() -> None:
        async with hooks.company.begin() as uow:
            wish = Wish(hooks.receiver.url)
            await webhooks.create(uow, hooks.company.id, wish, hooks.ground)

    for _ in range(ENDPOINTS - 2):
        await make()
    results = await asyncio.gather(make(), make(), return_exceptions=True)

    assert sorted(type(each).__name__ for each in results) == ["Conflict", "NoneType"]


async def test_nothing_is_tried_where_nothing_is_sent(hooks: Listening) -> None:
    async with hooks.company.begin() as uow:
        wish = Wish(enabled=False)
        await webhooks.update(uow, hooks.company.id, hooks.endpoint.id, wish, hooks.ground)

    with pytest.raises(Conflict):
        async with hooks.company.begin() as uow:
            await webhooks.send_test(uow, hooks.company.id, hooks.endpoint.id)


async def test_an_old_event_that_is_replayed_breaks_no_rule(
    own_app: Perseat, receiver: Receiver
) -> None:
    """W5: its webhook is kept longer than it; what was sent is in the log all the same."""
    hooks = await listening(own_app, receiver)
    await hooks.tell()
    now = own_app.clock.now()
    old = at_machine_time(own_app, now + 34 * DAY)
    async with old.operators.begin() as uow:
        span = Span(now - HOUR, now + HOUR)
        await webhooks.replay_span(uow, hooks.company.id, hooks.endpoint.id, span)
    later = at_machine_time(own_app, now + 36 * DAY)
    await events.forget(later.operators)
    await hooks.deliver(36 * DAY)
    await hooks.sender.close()

    ((kept,),) = await query(own_app, "SELECT count(*) FROM events")
    assert kept == 0
    assert hooks.heard()
    async for checked in verify(later.operators):
        if "webhook" in checked.invariant.name:
            assert checked.count == 0


async def test_events_are_kept_for_a_month_and_longer_than_their_webhooks(
    own_app: Perseat, receiver: Receiver
) -> None:
    hooks = await listening(own_app, receiver)
    await hooks.tell()
    now = own_app.clock.now()
    await hooks.deliver()
    sql = """SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM webhook_deliveries),
        (SELECT count(*) FROM webhook_attempts)"""

    counts = []
    for days in (29, 31, 36):
        await events.forget(at_machine_time(own_app, now + days * DAY).operators)
        counts.append(tuple((await query(own_app, sql))[0]))

    await hooks.sender.close()
    assert counts == [(3, 1, 1), (3, 0, 0), (0, 0, 0)]


async def test_who_tells_something_waits_for_no_delivery(hooks: Listening) -> None:
    """What is told has a foreign key to the endpoint that is being changed."""
    async with hooks.company.app.operators.begin() as uow:
        await webhooks.get(uow, hooks.company.id, hooks.endpoint.id)
        async with asyncio.timeout(4):
            await hooks.tell()

    assert len(await hooks.log()) == 1


async def test_what_is_disabled_in_the_middle_gets_no_more(hooks: Listening) -> None:
    """Also of what was due when it began."""
    await hooks.tell(2)

    async def meanwhile(*_: object) -> list[str]:
        await hooks.set(status="DISABLED")
        return ["127.0.0.1"]

    hooks.sender = Sender(to_loopback=True, lookup=meanwhile)
    await hooks.deliver()
    await hooks.sender.close()

    assert await hooks.log() == [("DELIVERED", 1, 204), ("PENDING", 0, None)]


async def test_each_attempt_is_in_the_log(hooks: Listening) -> None:
    """W5: when, what was answered (its beginning), how long it took, when it is tried again."""
    await hooks.tell()
    hooks.receiver.answers += [500]
    hooks.receiver.says = "no " * 200
    await hooks.deliver()
    hooks.receiver.says = ""
    await hooks.deliver(DAY)
    await hooks.sender.close()

    sql = """SELECT a.response_status, length(a.response), a.error, a.duration_ms >= 0,
            a.next_attempt_at > a.at, d.attempts
        FROM webhook_attempts a JOIN webhook_deliveries d
          ON (d.account_id, d.id) = (a.account_id, a.delivery_id)
        WHERE a.account_id = :id ORDER BY a.id"""
    rows = [tuple(row) for row in await query(hooks.company.app, sql, id=hooks.company.id)]
    assert rows == [(500, 200, None, True, True, 2), (204, 0, None, True, None, 2)]
