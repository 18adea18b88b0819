"""Tasks: parse ids, one unit of work, one call. Their names are the kinds of outbox jobs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from app.bootstrap import Perseat
from app.services import (
    charging,
    credit_letters,
    deferrals,
    deliveries,
    events,
    idempotency,
    late_failure_letters,
    letters,
    mails,
    outbox,
    payment_letters,
    payment_method_letters,
    payment_notices,
    payments,
    provider_events,
    reconciliation,
    refunds,
    reinstatement_letters,
    run_orders,
    run_work,
    runs,
    sessions,
    top_ups,
    webhook_letters,
)
from workers import delivering

Context = dict[str, Any]
BATCH = 500
AT_ONCE = 8
AT_PROVIDER = 16
"""Who waits for the payment provider; whoever else has work is not kept waiting by it."""
COMPARES = 60
"""Seconds after which no further day is begun; with the last one it is well below the timeout."""
_asking = asyncio.Semaphore(AT_PROVIDER // 2)
log = structlog.get_logger()


def perseat(ctx: Context) -> Perseat:
    running: Perseat = ctx["perseat"]
    return running


async def top_up(ctx: Context, account_id: str, job_id: str) -> None:
    """M6: decide whether the account's credits are to be topped up."""
    transactions, account = perseat(ctx).operators, UUID(account_id)
    async with outbox.job(transactions, account, UUID(job_id)) as (uow, job):
        await top_ups.top_up_if_low(uow, account, top_ups.cause_of(job.args))


async def drive_payment(ctx: Context, account_id: str, job_id: str) -> None:
    """Ask the provider for a payment; an outcome that stays unknown is the janitor's."""
    await _ask(ctx, account_id, job_id, "payment_id", charging.drive)


async def drive_refund(ctx: Context, account_id: str, job_id: str) -> None:
    """Ask the provider to give something back; what stays unknown is the janitor's."""
    await _ask(ctx, account_id, job_id, "refund_id", refunds.drive)


async def _ask(
    ctx: Context, account_id: str, job_id: str, what: str, drive: Callable[..., Awaitable[None]]
) -> None:
    """A slow provider holds a few of the jobs, never all of them: the others are put off."""
    p, account = perseat(ctx), UUID(account_id)
    if _asking.locked():
        await outbox.put_off(p.operators, account, UUID(job_id))
        return
    async with _asking:
        args = await outbox.args_of(p.operators, account, UUID(job_id))
        await drive(p.operators, p.provider, account, UUID(args[what]))
    await outbox.finish(p.operators, account, UUID(job_id))


async def bill_account(ctx: Context, account_id: str, job_id: str) -> None:
    """C5: post the account's days (M2), which may wake a closed one (M7), and bill its cut-offs
    that have passed; then collect."""
    p, account = perseat(ctx), UUID(account_id)
    await deferrals.post_due(p.operators, account)
    await runs.bill_account(p.operators, account)
    await collect_due(p, only=account)
    await outbox.finish(p.operators, account, UUID(job_id))


async def collect(ctx: Context, account_id: str, job_id: str) -> None:
    """I6: charge the account's invoices whose attempt is due."""
    p, account = perseat(ctx), UUID(account_id)
    await collect_due(p, only=account)
    await outbox.finish(p.operators, account, UUID(job_id))


async def invite(ctx: Context, account_id: str, job_id: str) -> None:
    """U6: make a set-password link, then mail it."""
    await post(ctx, account_id, job_id, letters.invite)


async def send_requested_link(ctx: Context, account_id: str, job_id: str) -> None:
    """U6: the same for who has asked for it."""
    await post(ctx, account_id, job_id, letters.send_requested_link)


async def ask_to_activate(ctx: Context, account_id: str, job_id: str) -> None:
    """U6: tell an administrator that a user waits for the extra step."""
    await post(ctx, account_id, job_id, letters.ask_to_activate)


async def tell_activated(ctx: Context, account_id: str, job_id: str) -> None:
    """U6: tell the user that the extra step is done."""
    await post(ctx, account_id, job_id, letters.tell_activated)


