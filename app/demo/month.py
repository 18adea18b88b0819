"""December 2025: what happens to the companies day by day, until the invoices of 1 January."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.demo.client import Client
from app.demo.companies import NAMES, Company, add_user, convert, found, go_to

NEW_YEAR = "2026-01-01T00:00:00Z"
Told = Callable[[str], None]


async def run(client: Client, companies: Sequence[Company], tell: Told) -> None:
    """Run the month; `tell` hears each step before it is taken."""
    for step in (
        _found,
        _convert_on_the_first,
        _people_come_and_go,
        _use,
        _convert_in_mid_month,
        _bill,
        _collect,
    ):
        tell(step.__doc__ or "")
        await step(client, companies)


STEPS = 7


async def _each(companies: Sequence[Company], work: Callable[[Company], Awaitable[None]]) -> None:
    await asyncio.gather(*(work(company) for company in companies))


async def _found(client: Client, companies: Sequence[Company]) -> None:
    """1 Dec: six companies sign up, with people and cards"""
    await _each(companies, lambda company: found(client, company))


async def _convert_on_the_first(client: Client, companies: Sequence[Company]) -> None:
    """1 Dec: five of them convert and pay for December at once"""
    now = [each for each in companies if each.converts < "2025-12-02"]
    await _each(now, lambda company: convert(client, company))
    await _each(now, lambda company: _settled(client, company))


async def _people_come_and_go(client: Client, companies: Sequence[Company]) -> None:
    """10 to 20 Dec: users are added, deleted, deactivated and activated"""
    provider, staffing = companies[4], companies[5]
    for company in companies:
        await go_to(client, company, "2025-12-10T12:00:00Z")
    await add_user(client, staffing, *NAMES[3])
    for person in provider.people[1:3]:
        await client.do("deactivateUser", "UserStatusInput", "", id=person)
    await go_to(client, staffing, "2025-12-15T12:00:00Z")
    await client.do("deleteUser", "DeleteUserInput", "", id=staffing.people[1])
    for company in companies:
        await go_to(client, company, "2025-12-20T12:00:00Z")
    await add_user(client, staffing, *NAMES[4])
    await client.do("activateUser", "UserStatusInput", "", id=provider.people[1])


async def _use(client: Client, companies: Sequence[Company]) -> None:
    """20 Dec: usage arrives in bursts, and a worker tops credits up"""
    users = [each for each in companies if each.usage]
    await _each(users, lambda company: _report(client, company))
    await _each(companies, lambda company: _topped_up(client, company))


async def _report(client: Client, company: Company) -> None:
    events = [
        {**event, "id": f"event-{index}-{number}", "happenedAt": "2025-12-20T11:00:00Z"}
        for index, (event, count) in enumerate(company.usage)
        for number in range(count)
    ]
    for turn, start in enumerate(range(0, len(events), 10)):
        if turn:  # many top-ups at one moment would look like an accident, and stop
            later = datetime(2025, 12, 20, 12, tzinfo=UTC) + turn * timedelta(minutes=15)
            await go_to(client, company, later.isoformat())
        burst = events[start : start + 10]
        await client.do("recordUsage", "RecordUsageInput", "", accountId=company.id, events=burst)
        await _topped_up(client, company)


async def _topped_up(client: Client, company: Company) -> None:
    if not company.auto_top_up:
        return

    async def look() -> Any:
        query = """query($id: ID!) { account(id: $id) { credits {
            balance { amount } autoTopUp { threshold { amount } } } } }"""
        return (await client.ask(query, id=company.id))["account"]["credits"]

    def high(found: Any) -> bool:
        threshold = found["autoTopUp"]["threshold"]["amount"]
        return Decimal(found["balance"]["amount"]) > Decimal(threshold)

    await client.until(f"the top-up of {company.name}", high, look)


async def _convert_in_mid_month(client: Client, companies: Sequence[Company]) -> None:
    """23 Dec: the sixth converts, and pays for the nine days that are left"""
    late = [each for each in companies if each.converts >= "2025-12-02"]
    for company in late:
        await go_to(client, company, company.converts)
        await convert(client, company)
    await _each(late, lambda company: _settled(client, company))


async def _bill(client: Client, companies: Sequence[Company]) -> None:
    """1 Jan: it is the first of the month, and the workers bill who is due"""
    await _each(companies, lambda company: go_to(client, company, NEW_YEAR))

    async def billed(company: Company) -> None:
        query = "query($id: ID!) { account(id: $id) { nextBillAt parkedReason } }"

        async def look() -> Any:
            return (await client.ask(query, id=company.id))["account"]

        def done(account: Any) -> bool:
            return account["nextBillAt"] > NEW_YEAR or account["parkedReason"] is not None

        await client.until(f"the bill of {company.name}", done, look)

    await _each(companies, billed)


async def _collect(client: Client, companies: Sequence[Company]) -> None:
    """1 Jan: the invoices are charged"""
    await _each(companies, lambda company: _settled(client, company))


async def _settled(client: Client, company: Company) -> None:
    """Nothing is due: each invoice so far is paid."""
    query = """query($id: ID!) { account(id: $id) { invoices { nodes { status } } } }"""

    async def look() -> Any:
        return (await client.ask(query, id=company.id))["account"]["invoices"]["nodes"]

    def paid(invoices: Any) -> bool:
        return bool(invoices) and all(each["status"] == "PAID" for each in invoices)

    await client.until(f"the payments of {company.name}", paid, look)
