"""A company whose webhooks go to a receiver of the test."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from standardwebhooks import Webhook

from app.bootstrap import Perseat
from app.domain.events import EventKind
from app.models import WebhookEndpoint
from app.services import deliveries, webhooks
from app.services.webhooks import Ground, Wish
from app.webhooks.sender import Sender
from tests.make import Company, at_machine_time, make_company, query
from tests.payments.contract import Signed
from tests.payments.receiver import Receiver


@dataclass
class Listening:
    """An endpoint of a company. `later`: so much later than now its webhooks are sent."""

    company: Company
    receiver: Receiver
    endpoint: WebhookEndpoint
    secret: str
    sender: Sender = field(default_factory=lambda: Sender(to_loopback=True))

    @property
    def ground(self) -> Ground:
        return Ground(self.company.app.signing_key, to_loopback=True)

    async def tell(self, number: int = 1) -> None:
        """Things that happen, each in its own transaction."""
        for each in range(number):
            async with self.company.begin() as uow:
                uow.tell(EventKind.TOP_UP_STOPPED, self.company.id, reason=str(each))

    async def deliver(self, later: timedelta = timedelta()) -> bool:
        app = self.company.app
        if later:
            app = at_machine_time(app, app.clock.now() + later)
        key, sender = app.signing_key, self.sender
        return await deliveries.deliver(
            app.operators, sender, key, self.company.id, self.endpoint.id
        )

    def heard(self) -> list[Signed]:
        """What has come since somebody asked, in its order."""
        return [self.receiver.take() for _ in range(self.receiver.got.qsize())]

    def reasons(self) -> list[str]:
        return [orjson.loads(body)["data"]["reason"] for body, _ in self.heard()]

    def verified(self, signed: Signed, secret: str | None = None) -> Any:
        body, headers = signed
        return Webhook(secret or self.secret).verify(body, dict(headers))

    async def log(self) -> list[tuple[Any, ...]]:
        """Status, attempts and what was answered, oldest first."""
        sql = """SELECT status, attempts, response_status FROM webhook_deliveries
            WHERE account_id = :account AND endpoint_id = :id ORDER BY id"""
        of = {"account": self.company.id, "id": self.endpoint.id}
        return [tuple(row) for row in await query(self.company.app, sql, **of)]

    async def set(self, **values: object) -> None:
        """Columns of the endpoint."""
        columns = ", ".join(f"{name} = :{name}" for name in values)
        sql = f"UPDATE webhook_endpoints SET {columns} WHERE account_id = :account AND id = :id"  # noqa: S608
        of = {"account": self.company.id, "id": self.endpoint.id}
        await query(self.company.app, sql, **of, **values)

    async def now(self) -> WebhookEndpoint:
        async with self.company.begin() as uow:
            return await webhooks.get(uow, self.company.id, self.endpoint.id)

    async def begun(self, days: float) -> None:
        """As if it had been failing for so long, and what waits had been told then."""
        since: datetime = self.company.app.clock.now() - timedelta(days=days)
        await self.set(failing_since=since, failures=1, rest_until=None)
        sql = "UPDATE webhook_deliveries SET next_attempt_at = now() WHERE status = 'PENDING'"
        await query(self.company.app, f"{sql} AND account_id = :id", id=self.company.id)


async def listening(app: Perseat, receiver: Receiver, *kinds: EventKind) -> Listening:
    company = await make_company(app)
    ground = Ground(app.signing_key, to_loopback=True)
    async with company.begin() as uow:
        wish = Wish(receiver.url, kinds, "CRM")
        endpoint, secret = await webhooks.create(uow, company.id, wish, ground)
    return Listening(company, receiver, endpoint, secret)
