"""Endpoints of webhooks: made, changed, tried, replayed. Their secrets are shown once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from app.db.events import Event, body_of
from app.db.types import new_id
from app.db.unit_of_work import Ring, UnitOfWork
from app.domain import webhooks as rules
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.events import EventKind
from app.domain.webhooks import EndpointStatus
from app.models import WebhookDelivery, WebhookEndpoint
from app.services.locks import account_locked
from app.store import events as event_store
from app.store import webhooks as store
from app.store.events import Span

BACK = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an endpoint is to be; None leaves it as it is. No `kinds` are all kinds."""

    url: str | None = None
    kinds: Sequence[EventKind] | None = None
    description: str | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What secrets are made from, and whether webhooks may go to this machine."""

    key: bytes = field(repr=False)
    to_loopback: bool = False


async def create(
    uow: UnitOfWork, account_id: UUID, wish: Wish, ground: Ground
) -> tuple[WebhookEndpoint, str]:
    """The endpoint and its secret, which nobody will see again. It hears of what happens next."""
    url = rules.clean_url(wish.url or "", to_loopback=ground.to_loopback)
    description = rules.clean_description(wish.description or "")
    await account_locked(uow, account_id)
    if await store.count(uow.session, account_id) >= rules.ENDPOINTS:
        message = f"An account has at most {rules.ENDPOINTS} endpoints: delete one first."
        raise Conflict(message, field="accountId")
    endpoint = WebhookEndpoint(
        account_id=account_id,
        id=new_id(),
        url=url,
        description=description,
        kinds=rules.clean_kinds(wish.kinds or ()),
        enabled_at=uow.now(),
        created_at=uow.now(),
    )
    uow.session.add(endpoint)
    await uow.session.flush()
    return endpoint, rules.secret(ground.key, account_id, endpoint.id, 1)


async def as_made(
    uow: UnitOfWork, account_id: UUID, endpoint_id: UUID, ground: Ground
) -> tuple[WebhookEndpoint, str | None]:
    """What `create` answered, for who asks with the same key; not a secret that was rotated."""
    endpoint = await uow.session.get(WebhookEndpoint, (account_id, endpoint_id))
    if endpoint is None:
        raise NotFound("webhook endpoint", field="idempotencyKey")
    first = endpoint.secret_version == 1
    return endpoint, rules.secret(ground.key, account_id, endpoint_id, 1) if first else None


async def update(
    uow: UnitOfWork, account_id: UUID, endpoint_id: UUID, wish: Wish, ground: Ground
) -> WebhookEndpoint:
    """Enabled again it gets what waits for it, in order; what was given up can be replayed."""
    endpoint = await get(uow, account_id, endpoint_id)
    if wish.url is not None:
        endpoint.url = rules.clean_url(wish.url, to_loopback=ground.to_loopback)
    if wish.kinds is not None:
        endpoint.kinds = rules.clean_kinds(wish.kinds)
    if wish.description is not None:
        endpoint.description = rules.clean_description(wish.description)
    again = wish.enabled and endpoint.status is EndpointStatus.DISABLED
    if again:
        endpoint.status, endpoint.disabled_reason = EndpointStatus.ENABLED, None
    elif wish.enabled is False:
        endpoint.status = EndpointStatus.DISABLED
    if again or wish.url is not None:
        await _refresh(uow, endpoint)
    return endpoint


async def _refresh(uow: UnitOfWork, endpoint: WebhookEndpoint) -> None:
    """What has failed is no reason to wait any more, or to be given up."""
    endpoint.enabled_at = uow.now()
    await store.retry(uow.session, endpoint, uow.now())
    endpoint.failures, endpoint.failing_since, endpoint.rest_until = 0, None, None
    _ring(uow, endpoint)


def _ring(uow: UnitOfWork, endpoint: WebhookEndpoint) -> None:
    uow.rings.append(Ring("deliver", endpoint.account_id, endpoint.id))


async def rotate(
    uow: UnitOfWork, account_id: UUID, endpoint_id: UUID, ground: Ground
) -> tuple[WebhookEndpoint, str]:
    """S21: the new secret, shown once. For a day both sign; a third never does."""
    endpoint = await get(uow, account_id, endpoint_id)
    endpoint.secret_version += 1
    endpoint.old_secret_until = uow.now() + rules.OVERLAP
    return endpoint, rules.secret(ground.key, account_id, endpoint_id, endpoint.secret_version)


async def delete(uow: UnitOfWork, account_id: UUID, endpoint_id: UUID) -> WebhookEndpoint:
    """Nothing is sent there any more, not even what waits."""
    endpoint = await get(uow, account_id, endpoint_id)
    endpoint.status = EndpointStatus.DELETED
    return endpoint


async def get(uow: UnitOfWork, account_id: UUID, endpoint_id: UUID) -> WebhookEndpoint:
    """Locked: whoever delivers changes it too."""
    endpoint = await store.endpoint(uow.session, account_id, endpoint_id, lock=True)
    if endpoint is None:
        raise NotFound("webhook endpoint", field="id")
    return endpoint


async def send_test(uow: UnitOfWork, account_id: UUID, endpoint_id: UUID) -> WebhookDelivery:
    """An event of its own kind, for this endpoint alone, whatever kinds it wants."""
    endpoint = await _enabled(uow, account_id, endpoint_id)
    told = uow.tell(EventKind.WEBHOOK_TEST, account_id, webhook_endpoint_id=endpoint_id)
    await uow.write_news()
    event = await event_store.get(uow.session, account_id, told)
    if event is None:
        raise LookupError(told)
    (delivery,) = await _put(uow, endpoint, [event])
    return delivery


async def replay(
    uow: UnitOfWork, account_id: UUID, event_id: UUID, endpoint_id: UUID
) -> WebhookDelivery:
    """The same event again, with the same id and body, behind all that waits."""
    endpoint = await _enabled(uow, account_id, endpoint_id)
    event = await event_store.get(uow.session, account_id, event_id)
    if event is None:
        raise NotFound("event", field="eventId")
    (delivery,) = await _put(uow, endpoint, [event])
    return delivery


async def replay_span(uow: UnitOfWork, account_id: UUID, endpoint_id: UUID, span: Span) -> int:
    """All events of a time that the endpoint wants, in their order; how many there were."""
    if span.since >= span.until:
        raise InvalidInput("It ends before it begins.", field="until")
    if span.since < uow.now() - BACK:
        raise InvalidInput(f"Events are kept for {BACK.days} days.", field="since")
    endpoint = await _enabled(uow, account_id, endpoint_id)
    wanted = Span(span.since, span.until, endpoint.kinds)
    limit = rules.REPLAYED
    found = await event_store.of_span(uow.session, account_id, wanted, limit=limit + 1)
    if len(found) > limit:
        until = found[limit].at.isoformat()
        message = f"These are more than {limit:,} events: replay those until {until} first."
        raise Conflict(message, field="until")
    return len(await _put(uow, endpoint, found))


async def _enabled(uow: UnitOfWork, account_id: UUID, endpoint_id: UUID) -> WebhookEndpoint:
    endpoint = await get(uow, account_id, endpoint_id)
    if endpoint.status is not EndpointStatus.ENABLED:
        message = "Nothing is sent to this endpoint: enable it first (updateWebhookEndpoint)."
        raise Conflict(message, field="id")
    return endpoint


async def _put(
    uow: UnitOfWork, endpoint: WebhookEndpoint, events: Sequence[Event]
) -> list[WebhookDelivery]:
    if await store.waiting(uow.session, endpoint, most=rules.WAITING) >= rules.WAITING:
        message = f"{rules.WAITING:,} webhooks wait for this endpoint: wait until they are there."
        raise Conflict(message, field="id")
    bodies = [(each.id, body_of(each)) for each in events]
    ids = await store.deliver(uow.session, endpoint, bodies, uow.now())
    _ring(uow, endpoint)
    return await store.deliveries(uow.session, endpoint.account_id, ids)
