"""The sums of usage by day, from the events."""

from app.bootstrap import Perseat
from tests.make import query

KEY = """posted_on, happened_on, kind, direction, line_type, initiator, included, user_id,
    line_id"""
FILL = f"""
    INSERT INTO usage_days (account_id, id, {KEY}, events, quantity, amount, fee)
    SELECT e.account_id, uuidv7(), (e.posted_at AT TIME ZONE a.billing_timezone)::date,
        (e.happened_at AT TIME ZONE a.billing_timezone)::date, e.kind, e.direction,
        e.line_type, e.initiator, e.included, e.user_id, e.line_id, count(*),
        sum(e.quantity), sum(e.amount), sum(e.fee)
    FROM usage_events e JOIN accounts a ON a.id = e.account_id
    WHERE (CAST(:id AS uuid) IS NULL OR e.account_id = :id)
    GROUP BY 1, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ON CONFLICT (account_id, {KEY}) DO UPDATE SET events = excluded.events,
        quantity = excluded.quantity, amount = excluded.amount, fee = excluded.fee
"""  # noqa: S608


async def fill(app: Perseat, account_id: object = None) -> None:
    await query(app, FILL, id=account_id)
