"""Rule M3: usage is rated before its accounts are locked; a mark tells whether it still may be."""

import pytest
from sqlalchemy import text

from app.bootstrap import Perseat
from app.store.usage import mark
from tests.make import make_company

AGREES = """INSERT INTO account_rates (account_id, id, amount, included, effective_at, at, actor)
    VALUES (:id, uuidv7(), 9000, false, now(), now(), 'test')"""
ANOTHER_CHANGE = """INSERT INTO subscription_changes (account_id, id, kind, from_plan_id,
        from_term, to_plan_id, to_term, effective_on, at, actor)
    VALUES (:id, uuidv7(), 'CHANGED', 'ipro', 'MONTHLY', 'upro', 'MONTHLY', '2025-11-01', now(),
        'test')"""
NEXT = """UPDATE subscriptions SET next_plan_id = 'ipro', next_term = 'ANNUAL'
    WHERE account_id = :id"""
CHANGES = {
    "its clock": "UPDATE accounts SET test_clock = test_clock + interval '1 day' WHERE id = :id",
    "its end": "UPDATE subscriptions SET ends_on = '2025-12-01' WHERE account_id = :id",
    "its next plan": NEXT,
    "its history": ANOTHER_CHANGE,
    "its own rates": AGREES,
    "the card": "UPDATE rates SET amount = amount + 1 WHERE NOT included",
    "the fees": "UPDATE carrier_fees SET amount = amount + 1",
}
OF_NO_CONCERN = {
    "its number of invoices": "UPDATE accounts SET invoice_sequence = 7 WHERE id = :id",
    "its balance": "UPDATE credits SET balance = 1 WHERE account_id = :id",
    "another's clock": "UPDATE accounts SET test_clock = now() WHERE id = :other",
}


@pytest.mark.parametrize("what", CHANGES | OF_NO_CONCERN)
async def test_what_usage_is_rated_by_has_another_mark(app: Perseat, what: str) -> None:
    """M3, P1: whatever could rate an event differently is noticed, and nothing else is."""
    company, other = await make_company(app), await make_company(app)
    await company.convert()

    async with app.operators.begin() as uow:
        connection = await uow.session.connection()
        before = await mark(uow.session, [company.id])
        query = text((CHANGES | OF_NO_CONCERN)[what])
        names = {"id": company.id, "other": other.id}
        await connection.execute(query, {k: v for k, v in names.items() if f":{k}" in query.text})
        after = await mark(uow.session, [company.id])
        await uow.session.rollback()

    assert (after != before) == (what in CHANGES)
