"""What is read in one statement for a page is what a billing run reads in ten."""

from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import pytest

from app.bootstrap import Perseat
from app.domain.plans import Component, PriceBook, Term
from app.store import outlooks, plans, positions, subscriptions
from tests.make import Company, at, make_company, statements

pytestmark = pytest.mark.xdist_group("store")
DAY = date(2026, 1, 1)


def _prices(book: PriceBook) -> list[Any]:
    """Of every plan, component and term on the days around those on which prices change."""
    days = [date(2025, 10, 1) + timedelta(days=each) for each in range(0, 150, 10)]
    sold = [(plan, *each) for plan in ("upro", "ipro") for each in _sold()]
    return [book.entry(*each, day) for each in sold for day in days]


def _sold() -> list[tuple[Component, Term]]:
    return [(component, term) for component in Component for term in Term]


def _plain(found: positions.Found) -> dict[str, Any]:
    parts = {each.name: dict(getattr(found, each.name)) for each in fields(found)}
    rows = {id_: tuple(row) for id_, row in found.subscriptions.items()}
    return {**parts, "subscriptions": rows}


async def test_one_statement_finds_what_many_find(app: Perseat, company: Company) -> None:
    """Of a company with a row in every table, of one with a long term, and of a trial."""
    annual = await make_company(app, users=2, on="2025-01-01")
    await annual.rent(Component.LOCAL_NUMBER, 2)
    await annual.convert(Term.ANNUAL)
    await annual.go_to("2025-11-16")
    await annual.rent(Component.LOCAL_NUMBER, 1)
    trial = await make_company(app, users=3, on="2025-11-10")
    ids = [company.id, annual.id, trial.id]
    cut_offs = [(id_, at("2026-01-01", "05:00"), DAY) for id_ in ids]

    async with app.operators.begin() as uow:
        with statements(app) as sent:
            read = await outlooks.read(uow.session, ids, cut_offs)
        found = await positions.load(uow.session, cut_offs)
        books = await plans.price_books(uow.session, ids)
        minimums = await subscriptions.minimums(uow.session, ids)

    assert len(sent) == 1
    assert _plain(read.found) == _plain(found)
    assert all(_plain(found).values()), "each part has something to compare"
    assert [_prices(read.books[id_]) for id_ in ids] == [_prices(books[id_]) for id_ in ids]
    assert read.minimums == minimums


async def test_of_no_cut_off_there_are_prices_and_floors(app: Perseat, company: Company) -> None:
    async with app.operators.begin() as uow:
        read = await outlooks.read(uow.session, [company.id], [])

    assert not any(_plain(read.found).values())
    assert read.minimums[company.id]
    assert read.books[company.id].find("ipro", Component.LICENSE, Term.MONTHLY, DAY)
