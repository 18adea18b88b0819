"""Random companies, once in the real services and once in a naive model, are always equal.

The model (`books`, `company`, `days`, `people`) was written from the rules and imports nothing of
the engine. A long run by hand, of so many examples of each kind
of company and so many steps of each:

    PERSEAT_MODEL_EXAMPLES=500 PERSEAT_MODEL_STEPS=40 uv run pytest tests/model --timeout 0
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from app.services.verify import verify
from tests.model.machine import machines
from tests.model.world import World

pytestmark = pytest.mark.long

EXAMPLES = int(os.environ.get("PERSEAT_MODEL_EXAMPLES", "5"))
STEPS = int(os.environ.get("PERSEAT_MODEL_STEPS", "20"))
PROFILE = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.timeout(900)  # a failure is shrunk for up to five minutes
def test_random_companies_are_billed_as_a_naive_model_bills_them(world: World) -> None:
    """C1 to C5, P2, P4, U1 to U6, L1 to L6; at the end every invariant of the database holds."""
    for machine in machines(world):
        run_state_machine_as_test(machine, settings=PROFILE)
    assert world.loop.run_until_complete(broken(world)) == []


async def broken(world: World) -> list[tuple[str, object]]:
    found = [each async for each in verify(world.app.operators) if each.count]
    return [(each.invariant.name, each.findings) for each in found]
