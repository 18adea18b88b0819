"""Accounts: the row that serialises everything that counts, and who is due."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.types import is_one_of
from app.domain.accounts import AccountStatus
from app.models import Account
from app.store.claims import in_turn


async def get(session: AsyncSession, account_id: UUID) -> Account | None:
    return (await session.exec(select(Account).where(col(Account.id) == account_id))).first()


async def for_update(session: AsyncSession, account_id: UUID) -> Account | None:
    """Lock the account before anything of it is counted. Foreign keys do not wait for this lock."""
    query = select(Account).where(col(Account.id) == account_id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.exec(query)).first()


_LOCK_IN_ORDER = text("SELECT lock_accounts(CAST(:ids AS uuid[]))")


async def all_for_update(session: AsyncSession, account_ids: Iterable[UUID]) -> Sequence[Account]:
    """The same for several, one after the other in the order of their ids: nobody who does so can
    wait for another in a circle."""
    ids = list(account_ids)
    await in_order(session, ids)
    return await some(session, ids)


async def in_order(session: AsyncSession, account_ids: Iterable[UUID]) -> None:
    """Lock these before one statement changes them, which would lock them in an order of its own:
    batches of usage hold as many, and wait for the next one."""
    connection = await session.connection()
    await connection.execute(_LOCK_IN_ORDER, {"ids": sorted(account_ids)})


async def some(session: AsyncSession, account_ids: Collection[UUID]) -> Sequence[Account]:
    """Those that exist, read afresh."""
    query = select(Account).where(is_one_of(Account.id, account_ids)).order_by(col(Account.id))
    return (await session.exec(query.execution_options(populate_existing=True))).all()


_WAKING = text("""
    SELECT a.id, min(d.effective_at) AS since
    FROM accounts a JOIN credits c ON c.account_id = a.id
    JOIN usage_deferrals d ON d.account_id = a.id AND d.posted_at IS NULL
    WHERE a.id = ANY(:ids) AND a.status = 'CLOSED' AND a.next_bill_at IS NULL
    GROUP BY a.id, c.balance HAVING c.balance < sum(d.amount)
""")


async def waking(
    session: AsyncSession, account_ids: Sequence[UUID]
) -> list[tuple[Account, datetime]]:
    """M2, M7: closed ones that will owe for usage as soon as what waits is debited, and when the
    first of it is."""
    connection = await session.connection()
    rows = await connection.execute(_WAKING, {"ids": list(account_ids)})
    since = {row.id: row.since for row in rows}
    return [(each, since[each.id]) for each in await some(session, since)] if since else []


@dataclass(frozen=True, slots=True)
class Due:
    """An account that a billing run has claimed, and the cut-off that it is to be billed at; from
    `name` on, whom the invoice is addressed to."""

    account_id: UUID
    cut_off: datetime
    billing_timezone: str
    currency: str
    invoice_sequence: int
    post_paid_subscription: bool
    post_paid_usage: bool
    tax_rate: int
    name: str
    legal_name: str | None
    address: str | None
    tax_id: str | None
    language: str
    sandbox: bool = False
    closed: bool = False


_FREE = text("""
    SELECT id FROM accounts
    WHERE parked_at IS NULL AND next_bill_at <= coalesce(test_clock, :now)
      AND (billing_claimed_until IS NULL OR billing_claimed_until < :now)
      AND (CAST(:only AS uuid[]) IS NULL OR id = ANY(CAST(:only AS uuid[])))
      AND (test_clock IS NOT NULL OR NOT :sandbox_only)
    ORDER BY next_bill_at, id LIMIT :count
""")
_CLAIM = text("""
    UPDATE accounts SET billing_claim = :claim, billing_claimed_until = :until
    WHERE id = ANY(:ids) AND parked_at IS NULL AND next_bill_at <= coalesce(test_clock, :now)
      AND (billing_claimed_until IS NULL OR billing_claimed_until < :now)
    RETURNING id
