"""Billing details: whom invoices are addressed to, in what language, at what rate of tax."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from api.account_row import AccountRow
from api.context import Info
from api.errors import UserError
from api.money import percent, rate
from api.mutations import mutate, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain import billing_details as rules
from app.domain.access import Permission, require
from app.domain.billing_details import Language
from app.services import billing_details as service


@strawberry.type(description="Whom an invoice is addressed to: frozen when it is issued.")
class BillTo:
    name: str = strawberry.field(description="The legal name, or the account's name without one.")
    address: str | None = strawberry.field(description="Several lines.")
    tax_id: str | None = strawberry.field(description="The payer's tax id.")
    language: Language = strawberry.field(description="The language of the document.")

    @classmethod
    def of(cls, frozen: Any) -> "BillTo":
        return cls(
            name=frozen["name"],
            address=frozen["address"],
            tax_id=frozen["taxId"],
            language=Language(frozen["language"]),
        )


@strawberry.type(description="What the invoices to come will say; issued ones never change.")
class BillingDetails:
    legal_name: str | None = strawberry.field(description="Null: the account's name is used.")
    address: str | None = strawberry.field(description="Several lines.")
    tax_id: str | None = strawberry.field(description="The payer's tax id.")
    language: Language = strawberry.field(description="The language of documents.")
    tax_rate: Decimal = strawberry.field(
        description="Percent on top of all charges but credits that are bought; 0 is no tax."
    )

    @classmethod
    def of(cls, row: Any) -> "BillingDetails":
        return cls(
            legal_name=row.legal_name,
            address=row.address,
            tax_id=row.tax_id,
            language=Language(row.language),
            tax_rate=percent(row.tax_rate),
        )


@strawberry.type
class BillingDetailsFields(AccountRow):
    @strawberry.field(description="Whom its invoices to come are addressed to, and their tax.")
    def billing_details(self) -> BillingDetails:
        return BillingDetails.of(self.row)


@strawberry.input(description="Change what is given; null takes it away where there can be none.")
class UpdateBillingDetailsInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    legal_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="At most 200 characters."
    )
    address: str | None = strawberry.field(
        default=strawberry.UNSET, description="At most 8 lines and 500 characters."
    )
    tax_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="At most 40 characters."
    )
    language: Language | None = strawberry.field(
        default=None, description="The language of invoices from now on."
    )
    tax_rate: Decimal | None = strawberry.field(
        default=None,
        description="Percent from 0 to 100, at most four decimals. Only operators change it: it "
        "changes what invoices ask for.",
    )


@strawberry.type(description="What came of changing billing details.")
class UpdateBillingDetailsPayload:
    billing_details: BillingDetails | None = strawberry.field(
        default=None, description="The details afterwards."
    )
    user_errors: list[UserError] = user_errors()


def _merged(
    current: rules.BillingDetails, given: UpdateBillingDetailsInput
) -> rules.BillingDetails:
    def text(value: str | None, before: str | None) -> str | None:
        return before if value is strawberry.UNSET else value

    return rules.BillingDetails(
        legal_name=text(given.legal_name, current.legal_name),
        address=text(given.address, current.address),
        tax_id=text(given.tax_id, current.tax_id),
        language=given.language or current.language,
        tax_rate=(
            current.tax_rate if given.tax_rate is None else rate(given.tax_rate, field="taxRate")
        ),
    )


@strawberry.type
class BillingDetailsMutation:
    @strawberry.mutation(description="Change whom the invoices to come are addressed to.")
    async def update_billing_details(
        self, info: Info, input: UpdateBillingDetailsInput
    ) -> UpdateBillingDetailsPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> UpdateBillingDetailsPayload:
            if input.tax_rate is not None:
                require(info.context.principal, Permission.CONTRACT_WRITE)
            details = _merged(await service.current_details(uow, account_id), input)
            row = await service.update_billing_details(uow, account_id, details)
            return UpdateBillingDetailsPayload(billing_details=BillingDetails.of(row))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, UpdateBillingDetailsPayload, target, work)
