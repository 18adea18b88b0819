"""Payments beside the provider's charges, and what was confirmed of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.reconciliation import Theirs

Keys = Sequence[tuple[UUID, UUID]]

_TAKEN_BACK = """(
    (SELECT coalesce(sum(amount), 0) FROM late_failures f WHERE f.account_id = p.account_id
        AND f.payment_id = p.id)
    - (SELECT coalesce(sum(amount), 0) FROM reinstatements b WHERE b.account_id = p.account_id
        AND b.payment_id = p.id AND b.refund_id IS NULL))::bigint"""

_OPEN_REFUNDS = """
    ARRAY(SELECT r.id FROM refunds r WHERE r.account_id = p.account_id AND r.payment_id = p.id
        AND r.status IN ('SENT', 'UNKNOWN') ORDER BY r.id) AS refund_ids,
    ARRAY(SELECT r.amount FROM refunds r WHERE r.account_id = p.account_id AND r.payment_id = p.id
        AND r.status IN ('SENT', 'UNKNOWN') ORDER BY r.id) AS refund_amounts"""

_MATCHING = text(f"""
    SELECT DISTINCT ON (theirs.reference) theirs.reference AS theirs, p.account_id, p.id, p.status,
        p.amount, a.currency, p.sent_at, p.reference,
        coalesce(p.lease_until > :now, false) AS leased,
        coalesce((SELECT sum(amount) FROM refunds r WHERE r.account_id = p.account_id
            AND r.payment_id = p.id AND r.status = 'SUCCEEDED'), 0)::bigint AS refunded,
        {_TAKEN_BACK} AS taken_back, {_OPEN_REFUNDS}
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:keys AS uuid[]), CAST(:names AS text[]))
        AS theirs (account_id, key, reference)
    CROSS JOIN LATERAL (
        SELECT * FROM payments WHERE account_id = theirs.account_id AND id = theirs.key
        UNION ALL
        SELECT * FROM payments WHERE provider = :provider AND reference = theirs.reference
            AND decline_code IS NULL
            AND (theirs.account_id IS NULL OR account_id = theirs.account_id)
    ) AS p
    JOIN accounts a ON a.id = p.account_id
    WHERE p.provider = :provider
    ORDER BY theirs.reference, p.decline_code IS NOT NULL,
        p.reference IS DISTINCT FROM theirs.reference
""")  # noqa: S608 - ours


async def matching(
    session: AsyncSession, provider: str, page: Sequence[Theirs], now: datetime
) -> Mapping[str, Any]:
    """Our payment of each charge, by the charge's reference: the one that took it, if one did.

    Looked for by its key or its reference in the account that the charge's notes name; what names
    none is somebody's by its reference, if he was said to be the one.
    """
    connection = await session.connection()
    values = {
        "accounts": [each.account_id for each in page],
        "keys": [each.key for each in page],
        "names": [each.reference for each in page],
        "provider": provider,
        "now": now,
    }
    return {row.theirs: row for row in await connection.execute(_MATCHING, values)}


_UNCONFIRMED = text(f"""
    SELECT p.account_id, p.id, p.status, p.amount, a.currency, p.sent_at, p.reference,
        false AS leased, coalesce(p.customer, c.reference, '') AS customer,
        coalesce((SELECT sum(amount) FROM refunds r WHERE r.account_id = p.account_id
            AND r.payment_id = p.id AND r.status = 'SUCCEEDED'), 0)::bigint AS refunded,
        {_TAKEN_BACK} AS taken_back, {_OPEN_REFUNDS}
    FROM (
        (SELECT account_id, id FROM payments
            WHERE provider = :provider AND unconfirmed > 0
              AND sent_at < :until AND (account_id, id) > (:account_id, :id)
            ORDER BY account_id, id LIMIT :count)
        UNION
        (SELECT p.account_id, p.id FROM refunds r
            JOIN payments p ON p.account_id = r.account_id AND p.id = r.payment_id
            WHERE r.status = 'UNKNOWN' AND p.provider = :provider
              AND p.sent_at < :until AND (p.account_id, p.id) > (:account_id, :id)
            ORDER BY p.account_id, p.id LIMIT :count)
    ) AS asked
    JOIN payments p ON p.account_id = asked.account_id AND p.id = asked.id
    JOIN accounts a ON a.id = p.account_id
    LEFT JOIN payment_customers c ON c.account_id = p.account_id AND c.provider = p.provider
    ORDER BY p.account_id, p.id LIMIT :count
