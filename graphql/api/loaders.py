"""All that a request reads by key, so that no field of a list asks on its own."""

from api.reads.credits import CreditsReads
from api.reads.invoices import InvoicesReads
from api.reads.people import PeopleReads
from api.reads.runs import RunsReads
from api.reads.subscriptions import SubscriptionsReads
from api.reads.usage import UsageReads
from api.reads.webhooks import WebhooksReads


class Loaders(
    PeopleReads,
    InvoicesReads,
    CreditsReads,
    UsageReads,
    RunsReads,
    SubscriptionsReads,
    WebhooksReads,
):
    """One per request: nothing that was read is seen by another principal."""
