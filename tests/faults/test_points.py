"""F1, F2, F4, F5, F9, F21, F28: whoever is struck, wherever it is, nothing is lost or doubled."""

import pytest

from app.faults import Fault
from tests.faults.cases import strike
from tests.faults.stack import Stack


@pytest.mark.parametrize("point", Fault)
async def test_killed(stack: Stack, point: Fault) -> None:
    await strike(stack, point, "kill", "F1")
