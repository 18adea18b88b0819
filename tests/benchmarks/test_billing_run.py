"""The benchmark is run by hand; this says only that it still can be, and that it counts right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


def test_the_benchmark_of_the_billing_run_still_runs(memory: Path) -> None:
    program = [sys.executable, "tests/benchmarks/billing_run.py", "--accounts", "20"]

    done = subprocess.run(
        [*program, "--rounds", "1"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(memory)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "right all" in done.stdout
    assert "WRONG" not in done.stdout
