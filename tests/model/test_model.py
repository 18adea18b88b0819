"""Random companies, once in the real services and once in a naive model, are always equal.

The model (`books`, `company`, `days`, `people`) was written from the rules and imports nothing of
the engine. A long run by hand, of so many examples of each kind
of company and so many steps of each:

    PERSEAT_MODEL_EXAMPLES=500 PERSEAT_MODEL_STEPS=40 uv run pytest tests/model --timeout 0
"""

import os
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from app.services.verify import verify
from tests.make import query
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
    found = world.loop.run_until_complete(broken(world))
    assert not found, "\n".join(found)


LIFE = """SELECT 'account' AS what, to_jsonb(a) AS row FROM accounts a WHERE id = :id
    UNION ALL SELECT 'state', to_jsonb(s) FROM user_states s WHERE account_id = :id
    UNION ALL SELECT 'charge', to_jsonb(c) FROM charges c WHERE account_id = :id"""


async def broken(world: World) -> list[str]:
    """With the whole life of each company, which nothing else can tell: the next run has others."""
    found = [each async for each in verify(world.app.operators) if each.count]
    return [
        f"{each.invariant.name}: {one.what}\n{await _life_of(world, one.account_id)}"
        for each in found
        for one in each.findings
    ]


async def _life_of(world: World, account_id: UUID | None) -> str:
    rows = await query(world.app, LIFE, id=account_id)
    return "\n".join(f"{row.what} {row.row}" for row in rows)
