"""Billing runs: opened once, moved on by whoever finds that nothing is left of a phase."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.runs import RunStatus
from app.models import BillingRun

_OPEN = text("""
    INSERT INTO billing_runs
        (id, period, mode, status, dry_run, sandbox, due_only, actor, created_at)
    SELECT run.id, run.period, 'AUTOMATIC', 'POSTING', false, run.sandbox, true, 'billing', :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:periods AS date[]), CAST(:sandboxes AS boolean[]))
        AS run (id, period, sandbox)
    ON CONFLICT DO NOTHING
""")


async def open_automatic(
    session: AsyncSession, runs: Collection[tuple[date, bool, UUID]], now: datetime
) -> None:
    """Make the automatic runs (period, sandbox, id) that are not there; in order, so that two who
    need the same ones wait for each other in turn."""
    connection = await session.connection()
    periods, sandboxes, ids = (list(column) for column in zip(*sorted(runs), strict=True))
    values = {"ids": ids, "periods": periods, "sandboxes": sandboxes, "now": now}
    await connection.execute(_OPEN, values)


async def get(session: AsyncSession, run_id: UUID) -> BillingRun | None:
    query = select(BillingRun).where(col(BillingRun.id) == run_id)
    return (await session.exec(query.execution_options(populate_existing=True))).first()


_INSERT = text("""
    INSERT INTO billing_runs (id, period, mode, status, dry_run, sandbox, due_only, plan_id,
        plan_hash, actor, reason, created_at)
    VALUES (:id, :period, :mode, :status, :dry_run, :sandbox, :due_only, :plan_id, NULL, :actor,
        :reason, :created_at)
    ON CONFLICT DO NOTHING RETURNING id
""")


async def insert(session: AsyncSession, run: BillingRun) -> bool:
    """Whether it was not there yet; of two at once the second waits for the first."""
    values = run.model_dump(exclude={"plan_hash", "finished_at"})
    connection = await session.connection()
    return (await connection.execute(_INSERT, values)).first() is not None


async def plans(session: AsyncSession, plan_hash: str) -> list[BillingRun]:
    """The dry runs that have come to this, newest first."""
    query = select(BillingRun).where(
        col(BillingRun.plan_hash) == plan_hash, col(BillingRun.status) == RunStatus.PLANNED
    )
    order = (col(BillingRun.created_at).desc(), col(BillingRun.id).desc())
    return list((await session.exec(query.order_by(*order))).all())


async def of_plan(session: AsyncSession, plan_id: UUID) -> BillingRun | None:
    """The run that applies the plan."""
    query = select(BillingRun).where(col(BillingRun.plan_id) == plan_id)
    return (await session.exec(query.execution_options(populate_existing=True))).first()


_HASH = """(
    SELECT encode(sha256(convert_to(r.period || ' ' || r.sandbox, 'UTF8') || coalesce(
        string_agg(uuid_send(a.account_id) || decode(a.digest, 'hex'), ''::bytea
            ORDER BY a.account_id), ''::bytea)), 'hex')
    FROM billing_run_accounts a WHERE a.run_id = r.id AND a.digest IS NOT NULL
)"""
_MOVE = """
    UPDATE billing_runs r SET {changes} WHERE r.id = :id AND r.status = :status
      AND NOT EXISTS (SELECT FROM billing_run_accounts a
        WHERE a.run_id = r.id AND a.status = ANY(:left))
    RETURNING r.status
"""
_PLANNED = text(
    _MOVE.format(
        changes=f"""status = CASE WHEN r.dry_run THEN 'PLANNED' ELSE 'POSTING' END,
        plan_hash = {_HASH}, finished_at = CASE WHEN r.dry_run THEN CAST(:now AS timestamptz) END"""
    )
)
_COMPARED = f"""(
    SELECT CASE WHEN found.hash = p.plan_hash THEN 'POSTING' ELSE 'STALE' END, found.hash,
        CASE WHEN found.hash <> p.plan_hash THEN CAST(:now AS timestamptz) END
    FROM billing_runs p, (SELECT {_HASH} AS hash) AS found WHERE p.id = r.plan_id
)"""  # noqa: S608 - the fragment is ours
_CHECKED = text(_MOVE.format(changes=f"(status, plan_hash, finished_at) = {_COMPARED}"))
_POSTED = text(_MOVE.format(changes="status = 'FINISHED', finished_at = :now"))
_MOVES = {
    RunStatus.PLANNING: _PLANNED,
    RunStatus.CHECKING: _CHECKED,
    RunStatus.POSTING: _POSTED,
}


async def move_on(
    session: AsyncSession, run: BillingRun, left: Sequence[str], now: datetime
) -> RunStatus | None:
    """To the next phase, if no account is in a status of `left`; None if it is not so, or another
    has done it. A plan gets its hash: over accounts and digests of bills, in order of accounts."""
    connection = await session.connection()
    values = {"id": run.id, "status": run.status, "left": list(left), "now": now}
    row = (await connection.execute(_MOVES[run.status], values)).first()
    return None if row is None else RunStatus(row[0])


_UNFINISHED = text("""
    SELECT id FROM billing_runs r WHERE status IN ('PLANNING', 'CHECKING', 'POSTING')
      AND (mode = 'MANUAL' OR status = 'PLANNING' OR EXISTS (
        SELECT FROM billing_run_accounts a WHERE a.run_id = r.id AND a.status = 'RETRYING'))
    ORDER BY period, created_at, id
