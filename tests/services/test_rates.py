"""Rules M2 and M3: the rates of many accounts, from the catalogue and from what they agreed."""

from uuid import UUID

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.rates import RateBook
from app.domain.usage import Initiator
from app.services.rates import rate_books
from tests.make import Company, at, drain, make_company, query, sms, statements


async def books(app: Perseat, ids: list[UUID]) -> dict[UUID, RateBook]:
    async with app.operators.begin() as uow:
        return await rate_books(uow, ids)


async def agree(company: Company, amount: int, at_: str) -> None:
    await query(
        company.app,
        """INSERT INTO account_rates (account_id, id, amount, included, effective_at, at, actor)
        VALUES (:account, :id, :amount, false, CAST(:at AS text)::timestamptz, now(), 'test')""",
        account=company.id,
        id=new_id(),
        amount=amount,
        at=at_,
    )


async def test_many_books_take_as_many_reads_as_one(app: Perseat) -> None:
    """M3: each account's plans, cards, fees and own rates; and one that is not there has none."""
    companies = [await make_company(app, plan) for plan in ("upro", "xpro", "ipro")]
    await agree(companies[2], 9_000, "2025-11-01Z")
    nobody = new_id()

    with statements(app) as one:
        await books(app, [companies[0].id])
    with statements(app) as many:
        found = await books(app, [nobody, *(each.id for each in companies)])

    assert nobody not in found
    assert [found[each.id].rate(sms(), field="usage").rate for each in companies] == [
        15_000,
        12_000,
        9_000,
    ]
    assert len(one) == len(many) == 5


async def test_the_plan_of_the_next_term_counts_before_its_bill(app: Perseat) -> None:
    """C5, M3: from 00:00 local time on its 1st; what happened a moment before has the old rate."""
    company = await make_company(app, "xpro", billing_timezone="Pacific/Kiritimati")
    await company.convert()
    await company.change_plan("upro")
    await company.set_clock("2025-12-01")

    book = (await books(app, [company.id]))[company.id]

    first = at("2025-11-30", "10:00")  # UTC+14
    assert book.rate(sms(happened_at=at("2025-11-30", "09:59")), field="usage").rate == 12_000
    assert book.rate(sms(happened_at=first), field="usage").rate == 15_000
    await drain(app)


async def test_an_included_text_pays_its_carrier(app: Perseat) -> None:
    """M2: by the shipped catalogue, since the carriers' own days."""
    company = await make_company(app)
    book = (await books(app, [company.id]))[company.id]

    rated = book.rate(sms(2, initiator=Initiator.AGENT, carrier="verizon"), field="usage")

    assert (rated.included, rated.amount, rated.fee) == (True, 0, 6_000)
