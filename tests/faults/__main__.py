"""`python -m tests.faults`: every fault at every point, then random months; prints the table."""

import argparse
import os
import sys
from pathlib import Path

import pytest


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    asked.add_argument("--seeds", type=int, default=50, help="how many random months")
    asked.add_argument("--first", type=int, default=1, help="the first seed, to tell one again")
    asked.add_argument("--processes", type=int, default=1, help="each with servers of its own")
    asked.add_argument("-k", default="", help="only cases with such a name, as pytest has it")
    told = asked.parse_args()
    os.environ["PERSEAT_EVERY_FAULT"] = "1"
    os.environ["PERSEAT_FAULT_SEEDS"] = str(told.seeds)
    os.environ["PERSEAT_FAULT_SEED"] = str(told.first)
    folder = str(Path(__file__).parent)
    shared = ["-n0"] if told.processes == 1 else [f"-n{told.processes}", "--dist=worksteal"]
    shared += [] if told.processes == 1 else [f"--maxprocesses={told.processes}"]
    return pytest.main([folder, "-q", *shared, "--timeout=0", "--fault-table", "-k", told.k])


if __name__ == "__main__":
    sys.exit(main())
