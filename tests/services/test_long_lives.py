"""Two years of the same company: every 1st is billed, whatever day it began on."""

import pytest

from app.bootstrap import Perseat
from tests.make import make_company


@pytest.mark.parametrize(
    ("on", "stub"),
    [
        ("2023-08-29", "6.77"),
        ("2023-10-30", "4.52"),
        ("2024-01-31", "2.26"),
        ("2024-02-29", "2.41"),
    ],
)
async def test_whoever_began_at_a_months_end_is_billed_on_every_1st(
    app: Perseat, on: str, stub: str
) -> None:
    """C2, C5, I3: no month is left out, February neither; numbers go on over the new years."""
    company = await make_company(app, on=on)
    await company.convert()
    year, month = int(on[:4]), int(on[5:7])

    for ahead in (9, 18, 24):
        index = year * 12 + month - 1 + ahead
        await company.go_to(f"{index // 12}-{index % 12 + 1:02}-15")

    firsts = [year * 12 + month + ahead for ahead in range(24)]
    assert await company.issued() == [
        (1, "INITIAL", on, stub),
        *(
            (number, "RENEWAL", f"{index // 12}-{index % 12 + 1:02}-01", "70.00")
            for number, index in enumerate(firsts, 2)
        ),
    ]
