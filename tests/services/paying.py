"""What tests of payments and of their settlement ask and do."""

from typing import Any
from uuid import UUID

from app.bootstrap import Perseat
from app.domain.payments import Source, Told
from app.models import Payment
from app.payments.provider import Charge, Order
from app.services import payments, provider_news, refunds
from tests.make import TESTER, Company, make_company, query


async def attempts(company: Company) -> list[tuple[str, str]]:
    """Day and outcome of each payment of an invoice."""
    sql = """SELECT created_at::date::text, status FROM payments
        WHERE account_id = :id AND purpose = 'INVOICE' ORDER BY id"""
    return [(day, status) for day, status in await query(company.app, sql, id=company.id)]


async def invoice(company: Company) -> tuple[UUID, str, str | None]:
    """Id, status and next attempt of the newest invoice."""
    row = (await company.invoice_rows())[-1]
    following = f"{row.next_attempt_at:%Y-%m-%d %H:%M}" if row.next_attempt_at else None
    return row.id, row.status, following


async def pay(company: Company, invoice_id: UUID) -> Payment:
    async with company.begin() as uow:
        return await payments.pay_invoice(uow, company.id, invoice_id)


def order_of(payment_id: UUID, sent: Any) -> Order:
    """What a worker orders that has taken the lease."""
    return Order(payment_id, sent.amount, sent.currency, sent.customer, sent.token)


async def unpaid(app: Perseat, *, card: str = "card_insufficient_funds") -> Company:
    """A company whose first invoice was declined on the 10th."""
    company = await make_company(app, on="2025-11-10")
    await company.convert(card=card)
    return company


async def refund(company: Company, note_id: UUID) -> list[UUID]:
    async with company.begin() as uow:
        made = await refunds.refund_credit_note(uow, company.id, note_id, actor=TESTER)
        return [each.id for each in made]


async def taken(company: Company) -> Charge:
    """The newest charge of the company, as it is at the provider."""
    sql = """SELECT id FROM payments WHERE account_id = :id AND status IN ('SUCCEEDED', 'REFUNDED')
        ORDER BY id DESC LIMIT 1"""
    ((payment_id,),) = await query(company.app, sql, id=company.id)
    customer = "SELECT reference FROM payment_customers WHERE account_id = :id"
    ((reference,),) = await query(company.app, customer, id=company.id)
    found = await company.app.provider.look_up(payment_id, reference)
    assert found is not None
    return found


async def hear(company: Company, charge: Charge) -> list[str]:
    assert charge.key is not None
    async with company.app.operators.begin() as uow:
        return await provider_news.hear(uow, company.id, charge.key, charge, Told(Source.WEBHOOK))


def taken_back(charge: Charge, amount: int) -> Charge:
    changed = {name: getattr(charge, name) for name in Charge.__slots__}
    return Charge(**{**changed, "taken_back": amount})
