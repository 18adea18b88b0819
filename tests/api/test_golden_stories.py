"""The stories of several steps over HTTP: each step is a request, each figure an answer."""

from decimal import Decimal
from typing import Any

import pytest

from app.bootstrap import Perseat
from tests.api.conftest import Client
from tests.api.living import Living, cell
from tests.golden import GOLDEN

VERBS = {
    "pause": ("pauseUser", "ACTIVE"),
    "suspend": ("suspendUser", "ACTIVE"),
    "deactivate": ("deactivateUser", "ACTIVE"),
    "activate": ("activateUser", "DEACTIVATED"),
    "delete": ("deleteUser", "ACTIVE"),
}


async def step(company: Living, said: dict[str, Any]) -> None:
    for verb, value in said.items():
        if verb == "add":
            await company.add(int(value))
        elif verb in VERBS:
            await company.change(*VERBS[verb], int(value))
        elif verb == "usage":
            await company.use(int(value["qty"]), said["on"], **cell(value["what"]))
        elif verb == "unbilled":
            amounts = [Decimal(each["amount"]["amount"]) for each in await company.unbilled()]
            assert sum(amounts) == Decimal(value)
        elif verb == "invoice":
            assert (await company.invoice(said["on"]))["total"]["amount"] == value
        elif verb == "balance":
            assert (await company.state())["credits"]["balance"]["amount"] == value


@pytest.mark.parametrize("story", GOLDEN["stories"], ids=lambda story: story["id"])
async def test_a_story_comes_out_to_the_cent(
    app: Perseat, ops: Client, story: dict[str, Any]
) -> None:
    """L2 to L6, P4, M7: each step is a request, each figure an answer."""
    plan = {"ACTIVE_USERS": "provider"}.get(story.get("policy", ""), story.get("plan", "").lower())
    today, company = story.get("convert", "2025-11-01"), Living(app, ops)
    negative = story.get("may_go_negative") == "true"
    await company.sign_up(plan, today, int(story["users"]), mayGoNegative=negative)
    if "minimum" in story:
        minimum = int(story["minimum"])
        await company.do("setMinimumLicenses", accountId=company.id, minimum=minimum)
    await company.convert()

    for said in story.get("steps", ()):
        if said["on"] != today:
            today = said["on"]
            await company.go_to(today)
        await step(company, said)
    for day, total in story.get("invoices", {}).items():
        if day != today:
            await company.go_to(day)
        assert (await company.invoice(day))["total"]["amount"] == total
