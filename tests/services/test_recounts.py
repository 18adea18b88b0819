"""Rule I5: whoever tampers with a charge or with a history is found, and what differs is named."""

import pytest

from app.bootstrap import Perseat
from app.domain.money import UNIT
from app.domain.plans import Component
from app.services import credits
from app.services.verify import RECOUNT, REPLAY, verify
from tests.make import Company, as_superuser, drain, make_company, sms, statements
from tests.services.explaining import explained


async def _lived(app: Perseat) -> Company:
    """November: three users and two numbers, one more of each on the 16th; usage and credits."""
    company = await make_company(app, users=3, may_go_negative=True)
    await company.rent(Component.LOCAL_NUMBER, 2)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.add(first="Grace")
    await company.rent(Component.LOCAL_NUMBER, 1)
    async with company.begin() as uow:
        await credits.buy_credits(uow, company.id, 25 * UNIT)
    await drain(app)
    await company.record(sms(4_149))
    await company.go_to("2025-12-02")
    return company


@pytest.fixture
async def lived(own_app: Perseat) -> Company:
    return await _lived(own_app)


async def _told(company: Company, rule: str, component: str | None) -> list[str]:
    return [
        str(each.recount.told)
        for each in await explained(company)
        if (each.facts.charge.rule, each.facts.charge.component) == (rule, component)
        and not each.recount.equal
    ]


@pytest.mark.parametrize(
    ("statement", "rule", "component", "told"),
    [
        (
            """UPDATE charges SET unit_amount = 71000000, amount = 71000000 * quantity,
                derivation = jsonb_set(derivation, '{inputs,price}', '71000000')
            WHERE rule = 'L6'""",
            "L6",
            "LICENSE",
            ("price: 71.00 charged, 70.00 by the histories; amount: 284.00 charged, 280.00 by the "
            "histories"),
        ),
        (
            """UPDATE charges SET quantity = 5, slots = '[1,6)', amount = unit_amount * 5,
                derivation = jsonb_set(derivation, '{inputs,quantity}', '5')
            WHERE rule = 'L6'""",
            "L6",
            "LICENSE",
            ("quantity: 5 charged, 4 by the histories; units: 1 to 5 charged, 1 to 4 by the "
            "histories; amount: 350.00 charged, 280.00 by the histories"),
        ),
        (
            """UPDATE charges SET unit_amount = 37330000, amount = 37330000 * quantity,
                period = '[2025-11-15,2025-12-01)',
                derivation = jsonb_set(derivation, '{inputs,days}', '16')
            WHERE rule = 'L3'""",
            "L3",
            "LICENSE",
            ("days: 16 charged, 15 by the histories; period: 15 Nov to 30 Nov 2025 charged, 16 Nov "
            "to 30 Nov 2025 by the histories; amount: 37.33 charged, 35.00 by the histories"),
        ),
        (
            "DELETE FROM user_states WHERE at >= '2025-11-16'",
            "L3",
            "LICENSE",
            "nothing is to be charged: 3 wanted, 3 held, minimum 0",
        ),
        (
            "UPDATE user_states SET at = '2025-12-01' WHERE at >= '2025-11-16'",
            "L6",
            "LICENSE",
            ("quantity: 4 charged, 3 by the histories; units: 1 to 4 charged, 1 to 3 by the "
            "histories; amount: 280.00 charged, 210.00 by the histories"),
        ),
        (
            "UPDATE add_on_changes SET quantity = 2 WHERE at >= '2025-11-16'",
            "A1",
            "LOCAL_NUMBER",
            ("quantity: 1 charged, 2 by the histories; units: 3 to 3 charged, 3 to 4 by the "
            "histories; amount: 2.50 charged, 5.00 by the histories"),
        ),
        (
            "DELETE FROM ledger_transfers WHERE kind = 'TOP_UP'",
            "M7",
            None,
            ("balance: -37.235 charged, -62.235 by the histories; amount: 37.24 charged, 62.24 by "
            "the histories"),
        ),
        (
            ("UPDATE payments SET amount = 26000000, step_amount = 26000000 WHERE purpose <> "
            "'INVOICE'"),
            "M5",
            None,
            ("step: 25.00 charged, 26.00 by the histories; amount: 25.00 charged, 26.00 by the "
            "histories"),
        ),
        (
            "UPDATE minimum_licenses SET minimum = 6",
            "L2",
            "LICENSE",
            None,
        ),
    ],
    ids=["price", "quantity", "day", "gone", "moved", "add-on", "ledger", "payment", "nothing"],
)  # fmt: skip
async def test_what_was_tampered_with_is_named(
    lived: Company, statement: str, rule: str, component: str | None, told: str | None
) -> None:
    """The derivation replays well each time: only the histories tell."""
    before = [each.recount.told for each in await explained(lived)]
    await as_superuser(lived.app, statement)

    found = await _told(lived, rule, component)
    checked = {each.invariant: each async for each in verify(lived.app.operators)}

    assert set(before) == {None}
    assert found[:1] == ([told] if told else [])
    assert checked[REPLAY].count == 0
    assert any(str(told) in each.what for each in checked[RECOUNT].findings) == bool(told)


