"""What people are shown of runs: counts, totals, causes, changes."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.runs import CUT_OFF, WAITING, Scope

SHOWN = 5


async def _rows(session: AsyncSession, query: str, **values: Any) -> list[Any]:
    return list(await (await session.connection()).execute(text(query), values))


async def sandboxes(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Whether each of these accounts is a sandbox one; without those that are not there."""
    query = "SELECT id, test_clock IS NOT NULL FROM accounts WHERE id = ANY(:ids)"
    return {row[0]: row[1] for row in await _rows(session, query, ids=list(ids))}


async def changes(session: AsyncSession, run_id: UUID) -> list[str]:
    """The first few accounts that are not as they were planned, and how many more."""
    query = """
        SELECT a.name, r.reason, count(*) OVER () FROM billing_run_accounts r
        JOIN accounts a ON a.id = r.account_id
        WHERE r.run_id = :run AND r.status = 'CHANGED' ORDER BY r.account_id LIMIT :shown
    """
    rows = await _rows(session, query, run=run_id, shown=SHOWN)
    told = [f"{name}: {reason}" for name, reason, _ in rows]
    return told + ([f"and {rows[0][2] - SHOWN} more"] if rows and rows[0][2] > SHOWN else [])


async def last_to_come(session: AsyncSession, plan_id: UUID, now: datetime) -> datetime | None:
    """The latest cut-off of a plan that has not passed."""
    query = f"""
        SELECT max(a.next_bill_at) FROM billing_run_accounts r
        JOIN accounts a ON a.id = r.account_id
        WHERE r.run_id = :plan AND r.digest IS NOT NULL AND {CUT_OFF} = r.period
          AND a.next_bill_at > coalesce(a.test_clock, :now)
    """  # noqa: S608 - the fragment is ours
    found: datetime | None = (await _rows(session, query, plan=plan_id, now=now))[0][0]
    return found


async def last_automatic_plan(session: AsyncSession, period: date) -> UUID | None:
    query = """
        SELECT id FROM billing_runs WHERE period = :period AND mode = 'AUTOMATIC' AND dry_run
        ORDER BY created_at DESC, id DESC LIMIT 1
    """
    rows = await _rows(session, query, period=period)
    return rows[0][0] if rows else None


async def uncovered(
    session: AsyncSession, period: date, plan_id: UUID | None, now: datetime
) -> bool:
    """Whether somebody is due whom the plan does not have, or it has been applied and left."""
    query = f"""
        SELECT EXISTS (SELECT FROM accounts a
            WHERE {WAITING} AND a.next_bill_at <= :now AND {CUT_OFF} = :period
              AND NOT EXISTS (SELECT FROM billing_run_accounts r
                WHERE r.account_id = a.id AND r.run_id = :plan AND NOT EXISTS (
                    SELECT FROM billing_runs applied
                    WHERE applied.plan_id = r.run_id AND applied.status IN ('FINISHED', 'STALE'))))
    """  # noqa: S608 - the fragments are ours
    values = {**Scope().values(), "period": period, "plan": plan_id, "now": now}
    return bool((await _rows(session, query, **values))[0][0])


async def counts(session: AsyncSession, run_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many accounts of each run are in each status."""
    query = """SELECT run_id, status, count(*) FROM billing_run_accounts
        WHERE run_id = ANY(:ids) GROUP BY run_id, status"""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for run_id, status, count in await _rows(session, query, ids=list(run_ids)):
        found[run_id][status] = count
    return found


_COUNTED = "r.status IN ('PLANNED', 'BILLED', 'NOTHING', 'ALREADY_BILLED') AND r.total IS NOT NULL"


async def totals(session: AsyncSession, run_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """By run and currency: how many bills and their sum, without what is parked or changed."""
    query = f"""
        SELECT run_id, currency, count(*) FILTER (WHERE total > 0) AS bills,
            sum(total)::bigint AS total
        FROM billing_run_accounts r WHERE run_id = ANY(:ids) AND {_COUNTED}
        GROUP BY run_id, currency ORDER BY currency
    """  # noqa: S608 - the fragment is ours
    return await _by_run(session, query, run_ids)


async def causes(session: AsyncSession, run_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """By run and currency: the difference from last month, by cause; its sum is the difference."""
    query = f"""
        SELECT run_id, currency, cause.key AS cause, sum(cause.value::bigint)::bigint AS amount
        FROM billing_run_accounts r, jsonb_each_text(r.causes) AS cause
        WHERE run_id = ANY(:ids) AND {_COUNTED}
        GROUP BY run_id, currency, cause.key ORDER BY currency, cause.key
    """  # noqa: S608 - the fragment is ours
    return await _by_run(session, query, run_ids)


async def _by_run(
    session: AsyncSession, query: str, run_ids: Sequence[UUID]
) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {each: [] for each in run_ids}
    for row in await _rows(session, query, ids=list(run_ids)):
        found[row.run_id].append(row)
    return found


async def planned_bills(
    session: AsyncSession, run_id: UUID
) -> AsyncIterator[tuple[UUID, dict[str, Any]]]:
    """The plan as documents, in the order of accounts, however many there are."""
    query = """
        SELECT account_id, bill FROM billing_run_accounts
        WHERE run_id = :run AND bill IS NOT NULL ORDER BY account_id
    """
    connection = await session.connection()
    async with connection.stream(text(query), {"run": run_id}) as rows:
        async for account_id, bill in rows:
            yield account_id, bill
