"""The letter about an endpoint of webhooks that is disabled."""

from uuid import UUID

from app.db.outbox import OutboxJob
from app.db.unit_of_work import UnitOfWork
from app.mail.mailer import Mail
from app.services.letters import letter, payer
from app.store import webhooks as store

_LETTER = """webhooks of {company} do not arrive at

{url}

{reason} It is disabled: nothing is sent there any more. What happens meanwhile is kept for 35 days.

When it answers again, enable it (updateWebhookEndpoint): what waits is delivered then, in order,
and what was given up can be replayed (replayEvents).
"""


async def tell_webhook_disabled(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """To one of who look after the money; none if somebody has enabled it again."""
    found = await payer(uow, job)
    endpoint_id = UUID(job.args["endpoint_id"])
    endpoint = await store.endpoint(uow.session, job.account_id, endpoint_id)
    if found is None or endpoint is None or endpoint.disabled_reason is None:
        return None
    to, _account = found
    url = endpoint.url.partition("?")[0]  # behind it many keep a password
    text = _LETTER.format(company=to.company, url=url, reason=endpoint.disabled_reason)
    return letter(uow, job.id, to, "Webhooks do not arrive", text)
