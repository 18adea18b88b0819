"""Charges: the lines of invoices, and what waits to become one; each with its derivation."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from api.causes import Cause
from api.context import Info
from api.debts import DebtStory
from api.explanations import Recomputed, cause_of
from api.ids import encode
from api.money import Money, Period
from app.domain.charges import is_debt
from app.domain.plans import Component
from app.services.explanations import Explained

if TYPE_CHECKING:
    from api.invoices import Invoice


@strawberry.type(description="An input of a derivation.")
class DerivationInput:
    name: str = strawberry.field(description="What it is, such as price, days or quantity.")
    value: str = strawberry.field(description="An integer; money is in millionths.")


@strawberry.type(description="How an amount came about, in data: recomputing it gives the same.")
class Derivation:
    rule: str = strawberry.field(description="The id of the billing rule.")
    rule_version: int = strawberry.field(description="The version of the rule that computed it.")
    inputs: list[DerivationInput] = strawberry.field(description="What the rule was given.")
    steps: list[str] = strawberry.field(description="What it did with them.")


@strawberry.type(description="A line of an invoice, or an unbilled charge that waits for one.")
class Charge:
    key: strawberry.Private[tuple[UUID, UUID]]
    invoice_id: strawberry.Private[UUID | None]
    currency: strawberry.Private[str]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    description: str = strawberry.field(description="What is charged, for people.")
    component: Component | None = strawberry.field(
        description="What is rented; null for debt, usage and top-ups."
    )
    quantity: int = strawberry.field(description="How many units.")
    unit_amount: Money = strawberry.field(description="One unit, rounded to the cent.")
    amount: Money = strawberry.field(description="Unit amount times quantity.")
    tax: Money = strawberry.field(
        description="Its share of the invoice's tax, on top of the amount; 0 while it is unbilled."
    )
    period: Period | None = strawberry.field(description="The days that are paid for.")
    first_unit: int | None = strawberry.field(
        description="The lowest of the unit numbers that it pays for; they count from 1."
    )
    last_unit: int | None = strawberry.field(description="The highest of them.")
    posted_at: datetime = strawberry.field(description="When it was posted.")
    derivation: Derivation = strawberry.field(description="How the amount came about.")
    steps: list[str] = strawberry.field(description="How the amount came about, step by step.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "Charge":
        derivation = row.derivation
        return cls(
            key=(row.account_id, row.id),
            invoice_id=row.invoice_id,
            currency=currency,
            id=encode("charge", row.account_id, row.id),
            description=row.description,
            component=row.component,
            quantity=row.quantity,
            unit_amount=Money.of(row.unit_amount, currency),
            amount=Money.of(row.amount, currency),
            tax=Money.of(row.tax, currency),
            period=row.period and Period.of(row.period),
            first_unit=row.slots and row.slots.lower,
            last_unit=row.slots and row.slots.upper - 1,
            posted_at=row.posted_at,
            derivation=Derivation(
                rule=row.rule,
                rule_version=derivation["version"],
                inputs=[
                    DerivationInput(name=name, value=str(value))
                    for name, value in derivation["inputs"].items()
                ],
                steps=derivation["steps"],
            ),
            steps=derivation["steps"],
        )

    async def _explained(self, info: Info) -> Explained:
        found = await info.context.loaders.explained.load(self.key)
        if found is None:
            raise LookupError(self.key)
        return found

    @strawberry.field(
        description="For the person who pays it: what, how many, for which days, and why."
    )
    async def explanation(self, info: Info) -> str:
        return (await self._explained(info)).sentence

    @strawberry.field(
        description="What caused it: who came, who counted, the contract, the price, the usage, "
        "the payment. Read from the history as of its instant; at most 100 of a kind."
    )
    async def causes(self, info: Info) -> list[Cause]:
        found = await self._explained(info)
        return [cause_of(each, self.key[0], self.currency) for each in found.causes]

    @strawberry.field(
        description="Of previous debt and of usage that is paid afterwards: how it came about, "
        "and what would have prevented it. Null for everything else."
    )
    async def debt(self, info: Info) -> DebtStory | None:
        if not is_debt(self.derivation.rule):
            return None
        found = await info.context.loaders.debt_of_charge.load(self.key)
        return None if found is None else DebtStory.of(found, self.key[0], self.currency)

    @strawberry.field(
        description="It computed again, now, from its derivation and from the history."
    )
    async def recomputed(self, info: Info) -> Recomputed:
        return Recomputed.of((await self._explained(info)).recount, self.currency)

    @strawberry.field(description="Its invoice; null while it waits for one.")
    async def invoice(
        self, info: Info
    ) -> Annotated["Invoice", strawberry.lazy("api.invoices")] | None:
        from api.invoices import Invoice  # noqa: PLC0415 - the two know each other

        if self.invoice_id is None:
            return None
        (row,) = await info.context.loaders.invoice.load((self.key[0], self.invoice_id))
        return Invoice.of(row)

    @strawberry.field(
        description="The net amount that a credit note can still take back of it; its tax follows."
    )
    async def creditable(self, info: Info) -> Money:
        rest = await info.context.loaders.creditable.load(self.key)
        return Money.of(rest, self.currency)
