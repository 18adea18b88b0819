"""Reconciliation with the payment provider: what was compared, and what differs."""

from datetime import datetime
from typing import Any

import strawberry

from api.accounts import Account
from api.context import Info
from api.ids import encode
from api.money import Money
from api.pagination import FIRST, Connection, connect, page_of
from api.payments import Payment
from app.domain.reconciliation import Difference, Mismatch, from_json
from app.store import pages


@strawberry.type(description="Something about a charge that the provider and we see differently.")
class ReconciliationDifference:
    found: strawberry.Private[Difference]
    kind: Mismatch = strawberry.field(description="What does not agree.")
    sentence: str = strawberry.field(description="The same in words, with its amounts.")
    what_to_do: str = strawberry.field(description="How it is put right.")
    reference: str | None = strawberry.field(
        description="What the provider calls the charge: `adoptCharge` asks for it."
    )
    happened_at: datetime = strawberry.field(description="When the charge was made.")

    @classmethod
    def of(cls, kept: Any) -> "ReconciliationDifference":
        found = from_json(kept)
        return cls(
            found=found,
            kind=found.kind,
            sentence=found.sentence,
            what_to_do=found.cure,
            reference=found.reference,
            happened_at=found.at,
        )

    @strawberry.field(description="Whose it is; null if nobody knows, or the account is not here.")
    async def account(self, info: Info) -> Account | None:
        if self.found.account_id is None:
            return None
        rows = await info.context.loaders.account.load((self.found.account_id,))
        return Account.of(rows[0]) if rows else None

    @strawberry.field(description="Our payment; null if there is none.")
    async def payment(self, info: Info) -> Payment | None:
        if self.found.account_id is None or self.found.payment_id is None:
            return None
        key = (self.found.account_id, self.found.payment_id)
        rows = await info.context.loaders.payment.load(key)
        return Payment.of(rows[0], self.found.currency) if rows else None

    @strawberry.field(description="The amount here; null if there is no payment.")
    def ours(self) -> Money | None:
        found = self.found
        return None if found.ours is None else Money.of(found.ours, found.currency)

    @strawberry.field(description="The amount at the provider; null if it knows no such charge.")
    def theirs(self) -> Money | None:
        found = self.found
        return None if found.theirs is None else Money.of(found.theirs, found.currency)


@strawberry.type(description="A span of the payment provider's charges, compared with ours.")
class Reconciliation:
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    provider: str = strawberry.field(description="The payment provider.")
    since: datetime = strawberry.field(description="Charges from then on.")
    until: datetime = strawberry.field(description="Charges before that.")
    charges: int = strawberry.field(description="How many charges the provider listed.")
    confirmed: int = strawberry.field(
        description="How many payments agreed, and had not been confirmed before."
    )
    differences: list[ReconciliationDifference] = strawberry.field(
        description="What does not agree; empty if all is well."
    )
    actor: str = strawberry.field(description="Who asked for it; `worker` does every night.")
    created_at: datetime = strawberry.field(description="When it was done.")

    @classmethod
    def of(cls, row: Any) -> "Reconciliation":
        return cls(
            id=encode("reconciliation", row.id),
            provider=row.provider,
            since=row.since,
            until=row.until,
            charges=row.charges,
            confirmed=row.confirmed,
            differences=[ReconciliationDifference.of(each) for each in row.differences],
            actor=row.actor,
            created_at=row.created_at,
        )


@strawberry.type
class ReconciliationQuery:
    @strawberry.field(description="All reconciliations, newest first. For operators.")
    async def reconciliations(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[Reconciliation]:
        page = page_of("reconciliations", first, after, by=("created_at", "id"))
        async with info.context.loaders.session() as session:
            rows = await pages.of_all_accounts(session, page)
        return connect(page, rows, Reconciliation.of)
