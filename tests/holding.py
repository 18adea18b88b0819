"""Questions to the gate, and what is held by them."""

from datetime import datetime
from typing import Any

from app.domain.holds import NewHold
from app.domain.usage import UsageEvent
from app.models import UsageHold
from app.services import authorizations
from app.services.authorizations import Authorization, Question
from tests.make import TESTER, Company, at

SOON = at("2025-11-03")


async def ask(company: Company, *events: UsageEvent, **more: Any) -> Authorization:
    question = Question([(each.cell, each.quantity) for each in events], **more)
    async with company.begin() as uow:
        return await authorizations.authorize_usage(uow, company.id, question, actor=TESTER)


async def hold(
    company: Company, reference: str, *events: UsageEvent, until: datetime = SOON
) -> Authorization:
    return await ask(company, *events, hold=NewHold(reference, until))


async def held(
    company: Company, reference: str, *events: UsageEvent, until: datetime = SOON
) -> UsageHold:
    """A hold that the gate says yes to."""
    made = (await hold(company, reference, *events, until=until)).hold
    assert made is not None
    return made
