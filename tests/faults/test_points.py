"""F1, F2, F4, F5, F9, F21, F28: whoever is struck, wherever it is, nothing is lost or doubled."""

import pytest

from app.faults import Fault
from tests.faults.cases import every_case, strike
from tests.faults.stack import Stack

WAYS = {
    "kill": "F1 F2 F21 SIGKILL",
    "stop": "F4 SIGSTOP past the lease",
    "4": "F5 blocked past the lease",
    "lose": "F8 connection lost",
    "cut": "F9 answer of a commit lost",
    "cancel": "F28 cancelled",
}


@every_case
@pytest.mark.parametrize("point", Fault)
@pytest.mark.parametrize("what", WAYS)
async def test_struck(stack: Stack, what: str, point: Fault) -> None:
    await strike(stack, point, what, WAYS[what])
