"""The accounts of a billing run: filled in one statement, claimed in chunks, written in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.runs import SETTLED, Outcome
from app.models import BillingRun
from app.store.claims import in_turn
from app.store.invoices import Rows, as_json, insert_rows
from app.store.runs import CUT_OFF, WAITING, Scope

_FILL = text(f"""
    INSERT INTO billing_run_accounts (account_id, run_id, period, status, currency, accepted)
    SELECT a.id, :run, :period, 'PENDING', a.currency, false FROM accounts a
    WHERE {WAITING} AND {CUT_OFF} = :period
      AND a.next_bill_at BETWEEN CAST(:period AS date) - interval '2 days'
        AND CAST(:period AS date) + interval '2 days'
      AND (NOT :due_only OR a.next_bill_at <= coalesce(a.test_clock, :now))
""")  # noqa: S608 - the fragments are ours


async def fill(session: AsyncSession, run: BillingRun, scope: Scope, now: datetime) -> None:
    """Whoever waits for the run's cut-off; only those for whom it has come, if `due_only`."""
    values = {**scope.values(), "run": run.id, "period": run.period, "due_only": run.due_only}
    await (await session.connection()).execute(_FILL, {**values, "now": now})


_FILL_FROM_PLAN = text("""
    INSERT INTO billing_run_accounts
        (account_id, run_id, period, status, currency, planned_total, digest, accepted)
    SELECT account_id, :run, period, 'PENDING', currency, total, digest, accepted
    FROM billing_run_accounts WHERE run_id = :plan
""")


async def fill_from_plan(session: AsyncSession, run: BillingRun) -> None:
    """The accounts of the plan that it applies, no others, each with the bill that was planned."""
    values = {"run": run.id, "plan": run.plan_id}
    await (await session.connection()).execute(_FILL_FROM_PLAN, values)


_CLAIM = text("""
    UPDATE billing_run_accounts SET claim = :claim, claimed_until = :until
    WHERE run_id = :run AND account_id IN (
        SELECT account_id FROM billing_run_accounts
        WHERE run_id = :run AND status = ANY(:left)
          AND (claimed_until IS NULL OR claimed_until < :now)
        ORDER BY account_id LIMIT :count
    ) AND status = ANY(:left) AND (claimed_until IS NULL OR claimed_until < :now)
    RETURNING account_id
""")
_GIVE_BACK = text("""
    UPDATE billing_run_accounts SET claim = NULL, claimed_until = NULL
    WHERE run_id = :run AND account_id = ANY(:ids) AND claim = :claim
""")


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's hold on accounts of a run; `left`: the statuses that its phase has to do."""

    id: UUID
    run: UUID
    left: tuple[Outcome, ...]


async def take(
    session: AsyncSession, claim: Claim, *, now: datetime, until: datetime, count: int
) -> list[UUID]:
    """Up to `count` accounts that nobody else has, or whose worker is late; others get others."""
    values = {"claim": claim.id, "run": claim.run, "left": list(claim.left)}
    values |= {"now": now, "until": until, "count": count}
    await in_turn(session)
    return list((await (await session.connection()).execute(_CLAIM, values)).scalars())


async def give_back(session: AsyncSession, claim: Claim, ids: Sequence[UUID]) -> None:
    values = {"claim": claim.id, "run": claim.run, "ids": list(ids)}
    await (await session.connection()).execute(_GIVE_BACK, values)


_HELD = text("""
    UPDATE billing_run_accounts SET claim = NULL, claimed_until = NULL
    WHERE run_id = :run AND account_id = ANY(:ids) AND claim = :claim AND status = ANY(:left)
    RETURNING account_id, status, digest, planned_total, total, accepted
""")


@dataclass(frozen=True, slots=True)
class Held:
    """An account of the run under our lock: its status, and the bill that was planned, if any."""

    account_id: UUID
    status: Outcome
    digest: str | None
    planned_total: int | None
    total: int | None
    accepted: bool


