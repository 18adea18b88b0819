"""Random companies live for two years; every invoice is what a naive recomputation says.

The recomputation (`naive`, `books`, `contract`, `credits`, `facts`) was written from the rules and
imports nothing of the engine. More companies, other ones, or the one that a failure names:

    PERSEAT_SIMULATION_COMPANIES=200 PERSEAT_SIMULATION_SEED=7 uv run pytest tests/simulation
    PERSEAT_SIMULATION_SEED=7 PERSEAT_SIMULATION_ONLY=31 uv run pytest tests/simulation
"""

import ast
import os
from functools import partial
from pathlib import Path
from random import Random

import pytest

from app.bootstrap import Perseat
from app.payments.sandbox import SandboxProvider
from app.services.verify import verify
from tests.dump import dump
from tests.make import query, unbounded
from tests.model import days
from tests.simulation.comparison import compare
from tests.simulation.life import random_life, sign_up
from tests.simulation.months import MONTHS, bill, bill_again, each, end_month, live, pay
from tests.simulation.world import prepare

pytestmark = pytest.mark.long

COMPANIES = int(os.environ.get("PERSEAT_SIMULATION_COMPANIES", "12"))
SEED = os.environ.get("PERSEAT_SIMULATION_SEED", "1")
MANY = 12
RULES = {"L2", "L3", "L4", "L6", "L7", "A1", "M5", "M6", "M7", "M8"}
"""So many companies live through all of them."""
UNPAID = """SELECT a.id, i.number, i.status, a.status FROM accounts a
    JOIN invoices i ON i.account_id = a.id AND i.due_on <= a.test_clock::date - 1
    WHERE i.status <> 'PAID' OR a.status NOT IN ('PAID', 'CLOSED')"""
PAID = "SELECT id, amount FROM payments WHERE status = 'SUCCEEDED'"
ONLY = os.environ.get("PERSEAT_SIMULATION_ONLY")


def test_the_recomputation_imports_nothing_of_the_engine() -> None:
    found = {"naive", "books", "contract", "credits", "facts"}
    sources = [Path(__file__).with_name(f"{name}.py").read_text() for name in sorted(found)]
    sources.append(Path(days.__file__).read_text())
    imported = [
        name
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or node.names[0].name]
    ]

    assert [name for name in imported if name.split(".")[0] in {"app", "api", "workers"}] == []
    ours = {name for name in imported if name.startswith("tests.")}
    assert ours == {"tests.model.days", *(f"tests.simulation.{name}" for name in found - {"naive"})}


@pytest.mark.timeout(0)
async def test_two_years_of_random_companies(own_app: Perseat) -> None:
    """C1 to C5, P2, P4, L1 to L6, A1, M3, M5 to M8, I1 to I7; each month is billed twice."""
    own_app = unbounded(own_app)
    catalogue = await prepare(own_app)
    numbers = range(COMPANIES) if ONLY is None else [int(ONLY)]
    lives = [random_life(own_app, catalogue, SEED, number) for number in numbers]
    await each(lives, sign_up)
    for month in range(MONTHS):
        await each(lives, partial(live, month=month))
        await end_month(lives, month)
        await bill(own_app)
        before = await dump(own_app)
        await bill_again(own_app, lives, Random(month))  # noqa: S311 - which of them is no secret
        assert await dump(own_app) == before, f"month {month} of the companies of {SEED}"

    number = await compare(own_app, lives, catalogue)
    lived = {row[0] for row in await query(own_app, "SELECT DISTINCT rule FROM charges")}
    assert len(lives) < MANY or (number > 8 * len(lives) and lived == RULES)
    await pay(own_app, lives)
    assert [tuple(row) for row in await query(own_app, UNPAID)] == []
    provider, paid = own_app.provider, await query(own_app, PAID)
    assert isinstance(provider, SandboxProvider)
    assert await provider.charged() == {row[0]: row[1] for row in paid}
    wrong = [(c.invariant.name, c.findings) async for c in verify(own_app.operators) if c.count]
    assert wrong == []
