"""What the database holds of every company beside the naive recomputation, to the cent."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.bootstrap import Perseat
from tests.make import query
from tests.simulation.books import Books, Invoice, Layer, Line
from tests.simulation.facts import Catalogue
from tests.simulation.life import Life
from tests.simulation.months import MONTHS
from tests.simulation.naive import recompute

LINES = """SELECT c.account_id, c.invoice_id, c.rule, c.component, c.unit_amount / 10000,
        lower(c.period), upper(c.period) - 1, c.quantity, c.upgrade
    FROM charges c"""
INVOICES = """SELECT i.account_id, i.id, i.kind, i.issued_on, i.total, i.tax,
        coalesce(l.receivable, 0), coalesce(l.revenue, 0), coalesce(l.taxes, 0),
        coalesce(l.credits, 0), (SELECT coalesce(sum(c.tax), 0) FROM charges c
            WHERE c.account_id = i.account_id AND c.invoice_id = i.id)
    FROM invoices i LEFT JOIN (
        SELECT account_id, reference,
            sum(CASE 'RECEIVABLE' WHEN debit THEN amount WHEN credit THEN -amount ELSE 0 END)
                AS receivable,
            sum(CASE 'REVENUE' WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END)
                AS revenue,
            sum(CASE 'TAX' WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END) AS taxes,
            sum(CASE 'CREDITS' WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END)
                AS credits
        FROM ledger_transfers WHERE kind IN ('INVOICE', 'DEBT', 'DEBT_ROUNDING', 'TAX')
        GROUP BY account_id, reference
    ) AS l ON l.account_id = i.account_id AND l.reference = i.id
    ORDER BY i.account_id, i.number"""
BALANCES = "SELECT account_id, balance FROM credits"


@dataclass
class Seen:
    """Of one company. `bills`: kind, day, total and the lines; with them what the ledger says."""

    bills: list[tuple[Any, ...]] = field(default_factory=list)
    unbilled: Counter[Line] = field(default_factory=Counter)
    held: Counter[tuple[Layer, date]] = field(default_factory=Counter)
    balance: int = 0


async def compare(app: Perseat, lives: Iterable[Life], catalogue: Catalogue) -> int:
    """The number of invoices that are equal; fails with the first company that is not."""
    seen, number = await look(app), 0
    for life in lives:
        until = life.cut_off(MONTHS - 1).date() + timedelta(days=2)
        walk = recompute(life.story, catalogue, until.replace(day=1))
        _same(life, walk.books, seen[life.company.id])
        assert seen[life.company.id].balance == walk.credits.balance * 10_000, life.name
        number += len(walk.books.invoices)
    return number


async def look(app: Perseat) -> Mapping[UUID, Seen]:
    seen: dict[UUID, Seen] = defaultdict(Seen)
    lines: dict[UUID | None, Counter[Line]] = defaultdict(Counter)
    for account, invoice, rule, component, cents, *period, times, layer in await query(app, LINES):
        found, (first, last) = lines[invoice] if invoice else seen[account].unbilled, period
        found[rule, component, cents, first, last] += times
        for day in range((last - first).days + 1) if component else ():
            seen[account].held[(component, layer), first + timedelta(days=day)] += times
    for account, invoice, *said in await query(app, INVOICES):
        seen[account].bills.append((*said, lines[invoice]))
    for account, balance in await query(app, BALANCES):
        seen[account].balance = balance
    return seen


def _bill(invoice: Invoice) -> tuple[Any, ...]:
    """Receivable is the total; revenue is that without tax and debt; credits return to zero."""
    tax, total = invoice.tax * 10_000, (invoice.subtotal + invoice.tax) * 10_000
    asked = 0 if invoice.kind == "TOP_UP" else total - invoice.settled * 10_000
    rent = sum(line[2] * n for line, n in invoice.lines.items() if line[1]) * 10_000
    ledger = (asked, rent, tax, int(invoice.cleared * 10_000))
    return (invoice.kind, invoice.issued_on, total, tax, *ledger, tax, invoice.lines)


def _same(life: Life, books: Books, seen: Seen) -> None:
    meant = [_bill(invoice) for invoice in books.invoices]
    for top_ups in (False, True):
        _same_bills(life, _of(meant, top_ups=top_ups), _of(seen.bills, top_ups=top_ups))
    assert seen.unbilled == books.unbilled, life.name
    assert seen.held == Counter(books.calendar()), life.name


def _of(bills: Sequence[tuple[Any, ...]], *, top_ups: bool) -> list[tuple[Any, ...]]:
    return [bill for bill in bills if (bill[0] == "TOP_UP") is top_ups]


def _same_bills(
    life: Life, meant: Sequence[tuple[Any, ...]], seen: Sequence[tuple[Any, ...]]
) -> None:
    """Say the first month that differs, and only the lines that do."""
    nothing = ("nothing", None, Counter[Line]())
    for index in range(max(len(meant), len(seen))):
        expected = meant[index] if index < len(meant) else nothing
        found = seen[index] if index < len(seen) else nothing
        if expected != found:
            more, less = expected[-1] - found[-1], found[-1] - expected[-1]
            raise AssertionError(
                f"company {life.name}, {expected[1] or found[1]}: expected {expected[:-1]}"
                f" {dict(more)}, found {found[:-1]} {dict(less)}"
            )