async def held(session: AsyncSession, claim: Claim, ids: Sequence[UUID]) -> dict[UUID, Held]:
    """Lock what is still ours and end the claim: who lost it gets nothing (fencing)."""
    values = {"claim": claim.id, "run": claim.run, "ids": list(ids), "left": list(claim.left)}
    rows = await (await session.connection()).execute(_HELD, values)
    return {row[0]: Held(row[0], Outcome(row[1]), *row[2:]) for row in rows}


_SETTLED = text("""
    SELECT account_id, digest, total, invoice_id, kind, parts, causes, measure
    FROM billing_run_accounts
    WHERE account_id = ANY(:ids) AND period = :period AND status IN ('BILLED', 'NOTHING')
""")


async def settled(session: AsyncSession, ids: Sequence[UUID], period: date) -> dict[UUID, Any]:
    """By account: what was billed for the cut-off, by whichever run."""
    if not ids:
        return {}
    values = {"ids": list(ids), "period": period}
    rows = await (await session.connection()).execute(_SETTLED, values)
    return {row.account_id: row for row in rows}


_WRITTEN = (
    "status", "kind", "invoice_id", "total", "digest", "bill", "parts", "causes", "measure",
    "reason",
)  # fmt: skip
_SET = ", ".join(f"{name} = written.{name}" for name in _WRITTEN)
_UPDATE = text(f"""
    UPDATE billing_run_accounts r SET {_SET}, claim = NULL, claimed_until = NULL
    FROM json_populate_recordset(CAST(NULL AS billing_run_accounts), CAST(:rows AS json)) AS written
    WHERE r.account_id = written.account_id AND r.run_id = written.run_id
""")  # noqa: S608 - the names are ours
_AGAIN = f"""ON CONFLICT (account_id, run_id) DO UPDATE SET {
    ", ".join(f"{name} = excluded.{name}" for name in _WRITTEN)
}, claim = NULL, claimed_until = NULL
    WHERE billing_run_accounts.status NOT IN ('{"', '".join(SETTLED)}')"""


async def update(session: AsyncSession, rows: Rows) -> None:
    """What came of accounts that the run has had from its beginning."""
    if rows:
        values = {"rows": as_json(rows)}
        await (await session.connection()).execute(_UPDATE, values)


async def write(session: AsyncSession, rows: Rows) -> None:
    """What came of accounts that the automatic run may not have met before; what is settled stays
    as it is."""
    await insert_rows(session, "billing_run_accounts", rows, _AGAIN)


_RELEASE = text(f"""
    UPDATE accounts a SET parked_at = NULL, parked_reason = NULL
    FROM billing_run_accounts r
    WHERE r.run_id = :run AND r.status = 'PARKED' AND a.id = r.account_id
      AND {CUT_OFF} = r.period
      AND (CAST(:only AS uuid[]) IS NULL OR a.id = ANY(CAST(:only AS uuid[])))
""")  # noqa: S608 - the fragment is ours
_RETRY = text("""
    UPDATE billing_run_accounts r SET status = 'RETRYING', accepted = :accept, reason = NULL,
        released = :released, claim = NULL, claimed_until = NULL
    WHERE r.run_id = :run AND r.status = 'PARKED'
      AND (CAST(:only AS uuid[]) IS NULL OR r.account_id = ANY(CAST(:only AS uuid[])))
    RETURNING r.account_id
""")
_ACCEPT = text("""
    UPDATE billing_run_accounts SET accepted = true
    WHERE account_id = :id AND period = :period AND status = 'PARKED'
""")


async def retry(
    session: AsyncSession, run_id: UUID, only: Sequence[UUID] | None, *, accept: bool, released: str
) -> list[UUID]:
    """Release the parked accounts of a run, unless they wait for another cut-off by now, and let
    the run bill them again. The accounts are locked first, as everywhere."""
    connection = await session.connection()
    values: dict[str, Any] = {"run": run_id, "only": None if only is None else list(only)}
    await connection.execute(_RELEASE, values)
    return list(
        (
            await connection.execute(_RETRY, {**values, "accept": accept, "released": released})
        ).scalars()
    )


async def accept(session: AsyncSession, account_id: UUID, period: date) -> None:
    """The unusual amount that has parked the account is right, for that cut-off."""
    values = {"id": account_id, "period": period}
    await (await session.connection()).execute(_ACCEPT, values)
