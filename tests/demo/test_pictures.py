"""What the demo prints can be read in a terminal of 80 columns."""

from datetime import date
from io import StringIO
from typing import Any

from rich.console import Console, RenderableType

from app.demo import pictures
from app.demo.companies import companies


def _money(text: str) -> dict[str, str]:
    return {"amount": text}


def _account(name: str) -> dict[str, Any]:
    charge = {
        "component": "LICENSE",
        "firstUnit": 1,
        "lastUnit": 3,
        "period": {"firstDay": "2025-12-10", "lastDay": "2026-01-31"},
        "explanation": "",
        "amount": _money("210.00"),
    }
    return {
        "name": name,
        "subscription": {"plan": {"name": "Service Provider"}},
        "licenses": {"held": 10, "occupied": 10},
        "monthlyCost": {
            "subscription": _money("1100.00"),
            "usage": _money("500.00"),
            "total": _money("1600.00"),
        },
        "credits": {"balance": _money("100.00")},
        "invoices": {"nodes": [{"charges": [charge]}]},
    }


def _drawn(what: RenderableType, *, force_terminal: bool = False) -> list[str]:
    console = Console(width=80, file=StringIO(), force_terminal=force_terminal)
    with console.capture() as capture:
        console.print(what)
    return capture.get().splitlines()


def test_no_company_is_cut() -> None:
    names = [each.name for each in companies()]

    drawn = "\n".join(_drawn(pictures.costs([_account(name) for name in names])))

    assert [name for name in names if name not in drawn] == []
    assert "…" not in drawn


def test_the_ruler_stands_above_its_days() -> None:
    months, days, first, *_ = _drawn(pictures.calendar(_account("S2"), date(2025, 12, 1), 62))[1:]

    start = first.index("·")
    assert first[start : start + 10] == "·········a"
    assert (months.index("Dec 2025"), months.index("Jan 2026")) == (start, start + 31)
    assert days[start : start + 62].split() == ["1", "5", "10", "15", "20", "25"] * 2
    assert days[start + 9 : start + 11] == "10"


def test_neither_question_nor_answer_is_underlined_as_an_error() -> None:
    drawn = "\n".join(_drawn(pictures.conversation('{"data": null}'), force_terminal=True))

    assert "\x1b[" in drawn
    assert "\x1b[4;31m" not in drawn
