"""A fault point that nobody exercises proves nothing."""

import re
from pathlib import Path

from app.faults import Fault
from tests.faults.points import DEEDS

ROOT = Path(__file__).parents[2]


def test_every_point_is_struck_by_a_case() -> None:
    assert set(DEEDS) == set(Fault)


def test_every_point_is_reached_by_our_code() -> None:
    code = [
        each.read_text()
        for folder in ("app", "workers", "graphql")
        for each in (ROOT / folder).rglob("*.py")
    ]
    named = {name for text in code for name in re.findall(r"reach\(Fault\.(\w+)\)", text)}

    assert named == {each.name for each in Fault}
