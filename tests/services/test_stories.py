"""The stories of golden.yaml, through the real services on the real database."""

from typing import Any

import pytest

from app.bootstrap import Perseat
from app.domain.documents import Party
from app.domain.money import to_decimal
from app.domain.users import UserStatus
from app.services import ingestion
from app.services.documents import invoice_document
from tests.documents.conftest import printed
from tests.golden import GOLDEN
from tests.make import Company, at, make_company, sms

STORIES = GOLDEN["stories"]
TARGETS = {
    "pause": UserStatus.PAUSED,
    "suspend": UserStatus.SUSPENDED,
    "deactivate": UserStatus.DEACTIVATED,
    "activate": UserStatus.ACTIVE,
    "delete": UserStatus.DELETED,
}


async def _begin(app: Perseat, story: dict[str, Any]) -> Company:
    """The company as the story finds it: converted on the 1st of November, unless it says when."""
    plan = {"ACTIVE_USERS": "provider"}.get(story.get("policy", ""), story.get("plan", "").lower())
    company = await make_company(
        app,
        plan,
        users=int(story["users"]),
        on=story.get("convert", "2025-11-01"),
        may_go_negative=story.get("may_go_negative") == "true",
    )
    if "minimum" in story:
        await company.set_minimum(int(story["minimum"]))
    await company.convert()
    return company


async def _change(company: Company, verb: str, number: int) -> None:
    current = UserStatus.DEACTIVATED if verb == "activate" else UserStatus.ACTIVE
    for user in (await company.people(current))[:number]:
        await company.change(user, TARGETS[verb])


async def _step(company: Company, step: dict[str, Any]) -> None:
    for verb, value in step.items():
        if verb == "add":
            await company.add(int(value))
        elif verb in TARGETS:
            await _change(company, verb, int(value))
        elif verb == "usage":
            event = sms(int(value["qty"]), happened_at=at(step["on"]))
            async with company.app.tenants.begin(company.id) as uow:
                await ingestion.record_usage(uow, company.id, [event])
        elif verb == "unbilled":
            assert await company.unbilled() == value
        elif verb == "invoice":
            assert (await company.invoices())[step["on"]] == value
        elif verb == "balance":
            assert await company.balance() == value


async def _is_printed(company: Company) -> None:
    """I4: the total of each invoice stands on its PDF."""
    for invoice in await company.invoice_rows():
        async with company.begin() as uow:
            document = await invoice_document(uow, company.id, invoice.id, Party("Seller"))
        assert f"Total ${to_decimal(invoice.total):,f}\n" in printed(document)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["id"])
async def test_the_story_comes_out_to_the_cent(app: Perseat, story: dict[str, Any]) -> None:
    company = await _begin(app, story)

    today = story.get("convert", "2025-11-01")
    for step in story.get("steps", ()):
        if step["on"] != today:
            today = step["on"]
            await company.go_to(today)
        await _step(company, step)
    for day in story.get("invoices", ()):
        if day != today:
            await company.go_to(day)

    for day, total in story.get("invoices", {}).items():
        assert (await company.invoices())[day] == total
    await _is_printed(company)
