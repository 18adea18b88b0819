"""F1, F2, F4, F5, F9, F21, F28: whoever is struck, wherever it is, nothing is lost or doubled."""

import asyncio
from collections.abc import Sequence
from itertools import cycle

import pytest

from app.faults import Fault
from tests.faults.agreement import until
from tests.faults.cases import WAYS, every_case, recovering, strike
from tests.faults.harm import all_missing, companies
from tests.faults.payments import dun
from tests.faults.points import DEEDS
from tests.faults.stack import Stack

CARDS = ("card_answer_lost", "card_ok", "card_ok", "card_ok")
"""Where an answer is lost a webhook is faster than the next look."""
QUICK = ("lose", "cancel", "cut")
"""After these nobody has to start anew."""


async def test_struck_everywhere(stack: Stack) -> None:
    """Every point in one go; which of them is struck how is as good as random.

    What one fault has others do keeps them from some point: its deed is done again.
    """
    async with recovering(stack, "every point at once"):
        for point, what in zip(Fault, cycle(QUICK), strict=False):
            stack.order(point, what)
        for card in CARDS:
            await _reach(stack, card, [each for each in Fault if not stack.carried_out(each)])
        assert [each for each in Fault if not stack.carried_out(each)] == []


async def _reach(stack: Stack, card: str, points: Sequence[Fault]) -> None:
    deeds = list(dict.fromkeys(DEEDS[each] for each in points))
    async with companies(stack, len(deeds), card) as doings:
        await asyncio.gather(*(deed(each) for deed, each in zip(deeds, doings, strict=True)))
        await until(lambda: all_missing(doings))


@every_case
@pytest.mark.parametrize("point", Fault)
@pytest.mark.parametrize("what", WAYS)
async def test_struck(stack: Stack, what: str, point: Fault) -> None:
    await strike(stack, point, what, WAYS[what])


@every_case
@pytest.mark.parametrize("point", [Fault.MAIL_WRITTEN, Fault.MAIL_SENT])
@pytest.mark.parametrize("what", WAYS)
async def test_a_letter_about_money(stack: Stack, what: str, point: Fault) -> None:
    """No letter is lost; one whose sender dies before it has said so goes out twice, under the
    same name."""
    await strike(stack, point, what, WAYS[what], dun)
