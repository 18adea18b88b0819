"""Somebody who has forgotten a password asks for a link (U6), and learns nothing by asking."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.audit_events import Whence
from app.domain.log_ins import AT_ONCE, address, rest_of_step
from app.domain.passwords import may_have_link
from app.domain.users import UserStatus
from app.services.audit_events import note_stranger
from app.services.locks import gave_up_waiting
from app.services.password_links import invitee
from app.store import log_ins as store

log = structlog.get_logger()


class Requests(Protocol):
    """Counts them. `ask` raises TooManyAttempts before anything else is done."""

    async def ask(self, who: str, network: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Wish:
    email: str
    network: str
    request_id: str | None = None


async def request_link(transactions: Transactions, requests: Requests, wish: Wish) -> None:
    """A link for each account in which the address may have one; TooManyAttempts.

    Whether there is any shows neither in the answer nor in its time (S31).
    """
    email = address(wish.email)
    await requests.ask(store.key_of(email), wish.network)
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with transactions.begin() as uow:
        found = await store.opened(uow.session, email, None, most=AT_ONCE)
    for account_id, user_id in found:  # each in its own tenant
        with _unless_held(account_id):
            async with transactions.begin(account_id) as uow:
                await _send(uow, account_id, user_id, Whence(wish.network, wish.request_id))
    taken = timedelta(seconds=loop.time() - started)
    await asyncio.sleep(rest_of_step(taken).total_seconds())


@contextmanager
def _unless_held(account_id: UUID) -> Iterator[None]:
    """That an account is busy only an address could tell that is somebody's: who waits for this
    link asks again."""
    try:
        yield
    except DBAPIError as error:
        if not gave_up_waiting(error):
            raise
        log.warning("links.held", account_id=str(account_id))


async def _send(uow: UnitOfWork, account_id: UUID, user_id: UUID, whence: Whence) -> None:
    """Whether it still may be sent is decided when it is written, under the account's lock."""
    standing = (await invitee(uow, account_id, user_id)).standing
    if standing.status is UserStatus.DELETED or not may_have_link(standing):
        return
    uow.enqueue("send_requested_link", account_id, user_id=str(user_id))
    await note_stranger(uow, account_id, user_id, "requestPasswordLink", whence)
