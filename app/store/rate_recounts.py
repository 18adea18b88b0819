"""Usage events page by page, to be rated again; and which of them were rated before a change."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_PAGE = text("""
    SELECT account_id, id, event_id, kind, direction, line_type, initiator, carrier, happened_at,
        rate, included, fee_rate, deferred
    FROM usage_events WHERE adjusts IS NULL AND (account_id, id) > (:account_id, :id)
    ORDER BY account_id, id LIMIT :count
""")


async def page(session: AsyncSession, last: tuple[UUID, UUID], count: int) -> list[Any]:
    """After the last one of the page before. Corrections have the rates of what they correct."""
    values = {"account_id": last[0], "id": last[1], "count": count}
    return list((await (await session.connection()).execute(_PAGE, values)).all())


_WRITTEN_LATER = text("""
    SELECT e.id FROM unnest(CAST(:account_ids AS uuid[]), CAST(:ids AS uuid[])) AS k (account, id)
    JOIN usage_events e ON e.account_id = k.account AND e.id = k.id
    WHERE EXISTS (
        SELECT FROM subscription_changes c WHERE c.account_id = e.account_id
            AND c.kind IN ('CHANGED', 'RENEWED') AND c.at <= e.happened_at
            AND uuid_extract_timestamp(c.id) >= uuid_extract_timestamp(e.id)
    ) OR EXISTS (
        SELECT FROM account_rates r WHERE r.account_id = e.account_id
            AND r.effective_at <= e.happened_at
            AND uuid_extract_timestamp(r.id) >= uuid_extract_timestamp(e.id)
    ) OR EXISTS (
        SELECT FROM rates r WHERE (r.kind, r.direction, r.line_type, r.initiator)
                = (e.kind, e.direction, e.line_type, e.initiator)
            AND coalesce(lower(r.effective), '-infinity') <= e.happened_at
            AND r.at >= uuid_extract_timestamp(e.id) - interval '1 minute'
    )
""")


async def written_later(session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]) -> set[UUID]:
    """M3: events for whose instant something was written after they were rated. What was rated
    stays rated: the clock of a sandbox stands still, and partners' clocks are ahead of ours."""
    values = {"account_ids": [each[0] for each in keys], "ids": [each[1] for each in keys]}
    connection = await session.connection()
    return set((await connection.execute(_WRITTEN_LATER, values)).scalars())