async def tell_top_up_stopped(ctx: Context, account_id: str, job_id: str) -> None:
    """M6: tell somebody who looks after the money that credits do not come any more."""
    await post(ctx, account_id, job_id, credit_letters.tell_stopped)


async def tell_low_credits(ctx: Context, account_id: str, job_id: str) -> None:
    """M4: tell somebody who looks after the money that an alert's threshold is crossed."""
    await post(ctx, account_id, job_id, credit_letters.tell_low_credits)


async def tell_payment_declined(ctx: Context, account_id: str, job_id: str) -> None:
    """I6: tell somebody who looks after the money that an attempt failed, and when the next is."""
    await post(ctx, account_id, job_id, payment_letters.tell_declined)


async def tell_past_due(ctx: Context, account_id: str, job_id: str) -> None:
    """I6: tell somebody who looks after the money that nobody tries any more."""
    await post(ctx, account_id, job_id, payment_letters.tell_past_due)


async def tell_recovered(ctx: Context, account_id: str, job_id: str) -> None:
    """I6: tell somebody who looks after the money that all of it is settled."""
    await post(ctx, account_id, job_id, payment_letters.tell_recovered)


async def tell_card_expiring(ctx: Context, account_id: str, job_id: str) -> None:
    """C1: tell somebody who looks after the money that the card ends soon, or has ended."""
    await post(ctx, account_id, job_id, payment_method_letters.tell_card_expiring)


async def tell_taken_back(ctx: Context, account_id: str, job_id: str) -> None:
    """I6: tell somebody who looks after the money that a payment was taken back."""
    await post(ctx, account_id, job_id, late_failure_letters.tell_taken_back)


async def tell_reinstated(ctx: Context, account_id: str, job_id: str) -> None:
    """I3, I6: tell somebody who looks after the money that a refund or a dispute came back."""
    await post(ctx, account_id, job_id, reinstatement_letters.tell_reinstated)


async def tell_webhook_disabled(ctx: Context, account_id: str, job_id: str) -> None:
    """W5: tell somebody that webhooks do not arrive."""
    await post(ctx, account_id, job_id, webhook_letters.tell_webhook_disabled)


async def post(ctx: Context, account_id: str, job_id: str, write: mails.Writer) -> None:
    p, account = perseat(ctx), UUID(account_id)
    await mails.post(p.operators, p.mailer, p.settings.base_url, account, UUID(job_id), write)


async def bill(ctx: Context) -> None:
    """Bill one chunk of whoever is due, then collect; where some were, two more may be needed."""
    p = perseat(ctx)
    billed = await runs.bill_due(
        p.operators,
        chunk_size=p.settings.chunk_size,
        chunks=1,
        sandbox_only=not p.settings.automatic_billing,
    )
    for _ in range(2 if billed else 0):
        await ctx["redis"].enqueue_job("bill")
    await collect_due(p)


async def post_deferrals(ctx: Context, after: str = str(deferrals.FIRST)) -> None:
    """M2: post the sums of days that are over; where there are more accounts, go on behind the
    last one, so that none that fails is in the way. Nobody else begins at the same place."""
    p = perseat(ctx)
    due = await deferrals.due_accounts(p.operators, limit=BATCH, after=UUID(after))
    await each(partial(deferrals.post_due, p.operators), [(account,) for account in due])
    if len(due) == BATCH:
        place = str(due[-1])
        job_id = f"post_deferrals:{place}"
        await ctx["redis"].enqueue_job("post_deferrals", place, _job_id=job_id)


async def look_at_cards(ctx: Context) -> None:
    """C1: PostgreSQL knows whose card ends soon by their own calendar, and who was told."""
    await payment_notices.expiring(perseat(ctx).operators)


async def forget_sessions(ctx: Context) -> None:
    """S33: what is left of sessions that ended long ago."""
    await sessions.forget(perseat(ctx).operators)


async def work_on_run(ctx: Context, run_id: str) -> None:
    """Do one chunk of an operator's run, then collect; where there was one, two more may be."""
    p = perseat(ctx)
    more = await run_work.work_on(
        p.operators, UUID(run_id), chunk_size=p.settings.chunk_size, chunks=1
    )
    for _ in range(2 if more else 0):
        await ctx["redis"].enqueue_job("work_on_run", run_id)
    await collect_due(p)


