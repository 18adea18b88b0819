"""Rule U6: nobody is given a password; the holder of a link chooses one."""

from dataclasses import dataclass, field
from uuid import UUID

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.audit_events import Whence
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.passwords import Activation, check_link, clean_password, typed
from app.services import hashing, sessions
from app.services.audit_events import note
from app.services.locks import any_account_locked
from app.services.log_ins import Attempts
from app.services.opaque import account_in, digest
from app.services.password_links import check_open, invitee
from app.services.sessions import UNKNOWN
from app.store import log_ins as log_in_store
from app.store import passwords as store
from app.store import users as user_store
from app.store.log_ins import Known


async def choose(
    transactions: Transactions, token: str, text: str, whence: Whence = UNKNOWN
) -> Activation | None:
    """Set the password by a link, once; what is left to do before the first log-in.

    The link is looked at first, so that a wrong one costs no hash, and used last, so that of two
    at once one wins. Whoever was logged in by the old password is not any more. NotFound or
    Refused: the link is not good (any more). InvalidInput: the password is not, and the link still
    is.
    """
    account_id = account_in(token)
    if account_id is None:
        raise NotFound("link")
    async with transactions.begin(account_id) as uow:
        user_id = await store.open_link(uow.session, account_id, digest(token), uow.now())
        if user_id is None:
            raise NotFound("link")
        person = await invitee(uow, account_id, user_id)
    known = (person.first_name, person.last_name, person.email)
    password = clean_password(text, known=known)
    hashed = await hashing.hashed(password)
    async with transactions.begin(account_id) as uow:
        activation = await _use(uow, account_id, token, hashed)
        await note(uow, account_id, user_id, "setPassword", whence)
        return activation


async def _use(uow: UnitOfWork, account_id: UUID, token: str, hashed: str) -> Activation | None:
    account = await any_account_locked(uow, account_id)
    user_id = await store.use_link(uow.session, account_id, digest(token), uow.now())
    if user_id is None:
        raise NotFound("link")
    standing = (await invitee(uow, account_id, user_id)).standing
    check_link(standing)
    check_open(account, standing)
    await store.set_chosen(uow.session, account_id, user_id, hashed, uow.now())
    await sessions.end_all(uow, account_id, user_id)
    activation = (await invitee(uow, account_id, user_id)).standing.activation
    if activation is Activation.AWAITING_ACTIVATION:
        for each in sorted((await user_store.administrators(uow.session, account_id)).invited):
            uow.enqueue(
                "ask_to_activate", account_id, user_id=str(user_id), administrator_id=str(each)
            )
    return activation


@dataclass(frozen=True, slots=True)
class Change:
    """Of one's own password, out of the session that goes on."""

    account_id: UUID
    user_id: UUID
    session_id: UUID
    network: str
    current: str = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proven:
    """Whose current password was right, and the hash of the new one."""

    known: Known
    hashed: str = field(repr=False)


async def prove(transactions: Transactions, attempts: Attempts, wanted: Change) -> Proven:
    """Whoever only guesses is counted as one who logs in: InvalidInput or TooManyAttempts.

    Hashing takes long, and is done in no transaction.
    """
    account_id, user_id = wanted.account_id, wanted.user_id
    async with transactions.begin(account_id) as uow:
        known = await log_in_store.known(uow.session, account_id, user_id)
        person = await invitee(uow, account_id, user_id)
    who = log_in_store.key_of(person.email)
    await attempts.begin(who, wanted.network)
    if known is None or not await hashing.verifies(known.hash, typed(wanted.current)):
        raise InvalidInput("This is not your password.", field="currentPassword")
    await attempts.succeeded(who, wanted.network)
    names = (person.first_name, person.last_name, person.email)
    return Proven(known, await hashing.hashed(clean_password(wanted.new, known=names)))


async def change(uow: UnitOfWork, wanted: Change, proven: Proven) -> None:
    """Another password for who knew the current one; the other sessions end, and so does a link.

    Conflict: another one was chosen meanwhile.
    """
    now = uow.now()
    if not await store.change(uow.session, proven.known, proven.hashed, now):
        raise Conflict(
            "The password was changed just now: send the new one as the current one.",
            field="currentPassword",
        )
    owner, user_id = wanted.account_id, wanted.user_id
    await store.end_open_link(uow.session, owner, user_id, now)
    await sessions.end_all(uow, owner, user_id, but=wanted.session_id)
