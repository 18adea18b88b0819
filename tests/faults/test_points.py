"""F1, F2, F4, F5, F9, F21, F28: whoever is struck, wherever it is, nothing is lost or doubled."""

import asyncio
from itertools import cycle

import pytest

from app.faults import Fault
from tests.faults.agreement import until
from tests.faults.cases import WAYS, every_case, recovering, strike
from tests.faults.deeds import DEEDS
from tests.faults.harm import all_missing, companies
from tests.faults.stack import Stack

QUICK = ("lose", "cancel", "cut")
"""After these nobody has to start anew."""


async def test_struck_everywhere(stack: Stack) -> None:
    """Every point in one go; which of them is struck how is as good as random."""
    deeds = list(dict.fromkeys(DEEDS.values()))
    async with (
        companies(stack, len(deeds), "card_answer_lost") as doings,
        recovering(stack, "every point at once") as struck,
    ):
        for point, what in zip(Fault, cycle(QUICK), strict=False):
            stack.order(point, what)
        await asyncio.gather(*(deed(each) for deed, each in zip(deeds, doings, strict=True)))
        struck()
        await until(lambda: all_missing(doings))
        assert [each for each in Fault if not stack.carried_out(each)] == []


@every_case
@pytest.mark.parametrize("point", Fault)
@pytest.mark.parametrize("what", WAYS)
async def test_struck(stack: Stack, what: str, point: Fault) -> None:
    await strike(stack, point, what, WAYS[what])