async def test_the_price_book_is_a_history_too(lived: Company) -> None:
    """P2: a price that is edited instead of followed by another is found."""
    await as_superuser(
        lived.app,
        "UPDATE prices SET amount = 80000000 WHERE plan_id = 'upro' AND amount = 70000000",
    )

    (told,) = await _told(lived, "L3", "LICENSE")

    assert told == (
        "price: 70.00 charged, 80.00 by the histories; amount: 35.00 charged, 40.00 by the "
        "histories"
    )


async def test_an_imported_contract_is_no_lie(own_app: Perseat) -> None:
    """L1: what was charged before the migration cannot be told, and is no finding."""
    company = await make_company(own_app, users=2)
    await company.set_minimum(5)
    await company.convert()
    await company.go_to("2025-12-01")
    await as_superuser(
        own_app, "UPDATE minimum_licenses SET actor = 'migration', effective_on = '2025-12-01'"
    )

    first, renewed = await explained(company)
    (checked,) = [each async for each in verify(own_app.operators) if each.invariant == RECOUNT]

    assert (first.recount.equal, first.recount.amount) == (None, None)
    assert "is not in the history: the account was imported" in str(first.recount.told)
    assert renewed.recount.equal
    assert checked.count == 0


async def test_verify_goes_page_by_page(own_app: Perseat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each charge once, whatever the size of a page; no statement for each charge."""
    company = await _lived(own_app)
    other = await _lived(own_app)
    await as_superuser(own_app, "UPDATE charges SET rule = 'L9'")
    number = len(await explained(company)) + len(await explained(other))
    counts = []

    for page in (1, 3, number, 5_000):
        monkeypatch.setattr("app.services.verify.PAGE", page)
        with statements(own_app) as sent:
            found = {each.invariant: each.count async for each in verify(own_app.operators)}
        counts.append(len(sent))
        assert (found[REPLAY], found[RECOUNT]) == (number, number)

    assert counts[3] < counts[2] < counts[1] < counts[0]
    assert counts[2] - counts[3] == 3


async def test_an_empty_database_is_all_right(own_app: Perseat) -> None:
    assert [each.count async for each in verify(own_app.operators) if each.count] == []


async def test_what_is_issued_again_is_counted_as_the_first_time(own_app: Perseat) -> None:
    """I3, I5: a reissue of a reissue; who comes later is not counted in it."""
    company = await make_company(own_app, users=2)
    await company.rent(Component.LOCAL_NUMBER, 1)
    await company.use_card("card_declined")
    await company.convert(card="card_declined")
    await company.go_to("2025-11-16")
    await company.add()
    await company.change_plan("xpro")
    await company.go_to("2025-12-01")
    for _ in range(2):
        due = [row for row in await company.invoice_rows() if row.status != "VOID"]
        for row in due:
            await company.void(row.id, reissue=True)
        await company.add(2)

    found = await explained(company)

    assert [each.recount.told for each in found if not each.recount.equal] == []
    renewal = next(each for each in found if each.facts.charge.rule == "L6")
    assert renewal.sentence.startswith("3 xPro")
    wrong = [each async for each in verify(own_app.operators) if each.count]
    assert [(each.invariant.name, each.findings) for each in wrong] == []
