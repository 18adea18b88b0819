"""Who and what caused charges (I5), from the append-only histories: one statement for each kind of
cause, for any number of charges, and no more than a hundred causes of a kind for each of them."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.causes import LIMIT
from app.store.facts import BECOMES_BILLABLE, TERM, WANTED, Keys, billable, values

_COLUMNS = "u.id, u.user_id, u.from_status, u.to_status, u.at, u.actor, u.reason"
_DAY = "(u.at AT TIME ZONE a.billing_timezone)::date"

_PEOPLE = text(f"""
    SELECT c.account_id, c.id AS charge_id, came.*, people.first_name, people.last_name
    {WANTED} {TERM}
    CROSS JOIN LATERAL (
        (SELECT {_COLUMNS} FROM user_states u
        WHERE c.rule = 'L3' AND u.account_id = c.account_id AND u.at = c.posted_at AND u.id < c.id
          AND {BECOMES_BILLABLE}
        ORDER BY u.id DESC LIMIT least(c.quantity, {LIMIT}))
        UNION ALL
        (SELECT {_COLUMNS} FROM user_states u
        WHERE c.rule = 'L4' AND u.account_id = c.account_id AND {BECOMES_BILLABLE}
          AND (u.at < c.posted_at OR u.at = c.posted_at AND u.id < c.id
            AND i.created_at IS DISTINCT FROM c.posted_at)
          AND greatest({_DAY}, lower(term.period)) = lower(c.period)
          AND NOT EXISTS (SELECT FROM user_states later WHERE later.account_id = u.account_id
            AND later.user_id = u.user_id AND later.version > u.version
            AND later.at < c.posted_at AND NOT {billable("later.to_status")})
        ORDER BY u.at DESC, u.id DESC LIMIT least(c.quantity, {LIMIT}))
    ) AS came
    JOIN users people ON people.account_id = c.account_id AND people.id = came.user_id
    ORDER BY came.at DESC, came.id DESC
""")

_ADD_ONS = text(f"""
    SELECT c.account_id, c.id AS charge_id, came.*
    {WANTED}
    CROSS JOIN LATERAL (
        SELECT u.id, u.component, u.quantity, u.at, u.actor FROM add_on_changes u
        WHERE c.rule = 'A1' AND u.account_id = c.account_id AND u.component = c.component
          AND (u.at < c.posted_at OR u.at = c.posted_at AND u.id < c.id)
        ORDER BY u.at DESC, u.id DESC LIMIT {LIMIT}
    ) AS came
    ORDER BY came.at DESC, came.id DESC
""")

Found = dict[UUID, list[Any]]


async def _read(session: AsyncSession, query: TextClause, keys: Keys) -> Found:
    """By charge, in the order of the query."""
    found: Found = defaultdict(list)
    connection = await session.connection()
    for row in await connection.execute(query, values(keys)):
        found[row.charge_id].append(row)
    return found


async def people(session: AsyncSession, keys: Keys) -> Found:
    """L3: who became billable at the charge's instant; L4: whose day of addition it charges."""
    return await _read(session, _PEOPLE, keys)


async def add_ons(session: AsyncSession, keys: Keys) -> Found:
    """A1: the changes up to the charge's instant, newest first."""
    return await _read(session, _ADD_ONS, keys)