""")  # noqa: S608 - ours


async def unconfirmed(
    session: AsyncSession, provider: str, *, until: datetime, after: tuple[UUID, UUID], count: int
) -> Sequence[Any]:
    """Payments that succeeded and were sent before `until`, of which something is not confirmed:
    they were in no list so far, or something has gone or come back since; and those of which
    nobody knows how much went back."""
    connection = await session.connection()
    values = {"provider": provider, "until": until, "count": count}
    place = {"account_id": after[0], "id": after[1]}
    return (await connection.execute(_UNCONFIRMED, {**values, **place})).all()


_CONFIRM = text("""
    WITH moved AS (
        SELECT p.account_id, p.id AS payment_id, one.debit, one.credit, one.id, one.amount,
            coalesce(a.test_clock, :now) AS at
        FROM unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[])) AS agreed (account_id, id)
        JOIN payments p ON p.account_id = agreed.account_id AND p.id = agreed.id
            AND p.status IN ('SUCCEEDED', 'REFUNDED')
        JOIN accounts a ON a.id = p.account_id
        CROSS JOIN LATERAL (
            SELECT 'BANK', 'CLEARING', p.id, p.amount UNION ALL
            SELECT 'CLEARING', 'BANK', r.id, r.amount FROM refunds r
            WHERE r.account_id = p.account_id AND r.payment_id = p.id
              AND (r.status = 'SUCCEEDED' OR EXISTS (SELECT FROM reinstatements b
                WHERE b.account_id = r.account_id AND b.refund_id = r.id))
            UNION ALL
            SELECT 'CLEARING', 'BANK', f.id, f.amount FROM late_failures f
            WHERE f.account_id = p.account_id AND f.payment_id = p.id
            UNION ALL
            SELECT 'BANK', 'CLEARING', b.id, b.amount FROM reinstatements b
            WHERE b.account_id = p.account_id AND b.payment_id = p.id AND b.amount > 0
        ) AS one (debit, credit, id, amount)
    ), confirmed AS (
        INSERT INTO ledger_transfers
            (account_id, id, debit, credit, amount, kind, reference, effective_at)
        SELECT account_id, uuidv7(), debit, credit, amount, 'SETTLEMENT', id, at
        FROM moved ORDER BY account_id, id
        ON CONFLICT (account_id, kind, reference) DO NOTHING
        RETURNING account_id, reference
    ), counted AS (
        SELECT m.account_id, m.payment_id, count(*)::int AS number
        FROM confirmed c JOIN moved m ON m.account_id = c.account_id AND m.id = c.reference
        GROUP BY 1, 2
    )
    UPDATE payments p SET unconfirmed = p.unconfirmed - counted.number FROM counted
    WHERE p.account_id = counted.account_id AND p.id = counted.payment_id
    RETURNING counted.number
""")


async def confirm(session: AsyncSession, agreed: Keys, now: datetime) -> int:
    """L5: the provider owes it to us or has paid it out, less what went back. How many payments,
    refunds, late failures and what came back of them were not confirmed before."""
    if not agreed:
        return 0
    connection = await session.connection()
    accounts, ids = (list(column) for column in zip(*agreed, strict=True))
    values = {"accounts": accounts, "ids": ids, "now": now}
    return sum((await connection.execute(_CONFIRM, values)).scalars())
