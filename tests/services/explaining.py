"""What tests of explanations ask of a company's charges."""

from app.services.explanations import Explained, explain
from tests.make import Company, query


async def explained(company: Company) -> list[Explained]:
    """All charges of the company in the order of their posting."""
    sql = "SELECT account_id, id FROM charges WHERE account_id = :id ORDER BY posted_at, id"
    keys = [(row[0], row[1]) for row in await query(company.app, sql, id=company.id)]
    async with company.begin() as uow:
        found = await explain(uow.session, keys) if keys else {}
    return [found[key] for key in keys]


def why(found: Explained) -> str:
    """The sentences without the first, which tells the sum."""
    return found.sentence.partition(": ")[2].partition(". ")[2]


def told(found: Explained) -> list[str]:
    """The causes but the price."""
    return [each.sentence for each in found.causes if " costs " not in each.sentence]
