"""Exports: page by page, so that memory does not grow with what was billed.

Each page is read in a transaction of its own: nobody who reads slowly holds a connection. What is
invoiced meanwhile may be missing; a page is never shifted by it.
"""

from collections.abc import AsyncGenerator
from datetime import UTC
from typing import Any, TypeAlias
from uuid import UUID

from app.db.unit_of_work import Transactions
from app.domain import ids
from app.domain.errors import NotFound
from app.domain.exports import Days, Export
from app.domain.invoice_states import due
from app.domain.usage_events import costed, explain
from app.domain.wording import invoice_number
from app.store import accounts as account_store
from app.store import exports as store

AT_ONCE = 2_000
INVOICES_AT_ONCE = 200
Line: TypeAlias = tuple[Any, ...]
Pages: TypeAlias = AsyncGenerator[list[Line], None]


async def check_account(transactions: Transactions, account_id: UUID) -> None:
    """An export of nothing would look like a company that was never billed."""
    async with transactions.begin(account_id) as uow:
        if await account_store.get(uow.session, account_id) is None:
            raise NotFound("account", field="account")


def pages(transactions: Transactions, account_id: UUID | None, export: Export, days: Days) -> Pages:
    """Rows in the order of `COLUMNS[export]`: of one account, or (operators) of all."""
    return _READERS[export](transactions, account_id, days)


async def _invoices(transactions: Transactions, account_id: UUID | None, days: Days) -> Pages:
    async for rows in _pages_of_invoices(transactions, account_id, days, AT_ONCE):
        yield [_invoice_line(row) for row in rows]


async def _charges(transactions: Transactions, account_id: UUID | None, days: Days) -> Pages:
    async for invoices in _pages_of_invoices(transactions, account_id, days, INVOICES_AT_ONCE):
        after, more = store.Place(), True
        while more:
            async with transactions.begin(account_id) as uow:
                rows = await store.charges(uow.session, invoices, after, AT_ONCE)
            yield [_charge_line(invoices[row.position - 1], row) for row in rows]
            more = len(rows) == AT_ONCE
            after = store.Place(rows[-1].position, rows[-1].id) if rows else after


async def _pages_of_invoices(
    transactions: Transactions, account_id: UUID | None, days: Days, count: int
) -> AsyncGenerator[store.Rows, None]:
    after, more = None, True
    while more:
        async with transactions.begin(account_id) as uow:
            rows = await store.invoices(uow.session, days, after, count)
        yield rows
        more = len(rows) == count
        after = (rows[-1].account_id, rows[-1].id) if rows else None


def _named(row: Any) -> Line:
    return (
        ids.encode("account", row.account_id),
        row.account_name,
        invoice_number(row.number),
        row.kind,
        row.status,
        row.issued_on,
        row.due_on,
    )


def _invoice_line(row: Any) -> Line:
    return (
        *_named(row),
        row.first_day,
        row.last_day,
        row.currency,
        row.total - row.tax,
        row.tax,
        row.total,
        row.paid,
        row.credited,
        row.refundable,
        due(row),
    )


def _charge_line(invoice: Any, row: Any) -> Line:
    return (
        *_named(invoice),
        ids.encode("charge", invoice.account_id, row.id),
        row.rule,
        row.component,
        row.description,
        row.first_day,
        row.last_day,
        invoice.currency,
        row.quantity,
        row.unit_amount,
        row.amount,
        row.tax,
        "; ".join(row.steps),
    )


async def _usage(transactions: Transactions, account_id: UUID | None, days: Days) -> Pages:
    after, more = None, True
    while more:
        async with transactions.begin(account_id) as uow:
            rows = await store.usage(uow.session, days, after, AT_ONCE)
        yield [_usage_line(row) for row in rows]
        more = len(rows) == AT_ONCE
        after = (rows[-1].account_id, rows[-1].posted_at, rows[-1].id) if rows else None


def _usage_line(row: Any) -> Line:
    def named(kind: str, of: UUID | None) -> str | None:
        return None if of is None else ids.encode(kind, row.account_id, of)

    return (
        ids.encode("account", row.account_id),
        row.account_name,
        named("usage", row.id),
        row.source,
        row.event_id,
        row.posted_on,
        row.happened_on,
        row.posted_at.astimezone(UTC).isoformat(),
        row.happened_at.astimezone(UTC).isoformat(),
        row.kind,
        row.direction,
        row.line_type,
        row.initiator,
        named("user", row.user_id),
        row.user_name,
        row.line_number,
        row.carrier,
        "yes" if row.included else "no",
        row.currency,
        row.quantity,
        row.rate,
        row.amount,
        row.fee_rate,
        row.fee,
        named("usage", row.adjusts),
        explain(costed(row, row.corrects)),
    )


_READERS = {Export.INVOICES: _invoices, Export.CHARGES: _charges, Export.USAGE: _usage}
