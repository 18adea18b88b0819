"""Subscriptions: what has changed, as it is now, with a cursor from which to go on later."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import strawberry

from api.context import Context, Info
from api.credits import Credits
from api.ids import decode, decode_for, encode
from api.invoices import Invoice
from api.payments import Payment
from api.runs import BillingRun
from api.top_ups import AutoTopUp, TopUp
from app.domain.errors import NotFound
from app.domain.events import EventKind
from app.domain.live import BALANCE, INVOICES, TOP_UPS, Mark, Topic, of_run
from app.models.api_keys import PLATFORM
from app.services.live import Listener, News

AFTER = (
    " `after` is the cursor of the last message: what has happened since is told first, the newest "
    "of each thing; `READ_ANEW` says that it is too much or too old."
)


@strawberry.interface(description="Something that a subscription tells.")
class Change:
    cursor: str = strawberry.field(
        description="Give it as `after` to go on behind this message, for 34 days. It may repeat "
        "something then, and leaves out nothing."
    )
    kind: EventKind | None = strawberry.field(
        description="What happened last; null in the first message of a subscription without "
        "`after`, which only says that it has begun."
    )
    at: datetime = strawberry.field(description="When that was, by the clock of the machine.")
    owner: strawberry.Private[UUID]
    subject: strawberry.Private[str | None]


T = TypeVar("T", bound=Change)


@strawberry.type(description="Credits have changed: they are shown as they are now.")
class CreditBalanceChange(Change):
    @strawberry.field(description="The credits now.")
    async def credits(self, info: Info) -> Credits:
        (account,) = await info.context.loaders.account.load((self.owner,))
        (row,) = await info.context.loaders.credits.load((self.owner,))
        return Credits.of(row, account.currency)


@strawberry.type(description="An invoice has changed: it is shown as it is now.")
class InvoiceChange(Change):
    @strawberry.field(description="The invoice now; null in the first message.")
    async def invoice(self, info: Info) -> Invoice | None:
        if self.subject is None:
            return None
        key = decode("invoice", self.subject, field="id")
        rows = await info.context.loaders.invoice.load(key)
        return Invoice.of(rows[0]) if rows else None


@strawberry.type(description="A charge for credits, or the rule of automatic top-up, has changed.")
class TopUpChange(Change):
    @strawberry.field(
        description="The charge now; null in the first message, and where the rule has stopped."
    )
    async def top_up(self, info: Info) -> TopUp | None:
        if not self.subject:
            return None
        key = decode("payment", self.subject, field="id")
        rows = await info.context.loaders.payment.load(key)
        if not rows:
            return None
        (account,) = await info.context.loaders.account.load(key[:1])
        payment = Payment.of(rows[0], account.currency)
        return TopUp(row=rows[0], currency=account.currency, payment=payment)

    @strawberry.field(description="The rule of automatic top-up now.")
    async def auto_top_up(self, info: Info) -> AutoTopUp:
        (account,) = await info.context.loaders.account.load((self.owner,))
        (row,) = await info.context.loaders.credits.load((self.owner,))
        return AutoTopUp.of(row, account.currency)


@strawberry.type(description="A billing run is further than before.")
class BillingRunProgress(Change):
    @strawberry.field(description="The run now.")
    async def run(self, info: Info) -> BillingRun:
        (row,) = await info.context.loaders.billing_run.load((self.owner,))
        return BillingRun.of(row)


async def _told(
    info: Info, owner: UUID, topic: Topic, after: str | None, change: type[T]
) -> AsyncIterator[T]:
    """Each message costs what the document costs; whoever cannot pay hears less often."""
    context = info.context
    given, now = after or context.resumed_after, context.perseat.clock.now()
    mark = None if given is None else Mark.read(given, now)
    account_id = PLATFORM if change is BillingRunProgress else owner
    async with context.perseat.feed.listening(account_id, topic, mark) as listener:
        if mark is None:
            context.cursor = listener.mark(now).text
            yield change(cursor=context.cursor, kind=None, at=now, owner=owner, subject=None)
        while True:
            news = await _next(listener, context)
            context.cursor = news.mark.text
            yield change(
                cursor=context.cursor,
                kind=news.kind,
                at=news.at,
                owner=owner,
                subject=news.subject,
            )


async def _next(listener: Listener, context: Context) -> News:
    await listener.more.wait()
    await context.pay()
    while (news := listener.take(context.perseat.clock.now())) is None:
        await listener.more.wait()
    return news


async def _account(info: Info, id: str) -> UUID:
    """NotFound unless whoever asks may see it; nothing is held while they listen."""
    account_id, _ = decode_for(info.context.principal, "account", id, field="accountId")
    mine = info.context.principal.account_id
    rows = await info.context.loaders.account.load((account_id,))
    async with info.context.loaders.silent():
        if not rows or mine not in {None, account_id}:
            raise NotFound("account", field="accountId")
    return account_id


async def _run(info: Info, id: str) -> UUID:
    run_id, _ = decode("billingrun", id, field="runId")
    rows = await info.context.loaders.billing_run.load((run_id,))
    async with info.context.loaders.silent():
        if not rows:
            raise NotFound("billing run", field="runId")
    return run_id


@strawberry.type(
    description="What changes, as it changes: over WebSockets (`graphql-transport-ws`), or as "
    "events of a server (`Accept: text/event-stream`). It comes from what is committed."
)
class Live:
    @strawberry.subscription(
        description="Credits, whenever their balance has changed, and once at the beginning."
        + AFTER
    )
    async def credit_balance_changed(
        self, info: Info, account_id: strawberry.ID, after: str | None = None
    ) -> AsyncIterator[CreditBalanceChange]:
        account = await _account(info, account_id)
        async for each in _told(info, account, BALANCE, after, CreditBalanceChange):
            yield each

    @strawberry.subscription(
        description="Each invoice that is issued, paid, past due, void, given up or credited, or "
        "whose payment or refund has come to something." + AFTER
    )
    async def invoice_changed(
        self, info: Info, account_id: strawberry.ID, after: str | None = None
    ) -> AsyncIterator[InvoiceChange]:
        account = await _account(info, account_id)
        async for each in _told(info, account, INVOICES, after, InvoiceChange):
            yield each

    @strawberry.subscription(
        description="Each charge for credits that is begun or comes to something, and automatic "
        "top-up when it stops." + AFTER
    )
    async def top_up_changed(
        self, info: Info, account_id: strawberry.ID, after: str | None = None
    ) -> AsyncIterator[TopUpChange]:
        account = await _account(info, account_id)
        async for each in _told(info, account, TOP_UPS, after, TopUpChange):
            yield each

    @strawberry.subscription(
        description="A billing run, whenever another part of it is done, and once at the "
        "beginning. For operators." + AFTER
    )
    async def billing_run_progressed(
        self, info: Info, run_id: strawberry.ID, after: str | None = None
    ) -> AsyncIterator[BillingRunProgress]:
        run = await _run(info, run_id)
        topic = of_run(encode("billingrun", run))
        async for each in _told(info, run, topic, after, BillingRunProgress):
            yield each
