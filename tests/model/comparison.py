"""After each step: the engine, the model, its forecasts and the last preview say the same."""

from typing import Any

from tests.model.company import Company
from tests.model.life import Life
from tests.model.promises import foreseen


def compare(life: Life) -> None:
    """Held, occupied, available, each unbilled charge, each invoice and each of its lines."""
    life.agreed = False
    seen, model = life.real.run(life.real.look()), life.model
    if model.is_late and len(seen["invoices"]) > len(model.books.invoices):
        model.settle()  # C5: what is overdue may be billed at any time
    meant = _meant(model)
    wrong = {name: (seen[name], value) for name, value in meant.items() if seen[name] != value}
    assert not wrong, f"(the engine, the model): {wrong}"
    _compare_forecasts(life, seen)
    _compare_promise(life, seen)
    life.agreed = True


def _now(model: Company) -> dict[str, Any]:
    return {
        "held": model.held,
        "occupied": model.occupied,
        "available": model.available,
        "unbilled": sorted(each.cents for each in model.books.on_invoice(0)),
    }


def _meant(model: Company) -> dict[str, Any]:
    books = model.books
    return {
        **_now(model),
        "invoices": [(e.number, e.kind, e.issued_on, e.total) for e in books.invoices],
        "lines": sorted((each.invoice, *each.told) for each in books.charges),
    }


def _compare_forecasts(life: Life, seen: dict[str, Any]) -> None:
    """The invoice of a 1st is what the model said before it, in total and in parts."""
    for day, bills in life.forecast.items():
        if day < life.model.cut_off:
            real = [(n, kind, cents) for n, kind, on, cents in seen["invoices"] if on == day]
            assert [each[1:] for each in real] == [(kind, cents) for kind, _, cents, *_ in bills]
            for (number, *_), (*_, carried, others) in zip(real, bills, strict=True):
                lines = [line[1:] for line in seen["lines"] if line[0] == number]
                assert [line for line in lines if line[0] != "L3"] == others
                assert sum(cents for rule, cents, *_ in lines if rule == "L3") == carried


def _compare_promise(life: Life, seen: dict[str, Any]) -> None:
    """The preview told what is there now, and tells every invoice until somebody acts again."""
    promised, model = life.promised, life.model
    if promised is None:
        return
    if life.asked:
        settled = model.copied()  # C5: a preview is of the time when what is due is billed
        settled.settle()
        now = _now(settled)
        now["unbilled"] = sum(now["unbilled"])
        assert promised.now == now, f"(the preview, the model): {promised.now}, {now}"
        assert promised.bills == foreseen(settled, promised.last)
        life.asked = False
    issued = [
        (kind, on, cents)
        for _, kind, on, cents in seen["invoices"]
        if promised.on < on <= promised.last
    ]
    assert issued == promised.due(model.cut_off)
