"""How webhooks are delivered: in order, one at a time to each endpoint, until somebody has them.

The receiver is asked with no transaction open, under a lease; whoever has lost it records nothing.
So a webhook may arrive twice, with the same id, and never not at all within three days.
"""

from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import structlog

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain import webhooks as rules
from app.domain.events import EventKind
from app.domain.ids import encode
from app.domain.webhooks import DeliveryStatus, EndpointStatus
from app.faults import Fault, reach
from app.models import WebhookEndpoint
from app.services.notices import tell
from app.store import webhooks as store
from app.store.webhooks import Turn
from app.webhooks.sender import Answer, Message, Sender

LEASE = timedelta(seconds=30)
TURN_SECONDS = 20
"""Then others have their turn."""
GONE = 410
log = structlog.get_logger()


async def deliver(
    transactions: Transactions, sender: Sender, key: bytes, account_id: UUID, endpoint_id: UUID
) -> bool:
    """Deliver what is due to an endpoint, unless somebody does it; whether more may be due now."""
    began = monotonic()
    async with transactions.begin() as uow:
        turn = await _claim(uow, account_id, endpoint_id)
    while turn is not None:
        reach(Fault.DELIVERY_CLAIMED)
        now = transactions.clock.now()
        answer = await sender.send(_message(turn, key, now), now)
        reach(Fault.DELIVERED)
        spent = monotonic() - began > TURN_SECONDS
        async with transactions.begin() as uow:
            turn = await _conclude(uow, turn, answer, last=spent)
        if spent:
            return turn is not None
    return False


async def due(transactions: Transactions, *, limit: int) -> list[tuple[UUID, UUID]]:
    """What the janitor rings for: doorbells that were lost, and times that have come."""
    async with transactions.begin() as uow:
        return await store.due(uow.session, now=uow.now(), limit=limit)


async def _claim(uow: UnitOfWork, account_id: UUID, endpoint_id: UUID) -> Turn | None:
    now = uow.now()
    fence = await store.claim(uow.session, account_id, endpoint_id, now=now, until=now + LEASE)
    if fence is None:
        return None
    turn = await store.next_turn(uow.session, account_id, endpoint_id, fence, now)
    if turn is None:
        await store.release(uow.session, account_id, endpoint_id, fence, now)
    return turn


def _message(turn: Turn, key: bytes, now: datetime) -> Message:
    """S21: while an old secret is valid it signs too."""
    versions = [turn.secret_version]
    if turn.old_secret_until is not None and turn.old_secret_until > now:
        versions.append(turn.secret_version - 1)
    secrets = [rules.secret(key, turn.account_id, turn.endpoint_id, each) for each in versions]
    return Message(encode("event", turn.account_id, turn.event_id), turn.url, turn.body, secrets)


async def _conclude(uow: UnitOfWork, turn: Turn, answer: Answer, *, last: bool) -> Turn | None:
    """Record what came of it, and go on with the next; after a failure nothing goes there now."""
    now = uow.now()
    endpoint = await store.held(uow.session, turn)
    if endpoint is None:
        return None
    await store.conclude(uow.session, turn, _outcome(turn, answer, now))
    following = None
    if answer.is_taken:
        endpoint.failures, endpoint.failing_since, endpoint.rest_until = 0, None, None
        following = await store.next_turn(
            uow.session, turn.account_id, turn.endpoint_id, turn.fence, now
        )
    else:
        await _failed(uow, endpoint, turn, answer, now)
    endpoint.lease_until = now if last or following is None else now + LEASE
    return following


def _outcome(turn: Turn, answer: Answer, now: datetime) -> dict[str, object]:
    attempts, status = turn.attempts + 1, DeliveryStatus.DELIVERED
    if not answer.is_taken:
        over = now - turn.since >= rules.GIVE_UP
        status = DeliveryStatus.FAILED if over else DeliveryStatus.PENDING
    waits = status is DeliveryStatus.PENDING
    return {
        "status": status,
        "next": rules.next_attempt(turn.delivery_id, attempts, now) if waits else None,
        "now": now,
        "answered": answer.status,
        "response": answer.text,
        "error": answer.error,
        "took": answer.duration_ms,
    }


async def _failed(
    uow: UnitOfWork, endpoint: WebhookEndpoint, turn: Turn, answer: Answer, now: datetime
) -> None:
    """An endpoint rests; who says that it is gone, or has taken nothing for days, gets no more."""
    endpoint.failures += 1
    since = rules.failing_since(endpoint.failing_since, endpoint.rest_until, now)
    endpoint.failing_since = since
    endpoint.rest_until = rules.rest(turn.delivery_id, endpoint.failures, now)
    gone = answer.status == GONE
    if not gone and now - since < rules.DISABLE:
        return
    endpoint.status = EndpointStatus.DISABLED
    endpoint.disabled_reason = (
        "It has answered 410: it is gone." if gone else "It has taken nothing for five days."
    )
    log.warning("webhook.disabled", endpoint_id=str(endpoint.id), gone=gone)
    reason = "GONE" if gone else "TAKES_NOTHING"
    uow.tell(
        EventKind.WEBHOOK_ENDPOINT_DISABLED,
        endpoint.account_id,
        webhook_endpoint_id=endpoint.id,
        reason=reason,
    )
    about = {"endpoint_id": str(endpoint.id)}
    await tell(uow, "tell_webhook_disabled", {endpoint.account_id: about})
