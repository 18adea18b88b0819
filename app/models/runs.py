"""Billing runs (C5, I2): what was to be billed at a cut-off, and what came of each account."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import identity, instant, json, micros, one_of, text
from app.domain.invoices import InvoiceKind
from app.domain.runs import Outcome, RunMode, RunStatus


class BillingRun(Table, table=True):
    """One cut-off, the local 1st `period`, of real accounts or of sandbox ones, never of both.

    A dry run ends as a plan with a hash; a run that applies one names it (`plan_id`), once. The
    automatic run of a cut-off is one row, which every way to bill writes into.
    """

    __tablename__ = "billing_runs"
    __table_args__ = (
        CheckConstraint("extract(day FROM period) = 1", name="period"),
        CheckConstraint("plan_hash ~ '^[0-9a-f]{64}$'", name="plan_hash"),
        CheckConstraint(
            "status <> 'PLANNED' OR (dry_run AND plan_hash IS NOT NULL)", name="planned"
        ),
        CheckConstraint("NOT dry_run OR status IN ('PLANNING', 'PLANNED')", name="dry_run"),
        Index("uq_billing_runs_plan_id", "plan_id", unique=True),
        Index("ix_billing_runs_plan_hash", "plan_hash"),
        Index("ix_billing_runs_created_at_id", "created_at", "id"),
        Index(
            "ix_billing_runs_unfinished",
            "period",
            postgresql_where=sql("status IN ('PLANNING', 'CHECKING', 'POSTING')"),
        ),
    )

    id: UUID = identity()
    period: date = Field()
    mode: RunMode = one_of(RunMode, name="mode")
    status: RunStatus = one_of(RunStatus, name="status")
    dry_run: bool = Field()
    sandbox: bool = Field(default=False)
    due_only: bool = Field(default=False)
    plan_id: UUID | None = Field(default=None, foreign_key="billing_runs.id")
    plan_hash: str | None = text(default=None, nullable=True)
    actor: str = text()
    reason: str | None = text(default=None, nullable=True)
    created_at: datetime = instant()
    finished_at: datetime | None = instant(default=None, nullable=True)


class BillingRunAccount(Table, table=True):
    """What a run has made of an account. A cut-off is settled once, by one run.

    `digest` is of the bill; `bill` is the bill of a dry run. `planned_total` is what a plan said,
    where a run applies one. `parts`, `causes`: the total taken apart, and against last month's.
    `measure` is its comparable month. `released`: who has retried it, and why.
    `claim` is the fencing token of the worker that has it.
    """

    __tablename__ = "billing_run_accounts"
    __table_args__ = (
        within_account("invoice_id", "invoices"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint(
            "status NOT IN ('BILLED', 'NOTHING')"
            " OR (digest IS NOT NULL AND (status = 'BILLED') = (invoice_id IS NOT NULL))",
            name="settled",
        ),
        CheckConstraint(
            "status NOT IN ('PARKED', 'TO_PARK', 'CHANGED') OR reason IS NOT NULL", name="why"
        ),
        Index(
            "uq_billing_run_accounts_settled",
            "account_id",
            "period",
            unique=True,
            postgresql_where=sql("status IN ('BILLED', 'NOTHING')"),
        ),
        Index("ix_billing_run_accounts_run_id_status", "run_id", "status", "account_id"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    run_id: UUID = Field(primary_key=True, foreign_key="billing_runs.id")
    period: date = Field()
    status: Outcome = one_of(Outcome, name="status")
    currency: str = text()
    kind: InvoiceKind | None = one_of(InvoiceKind, name="kind", default=None, nullable=True)
    invoice_id: UUID | None = Field(default=None)
    total: int | None = micros(default=None, nullable=True)
    planned_total: int | None = micros(default=None, nullable=True)
    digest: str | None = text(default=None, nullable=True)
    bill: dict[str, Any] | None = json(default=None, nullable=True)
    parts: dict[str, Any] | None = json(default=None, nullable=True)
    causes: dict[str, int] | None = json(default=None, nullable=True)
    measure: int | None = micros(default=None, nullable=True)
    accepted: bool = Field(default=False)
    reason: str | None = text(default=None, nullable=True)
    released: str | None = text(default=None, nullable=True)
    claim: UUID | None = Field(default=None)
    claimed_until: datetime | None = instant(default=None, nullable=True)