""")


async def claim_due(
    session: AsyncSession,
    *,
    claim: UUID,
    now: datetime,
    until: datetime,
    count: int,
    only: Sequence[UUID] | None = None,
    sandbox_only: bool = False,
) -> list[UUID]:
    """C5: take up to `count` accounts whose cut-off has passed; another claimant gets others."""
    wanted = {"now": now, "count": count, "only": only, "sandbox_only": sandbox_only}
    await in_turn(session)
    connection = await session.connection()
    ids = list((await connection.execute(_FREE, wanted)).scalars())
    await in_order(session, ids)
    values = {"claim": claim, "now": now, "until": until, "ids": ids}
    return list((await connection.execute(_CLAIM, values)).scalars())


_COLUMNS = """id, next_bill_at, billing_timezone, currency, invoice_sequence,
    post_paid_subscription, post_paid_usage, tax_rate,
    name, legal_name, address, tax_id, language, test_clock IS NOT NULL, status = 'CLOSED'"""
_LOCK_CLAIMED = text(f"""
    UPDATE accounts SET version = version + 1
    WHERE id = ANY(:ids) AND billing_claim = :claim AND parked_at IS NULL
    RETURNING {_COLUMNS}
""")  # noqa: S608 - the columns are ours


async def lock_claimed(session: AsyncSession, ids: Sequence[UUID], claim: UUID) -> list[Due]:
    """Lock what is still ours: a worker that lost its claim gets nothing (fencing)."""
    await in_order(session, ids)
    connection = await session.connection()
    rows = await connection.execute(_LOCK_CLAIMED, {"ids": list(ids), "claim": claim})
    return sorted((Due(*row) for row in rows), key=lambda due: due.account_id)


def due_of(account: Account, cut_off: datetime | None = None) -> Due:
    """The same for an account that the caller has locked, at its next cut-off or this one; it must
    not be a trial."""
    at = cut_off or account.next_bill_at
    if at is None:
        raise ValueError(account.id)
    return Due(
        account.id,
        at,
        account.billing_timezone,
        account.currency,
        account.invoice_sequence,
        account.post_paid_subscription,
        account.post_paid_usage,
        account.tax_rate,
        account.name,
        account.legal_name,
        account.address,
        account.tax_id,
        account.language,
        account.test_clock is not None,
        account.status == AccountStatus.CLOSED,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """An account of a run, `due` at its next cut-off (None: never); `passed`: by its own clock."""

    account_id: UUID
    due: Due | None
    passed: bool
    closed: bool
    parked_reason: str | None


_STANDING = f"""coalesce(next_bill_at <= coalesce(test_clock, :now), false),
    status = 'CLOSED', parked_reason, {_COLUMNS}"""
_LOOK = text(f"SELECT {_STANDING} FROM accounts WHERE id = ANY(:ids)")  # noqa: S608
_LOCK = text(f"""
    UPDATE accounts SET version = version + 1 WHERE id = ANY(:ids) RETURNING {_STANDING}
""")  # noqa: S608 - the columns are ours


async def standing(
    session: AsyncSession, ids: Sequence[UUID], now: datetime, *, lock: bool = False
) -> list[Standing]:
    """Where accounts stand, in the order of their ids; with a lock until the transaction ends."""
    if lock:
        await in_order(session, ids)
    connection = await session.connection()
    rows = await connection.execute(_LOCK if lock else _LOOK, {"ids": list(ids), "now": now})
    found = [
        Standing(id_, None if cut_off is None else Due(id_, cut_off, *more), passed, closed, parked)
        for passed, closed, parked, id_, cut_off, *more in rows
    ]
    return sorted(found, key=lambda each: each.account_id)


_PARK = text("""
    UPDATE accounts SET parked_at = :now, parked_reason = :reason,
        billing_claim = NULL, billing_claimed_until = NULL
    WHERE id = :id
""")
_RELEASE = text("""
    UPDATE accounts SET billing_claim = NULL, billing_claimed_until = NULL
    WHERE id = ANY(:ids) AND billing_claim = :claim
""")


async def park(session: AsyncSession, account_id: UUID, reason: str, now: datetime) -> None:
    connection = await session.connection()
    await connection.execute(_PARK, {"id": account_id, "reason": reason[:500], "now": now})


async def give_back(session: AsyncSession, ids: Sequence[UUID], claim: UUID) -> None:
    await in_order(session, ids)
    connection = await session.connection()
    await connection.execute(_RELEASE, {"ids": list(ids), "claim": claim})