""")


async def unfinished(session: AsyncSession) -> list[UUID]:
    """Runs that workers have to be told of; automatic ones are posted by whoever is due."""
    connection = await session.connection()
    return list((await connection.execute(_UNFINISHED)).scalars())


_CLOSE = text("""
    UPDATE billing_runs r SET status = 'FINISHED', finished_at = :now
    WHERE r.mode = 'AUTOMATIC' AND r.status = 'POSTING'
      AND NOT EXISTS (SELECT FROM billing_run_accounts a
        WHERE a.run_id = r.id AND a.status = 'RETRYING')
      AND NOT EXISTS (SELECT FROM accounts a
        WHERE a.parked_at IS NULL
          AND a.next_bill_at BETWEEN r.period - interval '2 days' AND r.period + interval '2 days'
          AND (a.test_clock IS NOT NULL) = r.sandbox
          AND (a.next_bill_at AT TIME ZONE a.billing_timezone)::date = r.period)
""")


async def close_automatic(session: AsyncSession, now: datetime) -> None:
    """An automatic run is finished when nobody in any time zone waits for its cut-off."""
    connection = await session.connection()
    await connection.execute(_CLOSE, {"now": now})


async def reopen(session: AsyncSession, run_id: UUID) -> None:
    """For accounts that are retried."""
    query = """UPDATE billing_runs SET status = 'POSTING', finished_at = NULL
        WHERE id = :id AND status IN ('POSTING', 'FINISHED')"""
    await (await session.connection()).execute(text(query), {"id": run_id})


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose cut-off it is about; `only` of these accounts."""

    sandbox: bool = False
    only: Sequence[UUID] | None = None

    def values(self) -> dict[str, object]:
        only = None if self.only is None else list(self.only)
        return {"sandbox": self.sandbox, "only": only}


WAITING = """a.parked_at IS NULL AND a.next_bill_at IS NOT NULL
    AND (a.test_clock IS NOT NULL) = :sandbox
    AND (CAST(:only AS uuid[]) IS NULL OR a.id = ANY(CAST(:only AS uuid[])))"""
CUT_OFF = "(a.next_bill_at AT TIME ZONE a.billing_timezone)::date"
_NEXT = text(f"""
    SELECT {CUT_OFF}, a.next_bill_at <= coalesce(a.test_clock, :now) FROM accounts a
    WHERE {WAITING} ORDER BY a.next_bill_at, a.id LIMIT 1
""")  # noqa: S608 - the fragments are ours


async def next_cut_off(
    session: AsyncSession, scope: Scope, now: datetime
) -> tuple[date, bool] | None:
    """The 1st that is to be billed next, and whether it has come for anybody."""
    connection = await session.connection()
    row = (await connection.execute(_NEXT, {**scope.values(), "now": now})).first()
    return None if row is None else (row[0], row[1])


_BEHIND = text(f"""
    SELECT min({CUT_OFF}), count(*) FROM accounts a
    WHERE {WAITING} AND a.next_bill_at < :before
      AND a.next_bill_at <= coalesce(a.test_clock, :now) AND {CUT_OFF} < :period
""")  # noqa: S608 - the fragments are ours
NOWHERE_YET = timedelta(days=2)


async def behind(
    session: AsyncSession, scope: Scope, period: date, now: datetime
) -> tuple[date | None, int]:
    """C5: accounts that wait for an earlier cut-off, and which is the earliest."""
    connection = await session.connection()
    before = datetime.fromisoformat(f"{period}T00:00Z") + NOWHERE_YET
    values = {**scope.values(), "period": period, "before": before, "now": now}
    row = (await connection.execute(_BEHIND, values)).one()
    return row[0], row[1]


async def as_of_one_instant(session: AsyncSession) -> None:
    """First in a transaction: all that it reads is committed at one instant."""
    connection = await session.connection()
    await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
