"""Billing runs: how far they are, what they bill and why, and what came of each account."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.accounts import Account
from api.context import Info
from api.ids import decode, encode
from api.invoices import Invoice
from api.money import Money
from api.pagination import FIRST, Connection, connect, page_of
from api.run_bills import PlannedCharge, planned_charges
from app.domain.differences import DifferenceCause
from app.domain.invoices import InvoiceKind
from app.domain.runs import Outcome, RunMode, RunStatus
from app.store import pages


@strawberry.type(description="A part of the difference from last month.")
class Difference:
    cause: DifferenceCause = strawberry.field(description="Why.")
    amount: Money = strawberry.field(description="By how much the total changes; may be negative.")


@strawberry.type(description="How far a run is, in accounts.")
class RunProgress:
    total: int = strawberry.field(description="All accounts of the run.")
    done: int = strawberry.field(description="Nothing is to be done for them in this phase.")
    parked: int = strawberry.field(description="On hold, or planned to be.")
    changed: int = strawberry.field(description="Not billed, because not as planned.")


@strawberry.type(description="What a run bills in one currency, without who is parked or changed.")
class RunTotals:
    bills: int = strawberry.field(description="How many bills there are of more than nothing.")
    total: Money = strawberry.field(description="Their sum.")
    last_month: Money = strawberry.field(
        description="What the same accounts were billed last month: the total less the difference."
    )
    differences: list[Difference] = strawberry.field(
        description="Why it differs from last month; the parts add up to the difference."
    )


@strawberry.type(description="What a run has made of an account.")
class BillingRunAccount:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    status: Outcome = strawberry.field(description="What came of it.")
    kind: InvoiceKind | None = strawberry.field(description="Why there is a bill; null if none.")
    total: Money | None = strawberry.field(description="The bill's total; null if not computed.")
    planned_total: Money | None = strawberry.field(
        description="What the plan said, where a plan is applied."
    )
    reason: str | None = strawberry.field(description="Why it is parked or changed.")
    released: str | None = strawberry.field(
        description="Who has released it after it was parked, and why."
    )
    differences: list[Difference] = strawberry.field(
        description="Why the bill differs from the one of last month."
    )
    charges: list[PlannedCharge] = strawberry.field(
        description="The new charges of a planned bill; a posted one has them on its invoice."
    )
    unbilled: Money | None = strawberry.field(
        description="Unbilled charges that join a planned bill."
    )

    @classmethod
    def of(cls, row: Any) -> "BillingRunAccount":
        def money(amount: int | None) -> Money | None:
            return None if amount is None else Money.of(amount, row.currency)

        return cls(
            row=row,
            id=encode("billingrunaccount", row.account_id, row.run_id),
            status=row.status,
            kind=row.kind,
            total=money(row.total),
            planned_total=money(row.planned_total),
            reason=row.reason,
            released=row.released,
            differences=[
                Difference(cause=DifferenceCause(cause), amount=Money.of(amount, row.currency))
                for cause, amount in (row.causes or {}).items()
            ],
            charges=planned_charges(row.bill, row.currency),
            unbilled=money((row.bill or {}).get("unbilled")),
        )

    @strawberry.field(description="The account.")
    async def account(self, info: Info) -> Account:
        rows = await info.context.loaders.account.load((self.row.account_id,))
        return Account.of(rows[0])

    @strawberry.field(description="The invoice that was issued.")
    async def invoice(self, info: Info) -> Invoice | None:
        key = (self.row.account_id, self.row.invoice_id)
        rows = await info.context.loaders.invoice.load(key) if self.row.invoice_id else ()
        return Invoice.of(rows[0]) if rows else None


@strawberry.type(description="The billing of one cut-off, a 1st: planned, posted, or both.")
class BillingRun:
    key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    period: date = strawberry.field(description="The cut-off: 00:00 on this 1st, account's time.")
    mode: RunMode = strawberry.field(description="Who has started it.")
    status: RunStatus = strawberry.field(description="How far it is.")
    dry_run: bool = strawberry.field(description="It plans and posts nothing.")
    sandbox: bool = strawberry.field(description="Of sandbox accounts, whose money is none.")
    due_only: bool = strawberry.field(
        description="Without accounts whose cut-off was still to come when it was started."
    )
    plan_hash: str | None = strawberry.field(
        description="The fingerprint of all its bills; the same bills have the same one."
    )
    actor: str = strawberry.field(description="Who has started it.")
    reason: str | None = strawberry.field(description="Why.")
    created_at: datetime = strawberry.field(description="When it was started.")
    finished_at: datetime | None = strawberry.field(description="When it was done.")

    @classmethod
    def of(cls, row: Any) -> "BillingRun":
        return cls(
            key=row.id,
            id=encode("billingrun", row.id),
            period=row.period,
            mode=row.mode,
            status=row.status,
            dry_run=row.dry_run,
            sandbox=row.sandbox,
            due_only=row.due_only,
            plan_hash=row.plan_hash,
            actor=row.actor,
            reason=row.reason,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )

    @strawberry.field(description="How far it is, in accounts.")
    async def progress(self, info: Info) -> RunProgress:
        counts = await info.context.loaders.run_counts.load(self.key)
        left = {Outcome.PENDING, Outcome.RETRYING}
        if self.status is RunStatus.POSTING:
            left |= {Outcome.PLANNED, Outcome.TO_PARK}
        total = sum(counts.values())
        return RunProgress(
            total=total,
            done=total - sum(counts.get(each, 0) for each in left),
            parked=counts.get(Outcome.PARKED, 0) + counts.get(Outcome.TO_PARK, 0),
            changed=counts.get(Outcome.CHANGED, 0),
        )

    @strawberry.field(description="What it bills, by currency.")
    async def totals(self, info: Info) -> list[RunTotals]:
        loaders = info.context.loaders
        causes = await loaders.run_causes.load(self.key)
        return [_totals(row, causes) for row in await loaders.run_totals.load(self.key)]

    @strawberry.field(description="Its accounts; of one status, if given.")
    async def accounts(
        self,
        info: Info,
        first: int = FIRST,
        after: str | None = None,
        status: Outcome | None = None,
    ) -> Connection[BillingRunAccount]:
        by: tuple[tuple[str, Any], ...] = (("run_id", self.key),)
        page = page_of(
            "billing_run_accounts",
            first,
            after,
            by=("account_id",),
            descending=False,
            equals=by if status is None else (*by, ("status", status)),
        )
        async with info.context.loaders.session() as session:
            rows = await pages.of_all_accounts(session, page)
        return connect(page, rows, BillingRunAccount.of)


def _totals(row: Any, causes: list[Any]) -> RunTotals:
    mine = [each for each in causes if each.currency == row.currency]
    before = row.total - sum(each.amount for each in mine)
    return RunTotals(
        bills=row.bills,
        total=Money.of(row.total, row.currency),
        last_month=Money.of(before, row.currency),
        differences=[
            Difference(
                cause=DifferenceCause(each.cause), amount=Money.of(each.amount, row.currency)
            )
            for each in mine
        ],
    )


@strawberry.type
class RunQuery:
    @strawberry.field(description="All billing runs, newest first. For operators.")
    async def billing_runs(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[BillingRun]:
        page = page_of("billing_runs", first, after, by=("created_at", "id"))
        async with info.context.loaders.session() as session:
            rows = await pages.of_all_accounts(session, page)
        return connect(page, rows, BillingRun.of)

    @strawberry.field(description="A billing run; null if there is none. For operators.")
    async def billing_run(self, info: Info, id: strawberry.ID) -> BillingRun | None:
        _, run_id = decode("billingrun", id, field="id")
        rows = await info.context.loaders.billing_run.load((run_id,))
        return BillingRun.of(rows[0]) if rows else None
