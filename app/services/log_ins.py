"""Log-in by e-mail address and password: who is not let in learns nothing from how (U1)."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from app.db.unit_of_work import Transactions
from app.domain.audit_events import Whence
from app.domain.log_ins import (
    AT_ONCE,
    Company,
    LogInFailed,
    SeveralAccounts,
    address,
    may_log_in,
    rest_of_step,
)
from app.domain.passwords import typed
from app.services import hashing, sessions
from app.services.audit_events import note
from app.services.sessions import Ticket
from app.store import log_ins as store
from app.store.log_ins import Known


class Attempts(Protocol):
    """Counts attempts. `begin` raises TooManyAttempts before anything else is done."""

    async def begin(self, who: str, network: str) -> None: ...

    async def succeeded(self, who: str, network: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Knock:
    """Who wants to come in, from where. `account_id` only where the password opens several."""

    email: str
    password: str = field(repr=False)
    network: str
    user_agent: str = ""
    account_id: UUID | None = None
    request_id: str | None = None


async def log_in(transactions: Transactions, attempts: Attempts, knock: Knock) -> Ticket:
    """Raises LogInFailed, TooManyAttempts or SeveralAccounts.

    An address that nobody has is hashed for too, and the time of a failure tells nothing (S31).
    """
    email = address(knock.email)
    who = store.key_of(email)
    await attempts.begin(who, knock.network)
    loop = asyncio.get_running_loop()
    started = loop.time()
    password = typed(knock.password)
    behind = await _behind(transactions, email, knock.account_id)
    right = await _right(behind, password)
    ticket = await _enter(transactions, right[0], knock, password) if len(right) == 1 else None
    if len(right) > 1 or ticket is not None:
        await attempts.succeeded(who, knock.network)
    if len(right) > 1:
        raise SeveralAccounts([Company(each.account_id, each.company) for each in right])
    if ticket is None:
        taken = timedelta(seconds=loop.time() - started)
        await asyncio.sleep(rest_of_step(taken).total_seconds())
        raise LogInFailed
    return ticket


async def _behind(transactions: Transactions, email: str, account_id: UUID | None) -> list[Known]:
    async with transactions.begin() as uow:
        found = await store.opened(uow.session, email, account_id, most=AT_ONCE)
    behind = []
    for owner, user_id in found:  # each in its own tenant
        async with transactions.begin(owner) as uow:
            behind.append(await store.known(uow.session, owner, user_id))
    return [each for each in behind if each is not None]


async def _right(behind: list[Known], password: str) -> list[Known]:
    """Those whom the password lets in."""
    hashes = [each.hash if _may(each) else None for each in behind] or [None]
    verified = await asyncio.gather(*(hashing.verifies(each, password) for each in hashes))
    return [each for each, is_right in zip(behind, verified, strict=False) if is_right]


def _may(known: Known) -> bool:
    return may_log_in(known.status, chosen=known.chosen_at is not None)


async def _enter(
    transactions: Transactions, known: Known, knock: Knock, password: str
) -> Ticket | None:
    """None if state or password have changed while the old one was being verified."""
    if hashing.is_outdated(known.hash):
        new = await hashing.hashed(password)
        async with transactions.begin(known.account_id) as uow:
            await store.rehash(uow.session, known, new)
    async with transactions.begin(known.account_id) as uow:
        now = await store.known(uow.session, known.account_id, known.user_id, lock=True)
        if now is None or now.chosen_at != known.chosen_at or not _may(now):
            return None
        whence = Whence(knock.network, knock.request_id)
        ticket = await sessions.begin(uow, known.account_id, known.user_id, knock.user_agent)
        await note(uow, known.account_id, known.user_id, "logIn", whence)
        return ticket