async def hear_provider(ctx: Context, event_id: str) -> None:
    """Look into what the payment provider has told."""
    p = perseat(ctx)
    await provider_events.process(p.operators, p.provider, event_id)


async def deliver(ctx: Context, account_id: str, endpoint_id: str) -> None:
    """Begin to deliver what is due to one endpoint."""

    async def again() -> None:
        await ctx["redis"].enqueue_job("deliver", account_id, endpoint_id)

    delivering.begin(perseat(ctx), UUID(account_id), UUID(endpoint_id), again)


async def reconcile(ctx: Context) -> None:
    """Compare one day after the other with the provider, for a minute; the next tick goes on. Its
    tick gives it a name, so that no two of them compare the same."""
    p = perseat(ctx)
    clock = asyncio.get_running_loop().time
    ends_at = clock() + COMPARES
    while await reconciliation.reconcile_next_day(p.operators, p.provider):
        if clock() >= ends_at:
            break


async def tick(ctx: Context) -> None:
    """Every minute PostgreSQL is asked who is due; no date of a calendar is ever waited for."""
    transactions = perseat(ctx).operators
    await ctx["redis"].enqueue_job("bill")
    for name in ("post_deferrals", "look_at_cards", "forget_sessions"):
        await ctx["redis"].enqueue_job(name, _job_id=name)
    if not perseat(ctx).settings.automatic_billing:
        await run_orders.plan_due(transactions)
    for run_id in await runs.unfinished(transactions):
        await ctx["redis"].enqueue_job("work_on_run", str(run_id))

    async def decide(account_id: UUID) -> None:
        async with transactions.begin() as uow:
            await top_ups.top_up_if_low(uow, account_id, top_ups.LOOKED)

    if await reconciliation.is_due(transactions, perseat(ctx).provider.name):
        await ctx["redis"].enqueue_job("reconcile", _job_id="reconcile")
    await each(decide, [(low,) for low in await top_ups.low_accounts(transactions, limit=BATCH)])
    await outbox.forget(transactions)
    await events.forget(transactions)
    await idempotency.forget(transactions)


async def recover(ctx: Context) -> None:
    """The janitor: ring what nobody has done, drive what nobody has settled."""
    p = perseat(ctx)
    await outbox.relay(p.operators)
    for account_id, endpoint_id in await deliveries.due(p.operators, limit=BATCH):
        await ctx["redis"].enqueue_job("deliver", str(account_id), str(endpoint_id))
    few = 2 * AT_PROVIDER  # so that a slow provider is no reason to be cut off
    left = await charging.unsettled(p.operators, limit=few)
    back = await refunds.unsettled(p.operators, limit=few)
    await asyncio.gather(
        each(partial(charging.drive, p.operators, p.provider), left, AT_PROVIDER),
        each(partial(refunds.drive, p.operators, p.provider), back, AT_PROVIDER),
    )
    heard = await provider_events.unprocessed(p.operators, p.provider, limit=few)
    await each(partial(provider_events.process, p.operators, p.provider), heard, AT_PROVIDER)


async def collect_due(p: Perseat, *, only: UUID | None = None) -> None:
    due = await payments.to_collect(p.operators, limit=BATCH, only=only)
    await each(partial(payments.collect, p.operators), due)


async def each(
    work: Callable[..., Awaitable[None]],
    items: Sequence[tuple[UUID | str, ...]],
    at_once: int = AT_ONCE,
) -> None:
    """Do `work` for each item, a few at a time; one that fails does not stop the others."""
    gate = asyncio.Semaphore(at_once)

    async def one(item: tuple[UUID | str, ...]) -> None:
        async with gate:
            await work(*item)

    results = await asyncio.gather(*(one(item) for item in items), return_exceptions=True)
    for item, result in zip(items, results, strict=True):
        if isinstance(result, Exception):
            log.error("task.failed", item=[str(part) for part in item], exc_info=result)
