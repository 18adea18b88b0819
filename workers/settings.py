"""What `arq workers.settings.WorkerSettings` runs."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import orjson
import structlog
from arq import ArqRedis, cron, func
from arq.typing import WorkerCoroutine
from redis.exceptions import RedisError

from app import logs, memory
from app.bootstrap import perseat
from app.doorbell import QUEUE, redis_settings, serialize
from app.services.outbox import AlreadyDone
from app.settings import Settings
from workers import delivering, tasks

logs.configure()
SETTINGS = Settings()
log = structlog.get_logger()
WEEK = 7 * 24 * 3600 * 1000


def at_most_once(task: Callable[..., Awaitable[None]]) -> WorkerCoroutine:
    """A doorbell may ring twice: finding the job done is a success."""

    @wraps(task)
    async def quiet(ctx: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        try:
            await task(ctx, *args, **kwargs)
        except AlreadyDone:
            return

    return quiet


async def startup(ctx: dict[str, Any]) -> None:
    """One engine per process, a session per job; a tick at once for what fell due meanwhile."""
    ctx["running"] = perseat(SETTINGS)
    ctx["perseat"] = await ctx["running"].__aenter__()
    while not await _looks_at_once(ctx["redis"]):  # noqa: ASYNC110
        await asyncio.sleep(1)  # nobody tells when it takes writes again
    memory.settle()


async def _looks_at_once(redis: ArqRedis) -> bool:
    """A Redis that answers but takes nothing (read-only, full) is waited for: who dies of it over
    and over again is given up by whoever restarts it, and the API with it."""
    try:
        await redis.enqueue_job("tick")
    except (OSError, RedisError) as error:
        log.warning("worker.waits", error=repr(error))
        return False
    return True


async def shutdown(ctx: dict[str, Any]) -> None:
    await delivering.ended()
    await ctx["running"].__aexit__(None, None, None)


class WorkerSettings:
    """No results are kept (a kept one would refuse the next ring) and no job is long."""

    functions = [  # noqa: RUF012 - arq reads class attributes
        func(at_most_once(tasks.top_up), name="top_up"),
        func(at_most_once(tasks.drive_payment), name="drive_payment"),
        func(at_most_once(tasks.drive_refund), name="drive_refund"),
        func(at_most_once(tasks.bill_account), name="bill_account"),
        func(at_most_once(tasks.collect), name="collect"),
        func(at_most_once(tasks.invite), name="invite"),
        func(at_most_once(tasks.send_requested_link), name="send_requested_link"),
        func(at_most_once(tasks.ask_to_activate), name="ask_to_activate"),
        func(at_most_once(tasks.tell_activated), name="tell_activated"),
        func(at_most_once(tasks.tell_top_up_stopped), name="tell_top_up_stopped"),
        func(at_most_once(tasks.tell_low_credits), name="tell_low_credits"),
        func(at_most_once(tasks.tell_taken_back), name="tell_taken_back"),
        func(at_most_once(tasks.tell_reinstated), name="tell_reinstated"),
        func(at_most_once(tasks.tell_payment_declined), name="tell_payment_declined"),
        func(at_most_once(tasks.tell_past_due), name="tell_past_due"),
        func(at_most_once(tasks.tell_recovered), name="tell_recovered"),
        func(at_most_once(tasks.tell_card_expiring), name="tell_card_expiring"),
        func(at_most_once(tasks.tell_webhook_disabled), name="tell_webhook_disabled"),
        func(tasks.deliver, name="deliver"),
        func(tasks.bill, name="bill"),
        func(tasks.post_deferrals, name="post_deferrals"),
        func(tasks.look_at_cards, name="look_at_cards"),
        func(tasks.forget_sessions, name="forget_sessions"),
        func(tasks.work_on_run, name="work_on_run"),
        func(tasks.hear_provider, name="hear_provider"),
        func(tasks.reconcile, name="reconcile", timeout=180),
        func(tasks.tick, name="tick"),
    ]
    cron_jobs = [  # noqa: RUF012
        cron(tasks.tick, name="cron:tick", second=0),
        cron(tasks.recover, name="cron:recover", second=set(range(0, 60, 5))),
    ]
    redis_settings = redis_settings(
        SETTINGS.redis_url.get_secret_value() if SETTINGS.redis_url else "redis://127.0.0.1"
    )
    queue_name = QUEUE
    job_serializer = serialize
    job_deserializer = orjson.loads
    on_startup = startup
    on_shutdown = shutdown
    keep_result = 0
    job_timeout = 60
    job_completion_wait = 10
    max_jobs = 20
    poll_delay = 0.1
    expires_extra_ms = WEEK
    health_check_interval = 15
    health_check_key = f"{QUEUE}:health:{os.getpid()}"
    log_results = False
