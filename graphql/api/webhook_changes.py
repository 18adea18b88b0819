"""Making, changing and trying endpoints of webhooks."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.ids import decode_within
from api.mutations import KEY, mutate, once, user_errors
from api.webhook_endpoints import WebhookDelivery, WebhookEndpoint
from app.db.unit_of_work import UnitOfWork
from app.domain.events import EventKind
from app.services import webhooks as service
from app.services.webhooks import Ground, Wish
from app.store.events import Span

ENDPOINT = "webhookendpoint"


@strawberry.input(description="A new endpoint; at most ten of an account.")
class CreateWebhookEndpointInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    url: str = strawberry.field(
        description="https://..., on the public internet; redirects are not followed."
    )
    kinds: list[EventKind] | None = strawberry.field(
        default=None, description="What is sent there; everything if not given or empty."
    )
    description: str = strawberry.field(default="", description="What it is for.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What is given is changed.")
class UpdateWebhookEndpointInput:
    id: strawberry.ID = strawberry.field(description="The endpoint.")
    url: str | None = strawberry.field(default=None, description="Another place.")
    kinds: list[EventKind] | None = strawberry.field(
        default=None, description="Other kinds; an empty list means everything."
    )
    description: str | None = strawberry.field(default=None, description="Other words.")
    enabled: bool | None = strawberry.field(
        default=None, description="Enabled again it gets what waits, in order."
    )


@strawberry.input(description="One endpoint.")
class WebhookEndpointInput:
    id: strawberry.ID = strawberry.field(description="The endpoint.")


@strawberry.input(description="Send an event to an endpoint again.")
class ReplayEventInput:
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    event_id: strawberry.ID = strawberry.field(description="The event, of the same account.")


@strawberry.input(description="Send the events of a time to an endpoint again: up to 1,000.")
class ReplayEventsInput:
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    since: datetime = strawberry.field(description="From then on; up to 35 days ago.")
    until: datetime = strawberry.field(description="Before then.")


@strawberry.type(description="What came of changing an endpoint.")
class WebhookEndpointPayload:
    webhook_endpoint: WebhookEndpoint | None = strawberry.field(
        default=None, description="The endpoint afterwards."
    )
    secret: str | None = strawberry.field(
        default=None,
        description="`whsec_...`, if it is new: what webhooks are verified with. Shown only here.",
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What came of sending something.")
class WebhookDeliveryPayload:
    delivery: WebhookDelivery | None = strawberry.field(
        default=None, description="The webhook; a moment later it says whether it has arrived."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What came of replaying events.")
class ReplayEventsPayload:
    events: int | None = strawberry.field(
        default=None, description="How many are sent again, behind what waits already."
    )
    user_errors: list[UserError] = user_errors()


def _ground(info: Info) -> Ground:
    running = info.context.perseat
    return Ground(running.signing_key, running.settings.webhooks_to_loopback)


@strawberry.type
class WebhookMutation:
    @strawberry.mutation(description="Be told what happens from now on. The secret is shown once.")
    async def create_webhook_endpoint(
        self, info: Info, input: CreateWebhookEndpointInput
    ) -> WebhookEndpointPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> WebhookEndpointPayload:
            wish = Wish(input.url, input.kinds, input.description)

            async def create() -> dict[str, Any]:
                row, _ = await service.create(uow, account_id, wish, _ground(info))
                return {"endpoint": str(row.id)}

            done = await once(uow, account_id, "createWebhookEndpoint", input, create)
            endpoint_id = UUID(done["endpoint"])
            row, secret = await service.as_made(uow, account_id, endpoint_id, _ground(info))
            return WebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.of(row), secret=secret)

        target = ("account", input.account_id, "accountId")
        return await mutate(info, WebhookEndpointPayload, target, work)

    @strawberry.mutation(description="Change an endpoint, disable or enable it.")
    async def update_webhook_endpoint(
        self, info: Info, input: UpdateWebhookEndpointInput
    ) -> WebhookEndpointPayload:
        async def work(uow: UnitOfWork, account_id: UUID, row_id: UUID) -> WebhookEndpointPayload:
            wish = Wish(input.url, input.kinds, input.description, input.enabled)
            row = await service.update(uow, account_id, row_id, wish, _ground(info))
            return WebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.of(row))

        return await mutate(info, WebhookEndpointPayload, (ENDPOINT, input.id, "id"), work)

    @strawberry.mutation(
        description="A new secret, shown once. For a day webhooks are signed with both, so that no "
        "receiver has to change at the same moment."
    )
    async def rotate_webhook_secret(
        self, info: Info, input: WebhookEndpointInput
    ) -> WebhookEndpointPayload:
        async def work(uow: UnitOfWork, account_id: UUID, row_id: UUID) -> WebhookEndpointPayload:
            row, secret = await service.rotate(uow, account_id, row_id, _ground(info))
            return WebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.of(row), secret=secret)

        return await mutate(info, WebhookEndpointPayload, (ENDPOINT, input.id, "id"), work)

    @strawberry.mutation(description="Send nothing there any more, not even what waits.")
    async def delete_webhook_endpoint(
        self, info: Info, input: WebhookEndpointInput
    ) -> WebhookEndpointPayload:
        async def work(uow: UnitOfWork, account_id: UUID, row_id: UUID) -> WebhookEndpointPayload:
            row = await service.delete(uow, account_id, row_id)
            return WebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.of(row))

        return await mutate(info, WebhookEndpointPayload, (ENDPOINT, input.id, "id"), work)

    @strawberry.mutation(description="Try an endpoint: an event WEBHOOK_TEST, for it alone.")
    async def send_test_event(
        self, info: Info, input: WebhookEndpointInput
    ) -> WebhookDeliveryPayload:
        async def work(uow: UnitOfWork, account_id: UUID, row_id: UUID) -> WebhookDeliveryPayload:
            row = await service.send_test(uow, account_id, row_id)
            return WebhookDeliveryPayload(delivery=WebhookDelivery.of(row))

        return await mutate(info, WebhookDeliveryPayload, (ENDPOINT, input.id, "id"), work)

    @strawberry.mutation(
        description="Send an event again, with the id and the body that it has, whatever became of "
        "it before."
    )
    async def replay_event(self, info: Info, input: ReplayEventInput) -> WebhookDeliveryPayload:
        async def work(uow: UnitOfWork, account_id: UUID, row_id: UUID) -> WebhookDeliveryPayload:
            event_id = decode_within(account_id, "event", input.event_id, field="eventId")
            row = await service.replay(uow, account_id, event_id, row_id)
            return WebhookDeliveryPayload(delivery=WebhookDelivery.of(row))

        target = (ENDPOINT, input.webhook_endpoint_id, "webhookEndpointId")
        return await mutate(info, WebhookDeliveryPayload, target, work)

    @strawberry.mutation(
        description="Send all events of a time again that the endpoint wants, in their order."
    )
    async def replay_events(self, info: Info, input: ReplayEventsInput) -> ReplayEventsPayload:
        async def work(uow: UnitOfWork, account_id: UUID, row_id: UUID) -> ReplayEventsPayload:
            span = Span(input.since, input.until)
            return ReplayEventsPayload(
                events=await service.replay_span(uow, account_id, row_id, span)
            )

        target = (ENDPOINT, input.webhook_endpoint_id, "webhookEndpointId")
        return await mutate(info, ReplayEventsPayload, target, work)
