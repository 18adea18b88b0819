"""The benchmark is run by hand; this says only that it still can be, and that it counts right."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_benchmark_of_ingestion_still_runs(memory: Path) -> None:
    program = [sys.executable, "tests/benchmarks/ingest.py", "--filled", "50", "--accounts", "2"]

    done = subprocess.run(
        [*program, "--events", "400", "--rounds", "1"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(memory)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "right: every event" in done.stdout
    assert "WRONG" not in done.stdout
