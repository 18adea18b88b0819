"""Builds what the API, the workers, the commands and the tests run on, from settings."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from app.attempts import CountedAttempts
from app.clock import Clock, SystemClock
from app.db import engine
from app.db.unit_of_work import Bell, Transactions
from app.doorbell import ArqBell, told
from app.embedded.addresses import asyncpg_url
from app.guesses import Guesses
from app.mail.folder import FolderMailer
from app.mail.mailer import Mailer, address_of
from app.mail.smtp import SmtpMailer, server_at
from app.payments.provider import Provider
from app.payments.sandbox import SandboxProvider, client
from app.sandbox.asgi import InProcess, book_of
from app.services.live import Feed
from app.settings import PaymentProvider, Settings
from app.signing import key_pepper, sandbox_key, sandbox_secret, signing_key, token_keys
from app.throttle import Throttle
from app.tokens import TokenKeys
from app.webhooks.sender import Sender


@dataclass(frozen=True, slots=True)
class Perseat:
    """`tenants` sees one account at a time, `operators` all of them."""

    settings: Settings
    clock: Clock
    bell: Bell
    tenants: Transactions
    operators: Transactions
    provider: Provider
    mailer: Mailer
    sender: Sender
    signing_key: bytes = field(repr=False)
    token_keys: TokenKeys = field(repr=False)
    attempts: CountedAttempts
    key_pepper: bytes = field(repr=False)
    throttle: Throttle = field(repr=False)
    feed: Feed = field(repr=False)
    guesses: Guesses = field(repr=False)


@asynccontextmanager
async def perseat(
    settings: Settings, *, clock: Clock | None = None, bell: Bell | None = None
) -> AsyncIterator[Perseat]:
    """Needs both addresses in `settings`; whoever starts embedded servers puts them there."""
    if settings.database_url is None or settings.redis_url is None:
        raise LookupError(
            "PERSEAT_DATABASE_URL and PERSEAT_REDIS_URL are not set; `perseat up` starts both "
            "servers and sets them"
        )
    redis_url = settings.redis_url.get_secret_value()
    url = asyncpg_url(settings.database_url.get_secret_value())
    async with AsyncExitStack() as stack:
        clock, own_bell = clock or SystemClock(), _closing(stack, ArqBell(redis_url))
        bell, provider = bell or own_bell, _closing(stack, provider_of(settings))
        tenants, operators = (
            Transactions(
                _engine(stack, url, role, settings.pool_size),
                clock,
                bell,
                settings.bounds,
                provider.name,
            )
            for role in (engine.API_ROLE, engine.WORKER_ROLE)
        )
        throttle = Throttle(redis_url, rate=settings.rate, burst=settings.rate_burst)
        every = timedelta(seconds=settings.live_every)
        yield Perseat(
            settings=settings,
            clock=clock,
            bell=bell,
            tenants=tenants,
            operators=operators,
            provider=provider,
            mailer=mailer_of(settings),
            sender=_closing(stack, Sender(to_loopback=settings.webhooks_to_loopback)),
            signing_key=signing_key(settings),
            token_keys=token_keys(settings),
            attempts=_closing(stack, CountedAttempts(redis_url)),
            key_pepper=key_pepper(settings),
            throttle=_closing(stack, throttle),
            feed=Feed(operators, partial(told, redis_url), every=every),
            guesses=_closing(stack, Guesses(redis_url)),
        )


class _Closes(Protocol):
    async def close(self) -> None: ...


_Closing = TypeVar("_Closing", bound=_Closes)


def _closing(stack: AsyncExitStack, each: _Closing) -> _Closing:
    """It is closed at the end, whatever becomes of the others."""
    stack.push_async_callback(each.close)
    return each


def _engine(stack: AsyncExitStack, url: str, role: str, pool_size: int) -> AsyncEngine:
    found = engine.create(url, role, pool_size=pool_size)
    stack.push_async_callback(found.dispose)
    return found


def provider_of(settings: Settings) -> Provider:
    """The sandbox answers over the network where its address is set, else in this process."""
    if settings.payment_provider is PaymentProvider.STRIPE:
        return _stripe(settings)
    key, secret = sandbox_key(settings), sandbox_secret(settings)
    if settings.sandbox_url:
        return SandboxProvider(client(settings.sandbox_url, key), secret)
    within = InProcess(book_of(settings), key)
    return SandboxProvider(client("http://sandbox", key, within), secret)


def _stripe(settings: Settings) -> Provider:
    from app.payments.stripe import StripeProvider  # noqa: PLC0415 - its SDK loads for half a second

    return StripeProvider(*settings.stripe_secrets(), settings.stripe_url)


def mailer_of(settings: Settings) -> Mailer:
    """By SMTP if a server is set, else into the data folder."""
    sender = address_of(settings.mail_from)
    if settings.smtp_url is None:
        return FolderMailer(settings.data_folder.expanduser() / "mail", sender)
    return SmtpMailer(server_at(settings.smtp_url.get_secret_value()), sender)
