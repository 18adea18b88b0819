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
from tests.make import query
from tests.model.machine import machines
from tests.model.world import World

EXAMPLES = int(os.environ.get("PERSEAT_MODEL_EXAMPLES", "7"))
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
    """Without companies whose 1st has two midnights: `test_found` tells why."""
    sql = "SELECT id FROM accounts WHERE billing_timezone = 'America/Havana'"
    left_out = {row[0] for row in await query(world.app, sql)}
    found = [
        (each.invariant.name, finding)
        async for each in verify(world.app.operators)
        for finding in each.findings
    ]
    return [(name, finding) for name, finding in found if finding.account_id not in left_out]
