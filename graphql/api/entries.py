"""Entries of credits: what moved the balance, what it was, and what was left."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.credits_row import CreditsRow
from api.ids import encode
from api.invoices import Invoice
from api.money import Money
from api.pagination import FIRST, Connection, connect, page_of
from api.payments import Payment
from app.domain.ledger import TransferKind
from app.domain.usage import UsageKind


@strawberry.type(description="What a debit for usage was, by kind; the amounts add up to it.")
class EntryUsage:
    kind: UsageKind = strawberry.field(description="What was used.")
    events: int = strawberry.field(description="How many events that cost something.")
    quantity: int = strawberry.field(description="Their units: minutes, segments, look-ups.")
    amount: Money = strawberry.field(description="What they cost.")


@strawberry.type(description="The sum of a day that is debited later than it is recorded.")
class DeferredUsage:
    day: date = strawberry.field(
        description="The day of the account on which the usage was recorded."
    )
    events: int = strawberry.field(description="How many events it sums up.")


DEFERRED = {TransferKind.CARRIER_FEES, TransferKind.INTERNATIONAL_USAGE}


@strawberry.type(description="One movement of credits; it is never changed later.")
class CreditEntry:
    row: strawberry.Private[Any]
    currency: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    kind: TransferKind = strawberry.field(description="What moved them.")
    amount: Money = strawberry.field(description="Positive in, negative out; exact.")
    balance: Money = strawberry.field(
        description="What was left after it. Entries are in the order in which they were posted, "
        "so the newest one has the balance of now."
    )
    at: datetime = strawberry.field(
        description="When it counts: a debt at the cut-off, however late it was billed."
    )

    @classmethod
    def of(cls, row: Any, currency: str) -> "CreditEntry":
        return cls(
            row=row,
            currency=currency,
            id=encode("entry", row.account_id, row.id),
            kind=TransferKind(row.kind),
            amount=Money.of(row.moved, currency),
            balance=Money.of(row.after, currency),
            at=row.effective_at,
        )

    def _key(self) -> tuple[UUID, UUID]:
        return self.row.account_id, self.row.reference

    @strawberry.field(description="The events of a batch that was debited; empty for all else.")
    async def usage(self, info: Info) -> list[EntryUsage]:
        if self.kind is not TransferKind.USAGE:
            return []
        key = (self.row.account_id, self.row.effective_at, self.row.reference)
        found = await info.context.loaders.batch.load(key)
        return [
            EntryUsage(
                kind=UsageKind(kind),
                events=events,
                quantity=quantity,
                amount=Money.of(amount, self.currency),
            )
            for kind, events, quantity, amount in found
        ]

    @strawberry.field(
        description="Of carriers' fees and of usage abroad: the day that was debited afterwards."
    )
    async def deferred(self, info: Info) -> DeferredUsage | None:
        if self.kind not in DEFERRED:
            return None
        (row,) = await info.context.loaders.deferral.load(self._key())
        return DeferredUsage(day=row.day, events=row.events)

    @strawberry.field(description="The payment by which credits were bought.")
    async def payment(self, info: Info) -> Payment | None:
        if self.kind is not TransferKind.TOP_UP:
            return None
        (row,) = await info.context.loaders.payment.load(self._key())
        return Payment.of(row, self.currency)

    @strawberry.field(
        description="The invoice: of credits that were bought, or that asks for the debt which "
        "this entry has cleared. Null where the debt waits as an unbilled charge, or lay below a "
        "cent."
    )
    async def invoice(self, info: Info) -> Invoice | None:
        loaders, key = info.context.loaders, self._key()
        if self.kind is TransferKind.TOP_UP:
            (payment,) = await loaders.payment.load(key)
            key = (key[0], payment.invoice_id)
        elif self.kind not in {TransferKind.DEBT, TransferKind.DEBT_ROUNDING}:
            return None
        rows = await loaders.invoice.load(key)
        return Invoice.of(rows[0]) if rows else None


@strawberry.type
class EntryFields(CreditsRow):
    @strawberry.field(
        description="What moved the balance, newest first, with the balance after each."
    )
    async def entries(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[CreditEntry]:
        page = page_of("entries", first, after, by=("id", "before"))
        rows = await info.context.loaders.entries.load((page, self.account_id))
        return connect(page, rows, lambda row: CreditEntry.of(row, self.currency))
